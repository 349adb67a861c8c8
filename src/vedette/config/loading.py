"""A configuration file and the environment become a `Config`, or sentences on what is wrong."""

from __future__ import annotations

import os
from collections.abc import Iterable
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from vedette.config.agreement import Disagreement, disagreements
from vedette.config.anchoring import anchored
from vedette.config.mistakes import located, mistakes
from vedette.config.nodes import Node, parse
from vedette.config.problems import InvalidConfigurationError, Problem
from vedette.config.reading import Reading, concealed, read
from vedette.config.schema import Config
from vedette.errors import ConfigurationError

MAXIMUM_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Loaded:
    """A configuration; and `secrets`: what `!env` and `!file` gave, to how the file writes it."""

    config: Config
    secrets: AnyMapping[str, str] = field(repr=False)

    def concealed(self, text: str) -> str:
        """The text with what `!env` and `!file` gave written as in the file."""
        return concealed(text, self.secrets)


def load_config(path: Path, environment: AnyMapping[str, str] | None = None) -> Config:
    """The configuration in a file; `environment` is what `!env` sees, the process's own if left out.

    Raises:
        ConfigurationError: everything that is wrong with it (`InvalidConfigurationError.problems`), or
            a file that cannot be read.
    """
    return load(read_text(path), path, environment).config


def read_text(path: Path) -> str:
    """The text of a configuration file, line ends as they are.

    Raises:
        ConfigurationError: it cannot be read, is not UTF-8, or is larger than a configuration can be.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAXIMUM_BYTES + 1)
        if len(data) > MAXIMUM_BYTES:
            raise ConfigurationError(f"{path} is larger than {MAXIMUM_BYTES} bytes: is it a configuration?")
        return data.decode("utf-8")
    except FileNotFoundError as error:
        raise ConfigurationError(f"{path} does not exist.", "Check the path.") from error
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigurationError(f"{path}:{line}: this is not text in UTF-8.", "Save it as UTF-8.") from error


def load(text: str, path: Path, environment: AnyMapping[str, str] | None = None) -> Loaded:
    """The configuration that a text would be, if it stood in that file.

    Raises:
        InvalidConfigurationError: everything that is wrong with it.
    """
    root = parse(text, path)
    folder = path.absolute().parent
    reading = read(root, folder, os.environ if environment is None else environment)
    config, problems = _validated(reading, root)
    if config is None or problems:
        raise InvalidConfigurationError(path, problems)
    return Loaded(anchored(config, folder), reading.secrets)


def _validated(reading: Reading, root: Node | None) -> tuple[Config | None, list[Problem]]:
    """The settings if they could be made, and every problem."""
    values: Any = {} if root is None else reading.value
    try:
        config = Config.model_validate(values)
    except ValidationError as error:
        return None, reading.problems + mistakes(error, root, reading)
    if reading.problems:
        return None, reading.problems
    return config, placed(disagreements(config), root, reading.secrets)


def placed(found: Iterable[Disagreement], root: Node | None, secrets: AnyMapping[str, str]) -> list[Problem]:
    """Disagreements with their lines in the file and without its secrets."""
    problems = []
    for location, sentence in found:
        path, line = located(root, location)
        problems.append(Problem(line, path, f"{concealed(sentence, secrets)}."))
    return problems
