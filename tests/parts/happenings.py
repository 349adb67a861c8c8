"""Frames, verdicts and events to make things happen with."""

from datetime import UTC, datetime, timedelta

import numpy as np

from vedette.pixels.planes import RgbPlanes
from vedette.values.event import Event
from vedette.values.frame import Frame
from vedette.values.observation import RuleVerdict

START = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
PIXELS = RgbPlanes(np.full((48, 64, 3), 90, np.uint8))


def frame(seconds, camera="door", at=None):
    captured_at = at or START + timedelta(seconds=seconds)
    return Frame(camera, int(seconds * 10), captured_at, float(seconds), 64, 48, PIXELS)


def verdict(state="active", confidence=0.9, rule="prey", reason="prey seen"):
    return RuleVerdict(rule, state, False, 2.0, 2.0, -2.0, confidence, reason)


def event(identity="01", seconds=0, **changes):
    at = START + timedelta(seconds=seconds)
    given = {"camera": "door", "rule": "prey", "label": "prey", "score": 0.5} | changes
    return Event(id=identity, **({"opened_at": at, "updated_at": at} | given))
