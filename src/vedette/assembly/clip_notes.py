"""Which clips lie on the disk and are not noted in the store yet."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

Note = Callable[[str, str], bool]
"""Writes an event's clip down; false if there is no such event. Raises StoreError."""


class ClipNotes:
    """Notes clips down, in another thread than the one that writes them: a slow database tears none.

    The clip of an event that was deleted is removed.

    While the store `is_beside` it does not know every event: then nothing is taken for deleted.
    """

    def __init__(self, note: Note, is_beside: Callable[[], bool], storage: Path) -> None:
        self._note = note
        self._is_beside = is_beside
        self._storage = storage
        self._turn = threading.Lock()
        self._waiting: dict[str, str] = {}

    @property
    def waiting(self) -> int:
        """Clips that are not noted yet."""
        return len(self._waiting)

    def kept(self, event_id: str, path: str) -> None:
        """A clip is whole, at this path below the storage folder. Raises nothing."""
        with self._turn:
            self._waiting[event_id] = path

    def catch_up(self) -> None:
        """Note what waits.

        Raises:
            StoreError: the store does not serve; what waits goes on waiting.
        """
        with self._turn:
            waiting = dict(self._waiting)
        for event_id, path in waiting.items():
            if not self._note(event_id, path):
                if self._is_beside():
                    continue
                with suppress(OSError):
                    (self._storage / path).unlink()
            with self._turn:
                self._waiting.pop(event_id, None)
