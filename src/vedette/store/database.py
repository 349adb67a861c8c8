"""The database: one SQLite file, made or opened by the one process that records in it.

SQLAlchemy's Core, without its ORM: on two x86 cores Core takes 0.33 s and 25 MB to import, the ORM
0.11 s and 6 MB more, and one table of records needs no identity map.

The version of the schema stands in `PRAGMA user_version`. Migrations take over from there: a file
with `user_version` 1 and no `alembic_version` table is stamped with the first revision, which
describes the tables as `schema.metadata.create_all` makes them here.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import SQLAlchemyError

from vedette.errors import StoreError
from vedette.store.inspection import APPLICATION_ID, SCHEMA_VERSION, is_new
from vedette.store.schema import metadata
from vedette.writing import make_folder

BUSY_SECONDS = 5.0
"""How long a writer waits for another one (a backup, a person's sqlite3)."""

_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    # With WAL, NORMAL may lose the last commits at a power cut; what was acknowledged is on disk.
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
)


class Database:
    """An open database. One process holds it; its threads share it.

    `path` is the file; its folder is made where it is missing.

    Raises:
        StoreError: it is foreign, newer, damaged, held by another process, or cannot be written.
            The file is never changed or deleted in these cases.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._claim: int | None = None
        try:
            make_folder(path.parent)
            self._claim = _claimed(path)
        except OSError as error:
            raise StoreError(
                f"the folder {path.parent} cannot be used: {error.strerror or error}.",
                "Check its owner and permissions, or set storage.folder to another one.",
            ) from error
        try:
            self._engine = self._opened()
        except StoreError:
            os.close(self._claim)
            raise

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A connection for the calling thread; committed at the end, rolled back on an error.

        Raises:
            StoreError: the disk is full, or the file is locked, read-only or damaged.
        """
        with self._saying_what_happened(), self._engine.begin() as connection:
            yield connection

    def close(self) -> None:
        """Let go of the file. Twice is once."""
        self._engine.dispose()
        if self._claim is not None:
            os.close(self._claim)
            self._claim = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _opened(self) -> Engine:
        is_empty = is_new(self.path)
        engine = create_engine(f"sqlite:///{self.path.absolute()}", connect_args={"timeout": BUSY_SECONDS})
        event.listen(engine, "connect", _prepare)
        try:
            self._make_tables(engine, is_empty=is_empty)
        except StoreError:
            engine.dispose()
            raise
        return engine

    def _make_tables(self, engine: Engine, *, is_empty: bool) -> None:
        with self._saying_what_happened(), engine.begin() as connection:
            # Python's sqlite3 begins no transaction before DDL by itself: a kill must not leave half.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            if is_empty:
                connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
                connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")
                metadata.create_all(connection)

    @contextmanager
    def _saying_what_happened(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            # The driver's own words; SQLAlchemy's would repeat the statement with its values.
            why = str(getattr(error, "orig", None) or type(error).__name__)
            raise StoreError(
                f"{self.path} cannot be used: {why}.", "Is the disk full, or the file read-only or locked?"
            ) from error


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _claimed(path: Path) -> int:
    """The descriptor that holds the storage folder for this process; the kernel lets go of it at a kill.

    A second process would take the first one's open events for those of a crash.
    """
    descriptor = os.open(path.with_name(f".{path.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise StoreError(
            f"{path} is in use by another Vedette.", "Stop that one, or set storage.folder to another folder."
        ) from None
    return descriptor
