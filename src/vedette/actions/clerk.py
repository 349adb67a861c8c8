"""Writes into the outbox what became of its entries."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from vedette.actions.backoff import DISK, Backoff
from vedette.actions.clocks import Clocks
from vedette.actions.protocol import Outbox
from vedette.errors import StoreError

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Delivered:
    """It was done."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Failed:
    """It was tried and not done; without a next attempt it is a dead letter."""

    why: str
    next_attempt_at: datetime | None


Mark = Delivered | Failed


class Clerk:
    """Keeps marks in memory until they are on disk, so that nothing is done twice because of a disk.

    All members but the constructor are for the actions' loop.
    """

    def __init__(self, outbox: Outbox, clocks: Clocks) -> None:
        self._outbox = outbox
        self._backoff = Backoff(DISK, clocks.chance)
        self._unwritten: dict[str, Mark] = {}
        self._news = asyncio.Event()
        self._finishing = asyncio.Event()

    @property
    def unwritten(self) -> Collection[str]:
        """The keys whose marks are not on disk yet."""
        return self._unwritten.keys()

    def begin(self) -> None:
        """Before `work`, in the loop that it will run in."""
        self._news, self._finishing = asyncio.Event(), asyncio.Event()

    def mark(self, key: str, mark: Mark) -> None:
        """Write this soon; a later mark of the same key takes its place."""
        self._unwritten.pop(key, None)
        self._unwritten[key] = mark
        self._news.set()

    def finish(self) -> None:
        """End once all is written, or cannot be."""
        self._finishing.set()
        self._news.set()

    async def work(self) -> None:
        """Write marks as they come, until `finish`; a disk that fails is tried again."""
        failures = 0
        while True:
            self._news.clear()
            is_last = self._finishing.is_set()
            try:
                await self._write_all()
                failures = 0
            except StoreError as error:
                failures += 1
                self._complain(failures, error)
            if is_last:
                return
            await (self._pause(failures) if failures else self._news.wait())

    async def _pause(self, failures: int) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._backoff.seconds(failures)):
                await self._finishing.wait()

    async def _write_all(self) -> None:
        while self._unwritten:
            key, mark = next(iter(self._unwritten.items()))
            await asyncio.to_thread(self._write, key, mark)
            if self._unwritten.get(key) is mark:
                del self._unwritten[key]

    def _write(self, key: str, mark: Mark) -> None:
        if isinstance(mark, Delivered):
            self._outbox.delivered(key, mark.at)
        else:
            self._outbox.failed(key, mark.why, mark.next_attempt_at)

    def _complain(self, failures: int, error: StoreError) -> None:
        # At 1, 2, 4, 8, ...: a disk that is full for a day must not fill the log, too.
        if failures & (failures - 1) == 0:
            _log.warning("the outbox cannot note what was done (%d waiting): %s", len(self._unwritten), error)
