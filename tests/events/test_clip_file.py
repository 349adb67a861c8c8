from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from parts.clips import scene, write_clip
from parts.decoded_clip import boxes, decoded_clip
from parts.reels import packets
from vedette.errors import StoreError
from vedette.events.clip_file import ClipFile
from vedette.writing import TEMPORARY

ENCODINGS = {
    "h264 in mp4": ("mp4", "libx264", {"preset": "ultrafast", "bf": "0"}),
    "h264 in mp4, reordered": ("mp4", "libx264", {"preset": "fast", "bf": "3"}),
    "h264 in ts": ("ts", "libx264", {"preset": "ultrafast", "bf": "0"}),
    "h264 in mkv": ("mkv", "libx264", {"preset": "ultrafast", "bf": "0"}),
    "hevc in mp4": ("mp4", "libx265", {"preset": "ultrafast", "x265-params": "log-level=none:keyint=12"}),
    "hevc in ts": ("ts", "libx265", {"preset": "ultrafast", "x265-params": "log-level=none:keyint=12"}),
    "vp8 in webm": ("webm", "libvpx", {"deadline": "realtime", "cpu-used": "8", "g": "12"}),
    "vp9 in webm": ("webm", "libvpx-vp9", {"deadline": "realtime", "cpu-used": "8", "g": "12"}),
    "av1 in mp4": ("mp4", "libsvtav1", {"preset": "12", "g": "12"}),
}
TAGS = {"h264": "avc1", "hevc": "hvc1", "libdav1d": "av01"}


def written(folder, held, name="clip"):
    clip = ClipFile(folder, name, held[0].format)
    for packet in held:
        clip.add(packet)
    return clip.finish()


@pytest.fixture(scope="module")
def held(tmp_path_factory):
    return packets(write_clip(tmp_path_factory.mktemp("clip") / "clip.mp4", 50))


@pytest.mark.parametrize("encoding", ENCODINGS.values(), ids=ENCODINGS.keys())
def test_every_encoding_that_browsers_play_is_kept_unchanged_and_plays(tmp_path, encoding):
    suffix, codec, options = encoding
    video = write_clip(tmp_path / f"video.{suffix}", 50, codec=codec, options=options)
    path = written(tmp_path / "clips", packets(video))
    clip = decoded_clip(path)
    assert len(clip.pictures) == 50
    assert np.diff(clip.times) == pytest.approx(0.04, abs=0.0011)
    assert clip.seconds == pytest.approx(2.0, abs=0.05)
    assert clip.begins_with_keyframe
    assert clip.pixel_format == "yuv420p"
    assert clip.tag == TAGS.get(clip.codec, clip.tag)
    assert all(later > earlier for earlier, later in pairwise(clip.stamps))
    original = decoded_clip(video)
    for index in (0, 25, 49):
        assert np.array_equal(clip.pictures[index], original.pictures[index])


def test_an_mp4_is_a_plain_one_with_its_index(tmp_path, held):
    names = boxes(written(tmp_path, held))
    assert names[0] == "ftyp"
    assert "moov" in names
    assert "moof" not in names
    assert "torn" not in names


def test_the_first_packet_is_at_0_whenever_it_was_filmed(tmp_path, held):
    clip = decoded_clip(written(tmp_path, held[36:]))
    assert clip.stamps[0] == 0
    assert clip.times[0] == 0
    assert len(clip.pictures) == 14
    assert np.abs(clip.pictures[0].astype(int) - scene(36)).mean() < 4


def test_it_has_its_name_only_when_it_is_whole(tmp_path, held):
    clip = ClipFile(tmp_path, "event", held[0].format)
    for packet in held:
        clip.add(packet)
        assert [each.name for each in tmp_path.iterdir()] == [f"{TEMPORARY}event.mp4"]
    assert clip.finish() == tmp_path / "event.mp4"
    assert [each.name for each in tmp_path.iterdir()] == ["event.mp4"]


def test_a_clip_given_up_leaves_nothing(tmp_path, held):
    clip = ClipFile(tmp_path, "event", held[0].format)
    for packet in held:
        clip.add(packet)
    clip.abandon()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_said(tmp_path, held):
    (tmp_path / "clips").touch()
    with pytest.raises(StoreError, match=r"clip event\.mp4 cannot be kept"):
        ClipFile(tmp_path / "clips" / "2026", "event", held[0].format)


def test_what_no_browser_plays_is_refused(tmp_path, held):
    from dataclasses import replace

    with pytest.raises(StoreError, match="mpeg4 is not what a browser plays"):
        ClipFile(tmp_path, "event", replace(held[0].format, codec="mpeg4"))
