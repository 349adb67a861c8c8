from __future__ import annotations

import pytest

from vedette.assembly.screening import Strip
from vedette.video.segments import Beginning, Fragment

BEGINNING = Beginning("video/mp4", 320, 240, b"first")
EVERY = 5
"""Each fifth is a key frame, ten a second."""


def strip(count: int, largest: int = 1000, size: int = 1) -> Strip:
    made = Strip(largest)
    for number in range(count):
        put(made, number, size)
    return made


def put(made: Strip, number: int, size: int = 1) -> None:
    made.put([Fragment(BEGINNING, number / 10, bytes(size), is_keyframe=number % EVERY == 0)])


def numbers(made: Strip, after: int) -> list[int]:
    return [round(each.seconds * 10) for each in made.after(after)[0]]


@pytest.mark.parametrize(
    ("count", "after", "found"),
    [
        pytest.param(0, -1, [], id="nothing yet"),
        pytest.param(4, -1, [0, 1, 2, 3], id="who comes begins at the newest key frame"),
        pytest.param(13, -1, [10, 11, 12], id="and not before"),
        pytest.param(13, 8, [9, 10, 11, 12], id="who follows goes on"),
        pytest.param(13, 12, [], id="there is nothing newer"),
        pytest.param(13, 3, [10, 11, 12], id="what is gone is left out up to a key frame"),
    ],
)
def test_one_reads_on_where_one_stopped_or_at_a_key_frame(count, after, found):
    assert numbers(strip(count), after) == found


def test_two_runs_are_kept_and_no_more():
    made = strip(1003)
    assert len(made._fragments) <= 2 * EVERY
    assert numbers(made, 1001) == [1002]


def test_who_is_far_behind_goes_on_at_a_newer_key_frame():
    made = Strip()
    for seconds, is_keyframe in ((0.0, True), (0.1, False), (5.0, True), (5.1, False)):
        made.put([Fragment(BEGINNING, seconds, b"x", is_keyframe)])
    assert [each.seconds for each in made.after(0)[0]] == [5.0, 5.1]


def test_a_run_that_is_larger_than_memory_is_let_go_until_the_next_key_frame():
    made = strip(4, largest=30, size=10)
    assert numbers(made, -1) == []
    put(made, 5, 10)
    assert numbers(made, -1) == [5]
    assert numbers(made, 1) == [5]
