from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from parts.web_server import trail

EXPLAIN = "/api/v1/explain"


def now() -> str:
    return datetime.now(UTC).isoformat()


def test_it_says_why_nothing_happened(asking):
    told = asking.get(EXPLAIN, params={"camera": "garden", "at": now()}).json()
    assert told["camera"] == "garden"
    assert told["verdict"]
    assert {each["stage"] for each in told["sentences"]} & {"camera", "gate", "rule"}


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
    for address in (EXPLAIN, f"{EXPLAIN}/rows"):
        reply = asking.get(address, params=query)
        assert reply.status_code == status
        assert set(reply.json()) == {"error", "remedy"}
