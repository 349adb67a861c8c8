"""The page's way of teaching: every change taught at once, asked about, taken back."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import replace

import httpx
import pytest

from parts.stored_events import event
from parts.taught_pictures import jpeg
from parts.web_server import trail
from vedette.assembly.workbench import Users
from vedette.web.app import create_app

CLASSIFIERS = "/api/v1/classifiers"
DOOR = f"{CLASSIFIERS}/door"
AT_ONCE = {"teach": "true"}


def add(asking, data: bytes, label: str, **query):
    return asking.post(f"{DOOR}/examples", params={"label": label, **query}, content=data)


@pytest.fixture
def door(asking):
    """Taught with four pictures each of two classes, one after the other."""
    asking.post(CLASSIFIERS, json={"name": "door"})
    for seed in range(4):
        for label in ("cat", "mouse"):
            add(asking, jpeg(label, seed), label, **AT_ONCE)
    return asking


def digests(asking, **query) -> list[str]:
    return [each["digest"] for each in asking.get(f"{DOOR}/examples", params=query).json()["examples"]]


def test_a_change_and_its_teaching_are_one_request(asking):
    asking.post(CLASSIFIERS, json={"name": "door"})
    first = add(asking, jpeg("cat", 1), "cat", **AT_ONCE).json()
    assert first["teaching"] is None
    assert first["teaching_note"] == "One more class is needed: only `cat` has pictures."
    assert first["classifier"]["examples"] == {"cat": 1}
    second = add(asking, jpeg("mouse", 1), "mouse", **AT_ONCE).json()
    assert second["teaching"]["classes"] == ["cat", "mouse"]
    assert second["teaching"]["embedded"] == 2
    assert second["teaching_note"] is None
    assert [second["classifier"][key] for key in ("revision", "changes", "undo_change")] == [
        1,
        0,
        "added 1 of `mouse`",
    ]
    without = add(asking, jpeg("dog", 1), "dog").json()
    assert [without["teaching"], without["teaching_note"]] == [None, None]
    assert without["classifier"]["changes"] == 1


def test_relabelled_and_removed_at_once(door):
    first, second, *rest = digests(door)
    changed = door.patch(f"{DOOR}/examples/{first}", params=AT_ONCE, json={"label": "mouse"}).json()
    assert changed["example"]["is_taught"] is changed["is_taught"] is True
    assert changed["teaching"]["scores"]["mouse"]["pictures"] == 5
    removed = door.delete(f"{DOOR}/examples/{second}", params=AT_ONCE)
    assert removed.status_code == 200
    assert removed.json()["classifier"]["examples"] == {"cat": 3, "mouse": 4}
    many = door.patch(f"{DOOR}/examples", params=AT_ONCE, json={"digests": rest[:3], "label": "dog"}).json()
    assert many["changed"] == 3
    assert many["teaching"]["change"].count("relabelled") == 3
    assert door.post(f"{DOOR}/undo").json()["classifier"]["examples"] == {"cat": 3, "mouse": 4}


def test_many_are_removed_as_one_change(door):
    many = digests(door)[1:7]
    gone = door.post(f"{DOOR}/examples/remove", params=AT_ONCE, json={"digests": [*many, many[0]]}).json()
    assert gone["classifier"]["examples"] == {"cat": 1, "mouse": 1}
    assert gone["teaching"]["change"] == "removed 6 pictures"
    assert door.post(f"{DOOR}/undo").json()["classifier"]["examples"] == {"cat": 4, "mouse": 4}
    door.post(f"{DOOR}/examples/remove", json={"digests": many[:2]})
    assert door.post(f"{DOOR}/undo").json()["change"] == "removed 2 pictures"


@pytest.mark.parametrize("said", [{"digests": []}, {"digests": ["x"]}, {"digests": ["0" * 64] * 501}, {}])
def test_what_cannot_be_removed_together_is_refused(door, said):
    before = digests(door)
    assert door.post(f"{DOOR}/examples/remove", json=said).status_code == 422
    wrong = {"digests": [before[0], "0" * 64]}
    assert door.post(f"{DOOR}/examples/remove", json=wrong).status_code == 404
    assert digests(door) == before


@pytest.mark.parametrize(
    "said",
    [
        {"digests": [], "label": "cat"},
        {"digests": ["x"], "label": "cat"},
        {"digests": ["0" * 64] * 501, "label": "cat"},
        {"digests": ["0" * 64], "label": "../cat"},
        {"digests": ["0" * 64]},
    ],
    ids=["none", "no digest", "too many", "no label", "without"],
)
def test_what_cannot_be_relabelled_together_is_refused(door, said):
    assert door.patch(f"{DOOR}/examples", json=said).status_code == 422
    wrong = {"digests": [digests(door)[0], "0" * 64], "label": "dog"}
    assert door.patch(f"{DOOR}/examples", json=wrong).status_code == 404
    assert "dog" not in door.get(DOOR).json()["examples"]


def test_what_stands_still_is_kept_once(door, stored):
    stored.show("garden", trail("garden", sequence=3))
    asked = {"camera": "garden", "label": "background", "drop_near_duplicates": True}
    became = [door.post(f"{DOOR}/examples", params=AT_ONCE, json=asked).json() for _ in range(3)]
    assert [each["became"] for each in became] == ["added", "near duplicate", "near duplicate"]
    assert became[1]["example"]["digest"] == became[0]["example"]["digest"]
    assert became[1]["teaching"] is None
    posted = add(
        door, jpeg("cat", 1)[:-2] + b"\xff\xfe\x00\x04ab\xff\xd9", "cat", drop_near_duplicates="true"
    )
    assert posted.json()["became"] == "near duplicate"
    assert door.get(DOOR).json()["examples"] == {"cat": 4, "mouse": 4, "background": 1}


def test_a_wrong_event_becomes_an_example(door, stored):
    picture = jpeg("cat", 50)
    (stored.media_folder / f"{event(1).id}.jpg").write_bytes(picture)
    stored.events.record(event(1, snapshot=f"{event(1).id}.jpg"), [])
    stored.events.record(event(2, snapshot="../../etc/passwd"), [])
    asked = {"event": event(1).id, "label": "cat"}
    added = door.post(f"{DOOR}/examples", params=AT_ONCE, json=asked).json()
    assert added["example"]["digest"] == hashlib.sha256(picture).hexdigest()
    assert added["example"]["name"].startswith("event ")
    assert added["teaching"]["scores"]["cat"]["pictures"] == 5
    for wrong in (event(2).id, event(3).id, "x"):
        assert door.post(f"{DOOR}/examples", json={"event": wrong, "label": "cat"}).status_code == 404
    both = {"event": event(1).id, "camera": "garden", "label": "cat"}
    assert door.post(f"{DOOR}/examples", json=both).status_code == 422


def test_the_newest_frame_is_answered_by_the_newest_teaching(asking, stored):
    asking.post(CLASSIFIERS, json={"name": "door"})
    answer = {"params": {"camera": "garden"}}
    refused = asking.get(f"{DOOR}/answer", **answer)
    assert (refused.status_code, refused.json()["error"]) == (409, "`door` has not been taught yet.")
    for label, sequence in (("cat", 2), ("mouse", 9)):
        stored.show("garden", trail("garden", sequence=sequence, seconds=float(sequence)))
        asking.post(f"{DOOR}/examples", params=AT_ONCE, json={"camera": "garden", "label": label})
    said = asking.get(f"{DOOR}/answer", **answer).json()
    assert (said["best"], said["seconds"], said["revision"]) == ("mouse", 9.0, 1)
    assert said["label"] == ("unknown" if said["is_unknown"] else "mouse")
    assert sum(said["confidences"].values()) == pytest.approx(1)
    assert asking.get(f"{DOOR}/answer", params={"camera": "shed"}).status_code == 409
    assert asking.get(f"{DOOR}/answer", params={"camera": "gardn"}).status_code == 404
    assert asking.get(f"{DOOR}/answer").status_code == 422
    assert asking.get(f"{CLASSIFIERS}/dor/answer", **answer).status_code == 404


def test_doubts_say_which_picture_is_wrong(door):
    wrong = add(door, jpeg("cat", 9), "mouse", **AT_ONCE).json()["example"]["digest"]
    doubts = door.get(f"{DOOR}/doubts", params={"limit": 3}).json()
    assert [len(doubts["doubts"]), doubts["total"], doubts["sentence"]] == [3, 9, None]
    first = doubts["doubts"][0]
    assert [first["digest"], first["looks_like"], first["is_suspect"]] == [wrong, "cat", True]
    assert first["doubt"] == pytest.approx(1 - first["confidence"])
    assert door.get(first["picture"]).content == jpeg("cat", 9)
    assert doubts["suspects"] >= 1
    assert door.get(f"{DOOR}/doubts", params={"limit": 0}).status_code == 422


def test_advice_is_the_same_wherever_it_stands(door, stored):
    report = door.post(f"{DOOR}/teach", params={"curves": "true"}).json()
    assert door.get(f"{DOOR}/advice").json() == report["advice"]
    assert report["advice"]["is_enough"] is False
    assert report["advice"]["classes"][0]["sentence"] == "4 more of `cat`."
    assert set(report["curves"]) == {"cat", "mouse"}
    stored.show("garden", trail("garden", sequence=1))
    dark = door.get(f"{DOOR}/advice", params={"camera": "garden"}).json()["classes"][0]
    assert {each["name"] for each in dark["conditions"]} == {"dark", "infrared"}
    assert dark["sentence"] == "4 more of `cat` in the dark and by infrared."
    assert door.get(f"{DOOR}/advice", params={"camera": "gardn"}).status_code == 404


def test_pictures_are_proposed_in_the_order_sent_and_not_kept(door):
    files = [
        ("image", ("one.jpg", jpeg("cat", 30))),
        ("image", ("two.jpg", b"no picture")),
        ("image", ("three.jpg", jpeg("mouse", 0))),
    ]
    proposals = door.post(f"{DOOR}/proposals", files=files).json()["proposals"]
    assert [each["file"] for each in proposals] == ["one.jpg", "two.jpg", "three.jpg"]
    assert [each["best"] for each in proposals] == ["cat", None, "mouse"]
    assert proposals[1]["error"]
    assert proposals[2]["is_near_duplicate_of"] == hashlib.sha256(jpeg("mouse", 0)).hexdigest()
    (single,) = door.post(f"{DOOR}/proposals", content=jpeg("cat", 31)).json()["proposals"]
    assert single["label"] in {"cat", "unknown"}
    assert single["doubt"] == (1 if single["is_unknown"] else pytest.approx(1 - single["confidence"]))
    assert len(digests(door)) == 8
    assert door.post(f"{DOOR}/proposals", files=[]).status_code in {400, 422, 200}


def test_another_region_is_a_change_like_any_other(door):
    moved = door.patch(DOOR, params=AT_ONCE, json={"region": [0, 0, 0.5, 1]}).json()
    assert moved["pictures"] == moved["teaching"]["embedded"] == 8
    assert moved["classifier"]["region"] == [0, 0, 0.5, 1]
    assert door.post(f"{DOOR}/undo").json()["classifier"]["region"] == [0, 0, 1, 1]
    assert door.post(f"{DOOR}/redo").json()["classifier"]["region"] == [0, 0, 0.5, 1]
    again = door.patch(DOOR, params=AT_ONCE, json={"region": [0, 0, 0.5, 1]}).json()
    assert [again["pictures"], again["teaching"]] == [0, None]
    assert door.patch(DOOR, json={"region": [0, 0, 0, 1]}).status_code == 422


def test_a_classifier_is_deleted_with_its_pictures(door, stored, tmp_path):
    stored.teaching._users = replace(stored.teaching._users, of=lambda _: ["the camera garden"])
    refused = door.delete(DOOR)
    assert refused.status_code == 409
    assert "garden" in refused.json()["error"]
    stored.teaching._users = Users(lambda _: None)
    assert door.delete(DOOR).status_code == 204
    assert door.get(DOOR).status_code == door.delete(DOOR).status_code == 404
    assert list((tmp_path / "classifiers").iterdir()) == []


def test_a_classifier_travels_as_a_file(door, tmp_path):
    file = door.get(f"{DOOR}/export")
    assert file.headers["content-disposition"].startswith('attachment; filename="door.vedette"')
    assert door.post(f"{CLASSIFIERS}/import", content=file.content).status_code == 409
    reply = door.post(f"{CLASSIFIERS}/import", params={"name": "roof"}, content=file.content)
    assert reply.status_code == 201
    assert [reply.json()[key] for key in ("pictures", "embedded", "teaching_note")] == [8, 0, None]
    assert reply.json()["classifier"]["classes"] == ["cat", "mouse"]
    damaged = door.post(f"{CLASSIFIERS}/import", params={"name": "shed"}, content=file.content[:-99])
    assert damaged.status_code == 422
    assert door.post(f"{CLASSIFIERS}/import", params={"name": "../x"}, content=b"").status_code == 422
    assert sorted(path.name for path in (tmp_path / "classifiers").iterdir()) == ["door", "roof"]
    assert door.get(f"{CLASSIFIERS}/shed/export").status_code == 404


def test_two_files_come_in_at_once_and_no_more(stored):
    """Each may take half a gigabyte of the disk before anybody has looked at it."""

    async def ask() -> list[int]:
        service = create_app(stored)
        coming, end = asyncio.Event(), asyncio.Event()
        begun = 0

        async def slowly():
            nonlocal begun
            begun += 1
            if begun == 2:
                coming.set()
            yield b"PK"
            await end.wait()
            yield b"no archive"

        transport = httpx.ASGITransport(service)
        async with (
            service.router.lifespan_context(service),
            httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client,
        ):
            two = [asyncio.create_task(client.post(f"{CLASSIFIERS}/import", content=slowly())) for _ in "12"]
            await coming.wait()
            third = await client.post(f"{CLASSIFIERS}/import", content=b"PK")
            end.set()
            answers = [
                third,
                *[await each for each in two],
                await client.post(f"{CLASSIFIERS}/import", content=b"PK"),
            ]
            return [each.status_code for each in answers]

    assert asyncio.run(ask()) == [503, 422, 422, 422]
