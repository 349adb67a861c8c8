from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from parts.stored_events import event
from parts.taught_pictures import jpeg
from parts.web_server import trail
from vedette.errors import BackendError

CLASSIFIERS = "/api/v1/classifiers"
DOOR = f"{CLASSIFIERS}/door"


@pytest.fixture
def door(asking):
    """A classifier with three pictures each of two classes, not taught yet."""
    asking.post(CLASSIFIERS, json={"name": "door"})
    for label in ("cat", "mouse"):
        for seed in range(3):
            assert add(asking, jpeg(label, seed), label).status_code == 201
    return asking


def add(asking, data: bytes, label: str, **given):
    return asking.post(f"{DOOR}/examples", params={"label": label}, content=data, **given)


def digests(asking, **query) -> list[str]:
    listed = asking.get(f"{DOOR}/examples", params=query).json()
    return [each["digest"] for each in listed["examples"]]


def test_a_classifier_is_begun_filled_taught_and_used_without_a_restart(door, stored):
    before = door.get(DOOR).json()
    assert before["examples"] == {"cat": 3, "mouse": 3}
    assert [before[key] for key in ("taught_at", "classes", "changes", "is_loaded")] == [None, [], 6, True]
    report = door.post(f"{DOOR}/teach").json()
    assert report["classes"] == ["cat", "mouse"]
    advised = {each["label"]: each for each in report["advice"]["classes"]}
    assert set(report["scores"]) == set(advised) == {"cat", "mouse"}
    assert advised["cat"]["sentence"] == "5 more of `cat`."
    assert report["curves"] is None
    assert report["trouble"] is None
    assert stored.taught == ["door"]
    after = door.get(DOOR).json()
    assert [after[key] for key in ("classes", "changes", "can_undo")] == [["cat", "mouse"], 0, True]
    assert after["scores"]["cat"]["pictures"] == 3
    assert [each["name"] for each in door.get(CLASSIFIERS).json()] == ["door"]


def test_a_teaching_is_undone_and_redone(door, stored):
    door.post(f"{DOOR}/teach")
    add(door, jpeg("dog", 1), "dog")
    add(door, jpeg("dog", 2), "dog")
    door.post(f"{DOOR}/teach", json={"head": "imprint"})
    undone = door.post(f"{DOOR}/undo").json()
    assert "dog" in undone["change"]
    assert undone["classifier"]["classes"] == ["cat", "mouse"]
    assert undone["classifier"]["can_redo"] is True
    assert door.post(f"{DOOR}/redo").json()["classifier"]["classes"] == ["cat", "dog", "mouse"]
    assert stored.taught == ["door"] * 4
    again = door.post(f"{DOOR}/redo")
    assert again.status_code == 409
    assert "redo" in again.json()["error"]


def test_one_class_alone_is_not_taught(asking):
    asking.post(CLASSIFIERS, json={"name": "door"})
    add(asking, jpeg("cat", 1), "cat")
    reply = asking.post(f"{DOOR}/teach")
    assert reply.status_code == 409
    assert "background" in reply.json()["remedy"]
    assert asking.get(DOOR).json()["examples"] == {"cat": 1}


def test_cameras_that_cannot_take_the_new_one_are_told_of(door, stored):
    def broken(_name):
        raise BackendError("the device is gone.")

    stored.teaching._users = replace(stored.teaching._users, taught=broken)
    report = door.post(f"{DOOR}/teach").json()
    assert "the device is gone" in report["trouble"]
    assert door.get(DOOR).json()["taught_at"]


@pytest.mark.parametrize(
    ("new", "status"),
    [
        ({"name": "door"}, 409),
        ({"name": "../door"}, 422),
        ({"name": "..\\door"}, 422),
        ({"name": "/etc"}, 422),
        ({"name": "."}, 422),
        ({"name": "x" * 65}, 422),
        ({"name": ""}, 422),
        ({"name": "roof", "region": [0, 0, 0, 1]}, 422),
        ({"name": "roof", "region": [0, 0, 2, 1]}, 422),
        ({"name": "roof", "network": "http://evil.example/x.tflite"}, 422),
    ],
    ids=str,
)
def test_a_classifier_that_cannot_be_is_not_begun(asking, tmp_path, new, status):
    asking.post(CLASSIFIERS, json={"name": "door"})
    reply = asking.post(CLASSIFIERS, json=new)
    assert reply.status_code == status
    assert set(reply.json()) == {"error", "remedy"}
    assert [path.name for path in (tmp_path / "classifiers").iterdir()] == ["door"]


