"""A program changes single values of a configuration file; every other byte of it stays.

The text itself is cut and mended at the places of the values, rather than written anew from values:
comments, quotes, `!env` and the owner's way to indent are the owner's.
"""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from vedette.config.loading import load, read_text
from vedette.config.mending import flow, mended
from vedette.config.nodes import Listing, Mapping, Node, Scalar, parse
from vedette.config.problems import InvalidConfigurationError
from vedette.config.reading import read
from vedette.config.schema import Config
from vedette.errors import ConfigurationError
from vedette.writing import write_whole


def edit(
    path: Path, changes: AnyMapping[str, Any], environment: AnyMapping[str, str] | None = None
) -> Config:
    """Set values by dotted path (`cameras.door.rules.0.label`), all of them or none; gives what then holds.

    Keys that are not there are added, items of lists are not. Values are text, numbers, booleans,
    None, lists and dictionaries of these. The file is written whole or not at all.

    Raises:
        ConfigurationError: a path that leads nowhere, a value that does not fit, or a file that
            cannot be written; then the file is as it was.
    """
    text = read_text(path)
    for dotted, value in changes.items():
        text = _with_value(text, dotted, value, path)
    loaded = load(text, path, environment)
    try:
        write_whole(path.resolve(), text.encode("utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be written: {error.strerror}.") from error
    return loaded.config


def _with_value(text: str, dotted: str, value: Any, path: Path) -> str:
    """The text with one value changed, and proof that nothing else has: both are read again and compared."""
    keys = dotted.split(".")
    root = parse(text, path)
    written = _written(value, dotted, path)
    changed = mended(text, root, keys, written)
    if changed is None or not _says(
        changed, _set(_outline(root), keys, _outline(parse(written, path))), path
    ):
        raise ConfigurationError(
            f"{path}: {dotted} cannot be set without touching something else.", "Change it in an editor."
        )
    return changed


def _written(value: Any, dotted: str, path: Path) -> str:
    """The value as YAML in one line.

    Raises:
        ConfigurationError: it would be read as something else.
    """
    try:
        written = flow(value)
        is_the_same = read(parse(written, path), path.parent, {}).value == value
    except (InvalidConfigurationError, ValueError, TypeError):
        is_the_same = False
    if not is_the_same:
        raise ConfigurationError(f"{path}: {dotted}: this value cannot be written.")
    return written


def _says(text: str, outline: Any, path: Path) -> bool:
    try:
        return bool(_outline(parse(text, path)) == outline)
    except InvalidConfigurationError:  # an anchor, whose alias stands elsewhere, was cut out
        return False


def _outline(node: Node | None) -> Any:
    """What a tree says, without places; a tag stays with its text."""
    if isinstance(node, Mapping):
        return {key.text: _outline(value) for key, value in node.pairs if isinstance(key, Scalar)}
    if isinstance(node, Listing):
        return [_outline(item) for item in node.items]
    return None if node is None else (node.text, node.tag, node.is_plain)


def _set(outline: Any, keys: Sequence[str], value: Any) -> Any:
    """The outline with the value at those keys."""
    if not keys:
        return value
    if isinstance(outline, list):
        at = int(keys[0])
        return [*outline[:at], _set(outline[at], keys[1:], value), *outline[at + 1 :]]
    mapping = outline if isinstance(outline, dict) else {}
    return {**mapping, keys[0]: _set(mapping.get(keys[0]), keys[1:], value)}
