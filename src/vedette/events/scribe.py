"""Writes one event's phases: the picture, then the row with what is to be told, then tells."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace

from vedette.errors import StoreError
from vedette.events.backlog import Backlog, Life, Word
from vedette.events.protocol import Dispatcher, EventListener, EventStore
from vedette.events.retrying import Retry
from vedette.events.snapshots import SnapshotFolder
from vedette.values.event import Event
from vedette.values.outbox import OutboxEntry

PICTURE_ATTEMPTS = 3
"""After so many in vain, one after another, rows are recorded without their pictures; these follow."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Readers:
    """Who is told, and by whom."""

    dispatcher: Dispatcher
    listeners: Sequence[EventListener]


class Scribe:
    """Works for one thread; `ring` may be called by any."""

    def __init__(
        self, store: EventStore, snapshots: SnapshotFolder, readers: Readers, pictures: Retry
    ) -> None:
        self._store = store
        self._snapshots = snapshots
        self._readers = readers
        self._pictures = pictures
        self._asking = threading.Lock()

    def encode_all(self, backlog: Backlog) -> None:
        """Turn the frames that wait into JPEGs, which are much smaller."""
        while found := backlog.next_frame():
            life, frame = found
            jpeg = None
            try:
                jpeg = self._snapshots.encode(frame)
            except Exception as error:  # noqa: BLE001 - a frame may be anything; the event goes on without
                _log.error("event %s has no picture: %s", life.id, error)
            backlog.illustrate(life, jpeg)

    def write(self, backlog: Backlog, life: Life, word: Word) -> None:
        """Write the first phase that waits, which is `word`, and tell of it.

        Raises:
            StoreError, OSError: the disk did not take it; the phase still waits.
        """
        jpeg = life.jpeg
        self._picture_first(backlog, life)
        event = replace(word.event, snapshot=life.path or word.event.snapshot)
        # Also what was told from memory: only the outbox survives a restart, and it knows what was done.
        entries = self._entries(word, event)
        self._store.record(event, entries)
        word.is_told = True
        if entries:
            self._post(entries)
        self._tell(word, event, jpeg)
        backlog.done(life, word)

    def write_late_picture(self, backlog: Backlog, life: Life) -> None:
        """Write a picture that the disk did not take when its turn came.

        Raises:
            StoreError, OSError: it does not take it now either.
        """
        if life.jpeg is None:
            return
        path = self._snapshots.keep(life.id, life.captured_at, life.jpeg)
        if not life.words and not self._store.set_snapshot(life.id, path):
            # The event was given up meanwhile.
            self._snapshots.forget(path)
        backlog.keep_picture(life, path)

    def ring(self, words: Sequence[Word]) -> None:
        """Have people told of these from memory, each once."""
        entries: list[OutboxEntry] = []
        for word in words:
            if not word.is_told:
                entries += self._entries(word, word.event)
                word.is_told = True
        if entries:
            try:
                self._readers.dispatcher.post_unrecorded(entries)
            except Exception:  # noqa: BLE001 - the event must still be recorded
                _log.exception("the dispatcher failed at %d unrecorded entries", len(entries))

    def _picture_first(self, backlog: Backlog, life: Life) -> None:
        if life.jpeg is None or life.path is not None or self._pictures.failures >= PICTURE_ATTEMPTS:
            return
        try:
            path = self._snapshots.keep(life.id, life.captured_at, life.jpeg)
        except (StoreError, OSError) as error:
            self._pictures.fail(str(error))
            if self._pictures.failures < PICTURE_ATTEMPTS:
                raise
            _log.error("events are recorded without pictures for now: %s", error)
            return
        self._pictures.succeed()
        backlog.keep_picture(life, path)

    def _entries(self, word: Word, event: Event) -> Sequence[OutboxEntry]:
        """What the dispatcher wants told; it is asked once."""
        with self._asking:
            if word.entries is None:
                try:
                    word.entries = tuple(self._readers.dispatcher.address(word.phase, event))
                except Exception:  # noqa: BLE001 - an event that nobody is told of is better than none
                    _log.exception("the dispatcher failed at the %s of event %s", word.phase, event.id)
                    word.entries = ()
            return word.entries

    def _post(self, entries: Sequence[OutboxEntry]) -> None:
        try:
            self._readers.dispatcher.posted(entries)
        except Exception:  # noqa: BLE001 - they are in the outbox
            _log.exception("the dispatcher failed; %d entries wait in the outbox", len(entries))

    def _tell(self, word: Word, event: Event, jpeg: bytes | None) -> None:
        for listener in self._readers.listeners:
            try:
                listener(word.phase, event, jpeg)
            except Exception:  # noqa: BLE001 - one listener must not keep the others from being told
                _log.exception("a listener failed at the %s of event %s", word.phase, event.id)
