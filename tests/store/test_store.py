import logging
import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from parts.happenings import START, event
from parts.letters import entry
from parts.ticking import TickingClock
from vedette.errors import StoreError
from vedette.store.database import Database
from vedette.store.events import EventTable
from vedette.store.failures import InUseError
from vedette.store.outbox import OutboxTable
from vedette.store.reports import Mended
from vedette.store.store import BESIDE_NAME, DATABASE_NAME, PATIENCE_SECONDS, Store
from vedette.values.event import Review
from vedette.values.evidence import Evidence
from vedette.values.outbox import OutboxState

LATER = START + timedelta(minutes=1)


@pytest.fixture
def clock():
    return TickingClock()


@pytest.fixture
def open_store(tmp_path, clock):
    opened = []

    def open_one(url=None):
        opened.append(Store(tmp_path, url, now=clock.now, monotonic=clock.monotonic))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()


def foreign(path):
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")


def newer(path):
    Database(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")


def corrupt(path):
    path.write_bytes(b"SQLite format 3\x00" + b"\xff" * 4096)


def text(path):
    path.write_text("holiday pictures, a list")


def folder(path):
    path.mkdir()


def identities(store):
    return [each.id for each in store.events.list(limit=None)]


@contextmanager
def locked(path):
    """Another program writes to the file, and does not end."""
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


def impatient(store):
    """The busy time-out is real time."""
    with store.writing() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 1")


def test_all_is_well(open_store, tmp_path, clock):
    store = open_store()
    store.events.record(event("1"), [entry(event("1"))])
    assert (store.trouble, store.notice, store.is_beside) == (None, None, False)
    assert store.made_at == clock.now()
    assert store.outbox.pending("phone", 5) == [entry(event("1"))]
    assert store.mend() is None
    assert not (tmp_path / BESIDE_NAME).exists()


@pytest.mark.parametrize("spoil", [foreign, newer, corrupt, text, folder], ids=lambda spoil: spoil.__name__)
def test_a_database_that_cannot_be_used_is_left_alone_and_recorded_beside(
    open_store, tmp_path, spoil, caplog
):
    spoil(tmp_path / DATABASE_NAME)
    before = None if spoil is folder else (tmp_path / DATABASE_NAME).read_bytes()
    picture = tmp_path / "snapshots" / "2020" / "a.jpg"
    picture.parent.mkdir(parents=True)
    picture.touch()
    store = open_store()
    store.events.record(event("1"), [entry(event("1"))])
    assert store.is_beside
    assert DATABASE_NAME in store.trouble
    assert BESIDE_NAME in store.trouble
    assert [record.levelno for record in caplog.records].count(logging.ERROR) == 1
    assert identities(store) == ["1"]
    assert picture.exists()
    assert before is None or (tmp_path / DATABASE_NAME).read_bytes() == before
    assert store.mend() is None


def test_beside_nothing_is_taken_for_an_orphan(open_store, tmp_path):
    corrupt(tmp_path / DATABASE_NAME)
    store = open_store()
    assert store.made_at is None
    assert store.orphans(["1", "2"]) == set()


def test_an_orphan_is_an_id_that_the_database_does_not_know(open_store):
    store = open_store()
    store.events.record(event("1"))
    assert store.orphans(["1", "2"]) == {"2"}


def test_what_was_recorded_beside_goes_over_once_the_database_serves(open_store, tmp_path):
    corrupt(tmp_path / DATABASE_NAME)
    store = open_store()
    letters = [entry(event("1"), "phone"), entry(event("1"), "relay")]
    store.events.record(event("1"), letters)
    store.outbox.delivered(letters[1].key, LATER)
    store.events.set_favourite("1", True)
    (tmp_path / DATABASE_NAME).unlink()
    assert store.mend() == Mended(events=1, entries=2)
    assert (store.trouble, store.is_beside) == (None, False)
    assert store.events.list() == [event("1", is_favourite=True)]
    assert store.outbox.counts() == {("phone", OutboxState.PENDING): 1, ("relay", OutboxState.DELIVERED): 1}
    store.events.record(event("2"))
    store.close()
    with Database(tmp_path / BESIDE_NAME) as beside:
        assert EventTable(beside).list() == []
        assert OutboxTable(beside).list() == []
    assert identities(open_store()) == ["2", "1"]


def test_what_an_earlier_run_recorded_beside_goes_over_at_the_start(open_store, tmp_path):
    with Database(tmp_path / DATABASE_NAME) as primary:
        EventTable(primary).record(event("1"), [entry(event("1"))])
    with Database(tmp_path / BESIDE_NAME) as beside:
        EventTable(beside).record(replace(event("1"), closed_at=LATER, updates=2))
        EventTable(beside).record(event("2"), [entry(event("2"))])
    store = open_store()
    assert identities(store) == ["2", "1"]
    assert store.events.get("1").closed_at == LATER
    assert [each.event.id for each in store.outbox.pending("phone", 5)] == ["1", "2"]
    assert (store.counts.merged_events, store.counts.merged_entries) == (2, 1)


def test_going_over_twice_changes_nothing(open_store, tmp_path):
    done = replace(event("1"), closed_at=LATER, updates=2)
    letter = entry(event("1"))
    with Database(tmp_path / DATABASE_NAME) as primary:
        EventTable(primary).record(done, [letter])
        OutboxTable(primary).delivered(letter.key, LATER)
    with Database(tmp_path / BESIDE_NAME) as beside:
        EventTable(beside).record(event("1"), [letter])
    store = open_store()
    assert store.events.list() == [done]
    assert store.outbox.get(letter.key).state is OutboxState.DELIVERED


def test_what_a_person_said_and_what_was_kept_beside_goes_over(open_store, tmp_path):
    first, second = (Evidence(2.0, -2.0, (seconds,), (1.0,), (0.5,)) for seconds in (1.0, 2.0))
    with Database(tmp_path / DATABASE_NAME) as primary:
        for identity, review in (("1", None), ("2", Review.RIGHT), ("3", Review.RIGHT)):
            EventTable(primary).record(replace(event(identity), review=review))
        EventTable(primary).keep_evidence("3", first)
    with Database(tmp_path / BESIDE_NAME) as beside:
        for identity, review in (("1", Review.WRONG), ("2", None), ("3", Review.WRONG), ("4", Review.WRONG)):
            EventTable(beside).record(replace(event(identity), review=review))
            EventTable(beside).keep_evidence(identity, second)
    store = open_store()
    told = {each.id: each.review for each in store.events.list()}
    assert told == {"1": Review.WRONG, "2": Review.RIGHT, "3": Review.WRONG, "4": Review.WRONG}
    assert [store.events.evidence(identity) for identity in "1234"] == [second, second, first, second]
    store.close()
    with Database(tmp_path / BESIDE_NAME) as beside:
        assert EventTable(beside).evidence("4") is None


def test_what_was_delivered_beside_is_not_delivered_again(open_store, tmp_path):
    letter = entry(event("1"))
    with Database(tmp_path / DATABASE_NAME) as primary:
        EventTable(primary).record(event("1"), [letter])
    with Database(tmp_path / BESIDE_NAME) as beside:
        EventTable(beside).record(event("1"), [letter])
        OutboxTable(beside).delivered(letter.key, LATER)
    assert open_store().outbox.pending("phone", 5) == []


def test_what_waits_in_the_failing_database_and_was_delivered_meanwhile_is_not_delivered_again(
    open_store, tmp_path, clock
):
    store = open_store()
    letters = [entry(event("1"), "phone"), entry(event("1"), "relay")]
    store.events.record(event("1"), letters)
    impatient(store)
    with locked(tmp_path / DATABASE_NAME):
        with pytest.raises(StoreError):
            store.outbox.delivered(letters[0].key, LATER)
        clock.seconds += PATIENCE_SECONDS
        store.outbox.delivered(letters[0].key, LATER)
    store.mend()
    assert store.outbox.get(letters[0].key).finished_at == LATER
    assert [each.action for each in store.outbox.list(OutboxState.PENDING)] == ["relay"]


def test_events_that_an_earlier_run_left_open_are_given_when_their_database_comes_back(open_store, tmp_path):
    with Database(tmp_path / DATABASE_NAME) as primary:
        for identity in ("1", "2"):
            EventTable(primary).record(event(identity))
    (tmp_path / DATABASE_NAME).rename(tmp_path / "good")
    corrupt(tmp_path / DATABASE_NAME)
    store = open_store()
    assert store.events.unclosed() == []
    store.events.record(event("2", updates=1))
    store.events.record(event("3"))
    (tmp_path / "good").replace(tmp_path / DATABASE_NAME)
    assert store.mend() == Mended(events=2, entries=0, left_open=(event("1"),))
    assert [each.id for each in store.events.unclosed()] == ["1", "2", "3"]


def test_a_write_that_fails_is_an_error_and_no_reason_to_go_elsewhere_at_once(open_store, tmp_path):
    store = open_store()
    impatient(store)
    with locked(tmp_path / DATABASE_NAME), pytest.raises(StoreError, match="locked"):
        store.events.record(event("1"))
    store.events.record(event("1"))
    assert identities(store) == ["1"]
    assert (store.is_beside, store.counts.failed_writes) == (False, 1)


def test_after_a_while_of_failing_it_is_recorded_beside_until_the_database_serves(
    open_store, tmp_path, clock
):
    store = open_store()
    store.events.record(event("0"))
    impatient(store)
    with locked(tmp_path / DATABASE_NAME):
        with pytest.raises(StoreError, match="locked"):
            store.events.record(event("1"))
        clock.seconds += PATIENCE_SECONDS
        store.events.record(event("1"))
        assert store.is_beside
        assert "locked" in store.trouble
        assert identities(store) == ["1"]
        assert store.mend() is None
    assert store.mend() == Mended(events=1, entries=0)
    assert identities(store) == ["1", "0"]
    assert store.counts.times_beside == 1


def test_a_database_that_fails_while_nothing_happens_is_left_by_the_housekeeping(open_store, tmp_path, clock):
    store = open_store()
    impatient(store)
    with locked(tmp_path / DATABASE_NAME):
        with pytest.raises(StoreError):
            store.events.record(event("1"))
        clock.seconds += PATIENCE_SECONDS
        store.mend()
        assert store.is_beside


def test_damage_that_no_write_meets_is_found_by_looking(open_store, tmp_path):
    path, store = tmp_path / DATABASE_NAME, open_store()
    store.verify()
    assert not store.is_beside
    for number in range(300):
        store.events.record(event(f"{number:03}"))
    store.close()
    store = open_store()
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xee" * (path.stat().st_size - 4096))
    damaged = path.read_bytes()
    store.verify()
    store.events.record(event("later"))
    assert store.is_beside
    assert identities(store) == ["later"]
    assert store.mend() is None
    assert path.read_bytes() == damaged


def test_short_trouble_that_nobody_wrote_after_is_forgotten(open_store, tmp_path, clock):
    store = open_store()
    impatient(store)
    with locked(tmp_path / DATABASE_NAME), pytest.raises(StoreError):
        store.events.record(event("1"))
    clock.seconds += PATIENCE_SECONDS
    assert store.mend() is None
    store.events.record(event("1"))
    assert not store.is_beside


def test_where_nothing_can_be_written_each_write_is_an_error_until_one_can(open_store, tmp_path, caplog):
    for name in (DATABASE_NAME, BESIDE_NAME):
        (tmp_path / name).mkdir()
    store = open_store()
    for _ in range(3):
        with pytest.raises(StoreError, match="Nothing can be recorded"):
            store.events.record(event("1"))
    assert "Nothing can be recorded" in store.trouble
    (tmp_path / BESIDE_NAME).rmdir()
    store.events.record(event("1"))
    (tmp_path / DATABASE_NAME).rmdir()
    assert store.mend() == Mended(events=1, entries=0)


def test_a_damaged_file_beside_is_kept_and_no_media_are_swept_meanwhile(open_store, tmp_path):
    corrupt(tmp_path / BESIDE_NAME)
    before = (tmp_path / BESIDE_NAME).read_bytes()
    store = open_store()
    store.events.record(event("1"))
    assert not store.is_beside
    assert BESIDE_NAME in store.notice
    assert store.made_at is None
    assert store.orphans(["2"]) == set()
    store.mend()
    assert (tmp_path / BESIDE_NAME).read_bytes() == before
    (tmp_path / BESIDE_NAME).unlink()
    store.mend()
    assert store.notice is None
    assert store.orphans(["2"]) == {"2"}


@pytest.mark.parametrize(
    ("left", "is_older"),
    [
        (["snapshots/3.jpg"], False),
        ([f"snapshots/{n}.jpg" for n in (3, 4, 5)], True),
        (["clips/3.mp4"], True),
    ],
    ids=["what a kill leaves", "pictures", "a video"],
)
def test_an_older_copy_that_is_put_back_takes_nothing_younger_for_an_orphan(
    open_store, tmp_path, clock, left, is_older
):
    with open_store() as store:
        made_at = store.made_at
        store.events.record(event("1"))
    clock.seconds += 60
    for path in ("snapshots/0.jpg", "clips/1.mp4", *left):
        file = tmp_path / path.replace("/", f"/{START:%Y/%m/%d}/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    store = open_store()
    assert (store.made_at > made_at) == is_older
    assert ("older copy" in (store.notice or "")) == is_older
    store.close()
    assert (open_store().made_at > made_at) == is_older


def test_a_missing_database_beside_old_pictures_is_made_and_does_not_know_them(
    open_store, tmp_path, clock, caplog
):
    newest = clock.now() + timedelta(days=300)
    picture = tmp_path / "snapshots" / "2030" / "11" / "27" / "a.jpg"
    picture.parent.mkdir(parents=True)
    picture.touch()
    os.utime(picture.parent, (newest.timestamp(), newest.timestamp()))
    store = open_store()
    assert store.trouble is None
    assert "was missing, and a new one was made" in store.notice
    assert store.notice in caplog.text
    # The clock may stand before the pictures were taken; they are older than the database all the same.
    assert store.made_at >= newest
    store.close()
    assert open_store().made_at >= newest


def test_a_second_appliance_does_not_get_the_same_folder(open_store, postgresql_url):
    open_store()
    with pytest.raises(InUseError):
        open_store()
    with pytest.raises(InUseError):
        open_store(postgresql_url)


def test_what_is_closed_stays_closed(open_store, tmp_path):
    store = open_store()
    store.close()
    store.close()
    for ask in (lambda: store.events.record(event()), store.events.list, store.events.unclosed):
        with pytest.raises(StoreError, match="closed"):
            ask()
    assert store.mend() is None
    assert not (tmp_path / BESIDE_NAME).exists()


def test_a_deleted_file_is_put_back_and_counted(open_store, tmp_path):
    store = open_store()
    store.events.record(event("1"))
    (tmp_path / DATABASE_NAME).unlink()
    store.events.record(event("2"))
    assert store.counts.saved_back == 1
    store.close()
    assert identities(open_store()) == ["2", "1"]


def test_a_server_that_is_not_there_at_the_start_gets_what_happened_later(open_store, own_postgresql):
    own_postgresql.kill()
    store = open_store(own_postgresql.url())
    store.events.record(event("1"), [entry(event("1"))])
    assert store.is_beside
    assert "pa55" not in store.trouble
    own_postgresql.start()
    assert store.mend() == Mended(events=1, entries=1)
    assert identities(store) == ["1"]
    assert own_postgresql.sql("SELECT id FROM events") == "1"


def test_a_server_that_dies_under_way_gets_what_happened_meanwhile(open_store, own_postgresql, clock):
    store = open_store(own_postgresql.url())
    store.events.record(event("1"))
    own_postgresql.kill()
    with pytest.raises(StoreError):
        store.events.record(event("2"))
    clock.seconds += PATIENCE_SECONDS
    store.events.record(replace(event("1"), closed_at=LATER, updates=1))
    store.events.record(event("2"))
    assert store.mend() is None
    own_postgresql.start()
    assert store.mend() == Mended(events=2, entries=0)
    assert [(each.id, each.is_open) for each in store.events.list()] == [("2", True), ("1", False)]


def test_recording_goes_on_in_one_place_while_the_database_comes_and_goes(open_store, tmp_path, clock):
    store = open_store()
    impatient(store)
    stop = threading.Event()
    acknowledged = []

    def record():
        number = 0
        while not stop.is_set():
            number += 1
            made = event(f"{number:06}")
            try:
                store.events.record(made, [entry(made)])
            except StoreError:
                clock.seconds += PATIENCE_SECONDS
            else:
                acknowledged.append(made.id)

    thread = threading.Thread(target=record)
    thread.start()
    try:
        for _ in range(3):
            with locked(tmp_path / DATABASE_NAME):
                before = len(acknowledged)
                while len(acknowledged) < before + 20:
                    assert thread.is_alive()
                assert store.is_beside
            while store.mend() is None:
                assert thread.is_alive()
    finally:
        stop.set()
        thread.join()
    assert identities(store) == acknowledged[::-1]
    assert len(store.outbox.pending("phone", 100_000)) == len(acknowledged)


@pytest.mark.parametrize("moment", [1, 2])
def test_a_kill_while_going_over_loses_and_doubles_nothing(open_store, tmp_path, moment):
    script = (
        f"import os, sys; sys.path.insert(0, {str(Path(__file__).parents[1])!r})\n"
        "from pathlib import Path\n"
        "from sqlalchemy import event as happening\n"
        "from parts.happenings import event\n"
        "from parts.letters import entry\n"
        "from vedette.store.database import Database\n"
        "from vedette.store.events import EventTable\n"
        "from vedette.store.merging import merge\n"
        f"folder = Path({str(tmp_path)!r})\n"
        f"primary, beside = Database(folder / {DATABASE_NAME!r}), Database(folder / {BESIDE_NAME!r})\n"
        "[EventTable(beside).record(event(str(n)), [entry(event(str(n)))]) for n in range(5)]\n"
        # 1: before the target has it on disk; 2: after that, before the source is emptied.
        f"part = (primary, beside)[{moment} - 1]\n"
        "happening.listen(part._engine, 'commit', lambda _: os.kill(os.getpid(), 9))\n"
        "merge(beside, primary)\n"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == -9
    store = open_store()
    assert identities(store) == ["4", "3", "2", "1", "0"]
    assert [each.event.id for each in store.outbox.pending("phone", 9)] == ["0", "1", "2", "3", "4"]
