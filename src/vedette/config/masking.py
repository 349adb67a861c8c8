"""Settings for a person's eyes: what is secret has a mark in its place, and the mark keeps the secret."""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, SecretStr

from vedette.config.editing import as_written
from vedette.config.mending import Reference, flow, followed
from vedette.config.nodes import Scalar, parse
from vedette.config.problems import DottedPath
from vedette.config.schema import Config
from vedette.sources.url import StreamUrl

MARK = "•••"
"""Stands for what is not shown."""

_HARMLESS = frozenset(
    {"channel", "subtype", "stream", "streamtype", "profile", "resolution", "fps", "camera"}
)
_CREDENTIAL = re.compile(r"(?<=://)[^\s/@'\"]+@")


@dataclass(frozen=True, slots=True)
class Secret:
    """A place that holds something secret, or an address that may: what is shown, and what it is."""

    path: DottedPath
    shown: str
    real: str = field(repr=False)
    is_address: bool = False


def secrets_of(settings: BaseModel, written: Any) -> Iterator[Secret]:
    """Every secret among settings, with its place in them. `written` is how the file writes them."""
    for name in type(settings).model_fields:
        yield from _secrets(getattr(settings, name), _inner(written, name), (name,))


def masked(settings: BaseModel, written: Any) -> dict[str, Any]:
    """All settings as JSON has them, with marks for secrets."""
    shown = settings.model_dump(mode="json")
    for secret in secrets_of(settings, written):
        shown = with_value(shown, secret.path, secret.shown)
    return shown


def masked_text(text: str, config: Config, file: Path) -> str:
    """A configuration's text with marks for the secrets that stand in it."""
    root = parse(text, file)
    if root is None:
        return _CREDENTIAL.sub(f"{MARK}@", text)
    places = []
    for secret in secrets_of(config, as_written(root)):
        node, rest = followed(root, [str(key) for key in secret.path])
        if not rest and isinstance(node, Scalar) and node.tag is None and node.text != secret.shown:
            places.append((node.place.start, node.place.start + len(_source(text, node)), secret.shown))
    for start, end, shown in sorted(places, reverse=True):
        text = text[:start] + flow(shown) + text[end:]
    # Also in a comment, or an action's address.
    return _CREDENTIAL.sub(f"{MARK}@", text)


def with_value(values: Any, path: DottedPath, value: Any) -> Any:
    """The same lists and dictionaries with another value at a place."""
    if not path:
        return value
    if isinstance(values, list) and isinstance(path[0], int) and path[0] < len(values):
        changed = with_value(values[path[0]], path[1:], value)
        return [*values[: path[0]], changed, *values[path[0] + 1 :]]
    known = values if isinstance(values, AnyMapping) else {}
    return {**known, str(path[0]): with_value(known.get(str(path[0])), path[1:], value)}


def value_at(values: Any, path: DottedPath) -> Any:
    """The value at a place in lists and dictionaries; None if there is none."""
    for key in path:
        values = _inner(values, key)
    return values


def _inner(values: Any, key: str | int) -> Any:
    if isinstance(values, AnyMapping):
        return values.get(key)
    return values[key] if isinstance(values, list) and isinstance(key, int) and key < len(values) else None


def _secrets(value: Any, written: Any, path: DottedPath) -> Iterator[Secret]:
    if isinstance(value, SecretStr) and value.get_secret_value():
        yield Secret(path, _shown(value.get_secret_value(), path), value.get_secret_value())
    elif isinstance(value, StreamUrl):
        is_elsewhere = isinstance(written, Reference)
        yield Secret(path, f"{value}/{MARK}" if is_elsewhere else _address(value), value.revealed(), True)
    elif isinstance(value, BaseModel):
        for secret in secrets_of(value, written):
            yield Secret((*path, *secret.path), secret.shown, secret.real, secret.is_address)
    elif isinstance(value, tuple | list):
        for number, each in enumerate(value):
            yield from _secrets(each, _inner(written, number), (*path, number))
    elif isinstance(value, AnyMapping):
        for key, each in value.items():
            yield from _secrets(each, _inner(written, key), (*path, key))


def _address(url: StreamUrl) -> str:
    """With its path, without credential and query: as an owner writes it who has a password elsewhere."""
    path, _, query = url.target.partition("?")
    shown = query if has_harmless_query(url) else MARK
    credential = f"{MARK}@" if url.username or url.password else ""
    return f"{url.scheme}://{credential}{str(url).partition('://')[2]}{path}{query and f'?{shown}'}"


def has_harmless_query(url: StreamUrl) -> bool:
    """What follows the question mark, if anything does, only chooses among a camera's streams."""
    names = (part.partition("=")[0].lower() for part in url.target.partition("?")[2].split("&"))
    return all(name in _HARMLESS for name in names if name)


def _shown(secret: str, path: DottedPath) -> str:
    """A mark; of an address in the web also where it leads. The places of a list can be told apart."""
    number = str(path[-1] + 1) if isinstance(path[-1], int) else ""
    scheme, found, _ = secret.partition("://")
    if not found or not scheme.isalnum():
        return MARK + number
    try:
        parts = urlsplit(secret)
        host = f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname
    except ValueError:
        host = None
    return f"{scheme}://{f'{host}/' if host and scheme in {'http', 'https'} else ''}{MARK}{number}"


def _source(text: str, node: Scalar) -> str:
    return text[node.place.start : node.place.end].rstrip()
