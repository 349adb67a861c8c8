from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette.config.editing import Append, Put, Reference, TakeOut, amended, as_written
from vedette.config.nodes import parse
from vedette.errors import ConfigurationError

HERE = Path("house.yaml")

TIDY = """\
# My house.

service:
    port: 8731   # mine

cameras:   # all of them
    # over the flap
    door:
        source:
            kind: rtsp
            url: !file secrets/door   # from the box
        classifiers: [cat-door]
        rules:
        - kind: presence   # the cat
          name: "cat"
          classifier: cat-door
          label: 'cat'
        # after the rules

    # the shed
    shed:
        source: {kind: push}
        # nothing more

# who is told
actions:
    phone: {kind: webhook, url: !env HOOK}
# the end
"""

RULE = {"kind": "absence", "name": "gone", "classifier": "cat-door", "label": "cat", "actions": ["log"]}


def after(text, *changes):
    return amended(text, changes, HERE)


def plain(text):
    return as_written(parse(text, HERE))


def test_a_camera_is_added_as_its_owner_would_have_written_it():
    source = {"kind": "rtsp", "url": "rtsp://h/1", "password": Reference("!file", "secrets/yard-password")}
    camera = {"source": source, "classifiers": ["lawn"], "rules": [RULE]}
    added = """
    yard:
        source:
            kind: rtsp
            url: "rtsp://h/1"
            password: !file secrets/yard-password
        classifiers: [lawn]
        rules:
        - kind: absence
          name: gone
          classifier: cat-door
          label: cat
          actions: [log]
"""
    mark = "        source: {kind: push}\n"
    assert after(TIDY, Put(("cameras", "yard"), camera)) == TIDY.replace(mark, mark + added)


def test_a_rule_is_added_below_the_others_in_their_way():
    mark = "          label: 'cat'\n"
    added = (
        "        - kind: absence\n          name: gone\n          classifier: cat-door\n"
        "          label: cat\n          actions: [log]\n"
    )
    assert after(TIDY, Append(("cameras", "door", "rules"), RULE)) == TIDY.replace(mark, mark + added)


def test_the_first_rule_brings_its_section():
    mark = "        source: {kind: push}\n"
    added = (
        "        rules:\n        - kind: absence\n          name: gone\n          classifier: cat-door\n"
        "          label: cat\n          actions: [log]\n"
    )
    assert after(TIDY, Append(("cameras", "shed", "rules"), RULE)) == TIDY.replace(mark, mark + added)


