"""One action's worker: carries out what waits, one after the other."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from vedette.actions.backlog import Backlog, Waiting
from vedette.actions.backoff import DISK, Backoff
from vedette.actions.clerk import Clerk, Delivered, Failed
from vedette.actions.clocks import Clocks
from vedette.actions.protocol import Action, ActionStatus, Letter, Outbox
from vedette.errors import ActionError, StoreError
from vedette.values.event import Event
from vedette.values.outbox import OutboxEntry

_LEEWAY_SECONDS = 2.0
"""For an attempt to end by its own time-out, and for a stopped one to clean up."""

_READ_SECONDS = 5.0
"""A disk that has not answered by then is taken for one that fails."""

_log = logging.getLogger(__name__)

ReadSnapshot = Callable[[Event], bytes | None]
"""The event's JPEG, if there is one; may block."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What every lane works with. Without an outbox, all is kept in memory only."""

    outbox: Outbox | None
    clerk: Clerk | None
    read_snapshot: ReadSnapshot
    clocks: Clocks


class Lane:
    """Carries one action out, entry after entry, and notes what became of it.

    An action that is not durable is tried once and from memory. `put` and `status` are for any
    thread, all else for the actions' loop.
    """

    def __init__(self, action: Action, backlog: Backlog, desk: Desk) -> None:
        self.action = action
        self.backlog = backlog
        self._desk = desk
        self._disk_backoff = Backoff(DISK, desk.clocks.chance)
        self._reading: asyncio.Task[Sequence[OutboxEntry]] | None = None
        self._read_failures = 0
        self._read_again_at = float("-inf")
        self._news = asyncio.Event()
        self._is_finishing = False
        self._counts = ActionStatus()

    @property
    def status(self) -> ActionStatus:
        """The counts now; from any thread."""
        return replace(self._counts, waiting=len(self.backlog), dropped=self.backlog.dropped)

    def put(self, entry: OutboxEntry, *, is_recorded: bool) -> bool:
        """Take an entry; from any thread. `wake` must follow, in the loop. False if it was done already."""
        return self.backlog.put(entry, is_recorded=is_recorded)

    def begin(self) -> None:
        """Before `work`, in the loop that it will run in; a second loop takes up where the first ended."""
        self._news = asyncio.Event()
        self._reading = None
        self.backlog.look_on_disk()

    def wake(self) -> None:
        """There is news."""
        self._news.set()

    def finish(self) -> None:
        """End once nothing is due."""
        self._is_finishing = True
        self._news.set()

    async def work(self) -> None:
        """Carry out what waits and what comes, until `finish`."""
        while True:
            self._news.clear()
            await self._read()
            waiting = self.backlog.next_due()
            if waiting is not None:
                await self._try(waiting)
            elif self._is_finishing:
                return
            else:
                await self._rest()

    async def carry_out(self, letter: Letter) -> None:
        """One attempt, bounded in time whatever the action does.

        Raises:
            ActionError: it was not done.
        """
        task = asyncio.create_task(self.action.carry_out(letter))
        try:
            await asyncio.wait({task}, timeout=self.action.timeout_seconds + _LEEWAY_SECONDS)
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait({task}, timeout=_LEEWAY_SECONDS)
        if not task.done() or task.cancelled():
            raise ActionError(f"it did not end within {self.action.timeout_seconds:g} s and was stopped.")
        error = task.exception()
        if isinstance(error, ActionError):
            raise error
        if error is not None:
            # Not its text: nobody has checked that for credentials.
            raise ActionError(f"failed in a way that should not happen ({type(error).__name__}).")

    async def letter(self, entry: OutboxEntry) -> Letter:
        """What is to be told, with its picture if the action wants one and there is one."""
        jpeg = None
        if self.action.wants_snapshot:
            try:
                async with asyncio.timeout(self.action.timeout_seconds):
                    jpeg = await asyncio.to_thread(self._desk.read_snapshot, entry.event)
            except Exception as error:  # noqa: BLE001 - a message without a picture is better than none
                _log.warning("no picture of event %s (%s)", entry.event.id, type(error).__name__)
        return Letter(entry.key, entry.phase, entry.event, jpeg)

    async def _read(self) -> None:
        """Take from the disk what is there beyond memory, if there is room."""
        outbox, clock = self._desk.outbox, self._desk.clocks.monotonic
        if outbox is None or clock() < self._read_again_at:
            return
        # One that hangs holds up neither what is in memory nor, by many threads, the machine.
        if self._reading is not None and not self._reading.done():
            return
        limit = self.backlog.begin_to_read()
        if limit is None:
            return
        self._reading = asyncio.create_task(asyncio.to_thread(outbox.pending, self.action.name, limit))
        await asyncio.wait({self._reading}, timeout=_READ_SECONDS)
        if not self._reading.done() or self._reading.exception() is not None:
            self._not_read(self._reading)
            return
        self._read_failures = 0
        for key in self.backlog.take_read(self._reading.result(), limit):
            self.note_again(key)

    def _not_read(self, reading: asyncio.Task[Sequence[OutboxEntry]]) -> None:
        self.backlog.look_on_disk()
        self._read_failures += 1
        pause = self._disk_backoff.seconds(self._read_failures)
        self._read_again_at = self._desk.clocks.monotonic() + pause
        if not reading.done():
            reading.add_done_callback(lambda _: self._news.set())
        error = reading.exception() if reading.done() else TimeoutError("it does not answer.")
        if error is not None and not isinstance(error, StoreError | TimeoutError):
            raise error
        _log.warning("action %s cannot read the outbox: %s", self.action.name, error)

    def note_again(self, key: str) -> None:
        """It was done, though the outbox does not know."""
        clerk = self._desk.clerk
        if clerk is not None and key not in clerk.unwritten:
            clerk.mark(key, Delivered(self._desk.clocks.now()))

    async def _rest(self) -> None:
        seconds = self.backlog.seconds_to_wait()
        is_reading = self._reading is not None and not self._reading.done()
        if self.backlog.wants_to_read and self._desk.outbox is not None and not is_reading:
            until_read = max(0.0, self._read_again_at - self._desk.clocks.monotonic())
            seconds = until_read if seconds is None else min(seconds, until_read)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._news.wait()

    async def _try(self, waiting: Waiting) -> None:
        entry = waiting.entry
        try:
            await self.carry_out(await self.letter(entry))
        except ActionError as error:
            self._failing(waiting, error)
        else:
            self.backlog.succeeded(waiting)
            self._mark(entry, Delivered(self._desk.clocks.now()))
            self._counts = replace(self._counts, done=self._counts.done + 1, is_reachable=True)
            _log.debug("action %s done: %s of %s", self.action.name, entry.phase, entry.event.id)

    def _failing(self, waiting: Waiting, error: ActionError) -> None:
        entry, why = waiting.entry, str(error)
        again_at: datetime | None = None
        if error.is_permanent:
            waiting.attempts += 1
            self.backlog.refused(waiting)
        else:
            again_at = self.backlog.failed(waiting)
        self._mark(entry, Failed(why, again_at))
        self._counts = replace(
            self._counts,
            failed=self._counts.failed + 1,
            dead=self._counts.dead + (again_at is None),
            last_error=why,
            is_reachable=error.is_permanent,
        )
        # At 1, 2, 4, 8, ... attempts: a peer that is down for a day must not fill the log.
        loud = again_at is None or waiting.attempts & (waiting.attempts - 1) == 0
        _log.log(
            logging.WARNING if loud else logging.DEBUG,
            "action %s, %s of event %s: %s%s",
            self.action.name,
            entry.phase,
            entry.event.id,
            why,
            " It is given up." if again_at is None and self._desk.outbox is not None else "",
        )

    def _mark(self, entry: OutboxEntry, mark: Delivered | Failed) -> None:
        if self._desk.clerk is not None:
            self._desk.clerk.mark(entry.key, mark)
