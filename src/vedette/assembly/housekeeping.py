"""What is done now and then, beside everything else: mending, tidying, giving up what is old."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vedette.errors import VedetteError

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Chore:
    """One thing to do every so many seconds; the first time so long after the start."""

    name: str
    every_seconds: float
    work: Callable[[], object]
    first_after_seconds: float = 0.0


_LONG_SECONDS = 120.0
"""A chore that takes longer hangs."""


class Housekeeping:
    """One thread that does chores, one after another. A chore that fails is said and done again next time.

    A failure is said when it begins and when it is over, not every time between.
    """

    def __init__(self, chores: Sequence[Chore], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._chores = tuple(chores)
        self._monotonic = monotonic
        started = monotonic()
        self._due = {chore.name: started + chore.first_after_seconds for chore in self._chores}
        self._troubles: dict[str, str] = {}
        self._doing: tuple[str, float] | None = None
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="housekeeping", daemon=True)

    @property
    def troubles(self) -> dict[str, str]:
        """Why a chore failed the last time or does not end, by its name; empty if all is well."""
        found, doing = dict(self._troubles), self._doing
        if doing is not None and (seconds := self._monotonic() - doing[1]) > _LONG_SECONDS:
            found[doing[0]] = f"has not ended for {seconds:.0f} s."
        return found

    @property
    def is_alive(self) -> bool:
        """Its thread is there, as far as it was started."""
        return self._thread.ident is None or self._thread.is_alive()

    def add(self, *chores: Chore) -> None:
        """More chores; before the start."""
        self._chores = (*self._chores, *chores)
        started = self._monotonic()
        self._due |= {chore.name: started + chore.first_after_seconds for chore in chores}

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self, timeout_seconds: float = 1.0) -> None:
        """End after the chore that is under way; one that takes longer is left to itself. Twice is once."""
        self._closed.set()
        if self._thread.ident is not None:
            self._thread.join(timeout_seconds)

    def do_what_is_due(self) -> float:
        """Do every chore whose time has come; the seconds until the next one."""
        for chore in self._chores:
            if self._due[chore.name] <= self._monotonic() and not self._closed.is_set():
                self._doing = (chore.name, self._monotonic())
                self._do(chore)
                self._doing = None
                self._due[chore.name] = self._monotonic() + chore.every_seconds
        return max(0.0, min(self._due.values(), default=self._monotonic() + 60.0) - self._monotonic())

    def _run(self) -> None:
        wait = 0.0
        while not self._closed.wait(wait):
            wait = self.do_what_is_due()

    def _do(self, chore: Chore) -> None:
        try:
            chore.work()
        except VedetteError as error:
            self._failed(chore.name, str(error))
        except Exception as error:  # noqa: BLE001 - one chore must not end the others
            if chore.name not in self._troubles:
                _log.exception("%s: an error that should not happen", chore.name)
            self._failed(chore.name, f"{type(error).__name__}")
        else:
            if self._troubles.pop(chore.name, None):
                _log.info("%s works again", chore.name)

    def _failed(self, name: str, why: str) -> None:
        if name not in self._troubles:
            _log.warning("%s: %s", name, why)
        self._troubles[name] = why
