"""Paths in a configuration are relative to its file, wherever the program was started."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from vedette.config.reading import expanded

_Model = TypeVar("_Model", bound=BaseModel)


def anchored(model: _Model, folder: Path) -> _Model:
    """The same settings, with every path made absolute from `folder`; `~` is somebody's home."""
    changed = {}
    for name in model.model_fields_set:
        before = getattr(model, name)
        after = _anchored(before, folder)
        if after is not before:
            changed[name] = after
    return model.model_copy(update=changed) if changed else model


def _anchored(value: Any, folder: Path) -> Any:
    if isinstance(value, Path):
        return expanded(folder, value)
    if isinstance(value, BaseModel):
        return anchored(value, folder)
    if isinstance(value, Mapping):
        return {key: _anchored(each, folder) for key, each in value.items()}
    if isinstance(value, tuple):
        return tuple(_anchored(each, folder) for each in value)
    return value
