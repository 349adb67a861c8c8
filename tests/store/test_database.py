import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from parts.happenings import event
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
        EventTable(database).save(event())
        assert list(EventTable(database).list()) == [event()]


def test_what_was_saved_is_there_after_opening_again(tmp_path):
    for number in range(3):
        with Database(tmp_path / "vedette.db") as database:
            table = EventTable(database)
            table.save(event(f"{number}"))
            assert len(table.list()) == number + 1


def test_the_pragmas_hold_on_every_connection(tmp_path):
    with Database(tmp_path / "vedette.db") as database, database.transaction() as connection:
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
            table.save(event(f"{number:03}"))
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
        f"EventTable(Database(Path({str(path)!r}))).save(event())\n"
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
        with database.transaction() as connection:
            connection.exec_driver_sql("DROP TABLE events")
        with pytest.raises(StoreError, match="no such table: events") as caught:
            EventTable(database).save(event(label="a secret"))
    assert "a secret" not in str(caught.value)
