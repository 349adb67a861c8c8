from __future__ import annotations

from dataclasses import replace

import pytest

from parts.web_server import trail
from vedette.pipeline.newest import Newest


def test_the_newest_frame_and_verdicts_are_kept():
    newest = Newest()
    assert (newest.frame("garden"), list(newest.verdicts("garden"))) == (None, [])
    shown = [trail("garden", number, number / 10) for number in range(3)]
    for each in shown:
        newest(each)
    assert newest.frame("garden") is shown[-1].frame
    assert newest.verdicts("garden") == shown[-1].verdicts
    assert newest.frame("shed") is None


def test_a_frame_at_rest_leaves_the_verdicts_as_they_were():
    newest = Newest()
    judged = trail("garden", 1)
    newest(judged)
    newest(replace(trail("garden", 2), verdicts=()))
    assert newest.frame("garden").sequence == 2
    assert newest.verdicts("garden") == judged.verdicts


@pytest.mark.parametrize("rate", [0.4, 5, 30])
def test_frames_a_second_are_counted_by_the_frames_own_time(rate):
    newest = Newest()
    for number in range(round(10 * rate) + 2):
        newest(trail("garden", number, number / rate))
    assert newest.frames_per_second("garden") == pytest.approx(rate, rel=0.02)


def test_a_time_that_begins_anew_is_no_rate():
    newest = Newest()
    for seconds in (100.0, 101.0, 0.0, 0.5):
        newest(trail("garden", 1, seconds))
    assert newest.frames_per_second("garden") is None


def test_a_camera_that_was_taken_out_is_forgotten():
    newest = Newest()
    newest(trail("garden"))
    newest.forget("garden")
    newest.forget("garden")
    assert newest.frame("garden") is None
