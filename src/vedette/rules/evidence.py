"""Evidence for a claim, gathered from looks at it: a number of nats that grows, shrinks and fades.

Each look gives a calibrated confidence p, and with it the log-odds log(p / (1 - p)); independent
looks add up (Wald 1945, the sequential probability ratio test). Three things are added:

1. Neighbouring frames are not independent. Where the errors of two looks correlate by
   r = exp(-gap / correlation_seconds), a look counts as (1 - r) / (1 + r) =
   tanh(gap / (2 * correlation_seconds)) of an independent one (the effective number of observations
   of an autocorrelated series, Bayley and Hammersley 1946). So a second of film holds at most
   1 / (2 * correlation_seconds) looks, however many frames it has; looks far apart count in full.
2. Old evidence fades by half in `half_life_seconds`, towards 0: no knowledge. Not looking does
   nothing else.
3. No single look is trusted beyond 0.85, nor all of them together beyond 0.97, so that one error
   never decides alone and a change of mind is never far away.

    evidence = evidence * 2 ** (-elapsed / half_life) + tanh(gap / (2 * correlation)) * log-odds(p)
"""

from __future__ import annotations

import math
from dataclasses import dataclass

_TRUST_IN_ONE = 0.85
_TRUST_IN_ALL = 0.97


def probability(nats: float) -> float:
    """What so many nats of log-odds are worth, 0..1; the inverse of `log_odds`."""
    return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, nats))))


def log_odds(probability: float) -> float:
    """Nats; 0 at one half. The probability lies strictly between 0 and 1."""
    return math.log(probability / (1.0 - probability))


MOST_OF_A_LOOK = log_odds(_TRUST_IN_ONE)
"""Nats that a single look is worth at most, for or against."""
MOST = log_odds(_TRUST_IN_ALL)
"""Nats that evidence never exceeds, for or against."""


@dataclass(frozen=True, slots=True)
class Memory:
    """How long evidence lasts, and how far apart two looks must be to count as two."""

    half_life_seconds: float
    correlation_seconds: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known at `judged_at`, in nats; negative speaks against. Times are the frames' own.

    A time that is repeated, or runs backwards, adds nothing and fades nothing.
    """

    nats: float = 0.0
    judged_at: float | None = None
    looked_at: float | None = None

    def faded(self, now: float, memory: Memory) -> Evidence:
        """After a frame that nobody looked at."""
        return Evidence(self._remembered(now, memory), now, self.looked_at)

    def with_look(self, now: float, confidence: float, memory: Memory) -> Evidence:
        """After a look with this confidence, 0..1. The first look counts in full."""
        gap = math.inf if self.looked_at is None else max(0.0, now - self.looked_at)
        weight = math.tanh(gap / (2.0 * memory.correlation_seconds))
        nats = self._remembered(now, memory) + weight * _worth(confidence)
        return Evidence(max(-MOST, min(MOST, nats)), now, now)

    def at_least(self, nats: float) -> Evidence:
        """Raised to this, where it is less."""
        return Evidence(max(self.nats, nats), self.judged_at, self.looked_at)

    def _remembered(self, now: float, memory: Memory) -> float:
        elapsed = 0.0 if self.judged_at is None else max(0.0, now - self.judged_at)
        return self.nats * float(2.0 ** (-elapsed / memory.half_life_seconds))


def _worth(confidence: float) -> float:
    return log_odds(max(1.0 - _TRUST_IN_ONE, min(_TRUST_IN_ONE, confidence)))
