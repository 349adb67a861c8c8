"""How a decision came about over time."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Evidence:
    """One rule's figures around one event, oldest first; the three columns are equally long.

    `seconds` since the event opened, ascending; below 0 before it. `evidence` in nats of log-odds: the
    state is entered at `enter_at` and left at `leave_at`. `confidence` is calibrated, 0..1.
    """

    enter_at: float
    leave_at: float
    seconds: tuple[float, ...]
    evidence: tuple[float, ...]
    confidence: tuple[float, ...]
