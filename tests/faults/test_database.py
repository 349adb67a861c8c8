"""The database is locked, read-only, deleted, overwritten, foreign, newer, or its server is dead."""

from __future__ import annotations

import json
import shutil
import signal
import sqlite3
import subprocess
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from parts.faultable import at_rest, faultable, let_films_end, losses, ready, sweep, trouble
from parts.postgresql_server import postgresql_server
from parts.sentry import Sentry, eventually
from parts.vedette_process import run_vedette
from vedette.store.store import Store

BESIDE = "events.beside.sqlite"


@pytest.fixture
def house_and_witness(tmp_path, restless, at_home):
    with faultable(tmp_path, restless) as both:
        yield both


def listed(house) -> set[str]:
    """What a person is shown."""
    shown = run_vedette("events", "list", "--config", house.configuration, "--json", "--limit", 10_000)
    assert shown.returncode == 0, shown.stderr
    return {event["id"] for event in json.loads(shown.stdout)}


def ends_well(sentry, house, witness):
    at_rest(sentry, house)
    assert sentry.ends(signal.SIGTERM, 10) == 0
    return losses(house, witness)


def test_a_database_that_another_holds_is_waited_for_and_then_recorded_beside(
    house_and_witness, ledger, soak_seconds
):
    house, witness = house_and_witness
    with Sentry(house.write()) as sentry:
        witness.hears_more(2, "the first events")
        with closing(sqlite3.connect(house.events_file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            eventually(lambda: "locked" in trouble(sentry), "the trouble")
            if soak_seconds:  # patience takes its time
                eventually(lambda: BESIDE in trouble(sentry), "the end of patience")
                witness.hears_more(3, "events while another holds the database")
                assert witness.acknowledged <= listed(house)
            other.execute("ROLLBACK")
        eventually(lambda: ready(sentry), "the end of the trouble")
        witness.hears_more(2, "events after it")
        let_films_end(sentry, house)
        # What was told is noted at the stop at the latest.
        eventually(lambda: witness.acknowledged <= witness.told_of_the_end, "the last letter")
        assert sentry.ends(signal.SIGTERM, 10) == 0
        lost = losses(house, witness)
    ledger.note("database locked", survived=not lost, lost=len(lost))
    assert lost == []


def test_a_database_that_is_deleted_under_way_is_put_back(house_and_witness, ledger):
    house, witness = house_and_witness
    with Sentry(house.write()) as sentry:
        for _ in range(2):
            witness.hears_more(2, "events before it")
            for path in house.storage_folder.glob("events.sqlite*"):
                path.unlink()
            witness.hears_more(2, "events after it")
            eventually(house.events_file.exists, "the database")
        assert ready(sentry)
        lost = ends_well(sentry, house, witness)
    ledger.note("database deleted", injected=2, survived=0 if lost else 2, lost=len(lost))
    assert lost == []


@contextmanager
def read_only(path):
    """A mount over the file that nobody can write through: this user may write whatever has a name."""
    bind = ["mount", "--bind", str(path), str(path)]
    if subprocess.run(bind, capture_output=True, check=False).returncode != 0:
        pytest.skip("only root may mount a file read-only")
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", str(path)], check=True, capture_output=True)
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True, capture_output=True)


def test_a_database_that_is_read_only_is_left_alone_and_served_again_when_it_is_not(
    house_and_witness, ledger
):
    house, witness = house_and_witness
    with Sentry(house.write()) as sentry:
        witness.hears_more(2, "the first events")
        assert sentry.ends(signal.SIGTERM, 10) == 0
    with read_only(house.events_file), Sentry(house.write()) as sentry:
        witness.hears_more(2, "events beside it")
        assert BESIDE in trouble(sentry)
        assert witness.acknowledged <= listed(house)
        assert sentry.ends(signal.SIGTERM, 10) == 0
    with Sentry(house.write()) as sentry:
        witness.hears_more(2, "events after it")
        assert ready(sentry)
        lost = ends_well(sentry, house, witness)
    ledger.note("database read-only", survived=not lost, lost=len(lost))
    assert lost == []


def _garbage(path):
    for each in (path, path.with_name(f"{path.name}-wal")):
        if each.exists():
            with each.open("r+b") as file:
                file.write(b"\xa5" * each.stat().st_size)


def _foreign(path):
    path.unlink()
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE recipes (name TEXT)")
        database.commit()


def _newer(path):
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 99")
        database.commit()


def test_a_database_that_is_not_ours_any_more_costs_no_picture_and_waits_for_its_owner(
    house_and_witness, ledger, tmp_path
):
    house, witness = house_and_witness
    with Sentry(house.write()) as sentry:
        witness.hears_more(2, "the first events")
        assert sentry.ends(signal.SIGTERM, 10) == 0
    copy = tmp_path / "copy.sqlite"
    shutil.copy(house.events_file, copy)
    before = set(witness.acknowledged)
    for spoil in (_garbage, _foreign, _newer):
        shutil.copy(copy, house.events_file)
        spoil(house.events_file)
        spoiled, media = house.events_file.read_bytes(), set(house.media())
        with Sentry(house.write()) as sentry:
            witness.hears_more(2, "events beside it")
            assert BESIDE in trouble(sentry)
            assert sentry.ends(signal.SIGTERM, 10) == 0
        assert witness.acknowledged - before <= listed(house)
        assert house.events_file.read_bytes() == spoiled
        assert media <= set(house.media())
    shutil.copy(copy, house.events_file)
    with Sentry(house.write()) as sentry:
        witness.hears_more(2, "events after it")
        lost = ends_well(sentry, house, witness)
    for fault in ("garbage", "foreign", "newer"):
        ledger.note(f"database {fault}", survived=not lost)
    ledger.note("database newer", injected=0, lost=len(lost))
    assert lost == []


def test_an_older_copy_that_is_put_back_costs_no_picture(house_and_witness, ledger, tmp_path):
    house, witness = house_and_witness
    copy = tmp_path / "copy.sqlite"
    for _ in range(2):
        with Sentry(house.write()) as sentry:
            witness.hears_more(2, "events")
            assert sentry.ends(signal.SIGTERM, 10) == 0
        if not copy.exists():
            shutil.copy(house.events_file, copy)
    shutil.copy(copy, house.events_file)
    media, before = set(house.media()), set(witness.acknowledged)
    with Sentry(house.write()) as sentry:
        witness.hears_more(2, "events after it")
        assert sentry.ends(signal.SIGTERM, 10) == 0
        assert "Was an older copy put back?" in sentry.text
    with Store.open(house.storage_folder) as store:
        sweep(house, store)
    missing = media - set(house.media()) | (witness.acknowledged - before - listed(house))
    ledger.note("older database put back", survived=not missing, lost=len(missing))
    assert missing == set()


def test_a_database_that_is_overwritten_under_way_costs_no_picture_and_is_left_at_the_next_start(
    house_and_witness, ledger
):
    house, witness = house_and_witness
    # What is in a file when its bytes are overwritten is gone; SQLite itself goes on without a word.
    with Sentry(house.write()) as sentry:
        witness.hears_more(2, "events before it")
        assert sentry.ends(signal.SIGTERM, 10) == 0
    with Sentry(house.write()) as sentry:
        witness.hears_more(1, "events before it")
        _garbage(house.events_file)
        witness.hears_more(2, "events after it")
        sentry.ends(signal.SIGTERM, 10)
    media, before = set(house.media()), set(witness.acknowledged)
    with Sentry(house.write()) as sentry:
        witness.hears_more(2, "events beside it")
        assert BESIDE in trouble(sentry)
        assert sentry.ends(signal.SIGTERM, 10) == 0
    assert media <= set(house.media())
    missing = witness.acknowledged - before - listed(house)
    ledger.note("database overwritten", survived=not missing, lost=len(missing))
    assert missing == set()


@pytest.fixture
def server():
    # pytest's own folders are closed to the server's user.
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        with postgresql_server(Path(folder) / "server") as server:
            yield server


def test_a_server_that_dies_and_comes_back_has_everything(tmp_path, restless, at_home, server, ledger):
    with (
        faultable(tmp_path, restless, database=server.url()) as (house, witness),
        Sentry(house.write()) as sentry,
    ):
        witness.hears_more(2, "the first events")
        server.kill()
        eventually(lambda: "the store" in trouble(sentry), "the trouble")
        witness.hears_more(2, "events while the server is dead")
        server.start()
        eventually(lambda: ready(sentry), "the end of the trouble")
        witness.hears_more(2, "events after it")
        lost = ends_well(sentry, house, witness)
    ledger.note("PostgreSQL killed", survived=not lost, lost=len(lost))
    assert lost == []
