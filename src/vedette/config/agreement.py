"""What no single setting can tell: whether the parts of a configuration fit one another."""

from __future__ import annotations

from collections.abc import Iterator

from vedette.config.mistakes import nearest
from vedette.config.problems import DottedPath
from vedette.config.schema import AnyRule, CameraConfig, Config

Disagreement = tuple[DottedPath, str]
"""Where, and a sentence."""


def disagreements(config: Config) -> Iterator[Disagreement]:
    """Rules of classifiers that the camera does not have, actions that do not exist, names given twice."""
    for name, camera in config.cameras.items():
        at = ("cameras", name)
        yield from _twice(camera, at)
        for number, rule in enumerate(camera.rules):
            yield from _of_rule(rule, camera, config, (*at, "rules", number))


def _of_rule(rule: AnyRule, camera: CameraConfig, config: Config, at: DottedPath) -> Iterator[Disagreement]:
    if rule.classifier not in camera.classifiers:
        meant = nearest(rule.classifier, camera.classifiers)
        yield (*at, "classifier"), f"{rule.classifier} is not among this camera's classifiers; {meant}"
    for number, action in enumerate(rule.actions):
        if action not in config.actions:
            meant = nearest(action, config.actions)
            yield (*at, "actions", number), f"no action is called {action}; {meant}"


def _twice(camera: CameraConfig, at: DottedPath) -> Iterator[Disagreement]:
    names = [rule.name for rule in camera.rules]
    for number, name in enumerate(names):
        if name in names[:number]:
            yield (*at, "rules", number, "name"), f"a rule of this camera is already called {name}"
    for number, name in enumerate(camera.classifiers):
        if name in camera.classifiers[:number]:
            yield (*at, "classifiers", number), f"{name} is listed twice"
