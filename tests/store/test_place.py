import shutil
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


@pytest.fixture
def path(tmp_path):
    return tmp_path / "data" / "events.sqlite"


@pytest.fixture
def database(path):
    with Database(path) as opened:
        EventTable(opened).record(event("1"))
        yield opened


def identities(path):
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return [row[0] for row in connection.execute("SELECT id FROM events ORDER BY id")]


def remove_file(path):
    path.unlink()


def remove_file_and_sides(path):
    for each in path.parent.glob(f"{path.name}*"):
        each.unlink()


def remove_folder(path):
    shutil.rmtree(path.parent)


def move_folder(path):
    path.parent.rename(path.parent.with_name("elsewhere"))


@pytest.mark.parametrize(
    "lose", [remove_file, remove_file_and_sides, remove_folder, move_folder], ids=lambda lose: lose.__name__
)
def test_a_file_that_is_gone_is_put_back_with_all_that_was_in_it(path, database, lose, caplog):
    lose(path)
    EventTable(database).record(event("2"))
    assert identities(path) == ["1", "2"]
    assert database.saved_back == 1
    assert "was deleted or replaced while in use" in caplog.text
    EventTable(database).record(event("3"))
    assert database.saved_back == 1
    assert database.check() == ()


def test_a_read_puts_the_file_back_too(path, database):
    path.unlink()
    assert [each.id for each in EventTable(database).list()] == ["1"]
    assert identities(path) == ["1"]


def test_a_file_that_is_lost_before_the_end_is_put_back(path):
    with Database(path) as database:
        EventTable(database).record(event("1"))
        path.unlink()
    assert identities(path) == ["1"]


def test_a_file_that_took_its_place_is_kept_under_another_name(path, database, tmp_path):
    with Database(tmp_path / "old.sqlite") as old:
        EventTable(old).record(event("old"))
    (tmp_path / "old.sqlite").replace(path)
    EventTable(database).record(event("2"))
    assert identities(path) == ["1", "2"]
    (aside,) = path.parent.glob("events.sqlite.replaced-*")
    assert identities(aside) == ["old"]


def test_the_folder_is_claimed_again_after_it_was_deleted(path, database):
    shutil.rmtree(path.parent)
    EventTable(database).record(event("2"))
    with pytest.raises(StoreError, match="in use by another Vedette"):
        Database(path)


def test_where_it_cannot_be_put_back_nothing_is_lost_until_it_can(path, database):
    shutil.rmtree(path.parent)
    path.parent.write_text("in the way")
    with pytest.raises(StoreError, match="cannot be put back yet"):
        EventTable(database).record(event("2"))
    path.parent.unlink()
    EventTable(database).record(event("2"))
    assert identities(path) == ["1", "2"]


def test_what_was_put_back_survives_a_kill(path):
    script = (
        f"import os, sys; sys.path.insert(0, {str(Path(__file__).parents[1])!r})\n"
        "from pathlib import Path\n"
        "from parts.happenings import event\n"
        "from vedette.store.database import Database\n"
        "from vedette.store.events import EventTable\n"
        f"path = Path({str(path)!r}); table = EventTable(Database(path))\n"
        "table.record(event('1')); path.unlink(); table.record(event('2'))\n"
        "os.kill(os.getpid(), 9)\n"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == -9
    with Database(path) as database:
        assert [each.id for each in EventTable(database).list()] == ["2", "1"]
        assert database.check() == ()
