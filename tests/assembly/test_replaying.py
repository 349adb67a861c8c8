from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from parts.explained import MOVING, PIXELS, saw
from vedette.assembly.build import build_rule
from vedette.assembly.replaying import ReplayQuestion, replayed
from vedette.config.schema import CameraConfig
from vedette.errors import UsageError
from vedette.pipeline.explain_log import Clocks, ExplainLog
from vedette.values.frame import Frame
from vedette.values.observation import NotLooked
from vedette.values.trail import Trail

CAMERA = CameraConfig.model_validate(
    {
        "source": {"kind": "push"},
        "classifiers": ["cats"],
        "rules": [{"kind": "presence", "name": "prey", "classifier": "cats", "label": "prey"}],
    }
)
FAINT, CLEAR = 0.57, 0.95
MOVING_AND_NOT_LOOKED = NotLooked("nothing moves")


@pytest.fixture
def log() -> ExplainLog:
    """The last minute, with the rule in force from its beginning."""
    return watched(made_after=0)


def watched(made_after: float) -> ExplainLog:
    """The last minute: five seconds of faint prey, later five of clear prey; else none."""
    began, now = datetime.now(UTC) - timedelta(seconds=60), [0.0]
    held = ExplainLog(clocks=Clocks(lambda: now[0], lambda: began.timestamp() + now[0]))
    rule = build_rule(CAMERA.rules[0])
    for number in range(550):
        now[0] = seconds = number / 10
        prey = FAINT if 10 <= seconds < 15 else CLEAR if 30 <= seconds < 35 else 0.02
        seen = saw(prey=prey, cat=1 - prey)
        frame = Frame("door", number, began + timedelta(seconds=seconds), seconds, 8, 8, PIXELS)
        judged = (rule.judge(seconds, seen),) if seconds >= made_after else ()
        held(Trail(frame, MOVING, {"cats": seen}, judged, 0.01))
    return held


def asked(log: ExplainLog, rule: str = "prey", **changes: object):
    return replayed(log, CAMERA, ReplayQuestion("door", rule, changes))


def test_without_changes_there_is_no_difference(log):
    answer = asked(log)
    assert answer.before.spans == answer.after.active.spans
    assert len(answer.logged.spans) == len(answer.before.spans) == 1
    assert not answer.is_changed
    assert "Worked out from what was seen" in answer.caveat


def test_a_rule_that_was_made_meanwhile_is_compared_as_if_it_had_always_been():
    answer = asked(watched(made_after=40))
    assert answer.logged.spans == ()
    assert len(answer.before.spans) == 1
    assert not answer.is_changed


def test_a_lower_threshold_gives_one_event_more(log):
    answer = asked(log, enter_probability=0.6)
    assert len(answer.before.spans) == 1
    assert len(answer.after.active.spans) == 2
    assert answer.is_changed
    assert answer.after.active.seconds > answer.before.seconds


def test_null_stands_for_a_default(log):
    assert not asked(log, enter_probability=None).is_changed


def test_a_rule_that_does_not_run_yet_has_no_before(log):
    answer = asked(log, "a cat", kind="presence", classifier="cats", label="cat")
    assert answer.before is None
    assert answer.logged.spans == ()
    assert answer.after.active.spans


def test_looks_that_nobody_took_are_told():
    began, now = datetime.now(UTC) - timedelta(seconds=60), [0.0]
    held = ExplainLog(clocks=Clocks(lambda: now[0], lambda: began.timestamp() + now[0]))
    for number in range(500):
        now[0] = seconds = number / 10
        seen = saw(prey=CLEAR, cat=1 - CLEAR) if seconds < 5 else MOVING_AND_NOT_LOOKED
        frame = Frame("door", number, began + timedelta(seconds=seconds), seconds, 8, 8, PIXELS)
        held(Trail(frame, MOVING, {"cats": seen}, (), 0.01))
    answer = asked(held)
    assert answer.after.uncertain.seconds > 35
    assert "nobody" in answer.caveat


@pytest.mark.parametrize(
    ("rule", "changes", "word"),
    [
        ("prey", {"enter_probability": 0.2}, "enter_probability"),
        ("prey", {"enter_probability": 0.6, "leave_probability": 0.7}, "flap"),
        ("prey", {"colour": "red"}, "colour"),
        ("prey", {"classifier": "dogs"}, "dogs"),
        ("a dog", {"enter_probability": 0.8}, "no rule 'a dog'"),
        ("a dog", {"kind": "guess", "classifier": "cats", "label": "cat"}, "guess"),
    ],
    ids=str,
)
def test_settings_that_cannot_be_are_refused(log, rule, changes, word):
    with pytest.raises(UsageError, match=word):
        asked(log, rule, **changes)
