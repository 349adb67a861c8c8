"""What keeping events and clips costs beside the least that the disk asks for it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from vedette.benchmarking.comparison import Contestant, Figure, compare
from vedette.store.database import Database
from vedette.store.events import EventTable
from vedette.values.event import Event, Phase
from vedette.values.outbox import OutboxEntry, outbox_key
from vedette.writing import write_whole

_START = datetime(2026, 1, 1, tzinfo=UTC)
_IN_A_ROUND = 20
_PRAGMAS = ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON")
_TABLES = ("events", "outbox")


def recorded_events(folder: Path, rounds: int = 15) -> Figure:
    """An event with one outbox entry, acknowledged on disk, against the same rows by bare sqlite3.

    Both have the same tables, indexes and pragmas, and commit once for each event.
    """
    with Database(folder / "store.sqlite") as database:
        table, numbers = EventTable(database), count()
        table.record(*_happening(-1))
        with closing(_twin(folder / "store.sqlite", folder / "bare.sqlite")) as bare:
            rows = {name: _sample(folder / "store.sqlite", name) for name in _TABLES}

            def record() -> None:
                for _ in range(_IN_A_ROUND):
                    table.record(*_happening(next(numbers)))

            def insert() -> None:
                for _ in range(_IN_A_ROUND):
                    _insert(bare, rows, f"bare-{next(numbers):020}")

            figure = compare(
                Contestant("event and outbox entry into the store", record),
                Contestant("the same rows by bare sqlite3", insert),
                rounds=rounds,
            )
    return figure.per(_IN_A_ROUND)


def per_second(figure: Figure) -> Figure:
    """The same as a rate; a figure in milliseconds a thing becomes things a second."""
    floor = None if figure.floor_value is None else 1000 / figure.floor_value
    ratio = None if figure.ratio is None else 1 / figure.ratio
    return replace(figure, value=1000 / figure.value, unit="/s", floor_value=floor, ratio=ratio)


def written_clip(write: Callable[[Path], object], scratch: Path, rounds: int = 15) -> Figure:
    """Making a clip's file at a path, against writing the finished file's bytes; both flushed to the disk."""
    made, copied = scratch / "made.mp4", scratch / "copied.mp4"
    write(made)
    content = made.read_bytes()
    return compare(
        Contestant(f"clip of {len(content) / 1e6:.1f} MB remuxed", lambda: write(made)),
        Contestant("its bytes written", lambda: write_whole(copied, content)),
        rounds=rounds,
    )


def _happening(number: int) -> tuple[Event, list[OutboxEntry]]:
    at = _START + timedelta(seconds=number)
    event = Event(
        id=f"{number:020}",
        camera="door",
        rule="prey",
        label="prey",
        opened_at=at,
        updated_at=at,
        score=0.9,
        snapshot=f"snapshots/2026/01/01/{number:020}.jpg",
        measures={"dwell_seconds": 0.0},
    )
    return event, [OutboxEntry(outbox_key("phone", Phase.OPEN, event), "phone", Phase.OPEN, event, at, at)]


def _twin(original: Path, path: Path) -> sqlite3.Connection:
    """A database with the same tables and indexes and nothing in them."""
    with closing(sqlite3.connect(original)) as there:
        made = [row[0] for row in there.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")]
    twin = sqlite3.connect(path, isolation_level=None)
    for pragma in _PRAGMAS:
        twin.execute(f"PRAGMA {pragma}")
    for statement in made:
        twin.execute(statement)
    return twin


def _sample(path: Path, table: str) -> tuple[Any, ...]:
    """One row of the table; its first column is the key."""
    with closing(sqlite3.connect(path)) as there:
        return tuple(there.execute(f"SELECT * FROM {table}").fetchone())  # noqa: S608 - a name from this file


def _insert(bare: sqlite3.Connection, rows: dict[str, tuple[Any, ...]], key: str) -> None:
    bare.execute("BEGIN IMMEDIATE")
    for table, row in rows.items():
        places = ", ".join("?" * len(row))
        bare.execute(f"INSERT INTO {table} VALUES ({places})", (key, *row[1:]))  # noqa: S608 - as above
    bare.execute("COMMIT")
