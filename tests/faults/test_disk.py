"""The disk is full, and then it is not."""

from __future__ import annotations

import signal

import pytest

from parts.faultable import at_rest, faultable, losses, ready, trouble
from parts.sentry import Sentry, eventually
from parts.small_disk import small_disk, why_not


@pytest.fixture
def disk(tmp_path):
    if reason := why_not():
        pytest.skip(reason)
    with small_disk(tmp_path / "disk", megabytes=64) as disk:
        yield disk


@pytest.fixture
def house_on_disk(disk, tmp_path, restless, at_home):
    # Nothing is to go for space: what is missing in the end was lost.
    kept = {"folder": str(disk.folder / "storage"), "retention": {"keep_free_bytes": 0}}
    with faultable(tmp_path, restless, **kept) as both:
        yield both


def test_on_a_full_disk_people_are_told_and_what_happened_follows(house_on_disk, disk, ledger, soak_seconds):
    house, witness = house_on_disk
    times = 5 if soak_seconds else 1
    with Sentry(house.write()) as sentry:
        for _ in range(times):
            witness.hears_more(2, "events while there is room")
            disk.fill()
            eventually(lambda: "the store" in trouble(sentry), "the trouble")
            witness.hears_more(5, "events while the disk is full")
            assert sentry.get("/healthz").status_code == 200
            disk.free()
            eventually(lambda: ready(sentry), "the end of the trouble")
        witness.hears_more(2, "events after it")
        at_rest(sentry, house)
        assert sentry.ends(signal.SIGTERM, 10) == 0
    lost = losses(house, witness)
    ledger.note("disk full", injected=times, survived=0 if lost else times, lost=len(lost))
    ledger.say(f"disk full: {len(witness.acknowledged)} events, {witness.repeats} letters repeated")
    assert lost == []


def test_one_that_starts_on_a_full_disk_tells_people_and_records_when_it_can(
    house_on_disk, disk, ledger, soak_seconds
):
    if not soak_seconds:
        pytest.skip("only in the long form: make soak")
    house, witness = house_on_disk
    house.storage_folder.mkdir()
    disk.fill()
    with Sentry(house.write()) as sentry:
        witness.hears_more(2, "events while the disk is full")
        assert "the store" in trouble(sentry)
        disk.free()
        eventually(lambda: ready(sentry), "the end of the trouble")
        witness.hears_more(2, "events after it")
        at_rest(sentry, house)
        assert sentry.ends(signal.SIGTERM, 10) == 0
    lost = losses(house, witness)
    ledger.note("disk full at the start", survived=not lost, lost=len(lost))
    assert lost == []
