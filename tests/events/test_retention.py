import secrets
from datetime import timedelta
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from parts.happenings import START, event
from vedette.errors import StoreError
from vedette.events.identity import event_id
from vedette.events.retention import STEADY_SECONDS, Retention, RetentionSettings
from vedette.store.database import Database
from vedette.store.events import EventTable
from vedette.values.event import Importance


class Usage(NamedTuple):
    total: int
    free: int


SIZE = 64 * 1024
NOW = START + timedelta(days=40)


class Archive:
    """Rows in memory, in the order in which a store gives them."""

    def __init__(self, *events):
        self.rows = {each.id: each for each in events}
        self.why = None
        self.made_at = START

    def expendable(self, limit, opened_before=None):
        rows = [
            each
            for each in self.rows.values()
            if not each.is_open
            and not each.is_favourite
            and (opened_before is None or each.opened_at < opened_before)
        ]
        return sorted(rows, key=lambda each: (each.importance, each.id))[:limit]

    def delete(self, identity):
        if self.why is not None and (why := self.why()):
            raise StoreError(why)
        return self.rows.pop(identity, None) is not None

    def every(self):
        return list(self.rows.values())


@pytest.fixture
def kept(tmp_path):
    """Makes events with a picture of `SIZE` bytes, a day apart."""

    def keep(day, **changes):
        at = START + timedelta(days=day)
        identity = event_id(at, secrets.token_bytes)
        path = f"snapshots/{at:%Y/%m/%d}/{identity}.jpg"
        given = {"closed_at": at, "opened_at": at, "updated_at": at, "snapshot": path} | changes
        if given["snapshot"]:
            (tmp_path / given["snapshot"]).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / given["snapshot"]).write_bytes(bytes(SIZE))
        return event(identity, **given)

    return keep


def files(folder):
    return sorted(path.stem for path in folder.rglob("*") if path.is_file())


def disk(folder, free_at_first, total=10**9):
    """A disk that has so much free, and what is removed from the folder."""
    before = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())

    def usage(path):
        now = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        return Usage(total, free_at_first + before - now)

    return usage


def roomy(path):
    return Usage(10**12, 10**12)


FREE = {"keep_days": None, "keep_free_bytes": 4 * SIZE, "keep_free_percent": 90}


def aged(retention, now=NOW):
    """Run after both clocks have run evenly for long enough."""
    retention.run(now - timedelta(seconds=STEADY_SECONDS), 0.0)
    return retention.run(now, STEADY_SECONDS)


def test_what_is_older_than_its_days_goes_with_its_files_and_the_rest_stays(tmp_path, kept):
    events = [kept(day) for day in (0, 9, 11, 39)]
    archive = Archive(*events)
    retention = Retention(tmp_path, archive, archive, RetentionSettings(), roomy)
    given_up = aged(retention)
    assert (given_up.by_age, given_up.by_space) == (2, 0)
    assert given_up.freed_bytes >= 2 * SIZE
    assert list(archive.rows) == files(tmp_path) == [events[2].id, events[3].id]


@pytest.mark.parametrize("changes", [{"is_favourite": True}, {"closed_at": None}], ids=["favourite", "open"])
def test_favourites_and_open_events_stay_whatever_their_age_and_need(tmp_path, kept, changes):
    archive = Archive(kept(0, **changes))
    retention = Retention(tmp_path, archive, archive, RetentionSettings(), disk(tmp_path, 0))
    given_up = aged(retention)
    assert (given_up.by_age, given_up.by_space) == (0, 0)
    assert given_up.still_wanted_bytes > 0
    assert len(files(tmp_path)) == len(archive.rows) == 1


def test_without_days_nothing_goes_for_its_age(tmp_path, kept):
    archive = Archive(kept(0))
    retention = Retention(tmp_path, archive, archive, RetentionSettings(keep_days=None), roomy)
    assert aged(retention, START + timedelta(days=9999)).by_age == 0


@pytest.mark.parametrize("jump", [timedelta(days=3650), timedelta(days=-3650)], ids=["ahead", "back"])
def test_a_clock_that_jumps_empties_no_archive(tmp_path, kept, jump):
    archive = Archive(kept(39))
    retention = Retention(tmp_path, archive, archive, RetentionSettings(), roomy)
    aged(retention)
    for minute in range(30):
        at = NOW + jump + timedelta(minutes=minute)
        assert retention.run(at, STEADY_SECONDS + 60 * minute).by_age == 0
    assert retention.run(NOW + timedelta(minutes=31), STEADY_SECONDS + 60 * 31).by_age == 0
    assert len(archive.rows) == 1


