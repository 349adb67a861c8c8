"""The database as one of a PostgreSQL server, for those who have one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import datetime
from typing import Any, Self

from sqlalchemy import URL, Connection, Engine, create_engine, inspect, make_url, select, update
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from vedette.errors import StoreError
from vedette.store.database import utc_now
from vedette.store.failures import InUseError, told_plainly
from vedette.store.inspection import SCHEMA_VERSION
from vedette.store.making import make_tables, read_made_at, upgrade_tables
from vedette.store.schema import alembic_version, metadata, vedette

CONNECT_SECONDS = 5
STATEMENT_SECONDS = 10

_LOCK = 0x56454454
"""The advisory lock of the Vedette that records: "VEDT", as the application id of our files."""

_REMEDY = "Does the server run, and does storage.database name it and a user who may write there?"
_NOTHING_LOST = "Nothing was changed or deleted."


class PostgresqlDatabase:
    """See `OpenDatabase`. `url` is `postgresql://user:password@host/database`.

    All writing goes over the one connection that holds the advisory lock: who loses it writes nothing
    more until a new connection has the lock. A statement may take 10 s, connecting 5.

    Raises:
        InUseError: another Vedette holds it.
        StoreError: no such server, no psycopg, or the database is foreign, newer or refuses.
    """

    def __init__(self, url: str, now: Callable[[], datetime] = utc_now) -> None:
        self._turn = threading.RLock()
        self._now = now
        self._writer: Connection | None = None
        self._is_closed = False
        self._name, address = _understood(url)
        self._engine = _engine(address)
        try:
            with self._told():
                self._writer = self._connected()
        except BaseException:
            self._engine.dispose()
            raise

    @property
    def name(self) -> str:
        """See `OpenDatabase`: database and server, without user and password."""
        return self._name

    @property
    def made_at(self) -> datetime:
        """See `OpenDatabase`."""
        return self._made_at

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """See `Transactions`.

        Raises:
            StoreError: the server does not answer, or not in time.
        """
        if self._is_closed:
            raise StoreError(f"{self._name} is closed.")
        with self._told(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """See `Transactions`. After a lost connection the next call makes a new one.

        Raises:
            StoreError: the server does not answer, or another Vedette has the lock.
        """
        with self._turn, self._told():
            if self._is_closed:
                raise StoreError(f"{self._name} is closed.")
            if self._writer is None:
                self._writer = self._connected()
            try:
                with self._writer.begin():
                    yield self._writer
            except SQLAlchemyError:
                self._let_go_if_lost()
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

    def check(self) -> tuple[str, ...]:
        """What is missing from the tables; the server looks after its own files.

        Raises:
            StoreError: the server does not answer.
        """
        with self.reading() as connection:
            missing = set(metadata.tables) - set(inspect(connection).get_table_names())
        return tuple(f"the table {name} is missing" for name in sorted(missing))

    def close(self) -> None:
        """See `OpenDatabase`."""
        with self._turn:
            self._is_closed = True
            self._let_go()
            self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _connected(self) -> Connection:
        """A connection that holds the lock, to a database that is ours and up to date."""
        connection = self._engine.connect()
        try:
            self._take_lock(connection)
            with connection.begin():
                _bring_up_to_date(connection, self._name, self._now)
                self._made_at = read_made_at(connection)
        except BaseException:
            connection.invalidate()
            connection.close()
            raise
        return connection

    def _take_lock(self, connection: Connection) -> None:
        with connection.begin():
            is_ours = connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({_LOCK})").scalar()
        if not is_ours:
            raise InUseError(
                f"{self._name} is in use by another Vedette.",
                "Stop that one, or set storage.database to another database.",
            )

    def _let_go_if_lost(self) -> None:
        """A connection that SQLAlchemy gave up would come back by itself, as another and without the lock."""
        assert self._writer is not None
        try:
            if not self._writer.invalidated:
                with self._writer.begin():
                    self._writer.exec_driver_sql("SELECT 1")
        except SQLAlchemyError:
            self._let_go()
        else:
            if self._writer.invalidated:
                self._let_go()

    def _let_go(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            with suppress(SQLAlchemyError):
                # Closed for good, not given back to the pool: the lock goes with the connection.
                writer.invalidate()
                writer.close()

    def _told(self) -> AbstractContextManager[None]:
        return told_plainly(self._name, _REMEDY)


def _understood(url: str) -> tuple[str, URL]:
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise StoreError("storage.database is not an address of a database.", _FORM) from error
    if address.drivername not in {"postgresql", "postgres", "postgresql+psycopg"}:
        raise StoreError(f"storage.database begins with {address.drivername}://.", _FORM)
    where = address.host or address.query.get("host") or "this machine"
    port = f":{address.port}" if address.port else ""
    name = f"PostgreSQL's database {address.database or address.username or ''} on {where}{port}"
    return name, address.set(drivername="postgresql+psycopg")


_FORM = "Write postgresql://user:password@host/database."


def _engine(address: URL, *, is_read_only: bool = False) -> Engine:
    limits = (
        f"-c statement_timeout={STATEMENT_SECONDS * 1000} -c lock_timeout={STATEMENT_SECONDS * 500} "
        # A server that never hears of our end (a power cut) must let go of the lock by itself.
        "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
    )
    if is_read_only:
        limits += " -c default_transaction_read_only=on"
    given: dict[str, Any] = {
        "connect_timeout": CONNECT_SECONDS,
        "options": limits,
        "application_name": "vedette",
        "keepalives_idle": 10,
        "tcp_user_timeout": STATEMENT_SECONDS * 1000,
    }
    try:
        return create_engine(address, pool_pre_ping=True, pool_size=3, connect_args=given)
    except ImportError as error:
        raise StoreError(
            "PostgreSQL needs the package psycopg, which is not installed.",
            "Install it: pip install 'vedette[postgresql]'.",
        ) from error


def open_to_read(url: str) -> tuple[str, Engine, int]:
    """A person's name for the database, an engine that cannot write, and the schema version found.

    Raises:
        StoreError: no such server, no psycopg, or a foreign or newer database.
    """
    name, address = _understood(url)
    engine = _engine(address, is_read_only=True)
    try:
        with told_plainly(name, _REMEDY), engine.connect() as connection:
            return name, engine, _found_version(connection, name)
    except BaseException:
        engine.dispose()
        raise


def _bring_up_to_date(connection: Connection, name: str, now: Callable[[], datetime]) -> None:
    version = _found_version(connection, name)
    if version == 0:
        make_tables(connection, now)
    elif version < SCHEMA_VERSION:
        upgrade_tables(connection, version, now)


def _found_version(connection: Connection, name: str) -> int:
    """The schema version of our tables; 0 where they are to be made."""
    found = set(inspect(connection).get_table_names())
    if not found & {*metadata.tables, alembic_version.name}:
        return 0
    if not {"events", alembic_version.name} <= found:
        raise _foreign(name)
    revision = connection.execute(select(alembic_version.c.version_num)).scalar()
    if revision is None or not revision.isdigit():
        raise _foreign(name)
    if int(revision) > SCHEMA_VERSION:
        raise StoreError(
            f"{name} was written by a newer Vedette (schema {int(revision)}; this one knows "
            f"{SCHEMA_VERSION}). {_NOTHING_LOST}",
            "Install that version again, or set storage.database to another database.",
        )
    return int(revision)


def _foreign(name: str) -> StoreError:
    return StoreError(
        f"{name} holds tables of another program with the same names. {_NOTHING_LOST}",
        "Set storage.database to a database of Vedette's own.",
    )
