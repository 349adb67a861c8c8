"""What one frame told, stage by stage. "Not looked" is not "looked and saw nothing"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from vedette.values.geometry import Box
from vedette.values.prediction import Classification


@dataclass(frozen=True, slots=True)
class GateVerdict:
    """Whether something moves, and why the gate thinks so.

    `reason` is a short constant word group that a person understands ("learning the scene",
    "nothing moves", "moving", "too small", "too brief", "lighting change"). `energy` is the
    share of the unmasked picture that differs from the background, in 0..1; the gate opens
    above `threshold`. `boxes` are what moves, largest first.
    """

    is_open: bool
    reason: str
    energy: float = 0.0
    threshold: float = 0.0
    boxes: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True)
class NotLooked:
    """No network ran on this frame.

    `was_wanted` tells a refusal from rest: a look was due, and could not be. `cause` is why it could
    not: the network was `busy` or `failing`, or the classifier is `missing` (not taught yet, or damaged).
    Nothing may be concluded from such a frame.
    """

    reason: str
    was_wanted: bool = False
    cause: Literal["busy", "failing", "missing"] = "busy"


@dataclass(frozen=True, slots=True)
class Looked:
    """A network ran, for this reason; `seconds` from the frame to the answer."""

    reason: str
    classification: Classification
    seconds: float = 0.0


Observation = NotLooked | Looked


@dataclass(frozen=True, slots=True)
class RuleVerdict:
    """A rule's state after a frame.

    `undecided` is the state before the first decision. `evidence` is in nats of log-odds;
    the state is entered at `enter_at` and left at `leave_at`.
    """

    rule: str
    state: Literal["undecided", "active", "inactive"]
    has_changed: bool
    evidence: float
    enter_at: float
    leave_at: float
    confidence: float
    reason: str
