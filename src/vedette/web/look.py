"""What is made of a picture, as those who watch a camera are told it: JSON's types."""

from __future__ import annotations

from collections.abc import Mapping

from vedette.assembly.looks import Look
from vedette.values.geometry import Box
from vedette.values.observation import GateVerdict, Looked, Observation, RuleVerdict


def look_message(look: Look) -> Mapping[str, object]:
    """A `look`. `latency_ms` runs from the decoded frame to the last rule's verdict; null at rest."""
    trail = look.trail
    return {
        "type": "look",
        "seconds": round(trail.frame.monotonic_seconds, 4),
        "at": trail.frame.captured_at.isoformat(),
        "latency_ms": round(trail.seconds * 1000, 2) if trail.seconds else None,
        "gate": _gate(trail.gate),
        "looks": [_look(name, seen, look.regions.get(name)) for name, seen in trail.observations.items()],
        "rules": [_rule(verdict) for verdict in look.verdicts],
    }


def _gate(gate: GateVerdict) -> Mapping[str, object]:
    return {
        "is_open": gate.is_open,
        "reason": gate.reason,
        "energy": _rounded(gate.energy),
        "threshold": _rounded(gate.threshold),
        "boxes": [_box(box) for box in gate.boxes],
    }


def _look(classifier: str, seen: Observation, region: Box | None) -> Mapping[str, object]:
    told: dict[str, object] = {
        "classifier": classifier,
        "region": None if region is None else _box(region),
        "looked": isinstance(seen, Looked),
        "reason": seen.reason,
    }
    if isinstance(seen, Looked):
        answer = seen.classification
        told["label"] = answer.label
        told["confidence"] = _rounded(answer.confidence)
        told["confidences"] = {label: _rounded(value) for label, value in answer.confidences.items()}
    return told


def _rule(verdict: RuleVerdict) -> Mapping[str, object]:
    return {
        "rule": verdict.rule,
        "state": verdict.state,
        "evidence": _rounded(verdict.evidence),
        "enter_at": _rounded(verdict.enter_at),
        "leave_at": _rounded(verdict.leave_at),
        "confidence": _rounded(verdict.confidence),
        "reason": verdict.reason,
    }


def _box(box: Box) -> list[float]:
    return [_rounded(edge) for edge in (box.left, box.top, box.right, box.bottom)]


def _rounded(value: float) -> float:
    return round(float(value), 4)
