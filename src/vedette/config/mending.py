"""A value cut out of a YAML text and another put in its place, or added; nothing else is touched."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vedette.config.nodes import Listing, Mapping, Node, Scalar

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_LIKE_A_VALUE = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
# YAML 1.2.2, section 5.1: what may not stand in a text as it is, and the line ends that JSON does not escape.
_TO_ESCAPE = re.compile(r"[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_PATH = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./-]*")


@dataclass(frozen=True, slots=True)
class Reference:
    """A value that stands elsewhere: `!file secrets/door`, `!env DOOR`. `tag` is with its mark."""

    tag: str
    text: str


def mended(text: str, root: Node | None, keys: Sequence[str], written: str) -> str | None:
    """The text with the value in its place; None if the path leads through something that has no keys.

    The cases, in the order of the `if`s:
    1. an empty file: the keys become its first line;
    2. the path ends at a value: it is replaced;
    3. it ends at a mapping that lacks the next key: the key is added, with the rest within braces;
    4. it ends at a key with nothing behind it: the rest comes there, within braces.
    """
    if root is None:
        start = text if not text or text.endswith("\n") else text + "\n"
        return f"{start}{key_text(keys[0])}: {_nested(keys[1:], written)}\n"
    node, rest = followed(root, keys)
    if not rest:
        return replaced(text, node, written)
    if isinstance(node, Mapping):
        return added(text, node, f"{key_text(rest[0])}: {_nested(rest[1:], written)}")
    if isinstance(node, Scalar) and node.is_nothing:
        return replaced(text, node, _nested(rest, written))
    return None


def followed(root: Node, keys: Sequence[str]) -> tuple[Node, Sequence[str]]:
    """The last node on the path that exists, and the keys that lie beyond it."""
    node = root
    for number, key in enumerate(keys):
        inner = _inner_of(node, key)
        if inner is None:
            return node, keys[number:]
        node = inner
    return node, ()


def _inner_of(node: Node, key: str) -> Node | None:
    if isinstance(node, Mapping):
        pair = node.pair(key)
        return None if pair is None else pair[1]
    is_item = isinstance(node, Listing) and key.isascii() and key.isdigit() and int(key) < len(node.items)
    return node.items[int(key)] if is_item and isinstance(node, Listing) else None


def replaced(text: str, node: Node, written: str) -> str:
    """The text with what is written in the place of a value."""
    start, end = node.place.start, end_of(text, node)
    gap = " " if text[start - 1 : start] in (":", "-") else ""
    return f"{text[:start]}{gap}{written}{text[end:]}"


def added(text: str, mapping: Mapping, entry: str) -> str:
    """The text with one more key and value, `entry`, at the end of a mapping."""
    if not mapping.pairs:
        at = mapping.place.end - 1
        return f"{text[:at]}{entry}{text[at:]}"
    if mapping.is_flow:
        at = end_in_flow(text, mapping.pairs[-1][1])
        return f"{text[:at]}, {entry}{text[at:]}"
    first = mapping.pairs[0][0].place.start
    indent = " " * (first - (text.rfind("\n", 0, first) + 1))
    line_end = "\r\n" if "\r\n" in text else "\n"
    at = text.find("\n", end_of(text, mapping.pairs[-1][1]))
    if at < 0:
        return f"{text}{line_end}{indent}{entry}"
    return f"{text[: at + 1]}{indent}{entry}{line_end}{text[at + 1 :]}"


def end_of(text: str, node: Node) -> int:
    """Where a value really ends: the parser lets a block run up to whatever comes next."""
    if isinstance(node, Mapping) and not node.is_flow and node.pairs:
        return end_of(text, node.pairs[-1][1])
    if isinstance(node, Listing) and not node.is_flow and node.items:
        return end_of(text, node.items[-1])
    start, end = node.place.start, node.place.end
    return start + len(text[start:end].rstrip())


def end_in_flow(text: str, node: Node) -> int:
    """Where a value in braces ends, with the space behind `key:`: `key:,` is a text of its own."""
    at = end_of(text, node)
    return at + (text[at - 1 : at + 1] == ": ")


def _nested(keys: Sequence[str], written: str) -> str:
    """`{a: {b: written}}`."""
    for key in reversed(keys):
        written = f"{{{key_text(key)}: {written}}}"
    return written


def flow(value: Any) -> str:
    """A value as YAML in one line.

    Raises:
        ValueError, TypeError: it is not text, number, boolean, None, list or dictionary, or not finite.
    """
    if isinstance(value, AnyMapping):
        return f"{{{', '.join(f'{key_text(key)}: {flow(each)}' for key, each in value.items())}}}"
    if isinstance(value, Reference):
        return f"{value.tag} {value.text if _PATH.fullmatch(value.text) else key_text(value.text)}"
    if isinstance(value, list):
        return f"[{', '.join(map(flow, value))}]"
    return key_text(value) if isinstance(value, str) else json.dumps(value, allow_nan=False)


def key_text(text: str) -> str:
    """Text as it is if that is safe, else in quotes."""
    if _WORD.fullmatch(text) and text.lower() not in _LIKE_A_VALUE:
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return _TO_ESCAPE.sub(lambda match: f"\\u{ord(match[0]):04x}", quoted)
