"""One action's queue, and the worker that empties it."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from dataclasses import dataclass
from typing import NamedTuple

from vedette.actions.protocol import Action
from vedette.errors import ActionError
from vedette.values.event import Event, Phase

_log = logging.getLogger(__name__)


class Job(NamedTuple):
    """A phase of an event for which an action is to be carried out."""

    phase: Phase
    event: Event
    snapshot_jpeg: bytes | None


@dataclass(frozen=True, slots=True)
class LaneStatus:
    """One action's counts. `last_error` never holds a credential."""

    done: int
    failed: int
    dropped: int
    waiting: int
    last_error: str | None


class Lane:
    """Carries one action out, job after job. At most `capacity` wait; then the oldest is dropped."""

    def __init__(self, action: Action, capacity: int) -> None:
        self.action = action
        self._capacity = capacity
        self._waiting: deque[Job] = deque()
        self._turn = threading.Lock()
        self._news = asyncio.Event()
        self._is_finishing = False
        self._done = self._failed = self._dropped = 0
        self._last_error: str | None = None

    @property
    def status(self) -> LaneStatus:
        """The counts now; from any thread."""
        return LaneStatus(self._done, self._failed, self._dropped, len(self._waiting), self._last_error)

    def put(self, job: Job) -> None:
        """Put a job down; from any thread. `wake` must follow, in the loop."""
        with self._turn:
            self._waiting.append(job)
            too_many = len(self._waiting) > self._capacity
            if too_many:
                self._waiting.popleft()
                self._dropped += 1
        # At 1, 2, 4, 8, ...: a peer that is down for a day must not fill the log.
        if too_many and self._dropped & (self._dropped - 1) == 0:
            _log.warning("action %s is too slow: %d dropped so far", self.action.name, self._dropped)

    def wake(self) -> None:
        """There is news. In the loop."""
        self._news.set()

    def finish(self) -> None:
        """End once nothing waits. In the loop."""
        self._is_finishing = True
        self._news.set()

    def give_up(self) -> None:
        """Count what still waits as dropped, and say so. After the loop has ended."""
        left = len(self._waiting)
        self._waiting.clear()
        self._dropped += left
        if left:
            _log.warning("action %s: %d not carried out before the end", self.action.name, left)

    async def work(self) -> None:
        """Carry out what waits and what comes, until `finish`."""
        while True:
            self._news.clear()
            while self._waiting:
                await self._carry_out(self._waiting.popleft())
            if self._is_finishing:
                return
            await self._news.wait()

    async def _carry_out(self, job: Job) -> None:
        try:
            await self.action.carry_out(*job)
        except asyncio.CancelledError:
            self._failing("stopped before it was done.", job)
            raise
        except ActionError as error:
            self._failing(str(error), job)
        except Exception as error:  # noqa: BLE001 - the next event must still be carried out
            # Not its text: nobody has checked that for credentials.
            self._failing(f"failed in a way that should not happen ({type(error).__name__}).", job)
        else:
            self._done += 1
            _log.debug("action %s done: %s of %s", self.action.name, job.phase, job.event.id)

    def _failing(self, why: str, job: Job) -> None:
        self._failed += 1
        self._last_error = why
        _log.warning("action %s, %s of event %s: %s", self.action.name, job.phase, job.event.id, why)
