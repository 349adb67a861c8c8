"""Values as YAML in lines, in the way in which the owner of a file writes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass
from typing import Any

from vedette.config.mending import flow, key_text
from vedette.config.nodes import Listing, Mapping, Node


@dataclass(frozen=True, slots=True)
class Habit:
    """How many columns keys, and dashes of lists, stand right of the key above; and the line ends."""

    step: int = 2
    dash: int = 2
    line_end: str = "\n"


def habit_of(text: str, root: Node | None) -> Habit:
    """The habit of a file, by the first place that shows it; two columns where none does."""
    step = dash = None
    for parent, value in _nested_pairs(root):
        column = column_of(text, value.place.start) - column_of(text, parent.place.start)
        if isinstance(value, Mapping) and step is None and column > 0:
            step = column
        if isinstance(value, Listing) and dash is None and column >= 0:
            dash = column
    step = step or 2
    return Habit(step, step if dash is None else dash, "\r\n" if "\r\n" in text else "\n")


def entry(key: str, value: Any, habit: Habit) -> list[str]:
    """The lines of a key with its value, from the first column on."""
    if isinstance(value, AnyMapping) and value:
        lines = [line for each, inner in value.items() for line in entry(each, inner, habit)]
        return [f"{key_text(key)}:", *indented(lines, habit.step)]
    if is_list_of_mappings(value):
        lines = [line for each in value for line in item(each, habit)]
        return [f"{key_text(key)}:", *indented(lines, habit.dash)]
    return [f"{key_text(key)}: {flow(value)}"]


def item(value: Any, habit: Habit) -> list[str]:
    """The lines of one item of a list, from its dash on."""
    if isinstance(value, AnyMapping) and value:
        lines = [line for each, inner in value.items() for line in entry(each, inner, habit)]
        return [f"- {lines[0]}", *indented(lines[1:], 2)]
    return [f"- {flow(value)}"]


def is_list_of_mappings(value: Any) -> bool:
    """It is better read with one item below another."""
    return isinstance(value, list) and bool(value) and any(isinstance(each, AnyMapping) for each in value)


def indented(lines: Sequence[str], columns: int) -> list[str]:
    """The lines, further to the right."""
    return [" " * columns + line for line in lines]


def column_of(text: str, at: int) -> int:
    """How many characters stand before it in its line."""
    return at - (text.rfind("\n", 0, at) + 1)


def _nested_pairs(node: Node | None) -> Iterator[tuple[Node, Node]]:
    """Keys with the block that stands below them, outermost first."""
    if isinstance(node, Mapping) and not node.is_flow:
        for key, value in node.pairs:
            if isinstance(value, Mapping | Listing) and not value.is_flow:
                yield key, value
        for _, value in node.pairs:
            yield from _nested_pairs(value)
    elif isinstance(node, Listing) and not node.is_flow:
        for each in node.items:
            yield from _nested_pairs(each)
