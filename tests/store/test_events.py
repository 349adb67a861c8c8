import threading
from datetime import timedelta, timezone

import pytest

from parts.happenings import START, event
from vedette.store.database import Database
from vedette.store.events import EventFilter, EventTable


@pytest.fixture
def table(tmp_path):
    with Database(tmp_path / "vedette.db") as database:
        yield EventTable(database)


def test_an_event_comes_back_as_it_was_saved(table):
    saved = event(closed_at=START, close_reason="left", snapshot="a/b.jpg", measures={"dwell_seconds": 1.5})
    table.save(saved)
    assert table.get("01") == saved


def test_saving_again_replaces_the_row(table):
    table.save(event(score=0.5))
    table.save(event(score=0.9, label="Beute ✓"))
    assert [(found.score, found.label) for found in table.list()] == [(0.9, "Beute ✓")]


def test_a_time_of_another_zone_is_kept_as_the_same_moment(table):
    zone = timezone(timedelta(hours=2))
    table.save(event(opened_at=START.astimezone(zone)))
    found = table.get("01")
    assert found.opened_at == START
    assert found.opened_at.utcoffset() == timedelta(0)


def test_there_is_no_event_of_an_unknown_id(table):
    assert table.get("nobody") is None


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        pytest.param(EventFilter(), ["4", "3", "2", "1"], id="all, newest first"),
        pytest.param(EventFilter(camera="yard"), ["2"], id="camera"),
        pytest.param(EventFilter(label="cat"), ["3"], id="label"),
        pytest.param(EventFilter(since=START + timedelta(seconds=2)), ["4", "3", "2"], id="since includes"),
        pytest.param(EventFilter(until=START + timedelta(seconds=2)), ["1"], id="until excludes"),
        pytest.param(EventFilter(is_open=True), ["3", "2", "1"], id="open"),
        pytest.param(EventFilter(is_open=False), ["4"], id="closed"),
        pytest.param(EventFilter(camera="door", is_open=True), ["3", "1"], id="both must hold"),
    ],
)
def test_events_are_found(table, wanted, found):
    table.save(event("1", 1))
    table.save(event("2", 2, camera="yard"))
    table.save(event("3", 3, label="cat"))
    table.save(event("4", 4, closed_at=START + timedelta(seconds=9)))
    assert [each.id for each in table.list(wanted)] == found


def test_a_limit_keeps_the_newest(table):
    for number in range(5):
        table.save(event(str(number)))
    assert [each.id for each in table.list(limit=2)] == ["4", "3"]
    assert len(table.list(limit=None)) == 5


def test_cameras_save_at_the_same_time(table):
    def save(camera):
        for number in range(10):
            table.save(event(f"{camera}{number}", camera=camera))

    threads = [threading.Thread(target=save, args=(f"camera{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(table.list(limit=None)) == 40
