from __future__ import annotations

import os
from pathlib import Path

import pytest

from parts.stored_events import event

BYTES = bytes(range(256)) * 4
ADDRESS = f"/api/v1/events/{event(1).id}"
CLIP = f"clips/2026/{event(1).id}.mp4"


@pytest.fixture
def filmed(stored):
    for path, content in ((CLIP, BYTES), (f"snapshots/{event(1).id}.jpg", b"\xff\xd8picture")):
        (stored.media_folder / path).parent.mkdir(parents=True)
        (stored.media_folder / path).write_bytes(content)
    stored.events.record(event(1, clip=CLIP, snapshot=f"snapshots/{event(1).id}.jpg"))
    return stored


def test_a_clip_comes_whole_with_what_a_player_needs(filmed, asking):
    reply = asking.get(f"{ADDRESS}/clip")
    assert (reply.status_code, reply.content) == (200, BYTES)
    assert reply.headers["content-type"] == "video/mp4"
    assert reply.headers["accept-ranges"] == "bytes"
    assert reply.headers["content-length"] == "1024"
    assert reply.headers["cache-control"] == "private, no-cache"
    assert asking.get(f"{ADDRESS}/snapshot").headers["content-type"] == "image/jpeg"


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-", 0, 1023),
        ("bytes=1000-", 1000, 1023),
        ("bytes=10-19", 10, 19),
        ("bytes=10-99999", 10, 1023),
        ("bytes=-24", 1000, 1023),
        ("bytes=-99999", 0, 1023),
    ],
)
def test_a_range_is_answered_with_that_range(filmed, asking, asked, first, last):
    reply = asking.get(f"{ADDRESS}/clip", headers={"Range": asked})
    assert reply.status_code == 206
    assert reply.content == BYTES[first : last + 1]
    assert reply.headers["content-range"] == f"bytes {first}-{last}/1024"
    assert reply.headers["content-length"] == str(last - first + 1)


@pytest.mark.parametrize("asked", ["bytes=1024-", "bytes=99999-100000", "bytes=-0"])
def test_a_range_with_nothing_in_it_is_refused(filmed, asking, asked):
    reply = asking.get(f"{ADDRESS}/clip", headers={"Range": asked})
    assert reply.status_code == 416
    assert reply.headers["content-range"] == "bytes */1024"
    assert set(reply.json()) == {"error", "remedy"}


@pytest.mark.parametrize(
    "asked", ["bytes=5-1", "bytes=-", "bytes=0-1,5-6", "lines=1-2", "bytes=a-b", "bytes=" + "9" * 40 + "-"]
)
def test_a_range_that_is_none_or_several_is_answered_with_all(filmed, asking, asked):
    reply = asking.get(f"{ADDRESS}/clip", headers={"Range": asked})
    assert (reply.status_code, reply.content) == (200, BYTES)


def test_what_has_not_changed_is_not_sent_again(filmed, asking):
    first = asking.get(f"{ADDRESS}/clip")
    for asked in (
        {"If-None-Match": first.headers["etag"]},
        {"If-None-Match": f'"other", W/{first.headers["etag"]}'},
        {"If-Modified-Since": first.headers["last-modified"]},
    ):
        again = asking.get(f"{ADDRESS}/clip", headers=asked)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
    for asked in ({"If-None-Match": '"other"'}, {"If-Modified-Since": "no date"}):
        assert asking.get(f"{ADDRESS}/clip", headers=asked).status_code == 200


def test_a_range_of_what_was_there_before_is_answered_with_what_is_there_now(filmed, asking):
    tag = asking.get(f"{ADDRESS}/clip").headers["etag"]
    asked = {"Range": "bytes=0-9", "If-Range": tag}
    assert asking.get(f"{ADDRESS}/clip", headers=asked).status_code == 206
    (filmed.media_folder / CLIP).write_bytes(BYTES[::-1] + b"more")
    again = asking.get(f"{ADDRESS}/clip", headers=asked)
    assert (again.status_code, again.content) == (200, BYTES[::-1] + b"more")


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("../secret/{id}.mp4", id="upwards"),
        pytest.param("clips/../../secret/{id}.mp4", id="upwards in the middle"),
        pytest.param("..\\secret\\{id}.mp4", id="backslashes"),
        pytest.param("{outside}/{id}.mp4", id="absolute"),
        pytest.param("link/{id}.mp4", id="a linked folder"),
        pytest.param("linked/{id}.mp4", id="a linked file"),
        pytest.param("clips\0/{id}.mp4", id="a NUL"),
        pytest.param("", id="nothing"),
        pytest.param("a/" * 600 + "{id}.mp4", id="long"),
        pytest.param("clips/" + "x" * 300 + ".mp4", id="a long name"),
        pytest.param("clips/folder/{id}.mp4", id="a folder as a file"),
        pytest.param("clips/pipe/{id}.mp4", id="a pipe"),
        pytest.param("events.sqlite", id="the database"),
        pytest.param("clips/other.mp4", id="another event's"),
        pytest.param("clips/{id}.txt", id="another kind of file"),
    ],
)
def test_no_path_in_a_row_leads_to_what_is_not_the_events_own(stored, asking, tmp_path, path):
    identity, folder = event(1).id, stored.media_folder
    outside = tmp_path / "secret"
    outside.mkdir()
    (outside / f"{identity}.mp4").write_bytes(b"secret")
    for name in ("clips/folder", "clips/pipe", "linked"):
        (folder / name).mkdir(parents=True)
    (folder / "link").symlink_to(outside)
    (folder / "linked" / f"{identity}.mp4").symlink_to(outside / f"{identity}.mp4")
    (folder / "clips" / "folder" / f"{identity}.mp4").mkdir()
    os.mkfifo(folder / "clips" / "pipe" / f"{identity}.mp4")
    for name in ("other.mp4", f"{identity}.mp4", f"{identity}.txt"):
        (folder / "clips" / name).write_bytes(b"secret")
    stored.events.record(event(1, clip=path.format(id=identity, outside=outside)))
    reply = asking.get(f"{ADDRESS}/clip")
    assert reply.status_code == 404
    assert b"secret" not in reply.content
    assert set(reply.json()) == {"error", "remedy"}


@pytest.mark.parametrize(
    "tail", ["snapshot%2f..%2f..", "clip/../../../../etc/passwd", "..%5cclip", "clip%00"]
)
def test_an_address_is_never_a_path(filmed, asking, tail):
    assert asking.get(f"{ADDRESS}/{tail}").status_code == 404


def test_no_descriptor_stays_open(filmed, asking):
    def ask(number):
        headers = [{}, {"Range": "bytes=2000-"}, {"Range": "bytes=1-2"}, {"If-None-Match": "*"}][number % 4]
        return asking.get(f"{ADDRESS}/clip", headers=headers).status_code

    assert {ask(number) for number in range(8)} == {200, 206, 304, 416}
    held = [each.readlink() for each in Path("/proc/self/fd").iterdir() if each.exists()]
    assert [path for path in held if path.suffix == ".mp4"] == []
