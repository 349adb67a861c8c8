"""What happens at this moment, for those who look on: a short ring, and nobody is waited for."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from vedette.values.event import Event, Phase
from vedette.values.trail import Trail

RING = 512
"""How many happenings are kept for those who were away for a moment."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened. `data` holds JSON's types and is never changed again."""

    number: int
    kind: str
    data: Mapping[str, object]


class LiveFeed:
    """Publishes from any thread; onlookers read the ring at their own pace.

    The only memory is the ring: an onlooker is a number and a wake-up call. One who is slower than the
    ring loses the oldest happenings and is told so. `run` tells one run of the appliance from another.
    """

    def __init__(self, run: str, capacity: int = RING) -> None:
        self.run = run
        self._ring: deque[Happening] = deque(maxlen=capacity)
        self._turn = threading.Lock()
        self._last = 0
        self._calls: dict[object, Callable[[], None]] = {}

    @property
    def last(self) -> int:
        """The number of the newest happening; 0 before the first."""
        return self._last

    def publish(self, kind: str, data: Mapping[str, object]) -> None:
        """Tell those who look on. The lock is held for an append."""
        with self._turn:
            self._last += 1
            self._ring.append(Happening(self._last, kind, data))
            calls = tuple(self._calls.values())
        for wake in calls:
            with suppress(RuntimeError):  # its event loop has ended
                wake()

    def watch(self, trail: Trail) -> None:
        """See `Watcher`: publishes rules whose state has changed, as `rule`."""
        for verdict in trail.verdicts:
            if verdict.has_changed:
                self.publish(
                    "rule",
                    {
                        "camera": trail.frame.camera,
                        "rule": verdict.rule,
                        "state": verdict.state,
                        "confidence": round(float(verdict.confidence), 4),
                        "reason": verdict.reason,
                        "at": trail.frame.captured_at.isoformat(),
                    },
                )

    def on_event(self, phase: Phase, event: Event, snapshot_jpeg: bytes | None) -> None:  # noqa: ARG002 - the contract's
        """See `EventListener`: publishes the phase as `event`, without its picture."""
        self.publish(
            "event",
            {
                "phase": phase.value,
                "id": event.id,
                "camera": event.camera,
                "rule": event.rule,
                "label": event.label,
                "score": round(float(event.score), 4),
                "opened_at": event.opened_at.isoformat(),
                "closed_at": None if event.closed_at is None else event.closed_at.isoformat(),
                "close_reason": event.close_reason,
            },
        )

    def on_embedded(self, classifier: str, done: int, total: int) -> None:
        """Publishes how far pictures are looked at again as `teaching`, about a hundred times at most."""
        if done == total or done % -(-total // 100) == 0:
            self.publish("teaching", {"classifier": classifier, "done": done, "total": total})

    def after(self, number: int) -> tuple[list[Happening], bool]:
        """What came after that number, oldest first; true if some of it is not in the ring any more."""
        with self._turn:
            newer = [each for each in self._ring if each.number > number]
            oldest_kept = self._ring[0].number if self._ring else self._last + 1
            return newer, number + 1 < oldest_kept

    def subscribe(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Have `wake` called after every publication, in the publisher's thread; how to end that.

        `wake` must return at once: `loop.call_soon_threadsafe` does.
        """
        key = object()
        with self._turn:
            self._calls[key] = wake

        def leave() -> None:
            with self._turn:
                self._calls.pop(key, None)

        return leave
