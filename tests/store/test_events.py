import threading
from dataclasses import replace
from datetime import timedelta, timezone

import pytest
from sqlalchemy import func, select

from parts.happenings import START, event
from parts.letters import entry
from vedette.store.event_filter import EventFilter
from vedette.store.events import CHUNK, EventTable
from vedette.store.outbox import OutboxTable
from vedette.store.schema import event_evidence
from vedette.store.tallies import Facets
from vedette.values.event import Importance, Review
from vedette.values.evidence import Evidence

LATER = START + timedelta(seconds=9)


@pytest.fixture
def table(database):
    return EventTable(database)


def closed(identity="01", seconds=0, **changes):
    return event(identity, seconds, **({"closed_at": LATER, "close_reason": "left"} | changes))


def test_an_event_comes_back_as_it_was_recorded(table):
    recorded = closed(
        snapshot="a/b.jpg",
        clip="a/b.mp4",
        measures={"dwell_seconds": 1.5},
        updates=3,
        importance=Importance.HIGH,
        is_favourite=True,
        review=Review.WRONG,
    )
    table.record(recorded)
    assert table.get("01") == recorded
    assert isinstance(table.get("01").importance, Importance)
    assert isinstance(table.get("01").review, Review)


def test_recording_again_replaces_the_row(table):
    table.record(event(score=0.5))
    table.record(event(score=0.9, label="Beute ✓"))
    assert [(found.score, found.label) for found in table.list()] == [(0.9, "Beute ✓")]


def test_event_and_entries_are_recorded_together_and_once(table, database):
    outbox = OutboxTable(database)
    for _ in range(2):
        table.record(event(), [entry(event(), "phone"), entry(event(), "relay")])
    assert [each.action for each in outbox.list()] == ["relay", "phone"]


def test_an_entry_that_was_delivered_is_not_to_be_done_again(table, database):
    outbox, letter = OutboxTable(database), entry(event(), "phone")
    table.record(event(), [letter])
    outbox.delivered(letter.key, START)
    table.record(event(), [letter])
    assert outbox.pending("phone", 5) == []


def test_a_closed_event_is_never_open_again_nor_closed_twice(table):
    table.record(closed(updates=2))
    table.record(event(updates=9, score=0.9))
    table.record(closed(updates=9, close_reason="closed after an unclean stop"))
    assert table.get("01") == closed(updates=2)


def test_an_older_word_does_not_replace_a_newer_one(table):
    table.record(event(updates=2, score=0.9))
    table.record(event(updates=1, score=0.5))
    assert table.get("01").score == 0.9


def test_the_lifecycle_leaves_alone_what_others_set(table):
    table.record(event())
    table.set_favourite("01", True)
    table.set_review("01", Review.RIGHT)
    table.set_clip("01", "clips/a.mp4")
    table.set_snapshot("01", "snapshots/a.jpg")
    table.record(event(updates=1, score=0.7))
    table.record(closed(updates=2))
    found = table.get("01")
    assert found.review is Review.RIGHT
    assert (found.is_favourite, found.clip, found.snapshot) == (True, "clips/a.mp4", "snapshots/a.jpg")
    assert not found.is_open


def test_media_and_marks_are_set_also_after_the_close(table):
    table.record(closed())
    assert table.set_clip("01", "clips/a.mp4")
    assert table.set_favourite("01", True)
    assert table.set_favourite("01", False)
    assert table.set_review("01", Review.RIGHT)
    assert table.set_review("01", None)
    assert table.get("01") == closed(clip="clips/a.mp4")
    assert not table.set_clip("nobody", "a.mp4")


def test_a_time_of_another_zone_is_kept_as_the_same_moment(table):
    zone = timezone(timedelta(hours=2))
    table.record(event(opened_at=START.astimezone(zone)))
    found = table.get("01")
    assert found.opened_at == START
    assert found.opened_at.utcoffset() == timedelta(0)


