"""Frames that are folded into one row of the explain log: counts, maxima, and every change of state."""

from __future__ import annotations

from collections.abc import Mapping

from vedette.values.observation import Looked, Observation, RuleVerdict
from vedette.values.trail import Trail

STATES = ("undecided", "active", "inactive")
_BITS = {"undecided": 1, "active": 2, "inactive": 4}


class Looks:
    """One classifier's looks in a row."""

    __slots__ = ("confidences", "failed", "looked", "missing", "reason", "refused", "sums", "unknown")

    def __init__(self) -> None:
        self.looked = self.refused = self.failed = self.missing = self.unknown = 0
        self.confidences: dict[str, float] = {}
        self.sums: dict[str, float] = {}
        self.reason = ""

    def add(self, seen: Observation) -> None:
        """One frame. A refusal's reason tells more than a look's, and that more than rest's."""
        if isinstance(seen, Looked):
            self._add_look(seen)
        elif seen.was_wanted:
            self.refused += 1
            self.failed += seen.cause == "failing"
            self.missing += seen.cause == "missing"
            self.reason = seen.reason
        elif not self.reason:
            self.reason = seen.reason

    def _add_look(self, seen: Looked) -> None:
        is_unknown = seen.classification.is_unknown
        self.looked += 1
        self.unknown += is_unknown
        if not self.refused:
            self.reason = seen.reason
        highest, sums = self.confidences, self.sums
        for label, confidence in seen.classification.confidences.items():
            if confidence > highest.get(label, -1.0):
                highest[label] = confidence
            if not is_unknown:
                sums[label] = sums.get(label, 0.0) + confidence


class Judgements:
    """One rule's verdicts in a row."""

    __slots__ = (
        "changes",
        "confidence",
        "enter_at",
        "evidence",
        "last_evidence",
        "leave_at",
        "reason",
        "state",
        "states",
    )

    def __init__(self, verdict: RuleVerdict) -> None:
        self.changes = self.states = 0
        self.evidence = self.confidence = -1e9
        self.reason = verdict.reason
        self.enter_at, self.leave_at = verdict.enter_at, verdict.leave_at

    def add(self, verdict: RuleVerdict) -> None:
        """One frame."""
        self.state = verdict.state
        self.states |= _BITS[verdict.state]
        self.last_evidence = verdict.evidence
        self.confidence = max(self.confidence, verdict.confidence)
        if verdict.has_changed:
            self.changes += 1
            self.reason = verdict.reason
        if verdict.evidence > self.evidence:
            self.evidence = verdict.evidence
            if not self.changes:
                self.reason = verdict.reason


class Fold:
    """One row while it is written; `is_loud` once a frame in it was more than quiet.

    `is_anew`: the camera's loop was begun anew in it, and its rules with it.

    Holds no frame: a frame holds its picture.
    """

    __slots__ = (
        "at",
        "energy",
        "frames",
        "frames_open",
        "gate_reason",
        "is_anew",
        "is_loud",
        "looks",
        "monotonic",
        "rules",
        "sequence",
        "threshold",
        "until",
    )

    def __init__(self, sequence: int, trail: Trail, monotonic: float) -> None:
        self.sequence = sequence
        self.at = self.until = trail.frame.captured_at
        self.monotonic = monotonic
        self.frames = self.frames_open = 0
        self.gate_reason = ""
        self.energy, self.threshold = -1.0, 0.0
        self.is_loud = False
        self.is_anew = False
        self.looks: dict[str, Looks] = {}
        self.rules: dict[str, Judgements] = {}

    def add(self, trail: Trail, *, is_loud: bool) -> None:
        """One frame."""
        self.frames += 1
        self.until = trail.frame.captured_at
        self.is_loud = self.is_loud or is_loud
        gate = trail.gate
        self.frames_open += gate.is_open
        self.threshold = gate.threshold or self.threshold
        # A resting frame was not judged: whatever the gate says of another one tells more.
        energy = gate.energy if gate.threshold or gate.is_open else -0.5
        if energy > self.energy:
            self.energy, self.gate_reason = energy, gate.reason
        self._add_looks(trail.observations)
        for verdict in trail.verdicts:
            judgements = self.rules.get(verdict.rule)
            if judgements is None:
                judgements = self.rules[verdict.rule] = Judgements(verdict)
            judgements.add(verdict)

    def _add_looks(self, observations: Mapping[str, Observation]) -> None:
        for name, seen in observations.items():
            looks = self.looks.get(name)
            if looks is None:
                looks = self.looks[name] = Looks()
            looks.add(seen)


def is_loud(trail: Trail) -> bool:
    """Something moved, somebody looked or should have, or a state changed."""
    gate = trail.gate
    if gate.is_open or gate.energy > gate.threshold:
        return True
    for seen in trail.observations.values():
        # A classifier that is missing is missing on every frame: that is no news.
        if isinstance(seen, Looked) or (seen.was_wanted and seen.cause != "missing"):
            return True
    for verdict in trail.verdicts:  # noqa: SIM110 - a generator costs as much as all the rest
        if verdict.has_changed:
            return True
    return False


def states_of(bits: int) -> tuple[str, ...]:
    """The states that a row has seen."""
    return tuple(state for state in STATES if bits & _BITS[state])
