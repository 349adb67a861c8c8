import os
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from parts.happenings import START
from vedette.errors import StoreError
from vedette.store.database import Database
from vedette.store.events import EventTable
from vedette.store.inspection import APPLICATION_ID, SCHEMA_VERSION
from vedette.store.making import upgrade_tables
from vedette.store.postgresql import PostgresqlDatabase
from vedette.store.schema import metadata

FIRST_RELEASE = f"""
PRAGMA journal_mode = WAL;
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = 1;
CREATE TABLE events (
    id VARCHAR(40) NOT NULL,
    camera VARCHAR NOT NULL,
    rule VARCHAR NOT NULL,
    label VARCHAR NOT NULL,
    opened_at DATETIME NOT NULL,
    updated_at DATETIME NOT NULL,
    closed_at DATETIME,
    close_reason VARCHAR,
    score FLOAT NOT NULL,
    snapshot VARCHAR,
    measures JSON NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX events_by_camera ON events (camera, id);
CREATE INDEX events_still_open ON events (id) WHERE closed_at IS NULL;
INSERT INTO events VALUES ('01', 'door', 'prey', 'prey', '2026-03-29 00:30:00.000000',
    '2026-03-29 00:30:00.000000', NULL, NULL, 0.5, 'a.jpg', '{{"dwell_seconds": 1.5}}');
"""


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "events.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(FIRST_RELEASE)
    return path


def version_of(path):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("PRAGMA user_version").fetchone()[0]


def differences(database):
    with database.reading() as connection:
        return compare_metadata(MigrationContext.configure(connection), metadata)


def test_an_older_file_is_brought_up_to_date_with_all_that_is_in_it(path):
    with Database(path, lambda: START) as database:
        found = EventTable(database).get("01")
        assert database.made_at == START
    assert (found.label, found.snapshot, found.measures) == ("prey", "a.jpg", {"dwell_seconds": 1.5})
    assert (found.updates, found.importance, found.is_favourite, found.clip) == (0, 1, False, None)
    assert found.review is None
    assert version_of(path) == SCHEMA_VERSION
    Database(path).close()


def test_the_file_is_kept_as_it_was_beside_the_new_one(path):
    Database(path).close()
    copy = path.with_name("events.sqlite.schema-1")
    assert version_of(copy) == 1
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT id FROM events").fetchall() == [("01",)]


def test_migrated_tables_are_those_that_the_program_describes(path, tmp_path):
    with Database(path) as migrated, Database(tmp_path / "new.sqlite") as made:
        assert differences(migrated) == []
        assert differences(made) == []
        indexes = "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name"
        with migrated.reading() as one, made.reading() as other:
            assert one.exec_driver_sql(indexes).fetchall() == other.exec_driver_sql(indexes).fetchall()


def test_migrated_tables_are_so_in_postgresql_too(postgresql_url):
    from sqlalchemy import create_engine

    engine = create_engine(postgresql_url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY)")
        upgrade_tables(connection, 0, lambda: START)
    engine.dispose()
    with PostgresqlDatabase(postgresql_url) as database:
        assert database.made_at == START
        assert differences(database) == []


def test_a_kill_in_the_middle_leaves_the_old_file(path):
    script = (
        "import os; from pathlib import Path; from vedette.store.database import Database\n"
        # The time is asked for when the tables are changed and nothing is committed.
        f"Database(Path({str(path)!r}), lambda: os.kill(os.getpid(), 9))\n"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == -9
    assert version_of(path) == 1
    with Database(path) as database:
        assert [each.id for each in EventTable(database).list()] == ["01"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_without_room_for_the_copy_nothing_is_changed(path):
    path.parent.chmod(0o500)
    with pytest.raises(StoreError):
        Database(path)
    assert version_of(path) == 1
    path.parent.chmod(0o700)


def test_a_copy_that_cannot_be_made_stops_the_upgrade(path):
    (path.parent / "events.sqlite.schema-1").mkdir()
    with pytest.raises(StoreError, match="cannot be used"):
        Database(path)
    assert version_of(path) == 1
