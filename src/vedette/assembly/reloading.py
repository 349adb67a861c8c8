"""A configuration that has changed is taken over; a camera of which no word has changed does not notice."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vedette.assembly.cameras import Cameras
from vedette.assembly.changes import changes
from vedette.assembly.troubles import Faults
from vedette.config.schema import Config
from vedette.errors import UsageError, VedetteError

_log = logging.getLogger(__name__)

Read = Callable[[], Config]
"""The configuration as it stands in its file now; raises ConfigurationError if that cannot be used."""

Exchange = Callable[[Config], None]
"""Has the actions and actuators of another configuration take over."""


@dataclass(frozen=True, slots=True)
class Said:
    """Who is told of a reload; `taught` takes over classifiers that were taught elsewhere, and names them."""

    fault: Faults
    tell: Callable[[str], None]
    taught: Callable[[], Sequence[str]]


class Reloading:
    """Reads the configuration again and changes what has changed, all or nothing as far as can be told.

    Everything new is built before anything old is touched. `fault` tells the actuators that a camera's
    decisions are void, `tell` is given what was done, as a sentence.
    """

    def __init__(self, config: Config, read: Read, cameras: Cameras, exchange: Exchange, said: Said) -> None:
        self._running = config
        self._read = read
        self._cameras = cameras
        self._exchange = exchange
        self._fault = said.fault
        self._tell = said.tell
        self._take_over_taught = said.taught
        self._turn = threading.Lock()
        self._is_closed = False

    def __call__(self) -> tuple[str, ...]:
        """Sentences of what was done.

        Raises:
            VedetteError: the file cannot be used, or a part of it cannot be had; all goes on as it was.
        """
        with self._turn:
            if self._is_closed:
                raise UsageError("the appliance is stopping.")
            wanted = self._read()
            difference = changes(self._running, wanted)
            made = [
                self._cameras.make(name, wanted.cameras[name])
                for name in (*difference.altered, *difference.added)
            ]
            # What goes goes first: no rule of yesterday may drive an actuator of today.
            for name in difference.removed:
                self._take_out(name, "the camera was taken out of the configuration", is_gone=True)
            for name in difference.altered:
                self._take_out(name, "the camera's configuration was changed", is_gone=False)
            if difference.has_other_actions:
                self._exchange_or_restore(wanted, (*difference.removed, *difference.altered))
            for each in made:
                self._cameras.put(each)
            kept = {name: getattr(self._running, name) for name in difference.needs_restart}
            self._running = wanted.model_copy(update=kept)
            said = difference.sentence()
            if taught := self._take_over_taught():
                anew = f"taught anew: {', '.join(taught)}"
                said = anew if difference.is_nothing else f"{said}; {anew}"
            level = logging.WARNING if difference.needs_restart else logging.INFO
            _log.log(level, "the configuration was read again: %s", said)
            self._tell(said)
            return tuple(said.split("; "))

    def close(self, timeout_seconds: float = 1.0) -> None:
        """Nothing is read any more; one that is under way is waited for, so long."""
        self._is_closed = True
        if self._turn.acquire(timeout=timeout_seconds):
            self._turn.release()

    def _take_out(self, name: str, reason: str, *, is_gone: bool) -> None:
        self._fault(name, reason)
        self._cameras.remove(name, reason, is_gone=is_gone)
        # A frame may have passed while it ended.
        self._fault(name, reason)

    def _exchange_or_restore(self, wanted: Config, taken_out: tuple[str, ...]) -> None:
        try:
            self._exchange(wanted)
        except VedetteError:
            for name in taken_out:
                self._cameras.put(self._cameras.make(name, self._running.cameras[name]))
            self._exchange(self._running)
            raise
