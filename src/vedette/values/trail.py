"""One frame's way through the house: what each stage made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vedette.values.frame import Frame
from vedette.values.observation import GateVerdict, Observation, RuleVerdict


@dataclass(frozen=True, slots=True)
class Trail:
    """Every stage's verdict on one frame; `observations` by classifier.

    `seconds` runs from the decoded frame to the last rule's verdict.
    """

    frame: Frame
    gate: GateVerdict
    observations: Mapping[str, Observation]
    verdicts: tuple[RuleVerdict, ...]
    seconds: float
