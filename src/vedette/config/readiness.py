"""Whether the classifiers that a configuration names have been taught what it asks of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from vedette.config.agreement import Disagreement
from vedette.config.loading import Loaded, load, placed, read_text
from vedette.config.mistakes import nearest
from vedette.config.nodes import parse
from vedette.config.problems import DottedPath, InvalidConfigurationError
from vedette.config.schema import Config
from vedette.errors import VedetteError
from vedette.teaching.classifier_folder import ClassifierFolder


def load_taught(path: Path, root: Path, environment: Mapping[str, str] | None = None) -> Loaded:
    """The configuration in a file, whose classifiers are all taught: they lie in `root`.

    Raises:
        ConfigurationError: as `load_config`; and a classifier that is not taught, or a label that it
            does not know.
    """
    text = read_text(path)
    loaded = load(text, path, environment)
    problems = placed(untaught(loaded.config, root), parse(text, path), loaded.secrets)
    if problems:
        raise InvalidConfigurationError(path, problems)
    return loaded


def untaught(config: Config, root: Path) -> Iterator[Disagreement]:
    """Each classifier that is not taught, once, and each rule whose label its classifier does not know."""
    places = _first_places(config)
    classes: dict[str, tuple[str, ...]] = {}
    for name, place in places.items():
        try:
            classes[name] = ClassifierFolder(root, name).read().current.classes
        except VedetteError as error:
            yield place, str(error).rstrip(".")
    yield from _unknown_labels(config, classes)


def _first_places(config: Config) -> dict[str, DottedPath]:
    places: dict[str, DottedPath] = {}
    for camera, settings in config.cameras.items():
        for number, name in enumerate(settings.classifiers):
            places.setdefault(name, ("cameras", camera, "classifiers", number))
    if config.service.classifier:
        places.setdefault(config.service.classifier, ("service", "classifier"))
    return places


def _unknown_labels(config: Config, classes: Mapping[str, tuple[str, ...]]) -> Iterator[Disagreement]:
    for camera, settings in config.cameras.items():
        for number, rule in enumerate(settings.rules):
            known = classes.get(rule.classifier)
            if known is not None and rule.label not in known:
                place = ("cameras", camera, "rules", number, "label")
                meant = nearest(rule.label, known)
                yield place, f"{rule.classifier} has no class {rule.label}; {meant}"
