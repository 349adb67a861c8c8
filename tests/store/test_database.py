import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from parts.happenings import START, event
from parts.letters import entry
from vedette.errors import StoreError
from vedette.store.database import Database
from vedette.store.events import EventTable
from vedette.store.inspection import APPLICATION_ID, SCHEMA_VERSION

TESTS = Path(__file__).parents[1]


def write(path, *statements):
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def ask(path, pragma):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(f"PRAGMA {pragma}").fetchone()[0]


def test_a_database_is_made_with_its_folder_and_says_whose_it_is(tmp_path):
    path = tmp_path / "new" / "vedette.db"
    Database(path).close()
    assert ask(path, "application_id") == APPLICATION_ID
    assert ask(path, "user_version") == SCHEMA_VERSION
    assert ask(path, "journal_mode") == "wal"


def test_an_empty_file_is_taken_for_a_new_database(tmp_path):
    path = tmp_path / "vedette.db"
    path.touch()
    with Database(path) as database:
        EventTable(database).record(event())
        assert list(EventTable(database).list()) == [event()]


def test_what_was_saved_is_there_after_opening_again(tmp_path):
    for number in range(3):
        with Database(tmp_path / "vedette.db") as database:
            table = EventTable(database)
            table.record(event(f"{number}"))
            assert len(table.list()) == number + 1


def test_the_pragmas_hold_on_every_connection(tmp_path):
    with Database(tmp_path / "vedette.db") as database, database.reading() as connection:
        answers = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        }
    assert answers == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "busy_timeout": 5000}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param(b"holiday pictures, a list", "is not a database", id="text"),
        pytest.param(b"SQLite format 3\x00" + b"\xff" * 4096, "is damaged", id="only the header is right"),
    ],
)
def test_what_is_no_database_is_refused_and_left_as_it_is(tmp_path, content, sentence):
    path = tmp_path / "vedette.db"
    path.write_bytes(content)
    with pytest.raises(StoreError, match=sentence) as caught:
        Database(path)
    assert "Nothing was changed or deleted" in str(caught.value)
    assert caught.value.remedy
    assert path.read_bytes() == content


def test_another_programs_database_is_refused_and_left_as_it_is(tmp_path):
    path = tmp_path / "vedette.db"
    write(path, "CREATE TABLE bookmarks (url TEXT)")
    before = path.read_bytes()
    with pytest.raises(StoreError, match="the database of another program"):
        Database(path)
    assert path.read_bytes() == before


