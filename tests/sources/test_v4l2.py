from __future__ import annotations

import errno
import grp
import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from vedette.errors import SourceError
from vedette.sources.v4l2 import (
    V4l2Settings,
    V4l2Source,
    descriptor_of,
    device_error,
    device_missing,
    wait_readable,
)

CAMERAS = sorted(Path("/dev").glob("video*"))


def test_a_device_that_is_missing_names_those_that_are_there(tmp_path):
    (tmp_path / "video2").touch()
    error = device_missing(tmp_path / "video0")
    assert "video0 does not exist" in str(error)
    assert "video2" in error.remedy


def test_a_machine_without_a_camera_waits_and_says_so():
    source = V4l2Source("desk", V4l2Settings(device="/dev/video999"))
    wait = source._clock.wait

    def close_and_wait(until_set, seconds):
        source.close()
        return wait(until_set, 0)

    source._clock.wait = close_and_wait
    assert list(source.frames()) == []
    assert "/dev/video999 does not exist" in source.status.last_error


def test_a_refused_permission_names_the_group_to_join(tmp_path):
    device = tmp_path / "video0"
    device.touch()
    group = grp.getgrgid(device.stat().st_gid).gr_name
    error = device_error(PermissionError(errno.EACCES, "x"), device)
    assert "may not be opened" in error.message
    assert f"usermod -aG {group} " in error.remedy


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (errno.EBUSY, "in use"),
        (errno.ENODEV, "is gone"),
        (errno.EINVAL, "does not offer"),
        (errno.EIO, "cannot be read"),
    ],
)
def test_the_kernels_refusals_are_sentences(number, expected, tmp_path):
    assert expected in str(device_error(OSError(number, "x"), tmp_path / "video0"))


def test_a_device_that_gives_nothing_is_noticed(tmp_path):
    reading, writing = os.pipe()
    try:
        with pytest.raises(SourceError, match="no picture"):
            wait_readable(reading, 0.01, tmp_path / "video0")
        os.write(writing, b"x")
        wait_readable(reading, 0.01, tmp_path / "video0")
    finally:
        os.close(reading)
        os.close(writing)


def test_the_open_descriptor_of_a_device_is_found(tmp_path):
    device = tmp_path / "video0"
    device.touch()
    assert descriptor_of(device) is None
    with device.open() as file:
        assert descriptor_of(device) == file.fileno()


@pytest.mark.parametrize(
    "device", ["/etc/passwd", "/dev/video0;x", "/dev/../etc/passwd", "video0", "/dev/v4l/by-id/../x"]
)
def test_only_camera_devices_are_taken(device):
    with pytest.raises(ValidationError):
        V4l2Settings(device=device)


def test_half_a_size_is_refused():
    with pytest.raises(ValidationError, match="width and height"):
        V4l2Settings(width=640)


@pytest.mark.hardware("a camera at /dev/video*")
@pytest.mark.skipif(not CAMERAS, reason="this machine has no /dev/video*")
def test_a_real_camera_gives_frames():
    source = V4l2Source("desk", V4l2Settings(device=str(CAMERAS[0])))
    frame = next(source.frames())
    assert frame.luma.shape == (frame.height, frame.width)
