from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from parts.stored_events import event
from parts.web_server import trail
from vedette.config.schema import CameraConfig
from vedette.pipeline.explain_row import Mention
from vedette.values.event import Phase
from vedette.values.outbox import OutboxEntry

EXPLAIN = "/api/v1/explain"


def now() -> str:
    return datetime.now(UTC).isoformat()


def test_it_says_why_nothing_happened(asking):
    told = asking.get(EXPLAIN, params={"camera": "garden", "at": now()}).json()
    assert told["camera"] == "garden"
    assert told["verdict"]
    assert {each["stage"] for each in told["sentences"]} & {"camera", "gate", "rule"}


def test_what_is_wrong_with_the_camera_now_is_told_of_one_that_never_came(asking, stored):
    stored.system.troubles["camera shed"] = "it gives no picture: no route to it."
    told = asking.get(EXPLAIN, params={"camera": "shed", "at": now()}).json()
    assert told["verdict"] == "This camera has not given one frame yet: it gives no picture: no route to it."
    assert (told["stopped_by"], told["missing"]) == ("camera", [])


def test_a_window_is_asked_from_one_time_to_another(asking):
    since = datetime.now(UTC) - timedelta(seconds=10)
    query = {"camera": "garden", "since": since.isoformat(), "until": now()}
    told = asking.get(EXPLAIN, params=query).json()
    assert datetime.fromisoformat(told["since"]) == since


def test_rows_come_in_pages(asking, stored):
    for number in range(1, 8):
        state = "active" if number % 2 else "inactive"
        stored.show("garden", trail("garden", number, number / 1, state))
    query = {"camera": "garden", "at": now(), "limit": 1}
    first = asking.get(f"{EXPLAIN}/rows", params=query).json()
    assert first["rows"][0]["gate_reason"] == "nothing moves"
    whole = asking.get(f"{EXPLAIN}/rows", params={**query, "limit": 500}).json()
    assert whole["next_cursor"] is None
    if first["next_cursor"] is not None:
        rest = asking.get(f"{EXPLAIN}/rows", params={**query, "limit": 500, "cursor": first["next_cursor"]})
        assert first["rows"] + rest.json()["rows"] == whole["rows"]


def strip(asking, seconds: float = 20.0, **query: object) -> dict:
    until = datetime.now(UTC)
    since = until - timedelta(seconds=seconds)
    window = {"camera": "garden", "since": since.isoformat(), "until": until.isoformat()}
    reply = asking.get(f"{EXPLAIN}/strip", params={**window, **query})
    assert reply.status_code == 200, reply.text
    return reply.json()


def test_a_strip_has_a_value_for_each_column(asking):
    told = strip(asking, columns=10)
    lanes = [told["rate"], *told["gate"].values(), told["classifiers"][0]["looked"]]
    assert {len(lane) for lane in lanes} == {10}
    assert told["seconds_per_column"] == 2.0
    assert [rule["name"] for rule in told["rules"]] == ["visitor"]
    assert "nothing moves" in told["words"]
    assert told["known_since"]


def letter_of(stored, number: int, state: str) -> str:
    happened = replace(event(number), camera="garden", opened_at=datetime.now(UTC), closed_at=None)
    entry = OutboxEntry(f"{happened.id}:open:phone", "phone", Phase.OPEN, happened, *[datetime.now(UTC)] * 2)
    stored.events.record(happened, [entry])
    if state == "told":
        stored.outbox.delivered(entry.key, datetime.now(UTC))
    elif state == "given up":
        stored.outbox.failed(entry.key, "no route.", None)
    return happened.id


@pytest.mark.parametrize("state", ["told", "given up", "waiting"])
def test_a_strip_tells_events_and_what_became_of_their_letters(stored, asking, state):
    identity = letter_of(stored, 1, state)
    told = strip(asking)
    assert [each["id"] for each in told["events"]] == [identity]
    assert [(each["action"], each["outcome"], each["event_id"]) for each in told["deliveries"]] == [
        ("phone", state, identity)
    ]