def test_there_is_no_event_of_an_unknown_id(table):
    assert table.get("nobody") is None
    assert not table.delete("nobody")


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        pytest.param(EventFilter(), ["4", "3", "2", "1"], id="all, newest first"),
        pytest.param(EventFilter(camera="yard"), ["2"], id="camera"),
        pytest.param(EventFilter(rule="absence"), ["1"], id="rule"),
        pytest.param(EventFilter(label="cat"), ["3"], id="label"),
        pytest.param(EventFilter(since=START + timedelta(seconds=2)), ["4", "3", "2"], id="since includes"),
        pytest.param(EventFilter(until=START + timedelta(seconds=2)), ["1"], id="until excludes"),
        pytest.param(EventFilter(minimum_score=0.7), ["3", "2"], id="score"),
        pytest.param(EventFilter(is_open=True), ["3", "2", "1"], id="open"),
        pytest.param(EventFilter(is_open=False), ["4"], id="closed"),
        pytest.param(EventFilter(is_favourite=True), ["4"], id="favourites"),
        pytest.param(EventFilter(is_favourite=False), ["3", "2", "1"], id="others"),
        pytest.param(EventFilter(camera="door", is_open=True), ["3", "1"], id="both must hold"),
        pytest.param(EventFilter(camera=("yard", "nowhere")), ["2"], id="any of several"),
        pytest.param(EventFilter(review=Review.WRONG), ["3"], id="wrong"),
        pytest.param(EventFilter(review="none"), ["4", "2", "1"], id="not reviewed"),
    ],
)
def test_events_are_found_and_counted(table, wanted, found):
    table.record(event("1", 1, rule="absence"))
    table.record(event("2", 2, camera="yard", score=0.7))
    table.record(event("3", 3, label="cat", score=0.9, review=Review.WRONG))
    table.record(closed("4", 4, is_favourite=True))
    assert [each.id for each in table.list(wanted)] == found
    assert table.count(wanted) == len(found)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("GARDEN", ["01ab"], id="camera, any case"),
        pytest.param("grüße", ["02cd"], id="a small letter that is no ASCII"),
        pytest.param("GRÜSSE mäuse", [], id="another spelling"),
        pytest.param("MÄUSE", ["02cd"], id="capitals"),
        pytest.param("left", ["03ef"], id="why it ended"),
        pytest.param("01A", ["01ab"], id="how the id begins"),
        pytest.param("1ab", [], id="the middle of an id"),
        pytest.param("gar prey", ["01ab"], id="every word"),
        pytest.param("gar left", [], id="not every word"),
        pytest.param("100%", ["03ef"], id="a per cent sign"),
        pytest.param("%", ["03ef"], id="nothing but one"),
        pytest.param("_", [], id="an underscore"),
        pytest.param("\\", [], id="a backslash"),
        pytest.param("' OR 1=1 --", [], id="SQL"),
        pytest.param("  ", ["03ef", "02cd", "01ab"], id="nothing"),
    ],
)
def test_events_are_searched_by_words(table, text, found):
    table.record(event("01ab", camera="garden"))
    table.record(event("02cd", rule="Mäuse", label="Grüße"))
    table.record(closed("03ef", label="100% cat"))
    assert [each.id for each in table.list(EventFilter(text=text))] == found


def test_a_limit_keeps_the_newest(table):
    for number in range(5):
        table.record(event(str(number)))
    assert [each.id for each in table.list(limit=2)] == ["4", "3"]
    assert len(table.list(limit=None)) == 5


def test_pages_stay_whole_while_events_come_and_go(table):
    for number in range(5):
        table.record(event(f"b{number}"))
    first = table.list(limit=2)
    table.record(event("c"))
    table.delete(first[-1].id)
    second = table.list(limit=2, before=first[-1].id)
    assert [each.id for each in (*first, *second)] == ["b4", "b3", "b2", "b1"]


def test_every_event_is_read_though_there_are_many_pages(table, database):
    many = [f"{number:05}" for number in range(2 * CHUNK)]
    with database.writing() as connection:
        from vedette.store.rows import event_row
        from vedette.store.upsert import merge_events

        merge_events(connection, [event_row(event(identity)) for identity in many])
    assert [each.id for each in table.every()] == many[::-1]
    assert list(table.every(EventFilter(camera="nowhere"))) == []


