from __future__ import annotations

import pytest

from parts.clips import scene, write_clip
from vedette.errors import UsageError
from vedette.pixels.picture import encode_jpeg
from vedette.sources.parsing import parse_source


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("rtsp://user:word@cam:8554/live", "rtsp"),
        ("RTSPS://cam/live", "rtsp"),
        ("http://cam/video.mjpg?token=x", "mjpeg"),
        ("https://cam/stream", "mjpeg"),
        ("/dev/video0", "v4l2"),
        (" /dev/v4l/by-id/usb-Cam_1-video-index0 ", "v4l2"),
    ],
)
def test_an_address_or_device_is_recognised(text, kind):
    assert parse_source(text).kind == kind


def test_a_file_and_a_folder_are_recognised(tmp_path):
    clip = write_clip(tmp_path / "a:b.mp4", 2)
    assert parse_source(str(clip)).kind == "video"
    assert parse_source(str(tmp_path)).kind == "folder"


@pytest.mark.parametrize(
    "text",
    [
        "exec:curl secret",
        "concat:/etc/secret",
        "ftp://user:secret@cam/",
        "file:///etc/secret",
        "subfile,,start,0,end,9,,:rtsp://user:secret@cam/",
        "rtmp://cam/secret",
        "data:secret",
        "rtsp:secret",
        "EXEC://secret",
        "|cat secret ://",
    ],
)
def test_a_scheme_that_is_not_allowed_is_refused_and_the_allowed_ones_named(text):
    with pytest.raises(UsageError) as caught:
        parse_source(text)
    assert "rtsp://, rtsps://, http:// or https://" in caught.value.remedy
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("text", ["rtsp://user:sec/ret@cam/", "http://cam:port-secret/", "rtsp://"])
def test_an_address_without_sense_is_refused_without_its_secret(text):
    with pytest.raises(UsageError) as caught:
        parse_source(text)
    assert "sec" not in str(caught.value)


def test_a_path_that_leads_nowhere_names_the_nearest(tmp_path):
    write_clip(tmp_path / "finch.mp4", 2)
    with pytest.raises(UsageError, match=r"The nearest name there is finch\.mp4"):
        parse_source(str(tmp_path / "finsh.mp4"))


def test_one_picture_is_no_camera(tmp_path):
    picture = tmp_path / "a.jpg"
    picture.write_bytes(encode_jpeg(scene(0)))
    with pytest.raises(UsageError, match="one picture"):
        parse_source(str(picture))


def test_nothing_is_refused():
    with pytest.raises(UsageError, match="No camera is given"):
        parse_source("  ")