def test_a_newer_database_is_refused_and_left_as_it_is(tmp_path):
    path = tmp_path / "vedette.db"
    Database(path).close()
    write(path, f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    before = path.read_bytes()
    with pytest.raises(StoreError, match=f"newer Vedette .schema {SCHEMA_VERSION + 1}"):
        Database(path)
    assert path.read_bytes() == before


def test_a_damaged_database_is_refused_and_left_as_it_is(tmp_path):
    path = tmp_path / "vedette.db"
    with Database(path) as database:
        table = EventTable(database)
        for number in range(200):
            table.record(event(f"{number:03}"))
    damaged = bytearray(path.read_bytes())
    damaged[4096 * 2 :: 97] = b"\xee" * len(damaged[4096 * 2 :: 97])
    path.write_bytes(damaged)
    with pytest.raises(StoreError, match="is damaged"):
        Database(path)
    assert path.read_bytes() == bytes(damaged)


def test_a_second_appliance_does_not_get_the_same_database(tmp_path):
    path = tmp_path / "vedette.db"
    with Database(path), pytest.raises(StoreError, match="in use by another Vedette"):
        Database(path)
    Database(path).close()


def test_a_killed_process_lets_go_of_the_database_and_loses_nothing(tmp_path):
    path = tmp_path / "vedette.db"
    script = (
        f"import os, sys; sys.path.insert(0, {str(TESTS)!r})\n"
        "from pathlib import Path\n"
        "from parts.happenings import event\n"
        "from vedette.store.database import Database\n"
        "from vedette.store.events import EventTable\n"
        f"EventTable(Database(Path({str(path)!r}))).record(event())\n"
        "os.kill(os.getpid(), 9)\n"
    )
    killed = subprocess.run([sys.executable, "-c", script], check=False)
    assert killed.returncode == -9
    with Database(path) as database:
        assert EventTable(database).unclosed() == [event()]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_is_said(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(StoreError, match="Permission denied"):
        Database(tmp_path / "vedette.db")


def test_a_folder_whose_name_is_a_files_is_said(tmp_path):
    (tmp_path / "data").touch()
    with pytest.raises(StoreError, match=r"cannot be used: (Not a directory|File exists)"):
        Database(tmp_path / "data" / "vedette.db")


def test_a_write_that_fails_is_a_sentence_without_values(tmp_path):
    with Database(tmp_path / "vedette.db") as database:
        with database.writing() as connection:
            connection.exec_driver_sql("DROP TABLE events")
        with pytest.raises(StoreError, match="no such table: events") as caught:
            EventTable(database).record(event(label="a secret"))
    assert "a secret" not in str(caught.value)


def test_a_transaction_that_fails_leaves_nothing_behind(tmp_path):
    with Database(tmp_path / "vedette.db") as database:
        table = EventTable(database)
        with database.writing() as connection:
            connection.exec_driver_sql("DROP TABLE outbox")
        with pytest.raises(StoreError, match="no such table: outbox"):
            table.record(event(), [entry(event())])
        assert table.list() == []


def test_a_locked_file_is_said_and_the_next_write_works(tmp_path):
    path = tmp_path / "vedette.db"
    with Database(path) as database, closing(sqlite3.connect(path)) as other:
        with database.writing() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout = 1")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="database is locked"):
            EventTable(database).record(event())
        other.rollback()
        EventTable(database).record(event())
        assert EventTable(database).list() == [event()]


def test_a_full_disk_is_said_and_the_next_write_works(tmp_path):
    with Database(tmp_path / "vedette.db") as database:
        with database.writing() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        with database.writing() as connection:
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        table, heavy = EventTable(database), event(label="a" * 50_000)
        with pytest.raises(StoreError, match="full"):
            table.record(heavy)
        # A connection is new after a failure, and its limit with it: the disk has room again.
        table.record(heavy)
        assert table.get("01") == heavy


def test_a_read_only_file_is_said_and_the_next_write_works(tmp_path):
    with Database(tmp_path / "vedette.db") as database:
        with database.writing() as connection:
            connection.exec_driver_sql("PRAGMA query_only = ON")
        with pytest.raises(StoreError, match="readonly"):
            EventTable(database).record(event())
        EventTable(database).record(event())


def test_a_new_database_knows_since_when_it_is_there(tmp_path):
    with Database(tmp_path / "vedette.db", lambda: START) as database:
        assert database.made_at == START
    with Database(tmp_path / "vedette.db") as database:
        assert database.made_at == START


def test_a_sound_database_has_no_problems(tmp_path):
    with Database(tmp_path / "vedette.db") as database:
        EventTable(database).record(event())
        assert database.check() == ()
        database.prove()


def test_a_database_that_is_damaged_under_way_does_not_prove_well(tmp_path):
    path = tmp_path / "vedette.db"
    with Database(path) as database:
        for number in range(200):
            EventTable(database).record(event(f"{number:03}"))
        with database.writing() as connection:
            connection.exec_driver_sql("CREATE TABLE more (number)")
    with Database(path) as database:
        size = path.stat().st_size
        with path.open("r+b") as file:
            file.seek(4096 * 2)
            file.write(b"\xee" * (size - 4096 * 2))
        with pytest.raises(StoreError, match=r"is damaged|cannot be used"):
            database.prove()


def test_a_backup_is_whole_while_recording_goes_on(tmp_path):
    with Database(tmp_path / "vedette.db") as database:
        table = EventTable(database)
        table.record(event("1"))
        database.backup(tmp_path / "copy.db")
        table.record(event("2"))
    assert not list(tmp_path.glob(".part-*"))
    with Database(tmp_path / "copy.db") as copy:
        assert [each.id for each in EventTable(copy).list()] == ["1"]


def test_a_backup_overwrites_nothing(tmp_path):
    (tmp_path / "copy.db").write_text("mine")
    with Database(tmp_path / "vedette.db") as database:
        with pytest.raises(StoreError, match="is there already"):
            database.backup(tmp_path / "copy.db")
        with pytest.raises(StoreError, match="cannot be used"):
            database.backup(tmp_path / "no folder" / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "mine"


def test_a_closed_database_says_so(tmp_path):
    database = Database(tmp_path / "vedette.db")
    database.close()
    database.close()
    with pytest.raises(StoreError, match="is closed"):
        EventTable(database).record(event())


def test_a_current_database_is_opened_without_importing_what_migrates(tmp_path):
    script = (
        "import sys; from pathlib import Path; from vedette.store.store import Store\n"
        f"[Store.open(Path({str(tmp_path)!r})).close() for _ in range(2)]\n"
        "print([name for name in ('alembic', 'psycopg', 'sqlalchemy.orm') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert done.stdout == "[]\n"
