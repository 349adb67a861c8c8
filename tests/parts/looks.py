"""Observations as a camera loop makes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from vedette.rules.protocol import Rule
from vedette.values.observation import Looked, NotLooked, RuleVerdict
from vedette.values.prediction import UNKNOWN, Classification

NOT_LOOKED = NotLooked("nothing moves")


def seen(confidence: float, label: str = "cat") -> Looked:
    """A look with that calibrated confidence in `label`."""
    confidences = {"background": 1.0 - confidence, label: confidence}
    return Looked("moving", Classification(max(confidences, key=confidences.__getitem__), confidences))


def unknown(confidence: float, label: str = "cat") -> Looked:
    """A look at a picture that is like none of the classes, though `label` would fit it best."""
    confidences = {"background": 1.0 - confidence, label: confidence}
    return Looked("moving", Classification(UNKNOWN, confidences, distance=2.0, distance_limit=1.0))


def film(
    rule: Rule, confidence: float, seconds: float, rate: float, since: float = 0.0
) -> Iterator[tuple[float, RuleVerdict]]:
    """The rule's verdicts on looks of one confidence."""
    for number in range(round(seconds * rate)):
        now = since + number / rate
        yield now, rule.judge(now, seen(confidence))


def entered(verdicts: Iterable[tuple[float, RuleVerdict]]) -> float:
    """When the state was first entered."""
    return next(now for now, verdict in verdicts if verdict.state == "active")


def left(verdicts: Iterable[tuple[float, RuleVerdict]]) -> float:
    """When the state was first left, or found not to hold."""
    return next(now for now, verdict in verdicts if verdict.state == "inactive")
