"""Insert, or change what is there: the one statement that SQLite and PostgreSQL spell alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Executable, Table, and_, bindparam, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from vedette.store.schema import event_evidence, events, outbox

_LIFECYCLE = (
    *("camera", "rule", "label", "opened_at", "updated_at", "closed_at", "close_reason"),
    *("score", "measures", "updates", "importance"),
)
_PROGRESS = ("next_attempt_at", "attempts", "state", "last_error", "finished_at")

Row = Mapping[str, Any]


def upsert_event(connection: Connection, row: Row) -> None:
    """An event as its lifecycle tells it.

    A closed event stays as it was closed; an older word never replaces a newer one (by `updates`).
    `is_favourite` and `review` are a person's, and a `clip` that stands there stays; a picture's path is
    never lost.
    """
    connection.execute(_event_statement(connection.dialect.name), dict(row))


def merge_events(connection: Connection, rows: Sequence[Row]) -> None:
    """Events of another database: as `upsert_event`, and marks and media of either are kept.

    What was said of an event there counts before what was said here: it was said later.
    """
    for row in rows:
        upsert_event(connection, row)
    marks = {
        "clip": func.coalesce(events.c.clip, bindparam("the_clip")),
        "snapshot": func.coalesce(events.c.snapshot, bindparam("the_snapshot")),
        "is_favourite": or_(events.c.is_favourite, bindparam("the_mark", type_=events.c.is_favourite.type)),
        "review": func.coalesce(bindparam("the_review", type_=events.c.review.type), events.c.review),
    }
    values = [
        {
            "the_id": row["id"],
            "the_clip": row["clip"],
            "the_snapshot": row["snapshot"],
            "the_mark": row["is_favourite"],
            "the_review": row["review"],
        }
        for row in rows
    ]
    if values:
        connection.execute(update(events).where(events.c.id == bindparam("the_id")).values(marks), values)


def insert_evidence(connection: Connection, rows: Iterable[Row]) -> None:
    """How decisions came about, of events that are there; what is known of one already stays."""
    statement = _evidence_statement(connection.dialect.name)
    for row in rows:
        connection.execute(statement, dict(row))


def insert_new(connection: Connection, rows: Iterable[Row], *, is_merging: bool = False) -> None:
    """Outbox entries; one whose key is there stays as it is.

    Merging, one that is still to be done takes what became of it in the other database.
    """
    for row in rows:
        connection.execute(_outbox_statement(connection.dialect.name, is_merging), dict(row))


@cache
def _event_statement(dialect: str) -> Executable:
    statement = _insert(dialect, events)
    new = statement.excluded
    changes = {name: new[name] for name in _LIFECYCLE} | {
        "clip": func.coalesce(events.c.clip, new.clip),
        "snapshot": func.coalesce(new.snapshot, events.c.snapshot),
    }
    is_newer = and_(events.c.closed_at.is_(None), new.updates >= events.c.updates)
    made: Executable = statement.on_conflict_do_update(index_elements=["id"], set_=changes, where=is_newer)
    return made


@cache
def _evidence_statement(dialect: str) -> Executable:
    made: Executable = _insert(dialect, event_evidence).on_conflict_do_nothing(index_elements=["id"])
    return made


@cache
def _outbox_statement(dialect: str, is_merging: bool) -> Executable:
    statement = _insert(dialect, outbox).values(
        {column.name: bindparam(column.name) for column in outbox.c if column.name != "number"}
        | {"number": _next_number()}
    )
    if is_merging:
        changes = {name: statement.excluded[name] for name in _PROGRESS}
        is_to_do = outbox.c.state == "pending"
        made: Executable = statement.on_conflict_do_update(
            index_elements=["key"], set_=changes, where=is_to_do
        )
    else:
        made = statement.on_conflict_do_nothing(index_elements=["key"])
    return made


def _next_number() -> Any:
    return select(func.coalesce(func.max(outbox.c.number), 0) + 1).scalar_subquery()


def _insert(dialect: str, table: Table) -> Any:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
