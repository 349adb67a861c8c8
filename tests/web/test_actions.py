from __future__ import annotations

import pytest

from parts.stored_events import event
from vedette.values.event import Phase
from vedette.values.outbox import OutboxEntry, outbox_key

OUTBOX = "/api/v1/outbox"


def letter(number: int, action: str = "phone") -> OutboxEntry:
    told = event(number)
    return OutboxEntry(
        outbox_key(action, Phase.OPEN, told), action, Phase.OPEN, told, told.opened_at, told.opened_at
    )


@pytest.fixture
def waiting(stored):
    """Five letters: the fourth was given up, the fifth delivered."""
    for number in range(1, 6):
        stored.events.record(event(number), [letter(number)])
    stored.outbox.failed(letter(4).key, "the phone answers 500.", None)
    stored.outbox.delivered(letter(5).key, event(5).opened_at)
    return stored


def keys(reply) -> list[int]:
    return [int(each["event_id"][-3:]) for each in reply.json()["entries"]]


def test_every_action_tells_how_it_is(asking):
    (phone,) = asking.get("/api/v1/actions").json()
    assert (phone["name"], phone["done"], phone["failed"], phone["last_error"]) == ("phone", 3, 1, None)


def test_an_action_is_tested(asking, stored):
    assert asking.post("/api/v1/actions/phone/test").json() == {"action": "phone"}
    assert stored.delivery.tested == ["phone"]


def test_a_test_that_fails_says_why(asking, stored):
    stored.delivery.fails = "the phone is off."
    reply = asking.post("/api/v1/actions/phone/test")
    assert (reply.status_code, reply.json()["error"]) == (502, "the phone is off.")


@pytest.mark.parametrize("name", ["fone", "latch", "..%5cphone"])
def test_what_is_no_action_is_not_tested(asking, stored, name):
    assert asking.post(f"/api/v1/actions/{name}/test").status_code == 404
    assert stored.delivery.tested == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, [5, 4, 3, 2, 1]),
        ({"state": "pending"}, [3, 2, 1]),
        ({"state": "dead"}, [4]),
        ({"state": "delivered"}, [5]),
        ({"action": "siren"}, []),
    ],
    ids=str,
)
def test_entries_are_found_by_what_is_asked(waiting, asking, query, found):
    assert keys(asking.get(OUTBOX, params=query)) == found


def test_entries_come_in_pages(waiting, asking):
    first = asking.get(OUTBOX, params={"limit": 3})
    second = asking.get(OUTBOX, params={"limit": 3, "cursor": first.json()["next_cursor"]})
    assert [keys(first), keys(second)] == [[5, 4, 3], [2, 1]]
    assert second.json()["next_cursor"] is None


@pytest.mark.parametrize("query", [{"state": "lost"}, {"cursor": "a b"}, {"limit": "x"}], ids=str)
def test_a_question_that_makes_no_sense_is_refused(asking, query):
    assert asking.get(OUTBOX, params=query).status_code == 422


def test_a_dead_letter_is_tried_again(waiting, asking):
    reply = asking.post(f"{OUTBOX}/{letter(4).key}/retry")
    assert (reply.status_code, reply.json()["state"]) == (200, "pending")
    assert asking.post(f"{OUTBOX}/{letter(4).key}/retry").status_code == 409


def test_a_dead_letter_is_discarded(waiting, asking):
    assert asking.delete(f"{OUTBOX}/{letter(4).key}").status_code == 204
    assert asking.delete(f"{OUTBOX}/{letter(4).key}").status_code == 404


@pytest.mark.parametrize("number", [1, 5])
def test_what_is_no_dead_letter_is_let_be(waiting, asking, number):
    address = f"{OUTBOX}/{letter(number).key}"
    assert asking.delete(address).status_code == asking.post(f"{address}/retry").status_code == 409
    assert keys(asking.get(OUTBOX)) == [5, 4, 3, 2, 1]


@pytest.mark.parametrize("key", ["nothing", "01event:open:phone"])
def test_what_is_not_in_the_outbox_is_not_there(asking, key):
    assert asking.post(f"{OUTBOX}/{key}/retry").status_code == 404
