"""Tables are made, or brought up to date, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, insert, inspect, select

from vedette.store.inspection import SCHEMA_VERSION
from vedette.store.schema import alembic_version, bookkeeping, metadata, vedette

_MIGRATIONS = Path(__file__).with_name("migrations")


def make_tables(connection: Connection, now: Callable[[], datetime]) -> None:
    """All tables, empty, stamped with the current revision; `now` is asked for its `made_at`."""
    metadata.create_all(connection)
    _stamp(connection, SCHEMA_VERSION)
    _identify(connection, now())


def upgrade_tables(connection: Connection, version: int, now: Callable[[], datetime]) -> None:
    """From `version` to the current one; a file of before Alembic is stamped first.

    Alembic takes longer to import than a database to open, so only this function imports it.
    """
    from alembic.config import Config  # noqa: PLC0415
    from alembic.runtime.environment import EnvironmentContext  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    if not inspect(connection).has_table(alembic_version.name):
        _stamp(connection, version)
    script = ScriptDirectory(str(_MIGRATIONS), version_locations=[str(_MIGRATIONS)])

    def steps(revision: Any, _context: Any) -> Any:
        return script._upgrade_revs("head", revision)  # noqa: SLF001 - as Alembic's own command does

    with EnvironmentContext(Config(), script, fn=steps) as environment:
        environment.configure(connection=connection, target_metadata=metadata)
        environment.run_migrations()
    _identify(connection, now())


def revision_of(version: int) -> str:
    """Alembic's name for a schema version."""
    return f"{version:04}"


def read_made_at(connection: Connection) -> datetime:
    """Since when the database knows what happened, UTC."""
    made_at: datetime = connection.execute(select(vedette.c.made_at)).scalar_one()
    return made_at


def _stamp(connection: Connection, version: int) -> None:
    bookkeeping.create_all(connection)
    connection.execute(insert(alembic_version).values(version_num=revision_of(version)))


def _identify(connection: Connection, made_at: datetime) -> None:
    connection.execute(insert(vedette).values(id=uuid4().hex, made_at=made_at))
