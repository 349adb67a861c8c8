import os
import shutil

import pytest

from parts import small_disk
from parts.happenings import event
from vedette.errors import StoreError
from vedette.store.reserve import RESERVE_BYTES, Reserve
from vedette.store.store import PATIENCE_SECONDS, Store


@pytest.fixture
def disk(tmp_path):
    if reason := small_disk.why_not():
        pytest.skip(reason)
    with small_disk.small_disk(tmp_path / "disk", megabytes=8) as mounted:
        yield mounted


def free_bytes(disk):
    return shutil.disk_usage(disk.folder).free


def test_room_is_kept_and_given_up_only_on_a_full_disk(disk):
    reserve = Reserve(disk.folder)
    reserve.keep()
    kept = free_bytes(disk)
    reserve.keep()
    assert free_bytes(disk) == kept
    assert not reserve.give_up()
    disk.fill()
    assert reserve.give_up()
    assert not reserve.give_up()
    assert free_bytes(disk) >= RESERVE_BYTES


def test_no_room_is_taken_where_there_is_little(disk):
    with (disk.folder / "large").open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, 6 * RESERVE_BYTES)
    Reserve(disk.folder).keep()
    assert [path.name for path in disk.folder.iterdir()] == ["large"]


def test_a_store_that_starts_on_a_full_disk_can_still_say_what_to_give_up(disk):
    with Store(disk.folder) as store:
        store.events.record(event("1", closed_at=event().opened_at))
    disk.fill()
    with Store(disk.folder) as store:
        assert not store.is_beside
        assert [each.id for each in store.events.expendable(1)] == ["1"]
        assert store.events.delete("1")


def test_a_disk_that_is_full_under_way_is_said_and_works_again_with_room(disk):
    with Store(disk.folder) as store:
        store.events.record(event("1"))
        disk.fill()
        with pytest.raises(StoreError, match="full"):
            store.events.record(event("2", label="x" * 100_000))
        disk.free()
        store.events.record(event("3"))
        assert [each.id for each in store.events.list()] == ["3", "1"]
        assert not store.is_beside


def test_a_disk_without_any_room_stops_nothing(disk):
    disk.fill()
    seconds = [0.0]
    with Store(disk.folder, monotonic=lambda: seconds[0]) as store:
        assert "Nothing can be recorded" in store.trouble
        seconds[0] += PATIENCE_SECONDS
        with pytest.raises(StoreError, match="Nothing can be recorded"):
            store.events.record(event("1"))
        disk.free()
        store.mend()
        assert store.trouble is None
        store.events.record(event("1"))


def test_a_deleted_file_is_put_back_once_there_is_room_for_it(disk):
    with Store(disk.folder) as store:
        store.events.record(event("1"))
        for path in disk.folder.glob("events.sqlite*"):
            path.unlink()
        disk.fill()
        with pytest.raises(StoreError):
            store.events.record(event("2"))
        disk.free()
        store.events.record(event("2"))
        assert store.counts.saved_back == 1
    with Store(disk.folder) as store:
        assert [each.id for each in store.events.list()] == ["2", "1"]
