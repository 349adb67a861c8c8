"""Actuators, their rules, and trails as a camera loop makes them of what those rules say."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np

from vedette.actuators.binding import Binding, RuleReference
from vedette.actuators.settings import GpioSettings
from vedette.pixels.planes import RgbPlanes
from vedette.values.frame import Frame
from vedette.values.observation import GateVerdict, Looked, NotLooked, Observation, RuleVerdict
from vedette.values.prediction import UNKNOWN, Classification
from vedette.values.trail import Trail

PIXELS = RgbPlanes(np.zeros((2, 2, 3), np.uint8))
LOCK = {"kind": "lock", "pin": 17, "locked_at": "high", "safe": "locked"}
LOCKED, UNLOCKED = 1.0, 0.0
CLEAN = RuleReference("door", "clean", "cats")
PREY = RuleReference("door", "prey", "cats")
BUSY = NotLooked("the network was busy with other cameras", was_wanted=True)
STILL = NotLooked("nothing moves")
LOOK = Looked("moving", Classification("clean", {"clean": 0.9, "background": 0.1}))
STRANGE = Looked("moving", Classification(UNKNOWN, {"clean": 0.9, "background": 0.1}))
_EVIDENCE = {"active": 2.5, "inactive": -2.5, "undecided": 0.0}


def lock(**settings: Any) -> GpioSettings:
    return GpioSettings(**{"kind": "gpio", "device": LOCK, **settings})


def flap(rules=(CLEAN,), interlocks=(), **settings: Any) -> Binding:
    """A door on pin 17 that is locked at 1."""
    return Binding("flap", lock(**settings), tuple(rules), tuple(interlocks))


def says(state: str, rule: str = "clean", evidence: float | None = None, confidence: float | None = None):
    nats = _EVIDENCE[state] if evidence is None else evidence
    sure = {"active": 0.95, "inactive": 0.05, "undecided": 0.5}[state] if confidence is None else confidence
    return RuleVerdict(rule, state, False, nats, 2.2, -0.85, sure, f"{rule} is {state}")


def trail(
    seconds: float,
    *verdicts: RuleVerdict,
    seen: Observation = LOOK,
    camera: str = "door",
    took: float = 0.001,
) -> Trail:
    """One frame of that time (the frame's own), which needed `took` seconds."""
    frame = Frame(camera, 0, datetime(2026, 5, 1, tzinfo=UTC), seconds, 2, 2, PIXELS)
    return Trail(frame, GateVerdict(is_open=True, reason="moving"), {"cats": seen}, verdicts, took)
