"""What keeps events: the store, the journal that writes, the actions that tell, the chores that tidy."""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from vedette.assembly.clip_notes import ClipNotes
from vedette.assembly.evidence_notes import EvidenceNotes
from vedette.assembly.housekeeping import Chore
from vedette.assembly.relay import Relay
from vedette.errors import StoreError
from vedette.events.clip_frames import FrameReels
from vedette.events.clips import ClipRecorder
from vedette.events.journal import Journal
from vedette.events.lifecycle import close_events, close_left_open
from vedette.events.retention import Retention
from vedette.events.sweep import Sweep
from vedette.pipeline.rounds import Rounds
from vedette.store.store import Store
from vedette.values.outbox import OutboxState

_log = logging.getLogger(__name__)

_KEEP_DELIVERED = timedelta(days=7)
_WRITE_SECONDS = 1.5
_BURIED_AT_ONCE = 1000
_TELL_SECONDS = 0.5
"""A stop is to take five seconds at most."""


@dataclass(frozen=True, slots=True)
class Recording:
    """Started before the first camera, closed after the last one."""

    store: Store
    journal: Journal
    relay: Relay
    clips: ClipRecorder
    pictures: FrameReels
    notes: ClipNotes
    evidence: EvidenceNotes
    retention: Retention
    sweep: Sweep
    watchdog: Rounds

    def start(self) -> None:
        """Close what an earlier run left open, and begin."""
        self.pictures.start()
        self.clips.start()
        self.journal.start()
        self.watchdog.start()
        try:
            close_left_open(self.store.events, self.journal.put)
        except StoreError as error:
            _log.error("what an earlier run left open cannot be read, and stays so: %s", error)
        self.relay.start()

    def close(self) -> None:
        """Write what waits, tell what is due, let go of the files. What is not told stays in the outbox."""
        self.watchdog.close(0.1)
        self.journal.close(_WRITE_SECONDS)
        self.relay.close(_TELL_SECONDS)
        self.clips.close(_WRITE_SECONDS)
        self.pictures.close()
        with suppress(StoreError):
            self.notes.catch_up()
            self.evidence.catch_up()
        self.store.close()

    def chores(self) -> list[Chore]:
        """What keeps the store in order."""
        return [
            Chore("the database", 5.0, self._mend, first_after_seconds=5.0),
            Chore("the clips", 1.0, self.notes.catch_up, first_after_seconds=1.0),
            Chore("the evidence of events", 1.0, self.evidence.catch_up, first_after_seconds=1.0),
            Chore("retention", 30.0, self._give_up, first_after_seconds=20.0),
            Chore("the sweep", 3600.0, lambda: self.sweep.run(datetime.now(UTC)), first_after_seconds=60.0),
            Chore("damage", 86400.0, self.store.verify, first_after_seconds=600.0),
            Chore("letters of actions that are gone", 600.0, self._bury, first_after_seconds=30.0),
            Chore("the outbox", 3600.0, self._forget_delivered, first_after_seconds=60.0),
        ]

    def _mend(self) -> None:
        mended = self.store.mend()
        if mended is not None:
            close_events(mended.left_open, self.journal.put)

    def _bury(self) -> None:
        """What is to be done by an action that is not there any more is a dead letter."""
        known, outbox = self.relay.status.keys(), self.store.outbox
        for action, state in outbox.counts():
            if state is OutboxState.PENDING and action not in known:
                for entry in outbox.pending(action, _BURIED_AT_ONCE):
                    outbox.failed(entry.key, "there is no action of this name any more.", None)

    def _give_up(self) -> None:
        try:
            self.retention.run(datetime.now(UTC), time.monotonic())
        except OSError as error:
            raise StoreError(f"the storage folder cannot be looked through: {error.strerror}.") from error

    def _forget_delivered(self) -> None:
        self.store.outbox.remove_delivered(datetime.now(UTC) - _KEEP_DELIVERED)
