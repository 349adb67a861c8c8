"""What a network and its head say of one picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vedette.values.geometry import Box

UNKNOWN = "unknown"
"""The label of a picture that is like none of the classes; never a class of its own."""

BACKGROUND = "background"
"""The class that means: nothing to report."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """One label with its calibrated confidence in 0..1, and where it is if that is known."""

    label: str
    confidence: float
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class Classification:
    """A whole picture's answer.

    `confidences` is calibrated over the taught classes and sums to 1. `label` is the most
    confident class, or `unknown` when the picture is further from it than `distance_limit`.
    """

    label: str
    confidences: Mapping[str, float]
    distance: float = 0.0
    distance_limit: float = float("inf")

    @property
    def best(self) -> str:
        """The most confident class, whether or not the picture was rejected as unknown."""
        return max(self.confidences, key=self.confidences.__getitem__)

    @property
    def confidence(self) -> float:
        """Calibrated confidence of the best class, 0..1."""
        return self.confidences[self.best]

    @property
    def is_unknown(self) -> bool:
        """The picture is like none of the classes."""
        return self.label == UNKNOWN
