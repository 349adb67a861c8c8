"""What no single setting can tell: whether the parts of a configuration fit one another."""

from __future__ import annotations

from collections.abc import Iterator

from vedette.actuators.binding import Binding, NamingRule, RuleReference, bind
from vedette.actuators.settings import GpioSettings
from vedette.config.mistakes import nearest
from vedette.config.problems import DottedPath
from vedette.config.schema import AnyRule, AnyTellingAction, CameraConfig, Config
from vedette.errors import ConfigurationError

CAMERA_RULE = "camera"
"""The rule of the events that tell of a camera itself: that it was lost."""

CAMERA_LOST = "camera lost"
"""Their label."""

Disagreement = tuple[DottedPath, str]
"""Where, and a sentence."""


def disagreements(config: Config) -> Iterator[Disagreement]:
    """Rules of classifiers that the camera does not have, actions that do not exist, names given twice."""
    for name, camera in config.cameras.items():
        at = ("cameras", name)
        yield from _twice(camera, at)
        for number, rule in enumerate(camera.rules):
            yield from _of_rule(rule, camera, config, (*at, "rules", number))
        yield from _of_health(camera, config, (*at, "health"))
    for name, action in config.actions.items():
        if not isinstance(action, GpioSettings):
            yield from _of_filters(action, config, ("actions", name))
    yield from _of_actuators(config)


def naming_rules(config: Config) -> list[NamingRule]:
    """Every rule with the actions that it names, as actuators are bound to them."""
    return [
        NamingRule(RuleReference(name, rule.name, rule.classifier), rule.actions)
        for name, camera in config.cameras.items()
        for rule in camera.rules
    ]


def actuators(config: Config) -> dict[str, GpioSettings]:
    """The actions that move something."""
    return {name: each for name, each in config.actions.items() if isinstance(each, GpioSettings)}


def bindings(config: Config) -> tuple[Binding, ...]:
    """Every actuator with the rules that it listens to.

    Raises:
        ConfigurationError: two on one pin, or an interlock that is no rule.
    """
    return bind(actuators(config), naming_rules(config))


def routes(config: Config) -> dict[tuple[str, str], tuple[str, ...]]:
    """Which actions a camera's rule has, and which its loss."""
    rules = {
        (name, rule.name): rule.actions for name, camera in config.cameras.items() for rule in camera.rules
    }
    return rules | {(name, CAMERA_RULE): camera.health.actions for name, camera in config.cameras.items()}


def _of_rule(rule: AnyRule, camera: CameraConfig, config: Config, at: DottedPath) -> Iterator[Disagreement]:
    if rule.classifier not in camera.classifiers:
        meant = nearest(rule.classifier, camera.classifiers)
        yield (*at, "classifier"), f"{rule.classifier} is not among this camera's classifiers; {meant}"
    if rule.name == CAMERA_RULE:
        yield (*at, "name"), f"{CAMERA_RULE} is the name of the events that tell of the camera itself"
    yield from _of_actions(rule.actions, config, at)


def _of_actions(actions: tuple[str, ...], config: Config, at: DottedPath) -> Iterator[Disagreement]:
    for number, action in enumerate(actions):
        if action not in config.actions:
            meant = nearest(action, config.actions)
            yield (*at, "actions", number), f"no action is called {action}; {meant}"


def _of_filters(action: AnyTellingAction, config: Config, at: DottedPath) -> Iterator[Disagreement]:
    """A filter that nothing passes: somebody would never be told."""
    rules = [rule for camera in config.cameras.values() for rule in camera.rules]
    known = {
        "cameras": list(config.cameras),
        "rules": [*(rule.name for rule in rules), CAMERA_RULE],
        "labels": [*(rule.label for rule in rules), CAMERA_LOST],
    }
    for filtering, names in known.items():
        for number, name in enumerate(getattr(action, filtering)):
            if name not in names:
                meant = nearest(name, dict.fromkeys(names))
                yield (*at, filtering, number), f"no {filtering[:-1]} is called {name}; {meant}"


def _of_health(camera: CameraConfig, config: Config, at: DottedPath) -> Iterator[Disagreement]:
    yield from _of_actions(camera.health.actions, config, at)
    for number, action in enumerate(camera.health.actions):
        if action in actuators(config):
            yield (*at, "actions", number), f"{action} moves something: a lost camera may not"


def _of_actuators(config: Config) -> Iterator[Disagreement]:
    try:
        bindings(config)
    except ConfigurationError as error:
        yield ("actions",), str(error).rstrip(".")


def _twice(camera: CameraConfig, at: DottedPath) -> Iterator[Disagreement]:
    names = [rule.name for rule in camera.rules]
    for number, name in enumerate(names):
        if name in names[:number]:
            yield (*at, "rules", number, "name"), f"a rule of this camera is already called {name}"
    for number, name in enumerate(camera.classifiers):
        if name in camera.classifiers[:number]:
            yield (*at, "classifiers", number), f"{name} is listed twice"
