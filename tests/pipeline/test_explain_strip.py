from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from parts.explained import BUSY, MOVING, Recording, at, saw, strange, verdict, window
from vedette.pipeline.explain_columns import Columns
from vedette.pipeline.explain_strip import as_numbers, likeliest, reach, strip


def shown(recording: Recording, since: float, until: float, columns: int, camera: str = "door"):
    asked = window(since, until)
    return strip(recording.log.pieces(camera, reach(asked)), Columns(asked, columns))


def a_visit() -> Recording:
    """Stillness, ten seconds of a cat of which the last five are convincing, stillness again."""
    recording = Recording()
    recording.rests(0, 20)
    recording.film(20, 25, 10, MOVING, saw(cat=0.6, prey=0.4), verdict("inactive", 1.0, 0.4))
    recording.frame(25, MOVING, saw(prey=0.9, cat=0.1), verdict("active", 2.4, 0.9, has_changed=True))
    recording.film(25.1, 30, 10, MOVING, saw(prey=0.9, cat=0.1), verdict("active", 3.0, 0.9))
    recording.frame(30, MOVING, saw(prey=0.1, cat=0.9), verdict("inactive", -1.0, 0.1, has_changed=True))
    recording.rests(30.1, 60)
    return recording


def test_every_lane_has_one_value_a_column():
    lanes = shown(a_visit(), 0, 60, 60)
    series = [lanes.rate, lanes.gate.energy, lanes.gate.threshold, lanes.gate.open_share]
    series += [lanes.gate.reason, *lanes.looks["cats"].classes.values(), lanes.rules["prey"].state]
    assert {len(each) for each in series} == {60}


def test_the_gate_is_open_where_something_moved():
    lanes = shown(a_visit(), 0, 60, 60)
    assert np.flatnonzero(lanes.gate.open_share > 0).tolist() == list(range(20, 31))
    assert np.nanmax(lanes.gate.energy) == pytest.approx(0.041)
    said = [lanes.words.all[number] for number in lanes.gate.reason if number >= 0]
    assert (said[5], said[22]) == ("nothing moves", "moving")


def test_a_classifier_that_did_not_look_says_why():
    looks = shown(a_visit(), 0, 60, 60).looks["cats"]
    assert np.flatnonzero(looks.looked > 0).tolist() == list(range(20, 31))
    assert set(looks.classes) == {"cat", "prey"}
    assert np.nanmax(looks.classes["prey"][20:25]) == pytest.approx(0.4)
    assert np.nanmax(looks.classes["prey"][26:30]) == pytest.approx(0.9)
    assert np.isnan(looks.classes["prey"][10])
    assert looks.reason[10] >= 0


def test_a_refused_look_and_an_unknown_picture_are_marked():
    recording = Recording()
    recording.film(0, 1, 10, MOVING, BUSY, verdict())
    recording.film(1, 2, 10, MOVING, strange(cat=0.5, prey=0.5), verdict())
    lanes = shown(recording, 0, 2, 2)
    looks = lanes.looks["cats"]
    assert (looks.refused.tolist(), looks.unknown[1]) == ([1, 0], 1)
    assert lanes.words.all[looks.reason[0]] == BUSY.reason


def test_a_rules_evidence_and_state_are_a_band():
    rule = shown(a_visit(), 0, 60, 60).rules["prey"]
    active = set(np.flatnonzero(rule.state == 1))
    assert set(range(25, 30)) <= active <= set(range(24, 31))
    assert np.nanmax(rule.highest) == pytest.approx(3.0)
    assert rule.enter_at[:59] == pytest.approx(2.2)
    assert [each.state for each in rule.changes] == ["active", "inactive"]
    assert abs(rule.changes[0].at - at(25)) < timedelta(seconds=0.3)


def test_a_column_shorter_than_a_row_is_not_left_empty():
    lanes = shown(a_visit(), 5, 10, 100)
    assert not np.isnan(lanes.gate.energy).any()


def test_a_gap_stays_empty():
    recording = Recording()
    recording.film(0, 10, 10)
    recording.film(40, 50, 10)
    rate = shown(recording, 0, 50, 50).rate
    assert np.isnan(rate[12:39]).all()
    assert not np.isnan(rate[[*range(9), *range(41, 49)]]).any()
    assert rate[5] == pytest.approx(10, abs=1)


def test_a_camera_that_seldom_sends_is_no_gap():
    recording = Recording()
    recording.film(0, 600, 1 / 20)
    assert not np.isnan(shown(recording, 300, 330, 30).rate[:30]).any()


def test_nothing_is_shown_of_a_camera_that_nobody_knows():
    lanes = shown(Recording(), 0, 10, 5)
    assert as_numbers(lanes.rate) == [None] * 5
    assert (lanes.looks, lanes.rules) == ({}, {})


def test_a_rule_that_was_exchanged_and_the_new_one_are_both_shown():
    recording = Recording()
    recording.film(0, 10, 10, MOVING, saw(cat=0.9), verdict("active", 3.0, rule="cats"))
    recording.film(10, 20, 10, MOVING, saw(cat=0.9), verdict("active", 3.0, rule="prey"))
    lanes = shown(recording, 0, 20, 20)
    assert (lanes.rules["cats"].state[:10] == 1).all()
    assert (lanes.rules["prey"].state[10:] == 1).all()
    assert np.isnan(lanes.rules["prey"].state[:9]).all()


def test_the_likeliest_classes_are_shown_in_the_order_of_their_names():
    lines = {f"class {number}": np.array([number / 10, np.nan]) for number in range(9)}
    assert list(likeliest(lines)) == [f"class {number}" for number in range(3, 9)]


def test_a_busy_hour_is_shown_without_reading_row_by_row():
    recording = Recording()
    recording.film(0, 3600, 10, MOVING, saw(cat=0.6, prey=0.4), verdict("active", 3.0, 0.9))
    lanes = shown(recording, 0, 3600, 600)
    assert not np.isnan(lanes.rate).any()
    assert (lanes.rules["prey"].state == 1).all()
