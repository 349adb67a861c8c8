"""A program changes a configuration file in places; every other byte of it stays.

The text itself is cut and mended at the places of the values, rather than written anew from values:
comments, quotes, `!env` and the owner's way to indent are the owner's.
"""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vedette.config.amending import append, put, taken_out
from vedette.config.loading import load, read_text
from vedette.config.mending import Reference, flow, mended
from vedette.config.nodes import Listing, Mapping, Node, Scalar, parse
from vedette.config.problems import DottedPath, InvalidConfigurationError, shown
from vedette.config.reading import read
from vedette.config.schema import Config
from vedette.errors import ConfigurationError
from vedette.writing import write_whole


@dataclass(frozen=True, slots=True)
class Put:
    """A value in its place: exchanged, or added with the sections that it needs."""

    path: DottedPath
    value: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class Append:
    """One more item at the end of a list."""

    path: DottedPath
    value: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class TakeOut:
    """A key or a list's item is gone."""

    path: DottedPath


Change = Put | Append | TakeOut


def amended(text: str, changes: Sequence[Change], path: Path) -> str:
    """The text of a configuration file with these changes, in lines as a person would write them.

    Values are as `edit` has them, or a `Reference`.

    Raises:
        ConfigurationError: a change that leads nowhere, or that something else would suffer from.
    """
    for change in changes:
        text = _with_change(text, change, path)
    return text


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
        raise _entangled(path, dotted)
    return changed


def _with_change(text: str, change: Change, path: Path) -> str:
    """The text with one change, and proof that nothing else is different: both are read and compared."""
    keys = [str(key) for key in change.path]
    dotted = ".".join(shown(key) for key in change.path)
    root = parse(text, path)
    if isinstance(change, TakeOut):
        changed, wanted = taken_out(text, root, keys), _taken(_outline(root), keys)
    else:
        value = _outline(parse(_written(change.value, dotted, path), path))
        if isinstance(change, Append):
            changed, wanted = append(text, root, keys, change.value), _appended(_outline(root), keys, value)
        else:
            changed, wanted = put(text, root, keys, change.value), _set(_outline(root), keys, value)
    if changed is None or not _says(changed, wanted, path):
        raise _entangled(path, dotted)
    return changed


def _entangled(path: Path, dotted: str) -> ConfigurationError:
    return ConfigurationError(
        f"{path}: {dotted} cannot be set without touching something else.", "Change it in an editor."
    )


def _written(value: Any, dotted: str, path: Path) -> str:
    """The value as YAML in one line.

    Raises:
        ConfigurationError: it would be read as something else.
    """
    try:
        written = flow(value)
        is_the_same = as_written(parse(written, path)) == value
    except (InvalidConfigurationError, ValueError, TypeError):
        is_the_same = False
    if not is_the_same:
        raise ConfigurationError(f"{path}: {dotted}: this value cannot be written.")
    return written


def as_written(node: Node | None) -> Any:
    """The plain values of a tree; what `!env` and `!file` stand for stays a `Reference`."""
    if isinstance(node, Mapping):
        return {key.text: as_written(value) for key, value in node.pairs if isinstance(key, Scalar)}
    if isinstance(node, Listing):
        return [as_written(item) for item in node.items]
    if node is not None and node.tag in ("!env", "!file"):
        return Reference(node.tag, node.text)
    return read(node, Path(), {}).value


def _says(text: str, outline: Any, path: Path) -> bool:
    try:
        found = _outline(parse(text, path))
        return bool(found == outline) or (found is None and outline == {})
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


def _taken(outline: Any, keys: Sequence[str]) -> Any:
    """The outline without the key or item at those keys."""
    if isinstance(outline, list) and keys[0].isdigit() and int(keys[0]) < len(outline):
        at = int(keys[0])
        inner = [_taken(outline[at], keys[1:])] if keys[1:] else []
        return [*outline[:at], *inner, *outline[at + 1 :]]
    if isinstance(outline, dict) and keys[0] in outline:
        if keys[1:]:
            return {**outline, keys[0]: _taken(outline[keys[0]], keys[1:])}
        return {key: value for key, value in outline.items() if key != keys[0]}
    return None


def _appended(outline: Any, keys: Sequence[str], value: Any) -> Any:
    """The outline with one more item in the list at those keys."""
    found = outline
    for key in keys:
        if isinstance(found, dict):
            found = found.get(key)
        elif isinstance(found, list) and key.isdigit() and int(key) < len(found):
            found = found[int(key)]
        else:
            found = None
    return _set(outline, keys, [*(found if isinstance(found, list) else []), value])
