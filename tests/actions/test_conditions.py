from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from parts.happenings import START, event
from vedette.actions import conditions as module
from vedette.actions.conditions import Conditions
from vedette.actions.settings import ActionSettings
from vedette.values.event import Phase

BERLIN = ZoneInfo("Europe/Berlin")
OPEN, UPDATE, CLOSE = Phase
# START is Sunday, 2026-03-29, 01:30 in Berlin; half an hour later the clocks there go to 03:00.


def conditions(**settings):
    return Conditions(ActionSettings(**settings), BERLIN)


def later(seconds):
    return START + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("settings", "is_told"),
    [
        ({}, True),
        ({"minimum_score": 0.5}, True),
        ({"minimum_score": 0.51}, False),
        ({"cameras": ["yard"]}, False),
        ({"cameras": ["yard", "door"]}, True),
        ({"rules": ["visitor"]}, False),
        ({"labels": ["cat"]}, False),
        ({"labels": ["prey"]}, True),
        ({"days": ["sun"]}, True),
        ({"days": ["mon", "sat"]}, False),
        ({"quiet_hours": ["01:00-02:00"]}, False),
        ({"quiet_hours": ["22:00-01:30"]}, True),
        ({"quiet_hours": ["12:00-13:00", "23:00-07:00"]}, False),
    ],
)
def test_an_event_that_is_not_told_at_its_opening_is_not_told_at_all(settings, is_told):
    asked = conditions(**settings)
    assert [asked.allows(phase, event(), START) for phase in Phase] == [is_told] * 3


def test_hours_are_local_also_where_the_clocks_change():
    asked = conditions(quiet_hours=["02:00-03:00"])
    assert asked.allows(OPEN, event("before"), later(1799))
    assert asked.allows(OPEN, event("after"), later(1800))


def test_an_event_that_was_told_gets_its_close_though_it_is_quiet_by_then():
    asked = conditions(quiet_hours=["03:00-07:00"])
    assert asked.allows(OPEN, event(), START)
    assert not asked.allows(UPDATE, event(), later(1800))
    assert asked.allows(CLOSE, event(), later(3600))


def test_the_close_of_an_event_that_was_not_told_stays_untold_when_it_is_loud_again():
    asked = conditions(quiet_hours=["01:00-02:00"], minimum_score=0.4)
    assert not asked.allows(OPEN, event(), START)
    assert not asked.allows(CLOSE, event(score=0.99), later(7200))


def test_a_cooldown_is_for_each_camera_and_rule():
    asked = conditions(cooldown_seconds=60)
    assert asked.allows(OPEN, event("01"), START)
    assert asked.allows(CLOSE, event("01"), later(5))
    assert not asked.allows(OPEN, event("02"), later(59))
    assert not asked.allows(CLOSE, event("02"), later(61))
    assert asked.allows(OPEN, event("03", camera="yard"), later(59))
    assert asked.allows(OPEN, event("04", rule="visitor"), later(59))
    assert asked.allows(OPEN, event("05"), later(60))


def test_a_clock_that_was_set_back_silences_nobody():
    asked = conditions(cooldown_seconds=60)
    assert asked.allows(OPEN, event("01"), START)
    assert asked.allows(OPEN, event("02"), START - timedelta(days=30))
    assert not asked.allows(OPEN, event("03"), START - timedelta(days=30, seconds=-10))


def test_an_event_from_before_a_restart_is_judged_by_the_hour_of_its_opening():
    quiet = conditions(quiet_hours=["01:00-02:00"])
    assert not quiet.allows(CLOSE, event(), later(7200))
    assert conditions(quiet_hours=["03:00-09:00"], cooldown_seconds=9).allows(CLOSE, event(), later(3600))


def test_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(module, "REMEMBERED", 3)
    asked = conditions(minimum_score=0.9)
    for number in range(10):
        asked.allows(OPEN, event(f"{number}", camera=f"{number}"), START)
    assert len(asked._told) == 3
    assert not asked.allows(CLOSE, event("9"), START)


@pytest.mark.parametrize(
    "settings",
    [{"quiet_hours": ["late"]}, {"days": ["someday"]}, {"minimum_score": 1.1}, {"cooldown_seconds": -1}],
)
def test_conditions_that_make_no_sense_are_refused(settings):
    with pytest.raises(ValidationError):
        ActionSettings(**settings)
