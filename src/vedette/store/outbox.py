"""The table of what is still to be told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, delete, func, select, update

from vedette.store.protocol import Transactions
from vedette.store.rows import entry_of, entry_row
from vedette.store.schema import outbox
from vedette.store.upsert import insert_new
from vedette.values.outbox import OutboxEntry, OutboxState

_PENDING, _DEAD = OutboxState.PENDING.value, OutboxState.DEAD.value


class OutboxTable:
    """See `vedette.actions.protocol.Outbox`; `EventTable.record` puts entries in.

    `on_unknown` is told of a delivery whose entry does not wait here. Every member raises StoreError
    when the database does not serve.
    """

    def __init__(
        self, database: Transactions, on_unknown: Callable[[str, datetime], None] | None = None
    ) -> None:
        self._database = database
        self._on_unknown = on_unknown

    def pending(self, action: str, limit: int) -> Sequence[OutboxEntry]:
        """See `Outbox`; in the order in which they were put in."""
        conditions = (outbox.c.state == _PENDING, outbox.c.action == action)
        return self._read(select(outbox).where(*conditions).order_by(outbox.c.number).limit(limit))

    def delivered(self, key: str, at: datetime) -> None:
        """See `Outbox`."""
        changes = {
            "state": OutboxState.DELIVERED.value,
            "attempts": outbox.c.attempts + 1,
            "finished_at": at,
            "last_error": None,
        }
        waits = (outbox.c.key == key) & (outbox.c.state != OutboxState.DELIVERED.value)
        if not self._change(waits, changes) and self._on_unknown is not None:
            self._on_unknown(key, at)

    def failed(self, key: str, why: str, next_attempt_at: datetime | None) -> None:
        """See `Outbox`."""
        changes: dict[str, Any] = {"attempts": outbox.c.attempts + 1, "last_error": why}
        if next_attempt_at is None:
            changes["state"] = _DEAD
        else:
            changes["next_attempt_at"] = next_attempt_at
        self._change((outbox.c.key == key) & (outbox.c.state == _PENDING), changes)

    def revive(self, key: str, at: datetime) -> bool:
        """See `Outbox`; it is due at `at`, and its attempts are counted anew."""
        changes = {"state": _PENDING, "attempts": 0, "next_attempt_at": at, "finished_at": None}
        return self._change((outbox.c.key == key) & (outbox.c.state == _DEAD), changes) > 0

    def get(self, key: str) -> OutboxEntry | None:
        """The entry of that key, if there is one."""
        found = self._read(select(outbox).where(outbox.c.key == key))
        return found[0] if found else None

    def list(
        self,
        state: OutboxState | None = None,
        action: str | None = None,
        limit: int | None = 100,
        before: str | None = None,
    ) -> Sequence[OutboxEntry]:
        """By key, the newest events' first; `before` is the last key of the page before."""
        statement = select(outbox).order_by(outbox.c.key.desc()).limit(limit)
        if state is not None:
            statement = statement.where(outbox.c.state == state.value)
        if action is not None:
            statement = statement.where(outbox.c.action == action)
        if before is not None:
            statement = statement.where(outbox.c.key < before)
        return self._read(statement)

    def counts(self) -> dict[tuple[str, OutboxState], int]:
        """How many entries there are, by action and state."""
        columns = (outbox.c.action, outbox.c.state)
        with self._database.reading() as connection:
            rows = connection.execute(select(*columns, func.count()).group_by(*columns)).all()
        return {(action, OutboxState(state)): count for action, state, count in rows}

    def remove_delivered(self, before: datetime) -> int:
        """Forget what was delivered earlier; how many entries that were."""
        conditions = (outbox.c.state == OutboxState.DELIVERED.value, outbox.c.finished_at < before)
        with self._database.writing() as connection:
            return connection.execute(delete(outbox).where(*conditions)).rowcount

    def discard(self, key: str) -> bool:
        """Forget an entry, done or not; false if there is none of that key."""
        with self._database.writing() as connection:
            return connection.execute(delete(outbox).where(outbox.c.key == key)).rowcount > 0

    def _change(self, which: ColumnElement[bool], changes: Mapping[str, Any]) -> int:
        with self._database.writing() as connection:
            return connection.execute(update(outbox).where(which).values(changes)).rowcount

    def _read(self, statement: Select[Any]) -> Sequence[OutboxEntry]:
        with self._database.reading() as connection:
            return [entry_of(row) for row in connection.execute(statement).mappings()]


def insert_entries(connection: Connection, entries: Sequence[OutboxEntry]) -> None:
    """Put entries in; one whose key is there stays as it is."""
    insert_new(connection, map(entry_row, entries))
