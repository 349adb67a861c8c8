"""The database as one SQLite file, made or opened by the one process that records in it.

SQLAlchemy's Core, without its ORM: on two x86 cores Core takes 0.33 s and 25 MB to import, the ORM
0.11 s and 6 MB more, and tables of records need no identity map.

The version of the schema stands in `PRAGMA user_version`, and in Alembic's own table. An older file
is brought up to date in one transaction, after a copy of it was put beside it.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Self
from urllib.parse import quote

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event, update
from sqlalchemy.exc import SQLAlchemyError

from vedette.errors import StoreError
from vedette.store.claim import Claim
from vedette.store.copying import copy_whole
from vedette.store.failures import reason, told_plainly
from vedette.store.inspection import APPLICATION_ID, SCHEMA_VERSION, found_version
from vedette.store.making import make_tables, read_made_at, upgrade_tables
from vedette.store.place import FilePlace
from vedette.store.schema import vedette
from vedette.writing import flush_folder, make_folder

BUSY_SECONDS = 5.0
"""How long a writer waits for another one (a backup, a person's sqlite3)."""

_REMEDY = "Is the disk full, or the file read-only or locked?"
_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    # With WAL, NORMAL may lose the last commits at a power cut; what was acknowledged is on disk.
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
)

_log = logging.getLogger(__name__)


def utc_now() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