@pytest.mark.parametrize(
    ("before", "change", "wanted"),
    [
        (
            "",
            Put(("cameras", "a"), {"source": {"kind": "push"}}),
            "cameras:\n  a:\n    source:\n      kind: push\n",
        ),
        ("# mine", Put(("service", "port"), 1), "# mine\nservice:\n  port: 1\n"),
        ("cameras: # none yet\n", Put(("cameras", "a", "x"), 1), "cameras: # none yet\n  a:\n    x: 1\n"),
        ("cameras: {} # none yet\n", Put(("cameras", "a", "x"), 1), "cameras: # none yet\n  a:\n    x: 1\n"),
        ("cameras:", Put(("cameras", "a", "x"), 1), "cameras:\n  a:\n    x: 1"),
        ("a: {b: {}}\n", Put(("a", "b", "c"), {"d": 1}), "a: {b: {c: {d: 1}}}\n"),
        ("a: 1\n\nb: 2\n# end\n", Put(("c",), 3), "a: 1\n\nb: 2\n\nc: 3\n# end\n"),
        ("a:\n- 1\n", Append(("a",), 2), "a:\n- 1\n- 2\n"),
        ("a: [1] # x\n", Append(("a",), {"b": 2}), "a: [1, {b: 2}] # x\n"),
        ("a: [] # x\n", Append(("a",), {"b": 2, "c": 3}), "a: # x\n  - b: 2\n    c: 3\n"),
        ("a: # x\n", Append(("a",), "b"), "a: [b] # x\n"),
        ("a: 1 # x\n", Put(("a",), {"b": 2}), "a: # x\n  b: 2\n"),
        ("a: # x\n  b: 1 # y\nc: 2\n", Put(("a",), 5), "a: 5 # x # y\nc: 2\n"),
        ("a:\n  b: 1\n  c: 2 # y\n", TakeOut(("a", "c")), "a:\n  b: 1\n"),
        ("a:\n  b: 1 # x\n", TakeOut(("a", "b")), "a: {}\n"),
        ("a: # x\n  # y\n  - b\nc: 1\n", TakeOut(("a", "0")), "a: [] # x\n  # y\nc: 1\n"),
        ("a:\n  b: 1\n    # of b\n  # of a\n", TakeOut(("a", "b")), "a: {}\n  # of a\n"),
        ("# x\na: 1\n# y\n", TakeOut(("a",)), "# x\n# y\n"),
        ("a: {b: 1, c: 2, d: 3}\n", TakeOut(("a", "c")), "a: {b: 1, d: 3}\n"),
        ("a: {b: 1, c: 2}\n", TakeOut(("a", "c")), "a: {b: 1}\n"),
        ("a: [1, 2]\n", TakeOut(("a", "0")), "a: [2]\n"),
        ("a: [1]\n", TakeOut(("a", "0")), "a: []\n"),
        ("a: [1, # x\n    2]\n", TakeOut(("a", "1")), "a: [1, # x\n    ]\n"),
        (
            "a: 1\r\nb:\r\n  c: 1\r\n",
            Put(("b", "d"), {"e": 1}),
            "a: 1\r\nb:\r\n  c: 1\r\n  d:\r\n    e: 1\r\n",
        ),
    ],
)
def test_files_of_every_habit_are_amended_in_that_habit(before, change, wanted):
    assert after(before, change) == wanted


def test_what_is_taken_out_takes_what_belongs_to_it_along():
    cut = TIDY.index("    door:\n"), TIDY.index("    # the shed\n")
    # The empty line that kept it apart goes, too.
    assert after(TIDY, TakeOut(("cameras", "door"))) == TIDY[: cut[0]] + TIDY[cut[1] :]


@pytest.mark.parametrize(
    "change",
    [
        Put(("cameras", "door", "source", "url", "host"), "x"),
        Append(("cameras", "door", "source"), {"a": 1}),
        TakeOut(("cameras", "yard")),
        TakeOut(("cameras", "door", "rules", "7")),
        TakeOut(("cameras", "door", "rules", 0, "kind")),
        Put(("service", "port"), float("nan")),
    ],
)
def test_a_change_that_leads_nowhere_is_refused(change):
    with pytest.raises(ConfigurationError):
        after(TIDY, change)


SHARED = "a:\n  one: &x\n    b: 1\n  two: *x\nc: 2\n"


@pytest.mark.parametrize(
    "change", [Put(("a", "two", "b"), 2), TakeOut(("a", "one")), Put(("a", "two"), {"b": 3})]
)
def test_what_is_shared_by_an_alias_is_not_amended_behind_one_s_back(change):
    with pytest.raises(ConfigurationError, match="without touching something else"):
        after(SHARED, change)


# Files full of comments, in every habit; what is added is then taken out again.
KEYS = st.sampled_from(["a", "b", "c", "d", '"e f"', "'g'"])
REMARKS = st.sampled_from(["", "  # why: {not} [yaml]", " #", "   # ä - x: 1"])
LINES = st.sampled_from(["", "# alone", "\n", "# - a: b\n\n"])


@st.composite
def files(draw):
    step = draw(st.sampled_from([1, 2, 4]))
    dash = draw(st.sampled_from([0, step]))
    return "\n".join(draw_mapping(draw, 0, (step, dash), 0)) + draw(st.sampled_from(["", "\n", "\n# end\n"]))


