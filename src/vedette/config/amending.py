"""A key, a section or a list's item put into a YAML text, or taken out of it; nothing else is touched.

Where `vedette.config.mending` writes within one line, this writes in lines, as a person would.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence
from typing import Any

from vedette.config.block import Habit, column_of, entry, habit_of, indented, is_list_of_mappings, item
from vedette.config.mending import added, end_in_flow, end_of, flow, followed, key_text, replaced
from vedette.config.nodes import Listing, Mapping, Node, Scalar

Pair = tuple[Node, Node]
_BLANK_LINE = re.compile(r"\n[ \t]*\r?\n")


def put(text: str, root: Node | None, keys: Sequence[str], value: Any) -> str | None:
    """The text with the value at these keys; None where it cannot be put without touching something else.

    The cases, in the order of the `if`s:
    1. an empty file: the keys become its last lines;
    2. the path ends at a value: it is exchanged;
    3. it ends at a mapping that lacks the next key: the key is added, with the rest below it;
    4. it ends at a key with nothing behind it: the rest comes below it.
    """
    habit = habit_of(text, root)
    if root is None:
        start = text if not text or text.endswith("\n") else text + habit.line_end
        return start + _joined(entry(keys[0], _nested(keys[1:], value), habit), habit)
    node, rest = followed(root, keys)
    if not rest:
        return _exchanged(text, root, keys, value)
    wanted = _nested(rest[1:], value)
    here = keys[: len(keys) - len(rest)]
    if isinstance(node, Mapping) and node.is_flow and (node.pairs or not here or _is_within_flow(root, here)):
        return added(text, node, f"{key_text(rest[0])}: {flow(wanted)}")
    if isinstance(node, Mapping) and node.pairs:
        last = node.pairs[-1]
        lines = indented(entry(rest[0], wanted, habit), column_of(text, last[0].place.start))
        gap = [""] if _has_gap(text, node) else []
        return _after(text, end_of(text, last[1]), [*gap, *lines], habit)
    is_empty = isinstance(node, Mapping) or (isinstance(node, Scalar) and node.is_nothing)
    return _filled(text, root, here, {rest[0]: wanted}) if is_empty else None


def append(text: str, root: Node | None, keys: Sequence[str], value: Any) -> str | None:
    """The text with one more item at the end of the list at these keys; None where that cannot be."""
    node, rest = (None, keys) if root is None else followed(root, keys)
    if rest or (isinstance(node, Scalar) and node.is_nothing):
        return put(text, root, keys, [value])
    if root is None or not isinstance(node, Listing):
        return None
    if not node.items:
        return _exchanged(text, root, keys, [value])
    last = node.items[-1]
    if node.is_flow:
        at = end_of(text, last)
        return f"{text[:at]}, {flow(value)}{text[at:]}"
    habit, dash = habit_of(text, root), _dash(text, last)
    if dash is None:
        return None
    return _after(text, end_of(text, last), indented(item(value, habit), column_of(text, dash)), habit)


def taken_out(text: str, root: Node | None, keys: Sequence[str]) -> str | None:
    """The text without the key or item at these keys; None where that cannot be.

    What is indented deeper belongs to it, and goes with it: also comments. What stood alone leaves `{}`
    or `[]` behind.
    """
    if root is None:
        return None
    node, rest = followed(root, keys)
    parent, _ = followed(root, keys[:-1])
    if rest or not isinstance(parent, Mapping | Listing):
        return None
    begins, ends = _span(text, parent, node, keys[-1])
    members = parent.pairs if isinstance(parent, Mapping) else parent.items
    number = _number(parent, keys[-1])
    if parent.is_flow:
        return _without_flow(text, parent, number, (begins, ends))
    start = text.rfind("\n", 0, begins) + 1
    if text[start:begins].strip():
        return None
    after = _end_of_block(text, ends, begins - start)
    if len(members) == 1:
        return _emptied(text, root, keys[:-1], (start, after))
    return _without_gap(text, parent, (start, after), is_last=number == len(members) - 1)


def _exchanged(text: str, root: Node, keys: Sequence[str], value: Any) -> str | None:
    node, _ = followed(root, keys)
    habit = habit_of(text, root)
    is_small = not (isinstance(value, AnyMapping) and value) and not is_list_of_mappings(value)
    if _is_within_flow(root, keys) or (is_small and not _is_block(node)):
        return replaced(text, node, flow(value))
    if not _is_block(node):
        return _filled(text, root, keys, value)
    pair = _pair(root, keys)
    if pair is None or _is_shared(pair):
        return None
    start, end = node.place.start, end_of(text, node)
    if is_small:
        colon = _colon(text, pair)
        return f"{text[:colon]} {flow(value)}{text[colon : text.rfind(chr(10), 0, start)]}{text[end:]}"
    lines = indented(_below(value, habit), column_of(text, start))
    return f"{text[:start]}{_joined(lines, habit).strip()}{text[end:]}"


def _filled(text: str, root: Node, keys: Sequence[str], value: Any) -> str | None:
    """The value below its key, where nothing, or something of one line, stood behind it."""
    habit, pair = habit_of(text, root), _pair(root, keys)
    if pair is None or _is_within_flow(root, keys) or _is_shared(pair):
        return None
    key, node = pair
    start, end = _colon(text, pair), max(_colon(text, pair), end_of(text, node))
    if "\n" in text[start:end]:
        return None
    is_list = isinstance(value, list)
    lines = indented(_below(value, habit), habit.dash if is_list else habit.step)
    hollowed = text[:start] + text[end:]
    return _after(hollowed, start, indented(lines, column_of(text, key.place.start)), habit)


def _below(value: Any, habit: Habit) -> list[str]:
    """The lines of a mapping's keys, or of a list's items."""
    if isinstance(value, AnyMapping):
        return [line for key, inner in value.items() for line in entry(key, inner, habit)]
    return [line for each in value for line in item(each, habit)]


def _span(text: str, parent: Mapping | Listing, node: Node, key: str) -> tuple[int, int]:
    """From the key, or the dash, to the end of the value."""
    if isinstance(parent, Mapping):
        pair = parent.pair(key)
        assert pair is not None
        return pair[0].place.start, end_of(text, pair[1])
    dash = None if parent.is_flow else _dash(text, node)
    return node.place.start if dash is None else dash, end_of(text, node)


def _number(parent: Mapping | Listing, key: str) -> int:
    if isinstance(parent, Listing):
        return int(key)
    return next(at for at, pair in enumerate(parent.pairs) if pair == parent.pair(key))


def _without_flow(text: str, parent: Mapping | Listing, number: int, span: tuple[int, int]) -> str:
    """Without one member, and with one comma less, of those within braces or brackets."""
    members: Sequence[Any] = parent.pairs if isinstance(parent, Mapping) else parent.items
    begins, ends = span
    if number + 1 < len(members):
        following = members[number + 1]
        ends = (following[0] if isinstance(following, tuple) else following).place.start
    elif number > 0:
        before = members[number - 1]
        stop = end_in_flow(text, before[1] if isinstance(before, tuple) else before)
        begins = stop if not text[stop:begins].replace(",", "", 1).strip(" ") else begins
    return text[:begins] + text[ends:]


def _emptied(text: str, root: Node, keys: Sequence[str], span: tuple[int, int]) -> str | None:
    """Without the only member of the block at these keys."""
    start, after = span
    if not keys:
        return text[:start] + text[after:]
    pair = _pair(root, keys)
    if pair is None:
        return None
    colon, nothing = _colon(text, pair), "{}" if isinstance(pair[1], Mapping) else "[]"
    return f"{text[:colon]} {nothing}{text[colon:start]}{text[after:]}"


def _without_gap(text: str, parent: Mapping | Listing, span: tuple[int, int], *, is_last: bool) -> str:
    """Without these lines, and without the empty line that kept them apart from their neighbours."""
    start, after = span
    if _has_gap(text, parent):
        if is_last:
            gap = re.search(r"(?<=\n)[ \t]*\r?\n\Z", text[:start])
            start = gap.start() if gap else start
        else:
            gap = re.match(r"[ \t]*\r?\n", text[after:])
            after += gap.end() if gap else 0
    return text[:start] + text[after:]


def _end_of_block(text: str, ends: int, column: int) -> int:
    """Behind the line in which a block ends, and behind comments that are indented deeper than its key."""
    at = text.find("\n", ends) + 1
    if not at:
        return len(text)
    while (line := re.match(r"([ \t]*)#[^\n]*(\n|\Z)", text[at:])) and len(line[1]) > column:
        at += line.end()
    return at


def _has_gap(text: str, parent: Mapping | Listing) -> bool:
    """The last two members are kept apart by an empty line."""
    members: Sequence[Any] = parent.pairs if isinstance(parent, Mapping) else parent.items
    if len(members) < 2:
        return False
    before, last = members[-2:]
    start = end_of(text, before[1] if isinstance(before, tuple) else before)
    end = (last[0] if isinstance(last, tuple) else last).place.start
    return bool(_BLANK_LINE.search(text[start:end]))


def _after(text: str, end: int, lines: Sequence[str], habit: Habit) -> str:
    """The text with these lines behind the line in which something ends."""
    at = text.find("\n", end)
    written = _joined(lines, habit)
    if at < 0:
        return f"{text}{habit.line_end}{written[: -len(habit.line_end)]}"
    return text[: at + 1] + written + text[at + 1 :]


def _joined(lines: Sequence[str], habit: Habit) -> str:
    return "".join(line + habit.line_end for line in lines)


def _nested(keys: Sequence[str], value: Any) -> Any:
    for key in reversed(keys):
        value = {key: value}
    return value


def _dash(text: str, node: Node) -> int | None:
    """Where the dash of a list's item stands; None if something else stands before it."""
    start = text.rfind("\n", 0, node.place.start) + 1
    found = re.fullmatch(r" *(-)[ \t]*", text[start : node.place.start])
    return start + found.start(1) if found else None


def _pair(root: Node, keys: Sequence[str]) -> Pair | None:
    """The key and the value at these keys, if they are a mapping's."""
    if not keys:
        return None
    parent, rest = followed(root, keys[:-1])
    return parent.pair(keys[-1]) if isinstance(parent, Mapping) and not rest else None


def _is_shared(pair: Pair) -> bool:
    """The value is an alias: it stands elsewhere, before its key."""
    return pair[1].place.start < pair[0].place.start


def _colon(text: str, pair: Pair) -> int:
    """Behind the colon of a key."""
    return text.find(":", pair[0].place.end) + 1


def _is_block(node: Node) -> bool:
    return isinstance(node, Mapping | Listing) and not node.is_flow


def _is_within_flow(root: Node, keys: Sequence[str]) -> bool:
    """Something around it is in braces or brackets."""
    outer = (followed(root, keys[:number])[0] for number in range(len(keys)))
    return any(isinstance(each, Mapping | Listing) and each.is_flow for each in outer)
