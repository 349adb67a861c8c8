from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.sources.pacing import Thinning
from vedette.sources.timeline import FileTimeline, LiveTimeline

STAMPS = st.lists(st.none() | st.floats(-1e6, 1e6), min_size=1, max_size=60)


def test_a_file_begins_at_zero_and_keeps_its_gaps():
    timeline = FileTimeline(0.04)
    assert [timeline.at(stamp) for stamp in (7.0, 7.04, 9.0)] == pytest.approx([0, 0.04, 2.0])


def test_missing_stamps_follow_by_one_frame():
    timeline = FileTimeline(0.04)
    assert [timeline.at(stamp) for stamp in (None, None, 0.08)] == pytest.approx([0, 0.04, 0.08])


@given(STAMPS)
def test_a_files_time_never_runs_backwards(stamps):
    timeline = FileTimeline(0.04)
    times = [timeline.at(stamp) for stamp in stamps]
    assert all(later > earlier for earlier, later in pairwise(times))


@given(
    st.lists(
        st.tuples(st.none() | st.floats(-1e6, 1e6), st.floats(0, 10), st.booleans()), min_size=1, max_size=60
    )
)
def test_a_live_time_never_runs_backwards(arrivals):
    timeline, now, times = LiveTimeline(0.5), 1000.0, []
    for stamp, step, reconnects in arrivals:
        now += step
        if reconnects:
            timeline.reconnected()
        times.append(timeline.place(stamp, now)[0])
    assert all(later > earlier for earlier, later in pairwise(times))


def test_jitter_is_smoothed_out_of_a_live_time():
    timeline = LiveTimeline(0.5)
    times = [
        timeline.place(index * 0.04, 1000 + index * 0.04 + jitter)[0]
        for index, jitter in enumerate([0, 0.03, 0.01, 0.02])
    ]
    assert times == pytest.approx([1000, 1000.04, 1000.08, 1000.12])


def test_a_backlog_is_dropped_until_it_is_caught_up_with():
    timeline, now, late = LiveTimeline(0.5), 1000.0, []
    for index in range(200):
        now = max(now + 0.002, 1000 + index * 0.04)
        if index == 50:
            now += 2.0
        late.append(timeline.place(index * 0.04, now)[1])
    assert not any(late[:50])
    assert 40 < sum(late) < 55
    assert not any(late[110:])


def test_a_camera_whose_clock_stood_still_is_not_taken_for_late_for_ever():
    timeline, late = LiveTimeline(0.5), []
    for index in range(200):
        pause = 3.0 if index >= 50 else 0.0
        late.append(timeline.place(index * 0.04, 1000 + index * 0.04 + pause)[1])
    assert 20 <= sum(late) <= 30
    assert not any(late[80:])


@pytest.mark.parametrize("jump", [-5000.0, 5000.0])
def test_stamps_that_jump_are_another_clock(jump):
    timeline = LiveTimeline(0.5)
    placed = [
        timeline.place(index * 0.04 + (jump if index >= 5 else 0), 1000 + index * 0.04) for index in range(10)
    ]
    assert [seconds for seconds, _ in placed] == pytest.approx([1000 + index * 0.04 for index in range(10)])
    assert not any(is_late for _, is_late in placed)


def test_slow_drift_of_two_clocks_is_followed():
    timeline, late = LiveTimeline(0.5), 0
    for index in range(20000):
        seconds, is_late = timeline.place(index * 0.0999, 1000 + index * 0.1)
        late += is_late
    assert late == 0
    assert seconds == pytest.approx(1000 + 19999 * 0.1, abs=0.1)


@pytest.mark.parametrize(
    ("rate", "expected"), [(None, 250), (25, 250), (10, 100), (7, 70), (1, 10), (100, 250)]
)
def test_thinning_takes_the_rate_that_was_chosen(rate, expected):
    thinning = Thinning(rate)
    assert sum(thinning.takes(index / 25) for index in range(250)) == expected


def test_thinning_goes_on_after_a_gap():
    thinning = Thinning(10)
    assert [thinning.takes(seconds) for seconds in (0.0, 0.04, 50.0, 50.04, 50.1)] == [
        True,
        False,
        True,
        False,
        True,
    ]
