"""How a frame's trail is written down: a line of JSON, or a row for the eye."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from vedette.values.observation import Looked
from vedette.values.trail import Trail


def decision_record(trail: Trail) -> dict[str, Any]:
    """What was decided on this frame, ready for JSON. `looked` is false where no network ran."""
    return {
        "camera": trail.frame.camera,
        "sequence": trail.frame.sequence,
        "captured_at": trail.frame.captured_at.isoformat(timespec="milliseconds"),
        "seconds": round(trail.frame.monotonic_seconds, 3),
        "looked": any(isinstance(seen, Looked) for seen in trail.observations.values()),
        "answers": {
            name: _answer(seen) for name, seen in trail.observations.items() if isinstance(seen, Looked)
        },
        "states": {verdict.rule: verdict.state for verdict in trail.verdicts},
        "decided_in_milliseconds": round(trail.seconds * 1000, 3),
    }


def explained_record(trail: Trail) -> dict[str, Any]:
    """The decision with every stage's reason: gate, network, rules."""
    return decision_record(trail) | {
        "gate": {
            "is_open": trail.gate.is_open,
            "reason": trail.gate.reason,
            "energy": round(trail.gate.energy, 5),
            "threshold": round(trail.gate.threshold, 5),
            "boxes": [
                {edge: round(value, 4) for edge, value in asdict(box).items()} for box in trail.gate.boxes
            ],
        },
        "network": {name: seen.reason for name, seen in trail.observations.items()},
        "rules": {
            verdict.rule: {
                "state": verdict.state,
                "has_changed": verdict.has_changed,
                "evidence": round(verdict.evidence, 3),
                "enter_at": round(verdict.enter_at, 3),
                "leave_at": round(verdict.leave_at, 3),
                "reason": verdict.reason,
            }
            for verdict in trail.verdicts
        },
    }


def _answer(seen: Looked) -> dict[str, Any]:
    answer = seen.classification
    return {
        "label": answer.label,
        "confidence": round(answer.confidence, 4),
        "confidences": {name: round(value, 4) for name, value in answer.confidences.items()},
        "distance": round(answer.distance, 4),
        "distance_limit": round(answer.distance_limit, 4),
        "reason": seen.reason,
    }
