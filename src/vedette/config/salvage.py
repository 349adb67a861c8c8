"""What moves, read out of a configuration that may be wrong in every other place."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import ValidationError

from vedette.actuators.settings import GpioSettings
from vedette.config.loading import read_text
from vedette.config.nodes import parse
from vedette.config.reading import read
from vedette.errors import ConfigurationError


def salvaged_actuators(path: Path) -> dict[str, GpioSettings]:
    """The actuators that a configuration describes well enough to be driven, by name.

    Raises:
        ConfigurationError: a file that cannot be read or is no YAML, or an actuator that is not described
            well.
    """
    root = parse(read_text(path), path)
    values = None if root is None else read(root, path.absolute().parent, os.environ).value
    actions = values.get("actions") if isinstance(values, dict) else None
    found = {}
    for name, settings in (actions if isinstance(actions, dict) else {}).items():
        if isinstance(settings, dict) and settings.get("kind") == "gpio":
            try:
                found[str(name)] = GpioSettings.model_validate(settings)
            except ValidationError as error:
                raise ConfigurationError(
                    f"{path}: the actuator {name} is not described well.", f"vedette check {path} says why."
                ) from error
    return found
