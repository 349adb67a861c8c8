"""What one database holds goes over into another, as often as need be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Table, delete, select

from vedette.store.protocol import OpenDatabase
from vedette.store.schema import event_evidence, events, outbox
from vedette.store.upsert import insert_evidence, insert_new, merge_events

_CHUNK = 500


def merge(source: OpenDatabase, target: OpenDatabase) -> tuple[int, int]:
    """All events and outbox entries of `source` into `target`, then `source` is emptied.

    Nothing else may write to `source` meanwhile. It is emptied after `target` has everything on disk: a
    kill between the two makes the next merge say the same things again, which changes nothing.

    Returns:
        How many events and entries there were.

    Raises:
        StoreError: one of the two does not serve; `source` still holds everything.
    """
    counts = [0, 0]
    with target.writing() as writing:
        for rows in _chunks(source, events, events.c.id):
            merge_events(writing, rows)
            counts[0] += len(rows)
        for rows in _chunks(source, event_evidence, event_evidence.c.id):
            insert_evidence(writing, rows)
        for rows in _chunks(source, outbox, outbox.c.number):
            insert_new(writing, rows, is_merging=True)
            counts[1] += len(rows)
    if any(counts):
        with source.writing() as connection:
            connection.execute(delete(events))
            connection.execute(delete(outbox))
    return counts[0], counts[1]


def _chunks(source: OpenDatabase, table: Table, order: Column[Any]) -> Iterator[list[dict[str, Any]]]:
    # A connection of its own: a failure to read is told as the source's, not as the target's.
    with source.reading() as connection:
        found = connection.execution_options(yield_per=_CHUNK).execute(select(table).order_by(order))
        for rows in found.mappings().partitions():
            yield [dict(row) for row in rows]
