"""A replay is held against the real rule, over a real clip that passed through the real gate."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest

from parts.explained import MOVING, RESTING, Recording, saw, verdict, window
from vedette.assembly.build import build_clip, build_gate, build_rule
from vedette.assembly.demonstration import PERSON
from vedette.events.protocol import Unrecorded
from vedette.gates.background_settings import BackgroundGateSettings
from vedette.pipeline.attention import Attention, AttentionSettings
from vedette.pipeline.camera_loop import CameraLoop, Stages
from vedette.pipeline.explain_log import Clocks, ExplainLog
from vedette.pipeline.explain_replay import Scene, logged, replay
from vedette.pipeline.explain_spans import ActiveTime
from vedette.pipeline.explain_window import Window
from vedette.pipeline.inference_queue import InferenceQueue
from vedette.rules.absence import AbsenceSettings
from vedette.rules.presence import PresenceSettings
from vedette.values.geometry import WHOLE_FRAME
from vedette.values.prediction import UNKNOWN, Classification

GRAIN_SECONDS = 0.25
CHANGED_GRAIN_SECONDS = 0.4
"""Evidence that only just reaches a threshold reaches it some frames sooner or later."""
SCENE = Scene("person", "lawn", "person", forget_seconds=30.0, check_seconds=2.0)
PRESENCE = PresenceSettings(name="person", classifier="lawn", label="person")
ABSENCE = AbsenceSettings(name="person", classifier="lawn", label="person", after_seconds=0.6)


class Wavers:
    """A classifier that changes its mind now and then, with noise from frame to frame."""

    name, classes, region = "lawn", ("background", "person"), WHOLE_FRAME

    def classify(self, frame):
        seconds, number = frame.monotonic_seconds, frame.sequence
        wavering = 0.55 + 0.5 * math.sin(1.9 * seconds) + 0.07 * math.sin(91.7 * number)
        person = min(0.97, max(0.03, wavering))
        confidences = {"background": 1 - person, "person": person}
        label = UNKNOWN if number % 11 == 0 else max(confidences, key=confidences.__getitem__)
        return Classification(label, confidences)


@cache
def played(clip, rule) -> ExplainLog:
    """The log of one run; its machine's clock is the clip's time."""
    now = [0.0]
    log = ExplainLog(clocks=Clocks(lambda: now[0], lambda: now[0]))

    def tick(trail):
        now[0] = trail.frame.monotonic_seconds

    stages = Stages(
        build_clip("garden", clip),
        build_gate(BackgroundGateSettings(masks=PERSON.masks)),
        Attention(AttentionSettings()),
        [(Wavers(), InferenceQueue())],
        [build_rule(rule)],
        Unrecorded(),
    )
    CameraLoop(stages, [tick, log]).run()
    return log


def pieces(log: ExplainLog):
    now = datetime.now(UTC)
    return log.pieces("garden", Window(now - timedelta(hours=1), now + timedelta(hours=1)))


def times(active: ActiveTime, log: ExplainLog) -> list[tuple[float, float]]:
    """When it was active, in seconds of the clip: two runs begin at different times of the day."""
    began = log.known_since("garden").timestamp()
    return [(span.since - began, span.until - began) for span in active.spans]


def alike(found: list[tuple[float, float]], wanted: list[tuple[float, float]], within: float) -> None:
    assert len(found) == len(wanted)
    assert found == [pytest.approx(span, abs=within) for span in wanted]


@pytest.mark.parametrize("rule", [PRESENCE, ABSENCE], ids=["presence", "absence"])
def test_a_replay_with_the_settings_that_run_gives_what_was(person_clip, rule):
    log = played(person_clip, rule)
    was = logged(pieces(log), SCENE)
    assert was.spans
    again = replay(pieces(log), SCENE, lambda: build_rule(rule))
    alike(times(again.active, log), times(was, log), GRAIN_SECONDS)
    assert again.looks > 50


CHANGES = {
    "entered more easily": {"enter_probability": 0.7},
    "left sooner": {"leave_probability": 0.6},
    "entered never": {"enter_probability": 0.95, "leave_probability": 0.9, "correlation_seconds": 5.0},
    "forgetting quickly": {"half_life_seconds": 0.5},
    "frames that tell more": {"correlation_seconds": 0.05},
    "decided on one frame": {"decide_on_single_frame": True, "single_frame_confidence": 0.9},
    "unknown says nothing": {"unknown_confidence": 0.5},
}


@pytest.mark.parametrize("changes", CHANGES.values(), ids=CHANGES.keys())
def test_a_replay_with_other_settings_gives_what_those_would_have_done(person_clip, changes):
    changed = PRESENCE.model_copy(update=changes)
    log, other = played(person_clip, PRESENCE), played(person_clip, changed)
    foretold = replay(pieces(log), SCENE, lambda: build_rule(changed))
    wanted = times(logged(pieces(other), SCENE), other)
    alike(times(foretold.active, log), wanted, CHANGED_GRAIN_SECONDS)
    assert foretold.uncertain.seconds == 0


def test_active_time_knows_where_two_differ():
    one, other = ActiveTime(), ActiveTime()
    for time, spans in ((one, [(0.0, 4.0), (6.0, 8.0)]), (other, [(1.0, 4.0), (6.0, 9.0)])):
        for since, until in spans:
            time.enter(since)
            time.leave(until)
        time.see(10.0)
    assert one.differs_by(other) == pytest.approx(2.0)
    assert one.differs_by(one) == 0
    assert (one.seconds, len(one.spans)) == (6.0, 2)


def still_and_held() -> Recording:
    """Active, then a still scene of which most rows were not judged at all; the state holds."""
    recording = Recording()
    recording.film(0, 5, 10, MOVING, saw(prey=0.9, cat=0.1), verdict("active", 3.0, 0.9))
    for number in range(50):
        recording.frame(5 + number / 10, RESTING, rests=True)
    recording.film(10, 15, 10, MOVING, saw(prey=0.9, cat=0.1), verdict("active", 3.0, 0.9))
    return recording


SHED = Scene("prey", "cats", "prey", forget_seconds=30.0, check_seconds=2.0)


def test_a_state_holds_while_a_camera_rests():
    recording = still_and_held()
    (span,) = logged(recording.log.pieces("door", window(-60, 60)), SHED).spans
    assert span.seconds > 14


def test_a_camera_that_is_begun_anew_ends_what_was_active():
    recording = still_and_held()
    recording._frames = -1
    recording.film(15, 20, 10, MOVING, saw(prey=0.9, cat=0.1), verdict("active", 3.0, 0.9))
    held = recording.log.pieces("door", window(-60, 60))
    assert len(logged(held, SHED).spans) == 2
    rule = PRESENCE.model_copy(update={"name": "prey", "classifier": "cats", "label": "prey"})
    assert len(replay(held, SHED, lambda: build_rule(rule)).active.spans) == 2


def test_after_an_outage_the_rule_begins_anew():
    recording = still_and_held()
    recording.film(60, 65, 10, MOVING, saw(prey=0.9, cat=0.1), verdict("active", 3.0, 0.9))
    assert len(logged(recording.log.pieces("door", window(-60, 99)), SHED).spans) == 2
