from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from parts.clips import scene
from parts.ticking import TickingClock
from vedette.errors import SourceError
from vedette.pixels.picture import encode_jpeg
from vedette.sources.picture_folder import PictureFolderSettings, PictureFolderSource


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for index in (1, 2, 10):
        (tmp_path / f"picture {index}.jpg").write_bytes(encode_jpeg(scene(index)))
    (tmp_path / "notes.txt").write_text("no picture")
    return tmp_path


def flat_out(path: Path, **settings) -> PictureFolderSource:
    return PictureFolderSource("door", PictureFolderSettings(path=path, paced=False, **settings))


def test_pictures_come_by_name_with_the_folders_own_time(folder):
    source = flat_out(folder, frames_per_second=2)
    frames = list(source.frames())
    assert [frame.monotonic_seconds for frame in frames] == [0, 0.5, 1.0]
    for frame, index in zip(frames, (1, 2, 10), strict=True):
        assert np.abs(frame.rgb().astype(int) - scene(index)).mean() < 4
    assert source.status.state == "ended"


def test_paced_it_waits_between_the_pictures(folder):
    clock = TickingClock()
    list(PictureFolderSource("door", PictureFolderSettings(path=folder), clock).frames())
    assert clock.waits == [1.0, 1.0]


def test_a_picture_that_cannot_be_read_is_skipped_and_named(folder):
    (folder / "picture 3.jpg").write_bytes(b"no picture at all")
    source = flat_out(folder)
    assert len(list(source.frames())) == 3
    assert source.status.corrupt == 1
    assert "picture 3.jpg" in source.status.last_error


def test_played_again_and_again_time_goes_on(folder):
    source = flat_out(folder, loop=True)
    times = []
    for frame in source.frames():
        times.append(frame.monotonic_seconds)
        if len(times) == 8:
            source.close()
    assert times == list(range(8))
    assert source.status.state == "closed"


def test_a_folder_of_which_nothing_can_be_read_ends_even_when_it_loops(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"nothing")
    with pytest.raises(SourceError, match="not one"):
        list(flat_out(tmp_path, loop=True).frames())


def test_a_turned_camera_gives_upright_pictures(folder):
    frame = next(flat_out(folder, rotation=90).frames())
    assert (frame.width, frame.height) == (240, 320)
    assert frame.luma.shape == (320, 240)


@pytest.mark.parametrize(
    ("name", "expected"), [("", "no picture"), ("nowhere", "does not exist"), ("file", "is a file")]
)
def test_what_is_no_folder_of_pictures_is_said(tmp_path, name, expected):
    (tmp_path / "file").write_text("x")
    with pytest.raises(SourceError, match=expected):
        list(flat_out(tmp_path / name).frames())
