from __future__ import annotations

from dataclasses import replace

import pytest

from parts.stored_events import event
from parts.web_server import trail
from vedette.values.event import Review
from vedette.values.evidence import Evidence

EVENTS = "/api/v1/events"


@pytest.fixture
def filled(stored):
    for number in range(1, 8):
        stored.events.record(event(number))
    stored.events.record(event(8, camera="shed", rule="mouse", label="mouse", closed_at=None))
    stored.events.set_review(event(3).id, Review.WRONG)
    return stored


def ids(reply) -> list[int]:
    return [int(each["id"][-3:]) for each in reply.json()["events"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, [8, 7, 6, 5, 4, 3, 2, 1]),
        ({"camera": "shed"}, [8]),
        ({"rule": "mouse"}, [8]),
        ({"label": "cat", "limit": 2}, [7, 6]),
        ({"since": "2026-05-01T12:06:00Z"}, [8, 7, 6]),
        ({"since": "2026-05-01T14:06:00+02:00", "until": "2026-05-01T12:07:00"}, [6]),
        ({"min_score": 0.65}, [8, 7]),
        ({"open": True}, [8]),
        ({"open": False, "camera": "shed"}, []),
        ({"favourite": True}, []),
        ({"camera": ["shed", "garden"], "limit": 3}, [8, 7, 6]),
        ({"label": ["mouse", "dog"]}, [8]),
        ({"review": "wrong"}, [3]),
        ({"review": "none", "limit": 6}, [8, 7, 6, 5, 4, 2]),
        ({"q": "MOUSE shed"}, [8]),
        ({"q": "%"}, []),
        ({"camera": "' OR 1=1 --"}, []),
    ],
    ids=str,
)
def test_events_are_found_by_what_is_asked(filled, asking, query, found):
    assert ids(asking.get(EVENTS, params=query)) == found


def test_pages_follow_one_another_while_events_are_added(filled, asking):
    first = asking.get(EVENTS, params={"limit": 3})
    filled.events.record(event(9))
    second = asking.get(EVENTS, params={"limit": 3, "cursor": first.json()["next_cursor"]})
    third = asking.get(EVENTS, params={"limit": 3, "cursor": second.json()["next_cursor"]})
    assert [ids(first), ids(second), ids(third)] == [[8, 7, 6], [5, 4, 3], [2, 1]]
    assert third.json()["next_cursor"] is None


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 0},
        {"limit": 501},
        {"since": "yesterday"},
        {"since": "0001-01-01T00:00:00+14:00"},
        {"min_score": 2},
        {"cursor": "../../x"},
        {"colour": "red"},
        {"camera": "x" * 65},
        {"camera": ["x"] * 33},
        {"q": "x" * 101},
        {"q": "\x00"},
        {"review": "perhaps"},
    ],
    ids=str,
)
def test_a_question_that_makes_no_sense_is_refused(asking, query):
    reply = asking.get(EVENTS, params=query)
    assert reply.status_code == 422
    assert set(reply.json()) == {"error", "remedy"}


def test_an_event_tells_all_but_where_its_files_lie(filled, asking):
    filled.events.record(event(20, snapshot="snapshots/2026/05/01/x.jpg", measures={"dwell_seconds": 2.5}))
    told = asking.get(f"{EVENTS}/{event(20).id}").json()
    assert told["measures"] == {"dwell_seconds": 2.5}
    assert told["snapshot"] == f"{EVENTS}/{event(20).id}/snapshot"
    assert told["clip"] is None
    assert "snapshots/" not in str(told)
    assert told["importance"] == "normal"


def test_a_favourite_is_kept_and_let_go(filled, asking):
    address = f"{EVENTS}/{event(2).id}"
    assert asking.patch(address, json={"is_favourite": True}).json()["is_favourite"] is True
    assert ids(asking.get(EVENTS, params={"favourite": True})) == [2]
    assert asking.patch(address, json={"is_favourite": False}).json()["is_favourite"] is False


def test_an_event_is_called_right_or_wrong_and_neither_again(filled, asking):
    address = f"{EVENTS}/{event(8).id}"
    assert asking.get(address).json()["review"] is None
    assert asking.patch(address, json={"review": "wrong"}).json()["review"] == "wrong"
    filled.events.record(event(8, camera="shed", rule="mouse", label="mouse", updates=1))
    told = asking.patch(address, json={"is_favourite": True}).json()
    assert (told["review"], told["is_favourite"], told["closed_at"] is None) == ("wrong", True, False)
    told = asking.patch(address, json={"is_favourite": False, "review": "right"}).json()
    assert (told["review"], told["is_favourite"]) == ("right", False)
    assert asking.patch(address, json={"review": None}).json()["review"] is None


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"is_favourite": "perhaps"},
        {"is_favourite": None},
        {"review": "perhaps"},
        {"is_favourite": True, "snapshot": "/etc/passwd"},
        [],
        None,
    ],
    ids=str,
)
def test_nothing_but_a_favourite_and_a_review_can_be_changed(filled, asking, change):
    assert asking.patch(f"{EVENTS}/{event(2).id}", json=change).status_code == 422


