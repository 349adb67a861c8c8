import secrets
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from parts.happenings import START
from vedette.events.identity import event_id


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
