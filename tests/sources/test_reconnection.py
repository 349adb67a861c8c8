from __future__ import annotations

import pytest

from vedette.sources.reconnection import BackOff, ReconnectionSettings

SETTINGS = ReconnectionSettings(first_seconds=1, longest_seconds=30, steady_seconds=10)


def test_waits_double_up_to_the_longest_and_go_on_for_ever():
    back_off = BackOff(SETTINGS, lambda: 1.0)
    assert [back_off.next_delay() for _ in range(7)] == [1, 2, 4, 8, 16, 30, 30]
    assert {back_off.next_delay() for _ in range(5000)} == {30}


@pytest.mark.parametrize(("drawn", "expected"), [(0.0, 0.5), (0.5, 0.75), (1.0, 1.0)])
def test_jitter_draws_between_half_and_the_whole(drawn, expected):
    assert BackOff(SETTINGS, lambda: drawn).next_delay() == expected


def test_a_connection_without_steady_frames_does_not_shorten_the_wait():
    back_off = BackOff(SETTINGS, lambda: 1.0)
    back_off.next_delay()
    back_off.next_delay()
    for now in (0.0, 5.0, 9.9):
        back_off.frame_arrived(now)
    assert back_off.next_delay() == 4
    back_off.frame_arrived(100.0)
    assert back_off.next_delay() == 8


def test_frames_that_flow_steadily_make_the_wait_short_again():
    back_off = BackOff(SETTINGS, lambda: 1.0)
    for _ in range(5):
        back_off.next_delay()
    back_off.frame_arrived(0.0)
    back_off.frame_arrived(10.0)
    assert back_off.next_delay() == 1