def draw_mapping(draw, column, habit, depth):
    lines = []
    for key in draw(st.lists(KEYS, min_size=1, max_size=3, unique_by=lambda key: key.strip("\"'"))):
        if remark := draw(LINES):
            lines += [" " * column + line if line else "" for line in remark.split("\n")]
        lines += draw_entry(draw, key, column, habit, depth)
    return lines


def draw_entry(draw, key, column, habit, depth):
    start, remark = " " * column + key + ":", draw(REMARKS)
    what = draw(st.sampled_from(["plain", "flow", "nothing", "mapping", "list"] if depth < 3 else ["plain"]))
    if what == "mapping":
        return [start + remark, *draw_mapping(draw, column + habit[0], habit, depth + 1)]
    if what == "list":
        lines = [start + remark]
        for _ in range(draw(st.integers(1, 3))):
            inner = draw_mapping(draw, 0, habit, 3)
            first = next(at for at, line in enumerate(inner) if line.strip() and not line.startswith("#"))
            lines += [" " * (column + habit[1]) + line if line else "" for line in inner[:first]]
            lines.append(" " * (column + habit[1]) + "- " + inner[first])
            lines += [" " * (column + habit[1] + 2) + line if line else "" for line in inner[first + 1 :]]
        return lines
    value = {"nothing": "", "plain": " 1", "flow": " {x: [1, {y: !env Z}], z: }"}[what]
    return [start + value + remark]


def paths(value, path=()):
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from paths(each, (*path, key))


VALUES = st.sampled_from(
    [
        1,
        "text: [x",
        [1, 2],
        {"k": {"l": [{"m": 1, "n": [[0, 0.5]]}]}},
        Reference("!file", "secrets/x"),
        [],
        {},
    ]
)


@settings(max_examples=150, deadline=None)
@given(text=files(), data=st.data())
def test_whatever_is_added_stands_in_lines_of_its_own_and_can_be_taken_out(text, data):
    before = plain(text)
    where = data.draw(st.sampled_from([path for path in paths(before) if isinstance(at(before, path), dict)]))
    value = data.draw(VALUES)
    changed = after(text, Put((*where, "new"), value))
    assert at(plain(changed), (*where, "new")) == value
    assert comments(changed) == comments(text)
    assert without(changed, text) is not None
    again = after(changed, TakeOut((*where, "new")))
    assert plain(again) == before or not at(before, where)
    assert comments(again) == comments(text)


@settings(max_examples=150, deadline=None)
@given(text=files(), data=st.data())
def test_whatever_is_taken_out_leaves_everything_else_as_it_was(text, data):
    before = plain(text)
    where = data.draw(st.sampled_from([path for path in paths(before) if path]))
    try:
        changed = after(text, TakeOut(where))
    except ConfigurationError:
        return  # the first key of a list's item shares the line of its dash
    # What is left is a part of what was, but for the braces of an empty section.
    assert without(text, changed.replace(" {}", "", 1).replace(" []", "", 1)) or without(text, changed)


@settings(max_examples=150, deadline=None)
@given(text=files(), data=st.data())
def test_whatever_is_exchanged_leaves_comments_outside_of_it(text, data):
    before = plain(text)
    where = data.draw(st.sampled_from([path for path in paths(before) if path]))
    value = data.draw(VALUES)
    try:
        changed = after(text, Put(where, value))
    except ConfigurationError:
        return
    assert at(plain(changed), where) == value
    begin = text[: text.index(next(line for line in text.split("\n") if line.strip()))]
    assert changed.startswith(begin)


def at(value, path):
    for key in path:
        value = value[key]
    return value


def comments(text):
    return [line[line.index("#") :] for line in text.split("\n") if "#" in line]


def without(longer, shorter):
    """`shorter` is `longer` with one run of characters cut out."""
    same = 0
    while same < min(len(longer), len(shorter)) and longer[same] == shorter[same]:
        same += 1
    rest = shorter[same:]
    return (longer.endswith(rest) and len(longer) - len(rest) >= same) or None
