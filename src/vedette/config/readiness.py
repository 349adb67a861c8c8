"""Whether the classifiers that a configuration names have been taught what it asks of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from vedette.config.agreement import Disagreement
from vedette.config.existence import absent
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
    _refuse(untaught(loaded.config, root), loaded, text, path)
    return loaded


def load_complete(path: Path, root: Path, environment: Mapping[str, str] | None = None) -> Loaded:
    """As `load_taught`; and every file and program that it names is there, too.

    Raises:
        ConfigurationError: as `load_taught`; and what is not there.
    """
    text = read_text(path)
    loaded = load(text, path, environment)
    _refuse([*untaught(loaded.config, root), *absent(loaded.config)], loaded, text, path)
    return loaded


def _refuse(found: Iterable[Disagreement], loaded: Loaded, text: str, path: Path) -> None:
    problems = placed(found, parse(text, path), loaded.secrets)
    if problems:
        raise InvalidConfigurationError(path, problems)


def load_ready(path: Path, root: Path, environment: Mapping[str, str] | None = None) -> Loaded:
    """The configuration in a file; a classifier that is not taught yet is no mistake, for it can be taught.

    Raises:
        ConfigurationError: as `load_config`; and a label that a taught classifier does not know.
    """
    text = read_text(path)
    loaded = load(text, path, environment)
    refuse_unready(loaded, text, path, root)
    return loaded


def refuse_unready(loaded: Loaded, text: str, path: Path, root: Path) -> None:
    """Nothing, if every rule asks its classifier for what it knows, as far as that is taught.

    Raises:
        InvalidConfigurationError: a label that a taught classifier does not know.
    """
    _, classes = _taught(loaded.config, root)
    _refuse(_unknown_labels(loaded.config, classes), loaded, text, path)


def untaught(config: Config, root: Path) -> Iterator[Disagreement]:
    """Each classifier that is not taught, once, and each rule whose label its classifier does not know."""
    problems, classes = _taught(config, root)
    yield from problems
    yield from _unknown_labels(config, classes)


def _taught(config: Config, root: Path) -> tuple[list[Disagreement], dict[str, tuple[str, ...]]]:
    """Why classifiers are not to be had, and the classes of the others."""
    problems: list[Disagreement] = []
    classes: dict[str, tuple[str, ...]] = {}
    for name, place in _first_places(config).items():
        try:
            classes[name] = ClassifierFolder(root, name).read().current.classes
        except VedetteError as error:
            problems.append((place, str(error).rstrip(".")))
    return problems, classes


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
