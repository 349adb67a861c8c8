"""How many events there are: over time, and by what they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from sqlalchemy import BigInteger, ColumnElement, Connection, cast, extract, func, select

from vedette.store.event_filter import EventFilter, conditions
from vedette.store.schema import events


@dataclass(frozen=True, slots=True)
class Count:
    """So many events of one camera or label opened in the bucket that begins `at`, UTC."""

    at: datetime
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Facets:
    """Which cameras, rules and labels events have, and how many each; `first_opened_at` is UTC."""

    total: int
    first_opened_at: datetime | None
    cameras: Mapping[str, int]
    rules: Mapping[str, int]
    labels: Mapping[str, int]


def counts(
    connection: Connection,
    wanted: EventFilter,
    origin: datetime,
    bucket_seconds: int,
    by: Literal["camera", "label"],
) -> Sequence[Count]:
    """Events by bucket and name, oldest first. Buckets begin at `origin`; `wanted.since` is no earlier."""
    begin = int(origin.timestamp())
    bucket = ((_seconds(connection.dialect.name) - begin) // bucket_seconds).label("bucket")
    name = events.c[by]
    statement = (
        select(bucket, name, func.count().label("count"))
        .where(*conditions(wanted))
        .group_by("bucket", name)
        .order_by("bucket", name)
    )
    return [
        Count(datetime.fromtimestamp(begin + int(number) * bucket_seconds, UTC), each, count)
        for number, each, count in connection.execute(statement)
    ]


def facets(connection: Connection) -> Facets:
    """Of all events."""
    columns = (events.c.camera, events.c.rule, events.c.label)
    statement = (
        select(*columns, func.count(), func.min(events.c.opened_at))
        # Always so: it has SQLite read the index that holds all of these, a third of the time.
        .where(events.c.opened_at >= datetime(1, 1, 2, tzinfo=UTC))
        .group_by(*columns)
    )
    rows = connection.execute(statement).all()
    named: tuple[dict[str, int], ...] = ({}, {}, {})
    for *names, count, _ in rows:
        for known, name in zip(named, names, strict=True):
            known[name] = known.get(name, 0) + count
    cameras, rules, labels = (dict(sorted(each.items())) for each in named)
    return Facets(
        total=sum(cameras.values()),
        first_opened_at=min((row[-1] for row in rows), default=None),
        cameras=cameras,
        rules=rules,
        labels=labels,
    )


def _seconds(dialect: str) -> ColumnElement[int]:
    """When an event opened, in whole seconds since 1970."""
    if dialect == "postgresql":
        return cast(func.floor(extract("epoch", events.c.opened_at)), BigInteger)
    return cast(func.strftime("%s", events.c.opened_at), BigInteger)
