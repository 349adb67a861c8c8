"""An outbox in memory, whose disk may fail."""

import threading
from dataclasses import replace

from vedette.errors import StoreError
from vedette.values.outbox import OutboxState


class MemoryOutbox:
    """`rows` by key, in the order in which they came; `fails` makes every member raise."""

    def __init__(self):
        self.rows = {}
        self.fails = False
        self.refused = 0
        self._turn = threading.Lock()

    def record(self, entries):
        """As `EventStore.record` puts entries in."""
        with self._serving():
            for entry in entries:
                self.rows.setdefault(entry.key, entry)

    def pending(self, action, limit):
        with self._serving():
            found = [row for row in self.rows.values() if row.action == action]
            return [row for row in found if row.state is OutboxState.PENDING][:limit]

    def delivered(self, key, at):
        self._change(key, state=OutboxState.DELIVERED, finished_at=at, last_error=None)

    def failed(self, key, why, next_attempt_at):
        state = OutboxState.DEAD if next_attempt_at is None else OutboxState.PENDING
        due = {} if next_attempt_at is None else {"next_attempt_at": next_attempt_at}
        self._change(key, state=state, last_error=why, **due)

    def revive(self, key, at):
        with self._serving():
            row = self.rows.get(key)
            if row is None or row.state is not OutboxState.DEAD:
                return False
            self.rows[key] = replace(row, state=OutboxState.PENDING, attempts=0, next_attempt_at=at)
            return True

    def states(self):
        return [row.state.value for row in self.rows.values()]

    def _change(self, key, **changes):
        with self._serving():
            if key in self.rows:
                row = self.rows[key]
                self.rows[key] = replace(row, attempts=row.attempts + 1, **changes)

    def _serving(self):
        if self.fails:
            self.refused += 1
            raise StoreError("the disk is full.", "Make room.")
        return self._turn
