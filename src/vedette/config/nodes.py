"""A YAML text as a tree whose every part knows its place; nothing is interpreted yet.

Built from ruamel.yaml's events rather than its own tree: so the depth, the size and what an alias may
do are bounded here, and a message never repeats a piece of the text that might be a password.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from vedette.config.problems import InvalidConfigurationError, Problem

MAXIMUM_DEPTH = 30
MAXIMUM_NODES = 20_000
"""Of a file, with every alias counted as what it stands for: about a thousand cameras."""


@dataclass(frozen=True, slots=True)
class Place:
    """A line, counted from 1, and the characters `start` to `end` of the text, tag and anchor included."""

    line: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value as it is written. `tag` is as written (`!env`), or None."""

    place: Place
    text: str
    tag: str | None
    is_plain: bool

    @property
    def is_nothing(self) -> bool:
        """Nothing was written: `key:`."""
        return self.is_plain and not self.text and self.tag is None and self.place.start == self.place.end


@dataclass(frozen=True, slots=True)
class Listing:
    """Values one after another; `is_flow` if in brackets."""

    place: Place
    items: tuple[Node, ...]
    tag: str | None
    is_flow: bool


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys with values, in order; keys may repeat. `is_flow` if in braces."""

    place: Place
    pairs: tuple[tuple[Node, Node], ...]
    tag: str | None
    is_flow: bool

    def pair(self, key: str | int) -> tuple[Node, Node] | None:
        """The first pair with that key."""
        for name, value in self.pairs:
            if isinstance(name, Scalar) and name.text == str(key):
                return name, value
        return None


Node = Scalar | Listing | Mapping


def parse(text: str, file: Path) -> Node | None:
    """The tree of a text with one document; None if there is nothing but comments.

    Raises:
        InvalidConfigurationError: not YAML, or too deep, too large, or with more than one document.
    """
    try:
        return _Builder(text, file).document()
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else None
        raise _refused(
            file, line, f"this is not YAML: {_harmless(error.problem or 'it breaks off')}"
        ) from None
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        sentence = "this is not YAML: a control character that YAML forbids"
        raise _refused(file, line, sentence) from None
    except YAMLError:
        raise _refused(file, None, "this is not YAML") from None


def _refused(file: Path, line: int | None, sentence: str) -> InvalidConfigurationError:
    return InvalidConfigurationError(file, [Problem(line, (), f"{sentence}.")])


def _harmless(problem: str) -> str:
    """The parser's sentence without longer pieces of the text; `<block end>` and the like are its own."""
    return re.sub(r"'(?!<)[^']{3,}'|\"(?!<)[^\"]{3,}\"", "…", problem.splitlines()[0])


class _Builder:
    """One pass over the events of one text."""

    def __init__(self, text: str, file: Path) -> None:
        self._file = file
        self._text = text
        self._events: Iterator[Any] = YAML(typ="safe", pure=True).parse(text)
        self._anchors: dict[str, Node] = {}
        self._count = 0

    def document(self) -> Node | None:
        root = None
        is_second = False
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                if is_second:
                    raise self._error(event, "a second document begins here; there may be only one")
                is_second = True
                root = self._node(next(self._events), 0)
        if isinstance(root, Scalar) and root.is_nothing:
            return None
        return root

    def _node(self, event: Any, depth: int) -> Node:
        self._count += 1
        if self._count > MAXIMUM_NODES:
            raise self._error(event, f"there are more than {MAXIMUM_NODES} values")
        if depth > MAXIMUM_DEPTH:
            raise self._error(event, f"values lie more than {MAXIMUM_DEPTH} deep in one another")
        if isinstance(event, AliasEvent):
            return self._alias(event)
        node = self._own(event, depth)
        if event.anchor is not None:
            # Known only from its end on: nothing can contain itself.
            self._anchors[event.anchor] = node
        return node

    def _alias(self, event: Any) -> Node:
        if event.anchor not in self._anchors:
            raise self._error(
                event, "this alias (*) has no anchor (&) above; text that begins with * needs quotes"
            )
        return self._anchors[event.anchor]

    def _own(self, event: Any, depth: int) -> Node:
        tag = None if event.tag is None else str(event.tag)
        if isinstance(event, ScalarEvent):
            return Scalar(_place(event, event), event.value, tag, event.style is None)
        if isinstance(event, SequenceStartEvent):
            nodes, end = self._nodes(SequenceEndEvent, depth)
            return Listing(_place(event, end), tuple(nodes), tag, bool(event.flow_style))
        nodes, end = self._nodes(MappingEndEvent, depth)
        pairs = tuple(
            (key, self._behind(key, value)) for key, value in zip(nodes[::2], nodes[1::2], strict=True)
        )
        return Mapping(_place(event, end), pairs, tag, bool(event.flow_style))

    def _behind(self, key: Node, value: Node) -> Node:
        """The value; if nothing was written, its place is behind the key's colon, not at what follows."""
        colon = self._text.find(":", key.place.end)
        if not isinstance(value, Scalar) or not value.is_nothing or colon < 0:
            return value
        return replace(value, place=Place(key.place.line, colon + 1, colon + 1))

    def _nodes(self, end: type, depth: int) -> tuple[list[Node], Any]:
        nodes = []
        while not isinstance(event := next(self._events), end):
            nodes.append(self._node(event, depth + 1))
        return nodes, event

    def _error(self, event: Any, sentence: str) -> InvalidConfigurationError:
        return _refused(self._file, event.start_mark.line + 1, sentence)


def _place(first: Any, last: Any) -> Place:
    return Place(first.start_mark.line + 1, first.start_mark.index, last.end_mark.index)