def test_age_is_not_judged_in_the_first_hour_and_space_is(tmp_path, kept):
    archive = Archive(kept(0), kept(1))
    settings = RetentionSettings(keep_free_bytes=SIZE, keep_free_percent=90)
    given_up = Retention(tmp_path, archive, archive, settings, disk(tmp_path, 0)).run(NOW, 0.0)
    assert (given_up.by_age, given_up.by_space) == (0, 1)


def test_for_space_the_least_important_goes_first_then_the_oldest_and_never_more_than_needed(tmp_path, kept):
    important = [kept(day, importance=Importance.HIGH) for day in (0, 1)]
    normal = [kept(day) for day in (2, 3)]
    low = [kept(day, importance=Importance.LOW) for day in (4, 5)]
    archive = Archive(*important, *normal, *low)
    given_up = Retention(tmp_path, archive, archive, RetentionSettings(**FREE), disk(tmp_path, SIZE)).run(
        NOW, 0.0
    )
    assert given_up.by_space == 3
    assert given_up.still_wanted_bytes == 0
    assert set(archive.rows) == {important[0].id, important[1].id, normal[1].id} == set(files(tmp_path))


def test_enough_space_is_reason_for_nothing(tmp_path, kept):
    archive = Archive(kept(0))
    given_up = Retention(tmp_path, archive, archive, RetentionSettings(**FREE), disk(tmp_path, 4 * SIZE)).run(
        NOW, 0.0
    )
    assert given_up.by_space == 0


@given(
    total=st.integers(10**6, 10**13),
    free=st.integers(0, 10**13),
    percent=st.floats(0, 90),
    least=st.integers(0, 10**12),
)
def test_the_lesser_of_bytes_and_percent_stays_free(total, free, percent, least):
    settings = RetentionSettings(keep_days=None, keep_free_bytes=least, keep_free_percent=percent)
    retention = Retention("nowhere", Archive(), Archive(), settings, lambda path: Usage(total, free))
    wanted = min(least, int(total * percent / 100)) - free
    assert retention.run(NOW, 0.0).still_wanted_bytes == max(0, wanted)


def test_pictures_and_videos_take_no_more_than_was_set(tmp_path, kept):
    events = [kept(day) for day in range(5)]
    archive = Archive(*events)
    settings = RetentionSettings(keep_days=None, maximum_bytes=3 * SIZE)
    assert Retention(tmp_path, archive, archive, settings, roomy).run(NOW, 0.0).by_space == 2
    assert list(archive.rows) == [each.id for each in events[2:]]


def test_events_that_free_nothing_are_not_given_up_for_space(tmp_path, kept):
    health = [kept(0, snapshot=None, importance=Importance.LOW) for _ in range(250)]
    seen = kept(1)
    archive = Archive(*health, seen)
    settings = RetentionSettings(keep_days=None, keep_free_bytes=SIZE, keep_free_percent=90)
    assert Retention(tmp_path, archive, archive, settings, disk(tmp_path, 0)).run(NOW, 0.0).by_space == 1
    assert len(archive.rows) == 250
    assert files(tmp_path) == []


def test_a_disk_with_nothing_left_to_give_up_is_said_once(tmp_path, kept, caplog):
    settings = RetentionSettings(keep_days=None, keep_free_bytes=SIZE, keep_free_percent=90)
    retention = Retention(tmp_path, Archive(), Archive(), settings, disk(tmp_path, 0))
    for _ in range(3):
        assert retention.run(NOW, 0.0).still_wanted_bytes == SIZE
    assert caplog.text.count("no event is left to give up") == 1


def test_the_row_goes_before_the_file(tmp_path, kept):
    def look():
        assert len(files(tmp_path)) == 1

    archive = Archive(kept(0))
    archive.why = look
    settings = RetentionSettings(keep_days=None, keep_free_bytes=SIZE, keep_free_percent=90)
    assert Retention(tmp_path, archive, archive, settings, disk(tmp_path, 0)).run(NOW, 0.0).by_space == 1
    assert files(tmp_path) == []


def test_a_database_that_fails_costs_no_file_as_long_as_there_is_room_for_it_to_work(tmp_path, kept):
    archive = Archive(kept(0))
    archive.why = lambda: "damaged."
    settings = RetentionSettings(keep_days=None, keep_free_bytes=10**8, keep_free_percent=90)
    with pytest.raises(StoreError):
        Retention(tmp_path, archive, archive, settings, disk(tmp_path, 2**21)).run(NOW, 0.0)
    assert len(files(tmp_path)) == 1


