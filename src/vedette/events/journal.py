"""From decided to acknowledged: one thread that writes events down and only then has them told."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from vedette.errors import StoreError
from vedette.events.backlog import Backlog, Life, Word
from vedette.events.happening import Happening
from vedette.events.protocol import Dispatcher, EventListener, EventStore
from vedette.events.retrying import Patience, Retry
from vedette.events.scribe import PICTURE_ATTEMPTS, Readers, Scribe
from vedette.events.snapshots import SnapshotFolder

STRIKES = 20
"""A phase that fails so often, while the next event is written each time, is at fault itself: given up."""

_DOWN = 2
"""So many different events in a row that are not taken: it is the disk, not the event."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class JournalStatus:
    """Counts since the start.

    `waiting` phases are in memory only, `recorded` ones on disk; `refused` ones could not be written though
    others could; `lost` events will never be on disk.
    """

    waiting: int
    recorded: int
    refused: int
    failed_attempts: int
    pictures_dropped: int
    lost: int
    trouble: str | None
    last_write_seconds: float | None


class Journal:
    """Writes events down in a thread of its own, in each event's order.

    First the picture, whole; then the row, in one transaction with the outbox's entries; then the
    dispatcher and the listeners are told: that is the acknowledgement, and holds after a power cut.

    What the disk does not take waits in memory and is tried again (see `Patience`, `Room`). A disk that
    takes rows but no pictures gets the rows; the pictures follow when they can, until the process ends.
    While nothing can be recorded, people are told from memory, and the rows follow without telling again.
    """

    def __init__(
        self,
        store: EventStore,
        snapshots: SnapshotFolder,
        dispatcher: Dispatcher,
        listeners: Sequence[EventListener] = (),
        patience: Patience | None = None,
    ) -> None:
        self._patience = patience or Patience()
        self._monotonic = self._patience.monotonic
        self._backlog = Backlog(self._patience.room)
        self._rows, self._pictures = Retry(self._patience), Retry(self._patience)
        readers = Readers(dispatcher, tuple(listeners))
        self._scribe = Scribe(store, snapshots, readers, self._pictures)
        self._recorded = self._refused = self._failed_attempts = 0
        self._last_write_seconds: float | None = None
        self._writing_since: float | None = None
        self._close_by: float | None = None
        self._is_closed = False
        self._thread: threading.Thread | None = None

    @property
    def status(self) -> JournalStatus:
        """How it goes now."""
        return JournalStatus(
            waiting=self._backlog.waiting,
            recorded=self._recorded,
            refused=self._refused,
            failed_attempts=self._failed_attempts,
            pictures_dropped=self._backlog.pictures_dropped,
            lost=self._backlog.lost,
            trouble=self._rows.why or self._pictures.why or self._hanging(),
            last_write_seconds=self._last_write_seconds,
        )

    def _hanging(self) -> str | None:
        since = self._writing_since
        seconds = 0.0 if since is None else self._monotonic() - since
        return f"a write has not ended for {seconds:.0f} s." if seconds > self._patience.ring_after else None

    @property
    def is_alive(self) -> bool:
        """Its thread runs."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Start the thread, or another where it died; nothing that waited is forgotten."""
        if not self.is_alive and not self._is_closed:
            self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
            self._thread.start()

    def put(self, happening: Happening) -> None:
        """Take a happening over. Never blocks for the disk; any thread may call."""
        if self._is_closed:
            self._backlog.lose()
        else:
            self._backlog.add(happening)

    def holds(self, identity: str) -> bool:
        """Something of this event is in memory only: its files are no orphans."""
        return self._backlog.holds(identity)

    def picture(self, identity: str) -> bytes | None:
        """The JPEG of an event that is open or waits, from memory; None if it is not there any more."""
        return self._backlog.picture(identity)

    def ring_if_stuck(self) -> bool:
        """For a watchdog: tell people from memory if the thread hangs in the disk; true if it does."""
        since = self._writing_since
        is_stuck = since is not None and self._monotonic() - since > self._patience.ring_after
        if is_stuck:
            self._scribe.ring(self._backlog.untold())
        return is_stuck

    def flush(self, timeout_seconds: float) -> bool:
        """Wait until everything is on disk; false if that took too long."""
        return self._backlog.wait_until_empty(timeout_seconds)

    def close(self, timeout_seconds: float = 2.0) -> int:
        """Write what waits and end; how many events could not be written in time. Twice is once.

        Of what could not be written people are told from memory.
        """
        if self._is_closed:
            return 0
        self._close_by = self._monotonic() + timeout_seconds
        self._rows.hurry()
        self._pictures.hurry()
        self._backlog.wake()
        if self._thread is not None:
            self._thread.join(timeout_seconds)
        self._is_closed = True
        self._scribe.ring(self._backlog.untold())
        left = self._backlog.lives()
        unwritten = sum(bool(life.words) for life in left)
        self._backlog.lose(unwritten)
        if len(left) > unwritten:
            _log.error("%d events were recorded without their pictures", len(left) - unwritten)
        return unwritten

    def _run(self) -> None:
        while not self._is_over():
            try:
                self._work()
                if not self._is_over():
                    self._backlog.wait(self._pause())
            except Exception:  # noqa: BLE001 - whatever it is, the next happening is recorded
                _log.exception("the journal: an error that should not happen")
                self._backlog.wait(self._patience.first_retry)

    def _work(self) -> None:
        self._scribe.encode_all(self._backlog)
        if not self._rows.seconds_left:
            self._write_rows()
        if not self._pictures.seconds_left:
            self._write_late_pictures()
        if self._rows.seconds_until_ring == 0:
            self._scribe.ring(self._backlog.untold())

    def _is_over(self) -> bool:
        """Closing, and nothing waits or the time is up."""
        return self._is_too_late() or (self._close_by is not None and not self._backlog.lives())

    def _is_too_late(self) -> bool:
        return self._close_by is not None and (self._is_closed or self._monotonic() >= self._close_by)

    def _pause(self) -> float | None:
        """Until there is something to do by itself; None for never."""
        pauses = [self._rows.seconds_left] if self._rows.failures else []
        if self._rows.seconds_until_ring:
            pauses.append(self._rows.seconds_until_ring)
        if self._late():
            pauses.append(self._pictures.seconds_left)
        if self._close_by is not None:
            pauses.append(max(0.0, self._close_by - self._monotonic()))
        return min(pauses, default=None)

    def _write_rows(self) -> None:
        """Try everything once, unless the disk takes nothing."""
        failed: list[Life] = []
        in_a_row, written, why = 0, 0, ""
        for life in self._backlog.lives():
            if in_a_row >= _DOWN or self._is_too_late():
                break
            if not life.words:
                continue
            try:
                self._write_all(life)
            except (StoreError, OSError) as error:
                in_a_row, why = in_a_row + 1, str(error)
                self._failed_attempts += 1
                failed.append(life)
            else:
                self._strike(failed[-in_a_row:] if in_a_row else ())
                in_a_row, written = 0, written + 1
        self._judge(len(failed), written, why)

    def _judge(self, failed: int, written: int, why: str) -> None:
        if failed:
            if self._rows.fail(why):
                _log.error("events are kept in memory for now: %s", why)
        elif not self._is_too_late() and self._rows.succeed() and written:
            _log.warning("events are on disk again: %d were kept in memory meanwhile", written)

    def _write_all(self, life: Life) -> None:
        while word := self._backlog.first(life):
            started = self._writing_since = self._monotonic()
            try:
                self._scribe.encode_all(self._backlog)
                self._scribe.write(self._backlog, life, word)
                self._recorded += 1
                life.strikes = 0
            except (StoreError, OSError):
                raise
            except Exception:  # noqa: BLE001 - one event at fault must not end the others
                _log.exception("the %s of event %s cannot be recorded", word.phase, life.id)
                self._give_up(life, word)
            finally:
                self._writing_since = None
                self._last_write_seconds = self._monotonic() - started

    def _strike(self, failed: Sequence[Life]) -> None:
        """These were not taken, and the one after them was."""
        for life in failed:
            life.strikes += 1
            if life.strikes >= STRIKES and (word := self._backlog.first(life)):
                _log.error("the %s of event %s is refused again and again", word.phase, life.id)
                life.strikes = 0
                self._give_up(life, word)

    def _give_up(self, life: Life, word: Word) -> None:
        """No row will ever be: people are told all the same."""
        self._refused += 1
        self._scribe.ring([word])
        self._backlog.done(life, word)

    def _late(self) -> list[Life]:
        """Whose picture is to be written by itself; the others' comes before their next row."""
        no_picture_first = self._pictures.failures >= PICTURE_ATTEMPTS
        return [
            life
            for life in self._backlog.lives()
            if life.is_picture_late and (no_picture_first or not life.words)
        ]

    def _write_late_pictures(self) -> None:
        late = self._late()
        for life in late:
            try:
                self._scribe.write_late_picture(self._backlog, life)
            except (StoreError, OSError) as error:
                self._failed_attempts += 1
                self._pictures.fail(str(error))
                return
        is_over = late or self._pictures.failures >= PICTURE_ATTEMPTS
        if is_over and self._pictures.succeed() and late:
            _log.warning("%d pictures that were kept in memory are on disk", len(late))
