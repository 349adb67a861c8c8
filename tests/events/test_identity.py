import secrets
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parts.happenings import START
from vedette.events.identity import event_id, event_time, is_event_id


def test_the_same_time_and_chance_give_the_specifications_example():
    # 1469918176385 ms is the timestamp of the ULID specification's own example.
    at = START.fromtimestamp(1469918176.385, START.tzinfo)
    assert event_id(at, bytes) == "01aryz6s41" + "0" * 16


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_a_later_event_sorts_later(earlier, gap):
    first = START + timedelta(milliseconds=earlier)
    second = first + timedelta(milliseconds=gap)
    assert event_id(first, secrets.token_bytes) < event_id(second, secrets.token_bytes)


def test_events_of_one_moment_differ():
    assert len({event_id(START, secrets.token_bytes) for _ in range(1000)}) == 1000


def test_all_80_bits_of_chance_are_in_the_name():
    assert event_id(START, lambda count: b"\xff" * count).endswith("z" * 16)


@given(st.integers(0, 10**12))
def test_an_id_gives_its_time_back(milliseconds):
    at = START.fromtimestamp(0, START.tzinfo) + timedelta(milliseconds=milliseconds)
    identity = event_id(at, secrets.token_bytes)
    assert is_event_id(identity)
    assert abs(event_time(identity) - at) <= timedelta(milliseconds=1)


@pytest.mark.parametrize(
    "text", ["", "01", "x" * 26, "01ARYZ6S41" + "0" * 16, "01aryz6s41" + "u" * 16, "é" * 26]
)
def test_what_is_no_id_is_told_apart(text):
    assert not is_event_id(text)


def test_an_id_of_no_time_is_a_value_error():
    with pytest.raises(ValueError, match=r"no time|range"):
        event_time("7" + "z" * 25)
