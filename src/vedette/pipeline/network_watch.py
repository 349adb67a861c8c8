"""Sees to networks that hang or fail: somebody else loads them anew."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from typing import Protocol
from weakref import WeakKeyDictionary

from pydantic import BaseModel, ConfigDict, Field

from vedette.pipeline.back_off import BackOff
from vedette.pipeline.inference_queue import InferenceQueue
from vedette.pipeline.rounds import Rounds

_log = logging.getLogger(__name__)

_ROUND_SECONDS = 0.5
_FIRST_DELAY_SECONDS = 1.0
_LONGEST_DELAY_SECONDS = 300.0
_STEADY_SECONDS = 600.0
_STUCK, _FAILING = "stuck", "failing"


class NetworkWatchSettings(BaseModel):
    """When a network is taken for stuck or failing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    stuck_seconds: float = Field(
        default=10.0, gt=0, description="A network that works on one picture for longer than this hangs."
    )
    failures: int = Field(
        default=5, ge=1, description="So many failures in a row, and the network is loaded anew."
    )
    stuck_limit: int = Field(
        default=3, ge=0, description="Networks that may hang since the start before only a restart helps."
    )


class NetworkListener(Protocol):
    """Loads a network anew. It may take its time, and may raise: then it is asked again later."""

    def on_stuck_network(self, queue: InferenceQueue, reason: str) -> None:
        """The work that holds this queue does not end."""
        ...

    def on_failing_network(self, queue: InferenceQueue, reason: str) -> None:
        """The network of this queue fails again and again."""
        ...


class NetworkWatch:
    """A thread that looks at the queues that `queues` gives. Each trouble of a queue is told once.

    Replacing a network that then hangs or fails again is put off, longer each time.
    """

    def __init__(
        self,
        queues: Callable[[], Iterable[InferenceQueue]],
        listener: NetworkListener,
        settings: NetworkWatchSettings | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._queues = queues
        self._listener = listener
        self._settings = settings or NetworkWatchSettings()
        self._monotonic = monotonic
        self._known: WeakKeyDictionary[InferenceQueue, set[str]] = WeakKeyDictionary()
        self._pending: dict[InferenceQueue, tuple[Callable[[InferenceQueue, str], None], str]] = {}
        self._back_off = BackOff(_FIRST_DELAY_SECONDS, _LONGEST_DELAY_SECONDS, _STEADY_SECONDS)
        self._last_told = monotonic()
        self._not_before = float("-inf")
        self._stuck = 0
        self._rounds = Rounds("network watch", _ROUND_SECONDS, self.look)

    @property
    def stuck(self) -> int:
        """How many networks hung since the start; each holds a thread and its memory until the end."""
        return self._stuck

    @property
    def is_beyond_help(self) -> bool:
        """Too many networks hang: only a new process gets the device back."""
        return self._stuck > self._settings.stuck_limit

    @property
    def silent_seconds(self) -> float:
        """How long ago the last round ended; loading a network anew takes its time."""
        return self._rounds.silent_seconds

    def start(self) -> None:
        """Begin."""
        self._rounds.start()

    def close(self) -> None:
        """End; a network that is being loaded meanwhile is left to itself. Twice is once."""
        self._rounds.close()

    def look(self) -> None:
        """One round; the watch's own thread goes it."""
        for queue in self._queues():
            if not queue.is_closed:
                self._look_at(queue)
        self._tell_one()

    def _look_at(self, queue: InferenceQueue) -> None:
        settings, holding = self._settings, queue.holding
        known = self._known.setdefault(queue, set())
        if holding is not None and holding.seconds > settings.stuck_seconds:
            if _STUCK not in known:
                known.add(_STUCK)
                self._stuck += 1
                reason = f"the network hung on a picture of {holding.camera}"
                _log.error("%s", reason)
                self._pending[queue] = (self._listener.on_stuck_network, reason)
        elif queue.failures_in_a_row < settings.failures:
            if _FAILING in known:
                known.discard(_FAILING)
                self._pending.pop(queue, None)
        elif _FAILING not in known:
            known.add(_FAILING)
            reason = f"the network failed {queue.failures_in_a_row} times in a row: {queue.last_failure}"
            _log.error("%s", reason)
            self._pending[queue] = (self._listener.on_failing_network, reason)

    def _tell_one(self) -> None:
        """Have one network replaced. If that fails it is tried again, also if its queue is closed by then."""
        now = self._monotonic()
        if not self._pending or now < self._not_before:
            return
        queue, (tell, reason) = next(iter(self._pending.items()))
        del self._pending[queue]
        self._not_before = now + self._back_off.next_delay(now - self._last_told)
        self._last_told = now
        try:
            tell(queue, reason)
        except Exception as error:  # noqa: BLE001 - whatever it was, it is tried again
            self._pending[queue] = (tell, reason)
            _log.error("%s, and it cannot be replaced: %s", reason, error)
