from __future__ import annotations

import os
import re
from pathlib import Path

import numpy as np
import pytest

from parts.stored_events import event
from vedette.pixels.header import picture_size
from vedette.pixels.picture import decode_picture, encode_jpeg

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
    assert asking.get(f"{ADDRESS}/{tail}").status_code in {400, 404}


def test_no_descriptor_stays_open(filmed, asking):
    def ask(number):
        headers = [{}, {"Range": "bytes=2000-"}, {"Range": "bytes=1-2"}, {"If-None-Match": "*"}][number % 4]
        return asking.get(f"{ADDRESS}/clip", headers=headers).status_code

    assert {ask(number) for number in range(8)} == {200, 206, 304, 416}
    held = [each.readlink() for each in Path("/proc/self/fd").iterdir() if each.exists()]
    assert [path for path in held if path.suffix == ".mp4"] == []


def real_picture(width: int, height: int) -> bytes:
    shades = np.linspace(0, 255, width, dtype=np.uint8)
    return encode_jpeg(np.repeat(np.repeat(shades[None, :, None], height, 0), 3, 2))


@pytest.fixture
def pictured(filmed):
    (filmed.media_folder / f"snapshots/{event(1).id}.jpg").write_bytes(real_picture(1280, 720))
    return filmed


@pytest.mark.parametrize(
    ("width", "expected"), [(320, (320, 180)), (200, (200, 112)), (1280, (1280, 720)), (4096, (1280, 720))]
)
def test_a_small_picture_is_as_wide_as_asked_and_never_enlarged(pictured, asking, width, expected):
    reply = asking.get(f"{ADDRESS}/snapshot", params={"width": width})
    assert reply.headers["content-type"] == "image/jpeg"
    assert picture_size(reply.content) == expected
    shown = decode_picture(reply.content).astype(int)
    assert shown[:, : expected[0] // 8].mean() < 40
    assert shown[:, -expected[0] // 8 :].mean() > 215


def test_a_small_picture_is_not_sent_again_unless_it_has_changed(pictured, asking):
    first = asking.get(f"{ADDRESS}/snapshot?width=320")
    tag = first.headers["etag"]
    assert first.headers["cache-control"] == "private, no-cache"
    again = asking.get(f"{ADDRESS}/snapshot?width=320", headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert asking.get(f"{ADDRESS}/snapshot?width=160", headers={"If-None-Match": tag}).status_code == 200
    (pictured.media_folder / f"snapshots/{event(1).id}.jpg").write_bytes(real_picture(640, 400))
    changed = asking.get(f"{ADDRESS}/snapshot?width=320", headers={"If-None-Match": tag})
    assert picture_size(changed.content) == (320, 200)


@pytest.mark.parametrize("width", [0, 31, 4097, "wide"])
def test_a_width_that_makes_no_sense_is_refused(pictured, asking, width):
    assert asking.get(f"{ADDRESS}/snapshot", params={"width": width}).status_code == 422


def test_a_damaged_picture_has_no_small_one(filmed, asking):
    reply = asking.get(f"{ADDRESS}/snapshot?width=320")
    assert reply.status_code == 404
    assert set(reply.json()) == {"error", "remedy"}


def test_another_events_picture_has_no_small_one(pictured, asking):
    pictured.events.record(event(2, snapshot=f"snapshots/{event(1).id}.jpg"))
    assert asking.get(f"/api/v1/events/{event(2).id}/snapshot?width=320").status_code == 404


@pytest.mark.parametrize("address", ["snapshot", "snapshot?width=64", "clip"])
def test_a_download_has_a_name_that_tells_what_it_is(pictured, asking, address):
    assert "content-disposition" not in asking.get(f"{ADDRESS}/{address}").headers
    reply = asking.get(f"{ADDRESS}/{address}{'&' if '?' in address else '?'}download=true")
    suffix = "mp4" if address == "clip" else "jpg"
    assert reply.headers["content-disposition"] == (
        f'attachment; filename="garden-cat-20260501T120100Z.{suffix}"; '
        f"filename*=UTF-8''garden-cat-20260501T120100Z.{suffix}"
    )


def test_a_name_of_any_characters_makes_one_harmless_header(pictured, asking):
    label = 'x"\r\nSet-Cookie: a=b\r\n\r\n../../é😀;' + "y" * 200
    pictured.events.record(event(3, label=label, clip=f"clips/{event(3).id}.mp4"))
    (pictured.media_folder / f"clips/{event(3).id}.mp4").write_bytes(BYTES)
    reply = asking.get(f"/api/v1/events/{event(3).id}/clip?download=true")
    told = reply.headers["content-disposition"]
    assert "set-cookie" not in reply.headers
    assert re.fullmatch(
        r"attachment; filename=\"[A-Za-z0-9._-]+\.mp4\"; filename\*=UTF-8''[\w%.~-]+\.mp4", told
    )