def test_a_new_classifier_looks_where_it_is_told(asking):
    reply = asking.post(CLASSIFIERS, json={"name": "roof", "region": [0.1, 0.2, 0.8, 0.9]})
    assert reply.status_code == 201
    assert reply.json()["region"] == [0.1, 0.2, 0.8, 0.9]
    assert reply.json()["is_loaded"] is False


def test_a_picture_is_shown_as_it_came(door):
    picture = jpeg("cat", 1)
    digest = hashlib.sha256(picture).hexdigest()
    for is_taught in (False, True):
        listed = door.get(f"{DOOR}/examples", params={"label": "cat"}).json()["examples"]
        entry = next(each for each in listed if each["digest"] == digest)
        assert entry["is_taught"] is is_taught
        shown = door.get(entry["picture"])
        assert (shown.content, shown.headers["content-type"]) == (picture, "image/jpeg")
        assert door.get(entry["picture"], headers={"If-None-Match": shown.headers["etag"]}).status_code == 304
        door.post(f"{DOOR}/teach")


def test_another_classifiers_picture_is_not_shown(door, asking):
    asking.post(CLASSIFIERS, json={"name": "roof"})
    digest = digests(door)[0]
    assert asking.get(f"{CLASSIFIERS}/roof/examples/{digest}/picture").status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "door/examples/%2e%2e%2fmanifest.json/picture",
        "door/examples/..%5cmanifest.json/picture",
        f"door/examples/{'g' * 64}/picture",
        f"door/examples/{'0' * 64}/picture",
        "%2e%2e/examples",
        "..%5c..%5cetc/examples",
        f"{'x' * 5000}/examples",
    ],
)
def test_an_address_leads_to_no_other_file(door, address):
    reply = door.get(f"{CLASSIFIERS}/{address}")
    assert reply.status_code in {404, 422}
    assert len(reply.content) < 500


def test_a_kept_picture_that_became_a_link_is_not_followed(door, tmp_path):
    digest = digests(door)[0]
    kept = tmp_path / "classifiers" / "door" / "draft" / f"{digest}.jpg"
    kept.unlink()
    (tmp_path / "secret.jpg").write_bytes(b"secret")
    kept.symlink_to(tmp_path / "secret.jpg")
    assert door.get(f"{DOOR}/examples/{digest}/picture").status_code == 404


def test_pictures_come_in_pages(door):
    listed, cursor = [], None
    for _ in range(3):
        query = {"limit": 2} if cursor is None else {"limit": 2, "cursor": cursor}
        page = door.get(f"{DOOR}/examples", params=query).json()
        listed += [each["digest"] for each in page["examples"]]
        cursor = page["next_cursor"]
    assert cursor is None
    assert listed == digests(door)
    assert len(listed) == 6


def test_the_same_picture_is_kept_once_and_a_nearly_equal_one_is_told(door):
    again = add(door, jpeg("cat", 1), "cat")
    assert again.json()["became"] == "already there"
    other = add(door, jpeg("cat", 1), "mouse")
    assert other.json()["became"] == "already there in another class"
    brighter = add(door, jpeg("cat", 1)[:-2] + b"\xff\xfe\x00\x04ab\xff\xd9", "cat").json()
    assert brighter["became"] == "added"
    near = brighter["near_duplicates"][0]
    assert near["digest"] == hashlib.sha256(jpeg("cat", 1)).hexdigest()
    assert near["similarity"] > 0.99


@pytest.mark.parametrize(
    ("what", "status"),
    [
        ({"content": jpeg("cat", 9)}, 422),
        ({"content": jpeg("cat", 9), "params": {"label": "unknown"}}, 400),
        ({"content": jpeg("cat", 9), "params": {"label": "../cat"}}, 422),
        ({"content": jpeg("cat", 9), "params": {"label": "..\\cat"}}, 422),
        ({"content": jpeg("cat", 9), "params": {"label": "x" * 65}}, 422),
        ({"content": b"GIF89a", "params": {"label": "cat"}}, 422),
        ({"content": b"", "params": {"label": "cat"}}, 422),
        ({"json": {"camera": "garden", "label": "cat", "path": "/etc/passwd"}}, 422),
        ({"json": {"camera": "gardne", "label": "cat"}}, 404),
        ({"json": {"camera": "shed", "label": "cat"}}, 409),
        ({"json": [[[]]]}, 422),
        ({"content": b"{" * 60_000, "headers": {"Content-Type": "application/json"}}, 422),
        ({"content": b" " * 70_000, "headers": {"Content-Type": "application/json"}}, 413),
    ],
    ids=[
        "no label",
        "unknown as a label",
        "slashes",
        "backslashes",
        "long label",
        "no picture",
        "nothing",
        "more than may be said",
        "wrong camera",
        "no frame yet",
        "not an object",
        "deep JSON",
        "too much JSON",
    ],
)
def test_what_cannot_be_an_example_is_refused(door, what, status):
    reply = door.post(f"{DOOR}/examples", **what)
    assert reply.status_code == status, reply.text
    assert set(reply.json()) == {"error", "remedy"}
    assert len(digests(door)) == 6