def test_what_is_given_up_first_is_closed_and_no_favourite_least_important_and_oldest(table):
    table.record(closed("1", 1, importance=Importance.HIGH))
    table.record(closed("2", 2))
    table.record(closed("3", 3, importance=Importance.LOW))
    table.record(closed("4", 4, importance=Importance.LOW))
    table.record(closed("5", 5, importance=Importance.LOW, is_favourite=True))
    table.record(event("6", 6, importance=Importance.LOW))
    assert [each.id for each in table.expendable(9)] == ["3", "4", "2", "1"]
    assert [each.id for each in table.expendable(2)] == ["3", "4"]
    assert [each.id for each in table.expendable(9, START + timedelta(seconds=3))] == ["2", "1"]


def test_it_is_told_which_ids_are_known(table):
    table.record(event("7"))
    asked = (f"{number}" for number in range(CHUNK + 5))
    assert table.known(asked) == {"7"}
    assert table.known([]) == set()


def test_a_deleted_events_entries_are_still_told(table, database):
    table.record(event(), [entry(event(), "phone")])
    assert table.delete("01")
    assert table.get("01") is None
    assert [each.event for each in OutboxTable(database).pending("phone", 5)] == [event()]


def test_events_are_counted_over_time(table):
    for number, seconds in enumerate((0, 59, 60, 61, 300)):
        table.record(event(f"{number}", seconds, camera="yard" if number == 3 else "door"))
    wanted = EventFilter(since=START, until=START + timedelta(seconds=300))
    told = [
        ((each.at - START).seconds, each.name, each.count)
        for each in table.counts(wanted, START, 60, "camera")
    ]
    assert told == [(0, "door", 2), (60, "door", 1), (60, "yard", 1)]
    assert [each.count for each in table.counts(wanted, START, 3600, "label")] == [4]
    assert table.counts(EventFilter(text="nobody", since=START), START, 60, "camera") == []


def test_it_is_told_what_events_there_are(table):
    assert table.facets() == Facets(0, None, {}, {}, {})
    table.record(event("1", 5, camera="yard"))
    table.record(event("2", 6, label="cat"))
    table.record(event("3", 7))
    told = table.facets()
    assert (told.total, told.first_opened_at) == (3, START + timedelta(seconds=5))
    assert (told.cameras, told.rules, told.labels) == (
        {"door": 2, "yard": 1},
        {"prey": 3},
        {"cat": 1, "prey": 2},
    )


def test_an_events_neighbours_are_of_those_that_are_asked_for(table):
    for number in range(1, 6):
        table.record(event(f"{number}", camera="yard" if number == 4 else "door"))
    assert table.neighbours("3") == ("4", "2")
    assert table.neighbours("3", EventFilter(camera="door")) == ("5", "2")
    assert table.neighbours("5") == (None, "4")
    assert table.neighbours("1", EventFilter(camera="yard")) == ("4", None)


def test_evidence_is_kept_with_its_event_and_goes_with_it(table, database):
    kept = Evidence(2.2, -0.8, (-1.0, 0.5), (0.1, 2.5), (0.2, 0.97))
    assert not table.keep_evidence("01", kept)
    table.record(event())
    assert table.evidence("01") is None
    assert table.keep_evidence("01", kept)
    assert table.keep_evidence("01", replace(kept, enter_at=9.0))
    assert table.evidence("01") == kept
    table.record(closed(updates=1))
    assert table.evidence("01") == kept
    table.delete("01")
    with database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(event_evidence)).scalar() == 0


def test_what_was_left_open_is_found_oldest_first(table):
    for recorded in (event("3"), event("1"), closed("2")):
        table.record(recorded)
    assert [each.id for each in table.unclosed()] == ["1", "3"]


def test_cameras_record_at_the_same_time(table):
    def record(camera):
        for number in range(10):
            made = event(f"{camera}{number}", camera=camera)
            table.record(made, [entry(made, "phone")])
            table.record(replace(made, closed_at=LATER))

    threads = [threading.Thread(target=record, args=(f"camera{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert table.count(EventFilter(is_open=False)) == 40
