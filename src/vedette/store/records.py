"""What was recorded, for those who only read: no lock is taken, and nothing is written or made."""

from __future__ import annotations

import heapq
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import Self
from urllib.parse import quote

from sqlalchemy import Connection, Engine, QueuePool, create_engine

from vedette.errors import StoreError
from vedette.store.copying import copy_whole
from vedette.store.event_filter import EventFilter
from vedette.store.events import EventTable
from vedette.store.failures import told_plainly
from vedette.store.inspection import SCHEMA_VERSION, found_version
from vedette.store.postgresql import open_to_read
from vedette.store.store import BESIDE_NAME, DATABASE_NAME
from vedette.values.event import Event

_REMEDY = "Is it another user's, or damaged? `vedette events check` looks."
_BUSY_SECONDS = 5.0


class ReadableDatabase:
    """A database that may be in use by the Vedette that records in it.

    Raises:
        StoreError: there is none, or it is foreign, newer, older or damaged.
    """

    def __init__(self, name: str, engine: Engine) -> None:
        self.name = name
        self._engine = engine

    @classmethod
    def file(cls, path: Path) -> Self:
        """The SQLite file at `path`."""
        _judge(str(path), found_version(path))
        address = f"file:{quote(str(path.absolute()))}?mode=ro"

        def connect() -> sqlite3.Connection:
            return sqlite3.connect(address, uri=True, timeout=_BUSY_SECONDS, check_same_thread=False)

        return cls(str(path), create_engine("sqlite://", creator=connect, poolclass=QueuePool))

    @classmethod
    def server(cls, url: str) -> Self:
        """The PostgreSQL database at `url`."""
        name, engine, version = open_to_read(url)
        try:
            _judge(name, version)
        except StoreError:
            engine.dispose()
            raise
        return cls(name, engine)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """See `Transactions`."""
        with told_plainly(self.name, _REMEDY), self._engine.connect() as connection:
            yield connection

    def writing(self) -> AbstractContextManager[Connection]:
        """See `Transactions`.

        Raises:
            StoreError: always.
        """
        raise StoreError(f"{self.name} was opened to read.")

    def close(self) -> None:
        """Let go of it."""
        self._engine.dispose()


class Records:
    """All events of a storage folder: of its database, and of the one beside it while there is one.

    Raises:
        StoreError: nothing was recorded there yet, or it cannot be read.
    """

    def __init__(self, folder: Path, url: str | None = None) -> None:
        self.notices: list[str] = []
        """What a person should know of what is shown."""
        self._databases: list[ReadableDatabase] = []
        try:
            self._open(folder, url)
        except BaseException:
            self.close()
            raise

    def every(self, wanted: EventFilter | None = None) -> Iterator[Event]:
        """All events, newest first, read in pages as they are asked for."""
        return _merged(EventTable(each).every(wanted) for each in self._databases)

    def list(self, wanted: EventFilter, limit: int) -> Sequence[Event]:
        """The newest events first, at most `limit`."""
        pages = (EventTable(each).list(wanted, limit) for each in self._databases)
        return list(islice(_merged(pages), limit))

    def get(self, identity: str) -> Event | None:
        """The event of that id, if there is one."""
        for each in self._databases:
            if event := EventTable(each).get(identity):
                return event
        return None

    def close(self) -> None:
        """Let go of the databases."""
        for each in self._databases:
            each.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _open(self, folder: Path, url: str | None) -> None:
        beside = folder / BESIDE_NAME
        if beside.exists():
            self._open_beside(beside)
        try:
            main = ReadableDatabase.server(url) if url else ReadableDatabase.file(folder / DATABASE_NAME)
            self._databases.append(main)
        except StoreError as error:
            if not self._databases:
                raise
            self.notices.append(str(error))

    def _open_beside(self, path: Path) -> None:
        try:
            beside = ReadableDatabase.file(path)
            if count := EventTable(beside).count():
                self._databases.append(beside)
                self.notices.append(f"{count} events are still in {path}.")
            else:
                beside.close()
        except StoreError as error:
            self.notices.append(str(error))


def _merged(sorted_events: Iterable[Iterable[Event]]) -> Iterator[Event]:
    """Of an event that several know, the first one's: merging keeps their order."""
    last = None
    for event in heapq.merge(*sorted_events, key=lambda event: event.id, reverse=True):
        if event.id != last:
            yield event
        last = event.id


def copy_file(path: Path, target: Path) -> None:
    """A whole copy of the SQLite file at `path`, in use or not.

    Raises:
        StoreError: there is no sound database, something lies at `target`, or it cannot be written.
    """
    _judge(str(path), found_version(path))
    if target.exists():
        raise StoreError(f"{target} is there already and stays as it is.", "Name a new file.")
    address = f"file:{quote(str(path.absolute()))}?mode=ro"
    try:
        with (
            told_plainly(f"the copy {target}", "Is there room?"),
            closing(sqlite3.connect(address, uri=True, timeout=_BUSY_SECONDS)) as source,
        ):
            copy_whole(source, target)
    except OSError as error:
        raise StoreError(
            f"{target} cannot be written: {error.strerror or error}.",
            "Does its folder exist, and is there room?",
        ) from error


def problems(path: Path) -> list[str]:
    """What SQLite finds wrong with the file, in use or not; nothing if it is sound.

    Raises:
        StoreError: there is none, or it is too damaged to be looked through.
    """
    with closing(ReadableDatabase.file(path)) as database, database.reading() as connection:
        lines = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check(20)")]
    return [line for line in lines if line != "ok"]


def _judge(name: str, version: int) -> None:
    if version == 0:
        raise StoreError(f"there is no database at {name}: nothing was recorded yet.", "Start `vedette run`.")
    if version < SCHEMA_VERSION:
        raise StoreError(
            f"{name} was written by an older Vedette.", "`vedette run` brings it up to date when it starts."
        )
