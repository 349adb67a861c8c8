"""What gives way when there is too much to look at: how often each camera looks, evenly.

A camera that asks again as soon as it was answered keeps a queue as long as there are cameras, and every
look is that much older. So a camera asks only once in the time that one look of every camera takes: as many
looks are made, at pictures that are fresh. The frames between them are gated and not looked at.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from vedette.pipeline.inference_queue import InferenceQueue, Result

_ACTIVE_SECONDS = 1.0
"""A camera that has not wanted a look for so long takes no time from the others."""
_WEIGHT = 0.2
"""Of the newest look in the mean of what a camera's looks cost."""
_HEADROOM = 1.3
"""How much longer a round is than its looks. Measured with 8 cameras of 1280x720 on two cores: at 1.05 the
queue never empties and one look in a hundred is 290 ms late, at 1.3 it is some 60 to 130 ms."""


@dataclass(slots=True)
class _Share:
    """One camera's part of the device; seconds on the machine's clock."""

    wanted_at: float
    due_at: float = float("-inf")
    worked: float = 0.0
    costs: float = 0.0


class EvenQueue(InferenceQueue):
    """A queue at which each camera's turn comes as often as every other's, before a queue forms."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._shares: dict[str, _Share] = {}
        self._sharing = threading.Lock()

    def is_due(self, camera: str) -> bool:
        """Whether this frame of the camera may be looked at; to be asked once for a frame that should be.

        If it may, all looks that it needs are `run` next.
        """
        now = self._clock()
        with self._sharing:
            share = self._shares.setdefault(camera, _Share(now))
            share.wanted_at = now
            if now < share.due_at:
                return False
            if share.worked:
                share.costs += (_WEIGHT if share.costs else 1.0) * (share.worked - share.costs)
                share.worked = 0.0
            lasts = self._round_seconds(now)
            # On a grid of due times: rounded up to its next frame, a camera would lose up to half its looks.
            share.due_at = max(share.due_at, now - lasts) + lasts
            return True

    def run(self, camera: str, work: Callable[[], Result], timeout_seconds: float | None = None) -> Result:
        """See `InferenceQueue`; also takes note of what the work cost."""

        def timed() -> Result:
            started = self._clock()
            try:
                return work()
            finally:
                share = self._shares.get(camera)
                if share is not None:
                    share.worked += self._clock() - started

        return super().run(camera, timed, timeout_seconds)

    def _round_seconds(self, now: float) -> float:
        """How long one look of every camera takes that wants any; nothing for a camera that is alone."""
        costs = [each.costs for each in self._shares.values() if now - each.wanted_at <= _ACTIVE_SECONDS]
        return _HEADROOM * sum(costs) if len(costs) > 1 else 0.0