def test_events_are_counted_over_time(filled, asking):
    asked = {"since": "2026-05-01T12:00:00Z", "until": "2026-05-01T12:08:30", "bucket_seconds": 240}
    told = asking.get(f"{EVENTS}/counts", params=asked).json()
    assert [(each["at"][11:16], each["name"], each["count"]) for each in told["counts"]] == [
        ("12:00", "garden", 3),
        ("12:04", "garden", 4),
        ("12:08", "shed", 1),
    ]
    told = asking.get(f"{EVENTS}/counts", params={**asked, "by": "label", "q": "mouse"}).json()
    assert [each["name"] for each in told["counts"]] == ["mouse"]


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"since": "2026-05-01T12:00:00Z"},
        {"since": "2006-05-01", "until": "2026-05-01", "bucket_seconds": 3600},
        {"since": "2026-05-01", "until": "2026-05-02", "bucket_seconds": 1},
        {"since": "2026-05-01", "until": "2026-05-02", "by": "score"},
    ],
    ids=str,
)
def test_counts_that_make_no_sense_are_refused(asking, query):
    assert asking.get(f"{EVENTS}/counts", params=query).status_code == 422


def test_it_is_told_what_there_is_to_filter_by(filled, asking):
    told = asking.get(f"{EVENTS}/facets").json()
    assert told["total"] == 8
    assert told["cameras"] == [{"name": "garden", "count": 7}, {"name": "shed", "count": 1}]
    assert [each["name"] for each in told["labels"]] == ["cat", "mouse"]
    assert told["first_opened_at"].startswith("2026-05-01T12:01")


def test_the_events_beside_one_are_told(filled, asking):
    def beside(number, **query):
        told = asking.get(f"{EVENTS}/{event(number).id}/neighbours", params=query).json()
        return [told[side] and int(told[side][-3:]) for side in ("newer", "older")]

    assert beside(7) == [8, 6]
    assert beside(7, camera="garden") == [None, 6]
    assert beside(1) == [2, None]
    assert asking.get(f"{EVENTS}/nothing/neighbours").status_code == 404


def test_how_a_decision_came_about_is_kept_with_the_event(filled, asking):
    address = f"{EVENTS}/{event(2).id}/evidence"
    told = asking.get(address).json()
    assert (told["seconds"], told["enter_at"]) == ([], None)
    filled.events.keep_evidence(event(2).id, Evidence(2.2, -0.8, (-1.0, 0.5), (0.1, 2.5), (0.2, 0.97)))
    told = asking.get(address).json()
    assert (told["seconds"], told["evidence"], told["confidence"]) == ([-1.0, 0.5], [0.1, 2.5], [0.2, 0.97])
    assert (told["enter_at"], told["leave_at"]) == (2.2, -0.8)


def test_of_an_open_event_the_log_tells_how_it_goes(filled, asking):
    shown = trail("garden", 1, 1.0, "active")
    filled.show("garden", shown)
    now = shown.frame.captured_at
    filled.events.record(replace(event(30), opened_at=now, updated_at=now, closed_at=None))
    told = asking.get(f"{EVENTS}/{event(30).id}/evidence").json()
    assert (set(told["evidence"]), told["enter_at"], told["leave_at"]) == ({1.0}, 2.0, -2.0)
    assert abs(told["seconds"][0]) < 10


def test_a_deleted_event_takes_its_own_media_along(filled, asking):
    kept = [f"snapshots/{event(number).id}.jpg" for number in (21, 22)]
    (filled.media_folder / "snapshots").mkdir()
    for number, path in zip((21, 22), kept, strict=True):
        (filled.media_folder / path).write_bytes(b"x")
        filled.events.record(event(number, snapshot=path))
    assert asking.delete(f"{EVENTS}/{event(21).id}").status_code == 204
    assert [(filled.media_folder / path).exists() for path in kept] == [False, True]
    assert asking.get(f"{EVENTS}/{event(21).id}").status_code == 404
    assert asking.delete(f"{EVENTS}/{event(21).id}").status_code == 404


@pytest.mark.parametrize("path", ["../keep.jpg", "/{folder}/keep.jpg", "link/keep.jpg", "..\\keep.jpg"])
def test_deleting_never_reaches_out_of_the_folder(filled, asking, tmp_path, path):
    kept = tmp_path / "keep.jpg"
    kept.write_bytes(b"x")
    (filled.media_folder / "link").symlink_to(tmp_path)
    filled.events.record(event(23, snapshot=path.format(folder=tmp_path)))
    assert asking.delete(f"{EVENTS}/{event(23).id}").status_code == 204
    assert kept.exists()


def test_an_open_event_is_not_deleted_under_its_rule(filled, asking):
    reply = asking.delete(f"{EVENTS}/{event(8).id}")
    assert reply.status_code == 409
    assert "open" in reply.json()["error"]


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
@pytest.mark.parametrize("name", ["nothing", "%2e%2e", "..%5c..%5cetc", "a" * 64])
def test_an_unknown_event_is_not_there(asking, method, name):
    reply = asking.request(
        method, f"{EVENTS}/{name}", json={"is_favourite": True} if method == "PATCH" else None
    )
    assert reply.status_code == 404
    assert len(reply.json()["error"]) < 200


def test_a_store_that_does_not_serve_is_said(filled, asking):
    filled.events._database.close()
    reply = asking.get(EVENTS)
    assert reply.status_code == 503
    assert reply.headers["retry-after"]
    assert asking.get("/healthz").status_code == 200