class Database:
    """See `OpenDatabase`. One process holds the file; its threads share it.

    `path` is the file; its folder is made where it is missing. `now` is what a new one's `made_at` is
    taken from. A file that is deleted or replaced under way is noticed before the next transaction, and
    what was in it is put back; `saved_back` counts that.

    Raises:
        InUseError: another process holds it.
        StoreError: it is foreign, newer, damaged, or cannot be written.
            The file is never changed or deleted in these cases.
    """

    def __init__(self, path: Path, now: Callable[[], datetime] = utc_now) -> None:
        self.path = path
        self.saved_back = 0
        self._turn = threading.RLock()
        self._is_closed = False
        with _told_of_folder(path):
            make_folder(path.parent)
            self._claim = Claim(path)
        try:
            self._open(now)
        except BaseException:
            self._claim.close()
            raise

    @property
    def name(self) -> str:
        """See `OpenDatabase`: the path."""
        return str(self.path)

    @property
    def made_at(self) -> datetime:
        """See `OpenDatabase`."""
        return self._made_at

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """See `Transactions`.

        Raises:
            StoreError: the file is damaged or gone for good.
        """
        with self._told():
            if not self._place.is_in_place():
                with self._turn:
                    self._look_after_file()
            with self._engine.connect() as connection:
                yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """See `Transactions`. Once it has ended, what was written survives a power cut.

        Raises:
            StoreError: the disk is full, or the file is locked, read-only or damaged.
        """
        # One writer at a time is SQLite's rule; a lock here is fair, its busy handler is not.
        with self._turn, self._told():
            self._look_after_file()
            try:
                with self._writer.begin():
                    # Python's sqlite3 begins before the first change only: too late for what is read first.
                    self._writer.exec_driver_sql("BEGIN IMMEDIATE")
                    yield self._writer
            except SQLAlchemyError as error:
                self._begin_anew(error)
                raise

    def knows_since(self, at: datetime) -> None:
        """See `OpenDatabase`."""
        with self.writing() as connection:
            connection.execute(update(vedette).values(made_at=at))
        self._made_at = at

    def prove(self) -> None:
        """See `OpenDatabase`."""
        with self.writing() as connection:
            connection.execute(update(vedette).values(made_at=vedette.c.made_at))
        if problems := self.check(is_quick=True):
            raise StoreError(f"{self.path} is damaged ({problems[0]}).", "Restore a copy of it.")

    def check(self, *, is_quick: bool = False) -> tuple[str, ...]:
        """What SQLite finds wrong with the file; nothing if it is sound. `is_quick` leaves the indexes out.

        Raises:
            StoreError: it cannot be read.
        """
        kind = "quick_check" if is_quick else "integrity_check"
        with self.reading() as connection:
            found = [str(row[0]) for row in connection.exec_driver_sql(f"PRAGMA {kind}(20)")]
            strays = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        return (
            *(line for line in found if line != "ok"),
            *(f"a row of {row[0]} belongs to nothing" for row in strays),
        )

    def backup(self, path: Path) -> None:
        """A copy of everything that is committed, while recording goes on.

        Raises:
            StoreError: there is something at `path`, or it cannot be written; nothing is left behind.
        """
        if path.exists():
            raise StoreError(f"{path} is there already and stays as it is.", "Name a new file.")
        with told_plainly(f"the copy {path}", _REMEDY), _told_of_folder(path), self.reading() as connection:
            copy_whole(_driver(connection), path)

    def close(self) -> None:
        """See `OpenDatabase`."""
        with self._turn:
            if self._is_closed:
                return
            try:
                with self._told():
                    self._look_after_file()
            except StoreError as error:
                _log.error("%s", error)
            self._is_closed = True
            self._writer.close()
            self._engine.dispose()
            self._claim.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _open(self, now: Callable[[], datetime]) -> None:
        version = found_version(self.path)
        if 0 < version < SCHEMA_VERSION:
            _keep_copy(self.path, version)
        with _told_of_folder(self.path):
            self.path.touch(mode=0o644)
        self._engine = _engine(self.path)
        try:
            with self._told(), self._engine.connect() as connection, connection.begin():
                # Python's sqlite3 begins no transaction before DDL by itself: a kill must not leave half.
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                _bring_up_to_date(connection, version, now)
                self._made_at = read_made_at(connection)
            self._attach()
        except BaseException:
            self._engine.dispose()
            raise

    def _attach(self) -> None:
        with self._told(), _told_of_folder(self.path):
            self._writer = self._engine.connect()
            self._place = FilePlace(self.path)
            flush_folder(self.path.parent)

    def _look_after_file(self) -> None:
        """Put the file back where it was deleted or replaced; the lock is held."""
        if self._is_closed:
            raise StoreError(f"{self.path} is closed.")
        if self._place.is_in_place():
            return
        try:
            aside = self._place.save_back(_driver(self._writer))
            self._claim.renew()
        except OSError as error:
            raise StoreError(
                f"{self.path} was deleted, and cannot be put back yet: {error.strerror or error}.", _REMEDY
            ) from error
        left = f"; what lay there is now {aside.name}" if aside else ""
        _log.error(
            "%s was deleted or replaced while in use. Nothing is lost: it was put back%s.", self.path, left
        )
        self.saved_back += 1
        self._take_new_connections()

    def _take_new_connections(self) -> None:
        old_writer, old_engine = self._writer, self._engine
        self._engine = _engine(self.path)
        self._attach()
        old_writer.close()
        old_engine.dispose()

    def _begin_anew(self, error: SQLAlchemyError) -> None:
        """A connection that met a read-only or failing disk may stay so; a locked one is well."""
        if "locked" in reason(error) or self._is_closed or not self._place.is_in_place():
            return
        try:
            self._take_new_connections()
        except StoreError:
            _log.debug("%s: no new connection yet", self.path)

    def _told(self) -> AbstractContextManager[None]:
        return told_plainly(str(self.path), _REMEDY)


def _engine(path: Path) -> Engine:
    # `rw` makes no file: a name that was deleted must not come back empty.
    address = f"file:{quote(str(path.absolute()))}?mode=rw"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS, check_same_thread=False)

    engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool)
    event.listen(engine, "connect", _prepare)
    return engine


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _bring_up_to_date(connection: Connection, version: int, now: Callable[[], datetime]) -> None:
    if version == SCHEMA_VERSION:
        return
    if version == 0:
        connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
        make_tables(connection, now)
    else:
        upgrade_tables(connection, version, now)
    connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _keep_copy(path: Path, version: int) -> None:
    copy = path.with_name(f"{path.name}.schema-{version}")
    told = told_plainly(f"the copy {copy}", _REMEDY)
    with told, _told_of_folder(path), closing(sqlite3.connect(path)) as connection:
        copy_whole(connection, copy)
    _log.info("%s is brought up to date; %s is what it was before", path, copy.name)


def _driver(connection: Connection) -> sqlite3.Connection:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


@contextmanager
def _told_of_folder(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"the folder {path.parent} cannot be used: {error.strerror or error}.",
            "Check its owner and permissions, or set storage.folder to another one.",
        ) from error
