"""How the decisions of closed events came about, before it is in the store."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from vedette.values.event import Event, Phase
from vedette.values.evidence import Evidence

MOST_WAITING = 256
"""Events whose evidence waits; when there are more, the oldest go without."""

Read = Callable[[Event], Evidence | None]
"""What the explain log knows of an event."""
Keep = Callable[[str, Evidence], bool]
"""Writes it down; false if there is no such event. Raises StoreError."""

_log = logging.getLogger(__name__)


class EvidenceNotes:
    """An `EventListener` that has the evidence of each closed event kept with it.

    Listening only takes a note: the journal's thread neither reads the log nor waits for the disk.
    `catch_up`, for a chore's thread, does both. The log is read at once, since it forgets; what the disk
    does not take waits in memory.

    While the store `is_beside` it does not know every event: then nothing is taken for deleted.
    """

    def __init__(self, read: Read, keep: Keep, is_beside: Callable[[], bool]) -> None:
        self._read = read
        self._keep = keep
        self._is_beside = is_beside
        self._turn = threading.Lock()
        self._closed: dict[str, Event] = {}
        self._waiting: dict[str, Evidence] = {}
        self._catching_up = threading.Lock()

    def __call__(self, phase: Phase, event: Event, snapshot_jpeg: bytes | None) -> None:  # noqa: ARG002 - a listener's signature
        """Take note of a close that is on disk."""
        if phase is Phase.CLOSE:
            with self._turn:
                self._closed[event.id] = event
                _bound(self._closed)

    @property
    def waiting(self) -> int:
        """Events whose evidence is not kept yet."""
        return len(self._closed) + len(self._waiting)

    def catch_up(self) -> None:
        """Read what the log knows of those that closed, and keep it.

        Raises:
            StoreError: the store does not serve; what waits goes on waiting.
        """
        with self._catching_up:
            self._take_over()
            for identity, evidence in tuple(self._waiting.items()):
                if self._keep(identity, evidence) or not self._is_beside():
                    del self._waiting[identity]

    def _take_over(self) -> None:
        with self._turn:
            closed, self._closed = self._closed, {}
        for identity, event in closed.items():
            evidence = self._read(event)
            if evidence is not None:
                self._waiting[identity] = evidence
                _bound(self._waiting)


def _bound(waiting: dict[str, Event] | dict[str, Evidence]) -> None:
    if len(waiting) > MOST_WAITING:
        oldest = next(iter(waiting))
        del waiting[oldest]
        _log.debug("the evidence of event %s is not kept: too many wait", oldest)
