"""What the explain log keeps of a moment: one frame, or several that were folded into one row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

State = Literal["undecided", "active", "inactive"]
Stage = Literal[
    "camera", "gate", "network", "rule", "event", "action", "actuator", "configuration", "clock", "load"
]
"""Who speaks; the first seven in the order in which a frame meets them."""


@dataclass(frozen=True, slots=True)
class LookCell:
    """One classifier in one row.

    `looked` frames were looked at, `refused` ones should have been and were not: on `failed` of these the
    network failed, on `missing` of them the classifier was not to be had (not taught yet, or damaged), and
    for the others the network was busy. `confidences` are the highest that each of the four likeliest
    classes had, 0..1, the likeliest first. `unknown` counts pictures like none of the classes. `reason` is
    why it looked, or was refused, or else did not look.
    """

    looked: int
    refused: int
    unknown: int
    confidences: Mapping[str, float]
    reason: str
    failed: int = 0
    missing: int = 0

    @property
    def due(self) -> int:
        """Looks that were due at a classifier that is there, whether they were answered or not."""
        return self.looked + self.refused - self.missing

    @property
    def best(self) -> str | None:
        """The likeliest class; None where nobody looked."""
        return next(iter(self.confidences), None)


@dataclass(frozen=True, slots=True)
class RuleCell:
    """One rule in one row.

    `state` is the last, `states` are all that were seen and `changes` counts what lay between them.
    `evidence` is the highest, `last_evidence` the last, in nats; `confidence` the highest. `reason` is
    that of the last change, or else of the highest evidence.
    """

    state: State
    states: tuple[State, ...]
    changes: int
    evidence: float
    last_evidence: float
    enter_at: float
    leave_at: float
    confidence: float
    reason: str


@dataclass(frozen=True, slots=True)
class ExplainRow:
    """A moment of one camera, from the frame at `at` to the one at `until` (wall clock, UTC).

    `sequence` grows by one a row, whatever the clocks do; `monotonic_seconds` is the machine's, when
    the row began. `gate_reason` is that of the highest `energy`, a share of the picture.
    """

    sequence: int
    at: datetime
    until: datetime
    monotonic_seconds: float
    frames: int
    frames_open: int
    gate_reason: str
    energy: float
    threshold: float
    looks: Mapping[str, LookCell]
    rules: Mapping[str, RuleCell]


@dataclass(frozen=True, slots=True)
class Mention:
    """What a remark is of, for those who draw it: an action's, actuator's or rule's name, and its outcome.

    `told`, `failed` of an action; `opened`, `closed` of an event; an actuator's state.
    """

    name: str
    outcome: str
    event_id: str | None = None
    phase: str | None = None


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that is no frame: a camera lost, an action that failed, a door that was locked.

    `times` counts repetitions in a row, the last one at `last_at`. Without a camera it holds for all.
    `is_trouble`: it kept, or may have kept, something from happening.
    """

    sequence: int
    at: datetime
    camera: str | None
    stage: Stage
    text: str
    times: int
    last_at: datetime
    is_trouble: bool = False
    mention: Mention | None = None
