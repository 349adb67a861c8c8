"""Trails as a camera loop makes them, and clocks that a test sets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np

from vedette.pipeline.explain_log import Clocks, ExplainLimits, ExplainLog
from vedette.pipeline.explain_window import Window
from vedette.pixels.planes import RgbPlanes
from vedette.values.frame import Frame
from vedette.values.observation import GateVerdict, Looked, NotLooked, RuleVerdict
from vedette.values.prediction import UNKNOWN, Classification
from vedette.values.trail import Trail

START = datetime(2026, 5, 1, 14, 30, tzinfo=UTC)
PIXELS = RgbPlanes(np.zeros((8, 8, 3), np.uint8))
RESTING = GateVerdict(is_open=False, reason="nothing moved a moment ago")
STILL = GateVerdict(False, "nothing moves", 0.0001, 0.008)
SMALL = GateVerdict(False, "too small", 0.004, 0.008)
MOVING = GateVerdict(True, "moving", 0.041, 0.008)
BUSY = NotLooked("the network was busy with other cameras", was_wanted=True)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def window(since: float, until: float) -> Window:
    return Window(at(since), at(until))


def saw(**confidences: float) -> Looked:
    label = max(confidences, key=confidences.__getitem__)
    return Looked("moving", Classification(label, confidences))


def strange(**confidences: float) -> Looked:
    return Looked("moving", Classification(UNKNOWN, confidences))


def verdict(state="inactive", evidence=0.0, confidence=0.0, *, has_changed=False, rule="prey", reason=None):
    said = reason or f"prey {confidence:.2f}, evidence {evidence:.1f} of 2.2 needed"
    return RuleVerdict(rule, state, has_changed, evidence, 2.2, -0.85, confidence, said)


class Recording:
    """An explain log whose clocks are the frames' time; `shift` sets the wall clock."""

    def __init__(self, rows: int = 36_000, remarks: int = 1000) -> None:
        self.now = 0.0
        self.shift = 0.0
        self._frames = 0
        clocks = Clocks(lambda: 500.0 + self.now, lambda: START.timestamp() + self.shift + self.now)
        self.log = ExplainLog(ExplainLimits(rows, remarks), clocks)

    def frame(self, seconds, gate=STILL, seen=None, *verdicts, camera="door", rests=False, others=None):
        """One frame; without a look the gate's reason is why."""
        self.now = seconds
        self._frames += 1
        taken = Frame(camera, self._frames, at(seconds + self.shift), seconds, 8, 8, PIXELS)
        seen = seen or NotLooked(gate.reason)
        self.log(Trail(taken, gate, {"cats": seen, **(others or {})}, verdicts, 0.0 if rests else 0.01))

    def film(self, since, until, rate, gate=STILL, seen=None, *verdicts, camera="door"):
        """Frames of one kind."""
        for number in range(round((until - since) * rate)):
            self.frame(since + number / rate, gate, seen, *verdicts, camera=camera)

    def rests(self, since, until, rate=10):
        """A still scene, of which one frame in two is judged."""
        for number in range(round((until - since) * rate)):
            judged = number % 2 == 0
            self.frame(
                since + number / rate,
                STILL if judged else RESTING,
                None,
                *((verdict("inactive", -0.5),) if judged else ()),
                rests=not judged,
            )

    def asked(self, since, until, camera="door", situation=None):
        """The explanation, with times in UTC."""
        return self.log.summary(camera, window(since, until), UTC, situation)