def test_an_action_that_gave_up_is_marked_where_it_failed_last(stored, asking):
    identity = letter_of(stored, 1, "given up")
    about = Mention("phone", "failed", identity, "open")
    for _ in range(3):
        stored.explain.remark("garden", "action", "phone could not", is_trouble=True, mention=about)
    (mark,) = strip(asking)["deliveries"]
    assert (mark["outcome"], mark["times"]) == ("given up", 3)


def test_a_strip_tells_an_actuators_states_and_remarks(stored, asking):
    acting = Mention("latch", "acting")
    stored.explain.remark(None, "actuator", "latch is acting: prey", mention=acting)
    stored.explain.remark("garden", "camera", "lost: no route", is_trouble=True)
    told = strip(asking)
    assert [(each["name"], each["states"][-1]["state"]) for each in told["actuators"]] == [
        ("latch", "acting")
    ]
    assert [(each["stage"], each["is_trouble"]) for each in told["remarks"]] == [("camera", True)]


def test_a_strip_is_told_without_events_while_the_disk_does_not_serve(stored, asking):
    stored.outbox._database.close()
    told = strip(asking)
    assert told["trouble"]
    assert told["rules"]


def test_more_than_two_hours_are_refused(asking):
    query = {"camera": "garden", "since": "2026-05-01T12:00:00Z", "until": "2026-05-01T15:00:00Z"}
    assert asking.get(f"{EXPLAIN}/strip", params=query).status_code == 422


def test_the_times_in_sentences_are_of_the_zone_that_is_asked_for(asking):
    middle = datetime.now(UTC) - timedelta(hours=2)
    query = {"camera": "garden", "at": middle.isoformat(), "zone": "Asia/Kathmandu"}
    there = datetime.now(ZoneInfo("Asia/Kathmandu"))
    assert f"{there:%H:}" in asking.get(EXPLAIN, params=query).json()["verdict"]
    assert asking.get(EXPLAIN, params={**query, "zone": "../etc"}).status_code == 200


def test_a_rule_is_replayed_and_a_wrong_setting_refused(stored, asking):
    rule = {"kind": "presence", "name": "visitor", "classifier": "door", "label": "cat"}
    stored.configuration = CameraConfig.model_validate(
        {"source": {"kind": "push"}, "classifiers": ["door"], "rules": [rule]}
    )
    body = {"camera": "garden", "rule": "visitor", "changes": {"enter_probability": 0.7}}
    told = asking.post(f"{EXPLAIN}/replay", json=body).json()
    assert told["after"] == {
        "events": 0,
        "active_seconds": 0,
        "spans": [],
        "uncertain_seconds": 0,
        "uncertain": [],
    }
    assert told["before"] == told["logged"] == {"events": 0, "active_seconds": 0, "spans": []}
    assert "Nothing was looked at" in told["caveat"]
    for wrong in ({"changes": {"enter_probability": 7}}, {"rule": "guest"}, {"seconds": 99999}):
        assert asking.post(f"{EXPLAIN}/replay", json={**body, **wrong}).status_code == 422
    assert asking.post(f"{EXPLAIN}/replay", json={**body, "camera": "gardn"}).status_code == 404


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 422),
        ({"camera": "garden"}, 422),
        ({"camera": "garden", "at": "noon"}, 422),
        ({"camera": "garden", "since": "2026-05-01T12:00:00Z"}, 422),
        ({"camera": "garden", "since": "2026-05-01T12:00:00Z", "until": "2026-05-01T11:00:00Z"}, 422),
        ({"camera": "garden", "at": "0001-01-01T00:00:00"}, 422),
        ({"camera": "garden", "at": "9999-12-31T23:59:59"}, 422),
        ({"camera": "gardn", "at": "2026-05-01T12:00:00Z"}, 404),
    ],
    ids=str,
)
def test_a_question_that_makes_no_sense_is_refused(asking, query, status):
    for address in (EXPLAIN, f"{EXPLAIN}/rows", f"{EXPLAIN}/strip"):
        reply = asking.get(address, params=query)
        assert reply.status_code == status
        assert set(reply.json()) == {"error", "remedy"}
