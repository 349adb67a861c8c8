"""Where Vedette keeps what it makes, by the XDG Base Directory Specification."""

from __future__ import annotations

import os
from pathlib import Path


def data_folder() -> Path:
    """Classifiers and events: `$VEDETTE_HOME`, else `$XDG_DATA_HOME/vedette`."""
    home = os.environ.get("VEDETTE_HOME")
    return Path(home) if home else _xdg_folder("XDG_DATA_HOME", ".local/share")


def cache_folder() -> Path:
    """What can be fetched again: `$VEDETTE_CACHE`, else `$XDG_CACHE_HOME/vedette`."""
    cache = os.environ.get("VEDETTE_CACHE")
    return Path(cache) if cache else _xdg_folder("XDG_CACHE_HOME", ".cache")


def configuration_folder() -> Path:
    """What a person has written, or the page has for him: `$XDG_CONFIG_HOME/vedette`."""
    return _xdg_folder("XDG_CONFIG_HOME", ".config")


def classifiers_folder() -> Path:
    """One folder a taught classifier."""
    return data_folder() / "classifiers"


def _xdg_folder(variable: str, fallback: str) -> Path:
    root = os.environ.get(variable)
    return (Path(root) if root else Path.home() / fallback) / "vedette"