def test_on_a_disk_too_full_for_the_database_one_events_files_make_room_for_it(tmp_path, kept):
    usage = disk(tmp_path, 0)
    archive = Archive(kept(0), kept(1), kept(2))
    usage = disk(tmp_path, 0)
    archive.why = lambda: "database or disk is full." if usage(tmp_path).free == 0 else None
    settings = RetentionSettings(keep_days=None, keep_free_bytes=2 * SIZE, keep_free_percent=90)
    assert Retention(tmp_path, archive, archive, settings, usage).run(NOW, 0.0).by_space == 2
    assert list(archive.rows) == files(tmp_path)
    assert len(archive.rows) == 1


def test_a_row_that_could_not_go_with_its_files_goes_at_the_next_run(tmp_path, kept):
    archive = Archive(kept(0), kept(1))
    archive.why = lambda: "database or disk is full."
    settings = RetentionSettings(keep_days=None, keep_free_bytes=SIZE, keep_free_percent=90)
    retention = Retention(tmp_path, archive, archive, settings, disk(tmp_path, 0))
    with pytest.raises(StoreError):
        retention.run(NOW, 0.0)
    assert len(files(tmp_path)) == 1
    archive.why = None
    assert retention.run(NOW, 0.0).by_space == 0
    assert list(archive.rows) == files(tmp_path)


@pytest.mark.parametrize(
    "path",
    ["../{id}.jpg", "/etc/{id}.jpg", "snapshots/../../{id}.jpg", "notes/{id}.jpg", "snapshots/a/{other}.jpg"],
)
def test_a_row_that_names_what_is_not_its_own_costs_no_file(tmp_path, kept, path):
    storage = tmp_path / "deep" / "storage"
    identity, other = (event_id(START, secrets.token_bytes) for _ in range(2))
    named = path.format(id=identity, other=other)
    target = storage / named if not named.startswith("/") else tmp_path / "elsewhere"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(bytes(SIZE))
    archive = Archive(event(identity, closed_at=START, snapshot=named))
    aged(Retention(storage, archive, archive, RetentionSettings(), roomy))
    assert archive.rows == {}
    assert target.exists()


def test_a_link_is_not_followed(tmp_path, kept):
    storage, elsewhere = tmp_path / "storage", tmp_path / "elsewhere"
    identity = event_id(START, secrets.token_bytes)
    elsewhere.mkdir()
    (elsewhere / f"{identity}.jpg").write_bytes(bytes(SIZE))
    (storage / "snapshots").mkdir(parents=True)
    (storage / "snapshots" / "2026").symlink_to(elsewhere)
    archive = Archive(event(identity, closed_at=START, snapshot=f"snapshots/2026/{identity}.jpg"))
    aged(Retention(storage, archive, archive, RetentionSettings(), roomy))
    assert (elsewhere / f"{identity}.jpg").exists()


def test_while_old_events_cannot_be_seen_none_goes_for_its_age_and_new_ones_only_in_need(tmp_path, kept):
    archive = Archive(kept(0), kept(1))
    archive.made_at = None
    reserve = 64 * 2**20
    settings = RetentionSettings(maximum_bytes=0)
    for free, gone in ((reserve, 0), (reserve - 1, 1)):
        retention = Retention(tmp_path, archive, archive, settings, disk(tmp_path, free, 10**12))
        given_up = aged(retention)
        assert given_up.by_age == 0
        assert len(archive.rows) == 2 - gone


def test_it_fits_the_real_table(tmp_path, kept):
    with Database(tmp_path / "events.sqlite") as database:
        table = EventTable(database)
        events = [kept(0), kept(1, is_favourite=True), kept(2, importance=Importance.HIGH), kept(3)]
        for each in events:
            table.record(each)
        settings = RetentionSettings(keep_days=None, maximum_bytes=2 * SIZE)
        assert Retention(tmp_path, table, Archive(), settings, roomy).run(NOW, 0.0).by_space == 2
        assert [each.id for each in table.list()] == [events[2].id, events[1].id]
    assert [path.stem for path in sorted((tmp_path / "snapshots").rglob("*.jpg"))] == [
        events[1].id,
        events[2].id,
    ]


@pytest.mark.parametrize(
    "wrong", [{"keep_days": 0}, {"keep_free_percent": 100}, {"maximum_bytes": -1}, {"keep_day": 3}], ids=str
)
def test_settings_that_cannot_be_are_refused(wrong):
    with pytest.raises(ValidationError):
        RetentionSettings(**wrong)
