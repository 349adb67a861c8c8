from datetime import timedelta

import pytest

from parts.happenings import START, event
from parts.letters import entry
from vedette.store.events import EventTable
from vedette.store.outbox import OutboxTable
from vedette.values.event import Importance, Phase
from vedette.values.outbox import OutboxState

LATER = START + timedelta(minutes=1)


@pytest.fixture
def table(database):
    return OutboxTable(database)


@pytest.fixture
def put(database):
    def put_in(*entries):
        EventTable(database).record(entries[0].event, entries)

    return put_in


def test_an_entry_comes_back_as_it_was_put_in(table, put):
    told = event(measures={"dwell_seconds": 1.5}, importance=Importance.LOW, closed_at=LATER, updates=4)
    letter = entry(told, phase=Phase.CLOSE, attempts=2, last_error="no way")
    put(letter)
    assert table.get(letter.key) == letter
    assert table.pending("phone", 9) == [letter]
    assert table.get("nothing") is None


def test_pending_entries_come_in_the_order_in_which_they_were_put_in_though_the_clock_ran_back(table, put):
    for number, seconds in enumerate((50, 10, 30)):
        put(entry(event(f"{9 - number}"), seconds=seconds))
    put(entry(event("5"), "relay"))
    assert [each.event.id for each in table.pending("phone", 9)] == ["9", "8", "7"]
    assert [each.event.id for each in table.pending("phone", 2)] == ["9", "8"]


def test_what_was_delivered_is_no_longer_pending(table, put):
    letter = entry(event())
    put(letter)
    table.failed(letter.key, "busy", LATER)
    table.delivered(letter.key, LATER)
    found = table.get(letter.key)
    assert (found.state, found.finished_at, found.attempts) == (OutboxState.DELIVERED, LATER, 2)
    assert found.last_error is None
    assert table.pending("phone", 9) == []


def test_a_failure_is_remembered_with_the_time_of_the_next_attempt(table, put):
    letter = entry(event())
    put(letter)
    table.failed(letter.key, "no answer", LATER)
    (found,) = table.pending("phone", 9)
    assert (found.attempts, found.last_error, found.next_attempt_at) == (1, "no answer", LATER)


def test_a_dead_letter_is_kept_and_can_be_revived_once(table, put):
    letter = entry(event())
    put(letter)
    table.failed(letter.key, "gone", None)
    assert table.pending("phone", 9) == []
    assert [each.last_error for each in table.list(OutboxState.DEAD)] == ["gone"]
    assert table.revive(letter.key, LATER)
    assert not table.revive(letter.key, LATER)
    (found,) = table.pending("phone", 9)
    assert (found.attempts, found.next_attempt_at) == (0, LATER)


def test_a_late_failure_does_not_undo_a_delivery(table, put):
    letter = entry(event())
    put(letter)
    table.delivered(letter.key, LATER)
    table.failed(letter.key, "timed out", LATER)
    assert table.get(letter.key).state is OutboxState.DELIVERED


def test_entries_are_listed_in_pages_by_state_and_action(table, put):
    for number in range(5):
        put(entry(event(f"{number}"), "phone"), entry(event(f"{number}"), "relay"))
    table.delivered(entry(event("3"), "phone").key, LATER)
    first = table.list(action="phone", limit=2)
    second = table.list(action="phone", limit=9, before=first[-1].key)
    assert [each.event.id for each in (*first, *second)] == ["4", "3", "2", "1", "0"]
    assert [each.event.id for each in table.list(OutboxState.DELIVERED)] == ["3"]
    assert len(table.list(limit=None)) == 10


def test_entries_are_counted_by_action_and_state(table, put):
    put(entry(event("1"), "phone"), entry(event("1"), "relay"))
    put(entry(event("2"), "phone"))
    table.failed(entry(event("2"), "phone").key, "gone", None)
    assert table.counts() == {
        ("phone", OutboxState.PENDING): 1,
        ("phone", OutboxState.DEAD): 1,
        ("relay", OutboxState.PENDING): 1,
    }


def test_only_what_was_delivered_long_ago_is_forgotten(table, put):
    for number, action in enumerate(("early", "late", "pending", "dead")):
        put(entry(event(f"{number}"), action))
    table.delivered(entry(event("0"), "early").key, START)
    table.delivered(entry(event("1"), "late").key, LATER)
    table.failed(entry(event("3"), "dead").key, "gone", None)
    assert table.remove_delivered(LATER) == 1
    assert {each.action for each in table.list()} == {"late", "pending", "dead"}


def test_an_entry_can_be_discarded(table, put):
    letter = entry(event())
    put(letter)
    assert table.discard(letter.key)
    assert not table.discard(letter.key)
    assert table.list() == []