def test_a_cameras_newest_frame_becomes_an_example(door, stored):
    stored.show("garden", trail("garden", sequence=5))
    added = door.post(f"{DOOR}/examples", json={"camera": "garden", "label": "background"})
    assert added.status_code == 201
    example = added.json()["example"]
    assert example["name"].startswith("garden 20")
    assert door.get(example["picture"]).content.startswith(b"\xff\xd8")


def test_a_form_with_a_picture_is_an_example(door):
    reply = door.post(
        f"{DOOR}/examples", params={"label": "dog"}, files={"image": ("../../x.jpg", jpeg("dog", 1))}
    )
    assert reply.status_code == 201
    assert reply.json()["example"]["name"].startswith("a picture of 20")


@pytest.mark.parametrize(
    ("file", "name"),
    [("IMG 0042.jpg", "IMG 0042.jpg"), ("../a`b\n.jpg", "ab.jpg"), ("x" * 200, "x" * 80)],
    ids=["as it is", "harmless", "short"],
)
def test_a_posted_picture_keeps_its_files_name(door, file, name):
    reply = door.post(f"{DOOR}/examples", params={"label": "dog", "file": file}, content=jpeg("dog", 1))
    assert reply.json()["example"]["name"] == name


def test_an_events_picture_is_found_among_the_examples(door, stored):
    assert door.get(f"{DOOR}/examples", params={"event": "nothing"}).status_code == 404
    picture = f"snapshots/{event(1).id}.jpg"
    (stored.media_folder / "snapshots").mkdir()
    (stored.media_folder / picture).write_bytes(jpeg("cat", 7))
    stored.events.record(event(1, snapshot=picture))
    asked = {"event": event(1).id}
    assert door.get(f"{DOOR}/examples", params=asked).json()["examples"] == []
    door.post(f"{DOOR}/examples", json={**asked, "label": "mouse"})
    (found,) = door.get(f"{DOOR}/examples", params=asked).json()["examples"]
    assert found["label"] == "mouse"


def test_relabelled_and_removed_pictures_count_from_the_next_teaching_on(door):
    door.post(f"{DOOR}/teach")
    first, second, *_ = digests(door, label="cat")
    changed = door.patch(f"{DOOR}/examples/{first}", json={"label": "mouse"})
    assert (changed.json()["label"], changed.json()["is_taught"]) == ("mouse", False)
    assert door.delete(f"{DOOR}/examples/{second}").status_code == 204
    assert door.get(DOOR).json()["examples"] == {"cat": 1, "mouse": 4}
    assert door.get(DOOR).json()["scores"]["cat"]["pictures"] == 3
    door.post(f"{DOOR}/teach")
    assert door.get(DOOR).json()["scores"]["cat"]["pictures"] == 1
    assert door.delete(f"{DOOR}/examples/{second}").status_code == 404
    assert door.patch(f"{DOOR}/examples/{second}", json={"label": "cat"}).status_code == 404


@pytest.mark.parametrize("tail", ["/teach", "/undo", "/redo", "/examples?label=cat"])
def test_a_wrong_classifier_is_not_taught(asking, tail):
    given = {"content": jpeg("cat", 1)} if "examples" in tail else {}
    reply = asking.post(f"{CLASSIFIERS}/dor{tail}", **given)
    assert reply.status_code == 404
    assert asking.get(f"{CLASSIFIERS}/dor").status_code == 404


@pytest.mark.parametrize("file", ["manifest.json", "draft/draft.json"])
def test_one_that_is_damaged_hides_no_other_and_can_be_deleted(door, tmp_path, file):
    door.post(CLASSIFIERS, json={"name": "shed"})
    folder = next(path for path in tmp_path.rglob("door") if path.is_dir())
    (folder / file).parent.mkdir(exist_ok=True)
    (folder / file).write_text("{")
    listed = {each["name"]: each["trouble"] for each in door.get(CLASSIFIERS).json()}
    assert listed["shed"] is None
    assert str(folder) in listed["door"]
    assert door.get(f"{CLASSIFIERS}/door").status_code == 409
    assert door.delete(f"{CLASSIFIERS}/door").status_code == 204
    assert [each["name"] for each in door.get(CLASSIFIERS).json()] == ["shed"]
    assert door.delete(f"{CLASSIFIERS}/door").status_code == 404
