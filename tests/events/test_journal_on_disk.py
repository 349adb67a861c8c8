import os
import random
import signal
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from os import urandom
from pathlib import Path

import pytest

from parts.happenings import START, frame, verdict
from parts.record_keeping import PATIENT, Office, Post
from parts.small_disk import small_disk, why_not
from vedette.events.identity import event_id
from vedette.events.journal import Journal
from vedette.events.lifecycle import UNCLEAN_STOP, EventRecorder, close_left_open
from vedette.events.media import media_files
from vedette.events.snapshots import SnapshotFolder
from vedette.events.sweep import Sweep
from vedette.pixels.picture import decode_picture
from vedette.store.store import Store
from vedette.values.outbox import OutboxState

TESTS = Path(__file__).parents[1]
KILLS = 6

identify = partial(event_id, random_bytes=urandom)


def run_until_killed(storage, acknowledgements):
    """One life of the process: killed so many acknowledgements after its start; what it acknowledged."""
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    command = [sys.executable, "-m", "parts.journal_process", str(storage)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        said = [process.stdout.readline() for _ in range(acknowledgements)]
        process.send_signal(signal.SIGKILL)
        said += process.stdout.readlines()
    # The kill may cut the last line.
    return [tuple(line.split()) for line in said if line.endswith("\n")]


def test_whatever_was_acknowledged_before_a_kill_has_its_row_and_its_picture(tmp_path):
    chance = random.Random(7)
    said = [word for _ in range(KILLS) for word in run_until_killed(tmp_path, chance.randrange(1, 40))]
    with Store.open(tmp_path) as store:
        journal = Journal(store.events, SnapshotFolder(tmp_path), Post())
        journal.start()
        close_left_open(store.events, journal.put)
        assert journal.flush(10)
        journal.close()
        rows = {each.id: each for each in store.events.every()}
        outbox = Counter(each.key for each in store.outbox.list(limit=None))
        swept = Sweep(tmp_path, store.events, store, journal.holds).run(
            datetime.now(UTC) + timedelta(hours=2)
        )
    acknowledged = Counter(said)
    assert acknowledged, "nothing was recorded before a kill"
    assert set(acknowledged.values()) == {1}
    assert {identity for _, identity in acknowledged} <= set(rows)
    for row in rows.values():
        decode_picture((tmp_path / row.snapshot).read_bytes())
    assert not any(row.is_open for row in rows.values())
    assert {"prey seen", UNCLEAN_STOP} >= {row.close_reason for row in rows.values()}
    assert all(outbox[f"{each}:{phase}:phone"] == 1 for each in rows for phase in ("open", "close"))
    assert swept.missing == ()
    assert {file.event_id for file in media_files(tmp_path)} == set(rows)


@pytest.fixture
def disk(tmp_path):
    if reason := why_not():
        pytest.skip(reason)
    with small_disk(tmp_path / "disk", megabytes=8) as disk:
        yield disk


def see(recorder, seconds):
    recorder.observe(frame(seconds), verdict(), "prey")
    recorder.observe(frame(seconds + 1), verdict("inactive"), "prey")


def test_a_disk_that_is_full_for_a_while_costs_no_event_and_no_picture(disk):
    with Store.open(disk.folder) as store:
        with Office(store.events, SnapshotFolder(disk.folder)) as office:
            recorder = EventRecorder("door", office.journal.put, identify)
            see(recorder, 0)
            office.flush()
            disk.fill()
            for number in range(1, 6):
                see(recorder, number * 10)
            assert office.post.rang.wait(20)
            assert office.journal.status.trouble
            disk.free()
            office.flush()
            assert office.journal.status.lost == office.journal.status.pictures_dropped == 0
        store.mend()
        rows = list(store.events.every())
        pending = store.outbox.list(OutboxState.PENDING, limit=None)
    assert len(rows) == 6
    assert all(decode_picture((disk.folder / row.snapshot).read_bytes()).size for row in rows)
    assert not any(row.is_open for row in rows)
    heard = {each.key for each in pending} | set(office.post.unrecorded)
    assert heard == {f"{row.id}:{phase}:phone" for row in rows for phase in ("open", "close")}
    assert not list(disk.folder.rglob(".part-*"))


def test_with_a_disk_that_stays_full_the_phone_rings_and_closing_says_what_was_lost(disk, caplog):
    with Store.open(disk.folder) as store:
        disk.fill()
        with Office(store.events, SnapshotFolder(disk.folder)) as office:
            recorder = EventRecorder("door", office.journal.put, identify)
            recorder.observe(frame(0), verdict(), "prey")
            assert office.post.rang.wait(20)
            if not store.events.count():
                assert office.journal.close(0.1) == 1
                assert "1 events are lost" in caplog.text
    assert len(office.post.unrecorded) == 1


def test_the_real_picture_and_the_real_row_are_on_disk_before_anybody_is_told(tmp_path):
    def look(phase, event, jpeg):
        assert store.events.get(event.id) == event
        assert (tmp_path / event.snapshot).read_bytes() == jpeg
        assert store.outbox.get(f"{event.id}:{phase.value}:phone").event == event
        seen.append(phase.value)

    seen = []
    with (
        Store.open(tmp_path) as store,
        Office(store.events, SnapshotFolder(tmp_path), PATIENT, [look]) as office,
    ):
        see(EventRecorder("door", office.journal.put, identify), 0)
        office.flush()
    assert seen == ["open", "close"]


def test_what_a_killed_run_left_open_is_closed_once_in_the_real_store(tmp_path):
    with Store.open(tmp_path) as store, Office(store.events, SnapshotFolder(tmp_path)) as office:
        recorder = EventRecorder("door", office.journal.put, identify)
        recorder.observe(frame(0), verdict(), "prey")
        office.flush()
    for expected in (1, 0):
        with Store.open(tmp_path) as store, Office(store.events, SnapshotFolder(tmp_path)) as office:
            assert close_left_open(store.events, office.journal.put) == expected
            office.flush()
            (row,) = store.events.every()
            assert (row.closed_at, row.close_reason) == (START, UNCLEAN_STOP)
            assert (tmp_path / row.snapshot).exists()
            assert len(store.outbox.list(limit=None)) == 2
