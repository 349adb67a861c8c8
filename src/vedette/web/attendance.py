"""While the service serves: what commands write into the file of people is noticed, use of tokens noted."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial

from vedette.errors import VedetteError
from vedette.people.changes import with_uses
from vedette.people.register import Register
from vedette.web.worker import Worker

_log = logging.getLogger(__name__)

_LOOK_SECONDS = 1.0


class Attendance:
    """Looks into the file once a second, in a thread: a disk may hang, the service must not."""

    def __init__(self, register: Register, worker: Worker, now: Callable[[], datetime]) -> None:
        self._register = register
        self._worker = worker
        self._now = now
        self._used: dict[str, datetime] = {}

    def note_use(self, token: str) -> None:
        """A token was shown; it is written down once a day."""
        now = self._now()
        known = next((each for each in self._register.book.tokens if each.id == token), None)
        if known is not None and known.last_used_on != now.date():
            self._used[token] = now

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            used, self._used = self._used, {}
            try:
                await self._worker.run(self._register.refresh)
                if used:
                    await self._worker.run(partial(self._register.change, partial(with_uses, used=used)))
            except VedetteError as error:
                _log.debug("the file of people was not looked into: %s", error)
