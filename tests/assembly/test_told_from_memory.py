"""A letter that was told from memory while the disk was full is not lost with the process."""

from __future__ import annotations

from datetime import UTC, datetime

from parts.duties import Remembers, until
from vedette.actions.delivery import Delivery, Duty
from vedette.actions.settings import ActionSettings
from vedette.assembly.relay import Relay
from vedette.errors import ActionError, StoreError
from vedette.events.happening import Happening
from vedette.events.journal import Journal
from vedette.events.retrying import Patience
from vedette.events.snapshots import SnapshotFolder
from vedette.store.store import Store
from vedette.values.event import Event, Phase
from vedette.values.outbox import OutboxState

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
EVENT = Event("01m7yysntkqfd6sjvggvgz1v0f", "door", "prey", "mouse", NOON, NOON, 0.9)
ROUTES = {("door", "prey"): ("phone",)}


class FullDisk:
    """The events of a real store, on a disk that may be full."""

    def __init__(self, store):
        self._store = store
        self.is_full = True

    def record(self, event, entries=()):
        if self.is_full:
            raise StoreError("the disk is full.")
        self._store.events.record(event, entries)

    def unclosed(self):
        return []

    def set_snapshot(self, identity, path):
        return True


def test_what_was_rung_with_a_full_disk_and_no_peer_is_told_after_a_restart(tmp_path):
    with Store.open(tmp_path) as store:
        disk = FullDisk(store)
        phone = Remembers("phone", fails=lambda letter: ActionError("nobody answers."))
        relay = Relay(Delivery([Duty(phone, ActionSettings())], ROUTES, store.outbox))
        relay.start()
        journal = Journal(disk, SnapshotFolder(tmp_path), relay, patience=Patience(0.01, 0.05, 0.0))
        journal.start()
        journal.put(Happening(Phase.OPEN, EVENT))
        until(lambda: relay.status["phone"].failed >= 1)
        assert store.outbox.list() == []
        disk.is_full = False
        assert journal.flush(20)
        (entry,) = store.outbox.list()
        assert entry.state is OutboxState.PENDING
        journal.close()
        relay.close(0.1)
    with Store.open(tmp_path) as store:
        phone = Remembers("phone")
        delivery = Delivery([Duty(phone, ActionSettings())], ROUTES, store.outbox)
        with delivery:
            until(lambda: store.outbox.list()[0].state is OutboxState.DELIVERED)
        assert [letter.key for letter in phone.letters] == [entry.key]
