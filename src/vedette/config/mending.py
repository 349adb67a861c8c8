"""A value cut out of a YAML text and another put in its place, or added; nothing else is touched."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence
from typing import Any

from vedette.config.nodes import Listing, Mapping, Node, Scalar

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_LIKE_A_VALUE = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
# YAML 1.2.2, section 5.1: what may not stand in a text as it is, and the line ends that JSON does not escape.
_TO_ESCAPE = re.compile(r"[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


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
        return f"{start}{_key(keys[0])}: {_nested(keys[1:], written)}\n"
    node, rest = _followed(root, keys)
    if not rest:
        return _replaced(text, node, written)
    if isinstance(node, Mapping):
        return _added(text, node, f"{_key(rest[0])}: {_nested(rest[1:], written)}")
    if isinstance(node, Scalar) and node.is_nothing:
        return _replaced(text, node, _nested(rest, written))
    return None


def _followed(root: Node, keys: Sequence[str]) -> tuple[Node, Sequence[str]]:
    """The last node on the path that exists, and the keys that lie beyond it."""
    node = root
    for number, key in enumerate(keys):
        inner = _inner(node, key)
        if inner is None:
            return node, keys[number:]
        node = inner
    return node, ()


def _inner(node: Node, key: str) -> Node | None:
    if isinstance(node, Mapping):
        pair = node.pair(key)
        return None if pair is None else pair[1]
    is_item = isinstance(node, Listing) and key.isascii() and key.isdigit() and int(key) < len(node.items)
    return node.items[int(key)] if is_item and isinstance(node, Listing) else None


def _replaced(text: str, node: Node, written: str) -> str:
    start, end = node.place.start, _end(text, node)
    gap = " " if text[start - 1 : start] in (":", "-") else ""
    return f"{text[:start]}{gap}{written}{text[end:]}"


def _added(text: str, mapping: Mapping, entry: str) -> str:
    if not mapping.pairs:
        at = mapping.place.end - 1
        return f"{text[:at]}{entry}{text[at:]}"
    if mapping.is_flow:
        at = _end(text, mapping.pairs[-1][1])
        return f"{text[:at]}, {entry}{text[at:]}"
    first = mapping.pairs[0][0].place.start
    indent = " " * (first - (text.rfind("\n", 0, first) + 1))
    line_end = "\r\n" if "\r\n" in text else "\n"
    at = text.find("\n", _end(text, mapping.pairs[-1][1]))
    if at < 0:
        return f"{text}{line_end}{indent}{entry}"
    return f"{text[: at + 1]}{indent}{entry}{line_end}{text[at + 1 :]}"


def _end(text: str, node: Node) -> int:
    """Where a value really ends: the parser lets a block run up to whatever comes next."""
    if isinstance(node, Mapping) and not node.is_flow and node.pairs:
        return _end(text, node.pairs[-1][1])
    if isinstance(node, Listing) and not node.is_flow and node.items:
        return _end(text, node.items[-1])
    start, end = node.place.start, node.place.end
    return start + len(text[start:end].rstrip())


def _nested(keys: Sequence[str], written: str) -> str:
    """`{a: {b: written}}`."""
    for key in reversed(keys):
        written = f"{{{_key(key)}: {written}}}"
    return written


def flow(value: Any) -> str:
    """A value as YAML in one line.

    Raises:
        ValueError, TypeError: it is not text, number, boolean, None, list or dictionary, or not finite.
    """
    if isinstance(value, AnyMapping):
        return f"{{{', '.join(f'{_key(key)}: {flow(each)}' for key, each in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(flow, value))}]"
    return _key(value) if isinstance(value, str) else json.dumps(value, allow_nan=False)


def _key(text: str) -> str:
    """Text as it is if that is safe, else in quotes."""
    if _WORD.fullmatch(text) and text.lower() not in _LIKE_A_VALUE:
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return _TO_ESCAPE.sub(lambda match: f"\\u{ord(match[0]):04x}", quoted)
