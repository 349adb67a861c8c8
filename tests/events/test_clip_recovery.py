from __future__ import annotations

import shutil

import pytest

from parts.clips import write_clip
from parts.decoded_clip import boxes, decoded_clip
from parts.reels import packets
from vedette.errors import StoreError
from vedette.events.clip_file import ClipFile
from vedette.events.clip_recovery import mend, torn_clips
from vedette.writing import TEMPORARY


@pytest.fixture(scope="module", params=["mp4", "webm"])
def torn(request, tmp_path_factory):
    """What a kill leaves after 90 of 100 packets with a key frame every 12."""
    folder = tmp_path_factory.mktemp("torn")
    encoding = {
        "mp4": {},
        "webm": {"codec": "libvpx", "options": {"deadline": "realtime", "cpu-used": "8", "g": "12"}},
    }[request.param]
    held = packets(write_clip(folder / f"video.{request.param}", 100, **encoding))
    clip = ClipFile(folder / "clips", "01event", held[0].format)
    for packet in held[:90]:
        clip.add(packet)
    (left,) = torn_clips(folder / "clips")
    copy = folder / left.name
    shutil.copy(left, copy)
    clip.abandon()
    return copy


def left_in(folder, torn, length=None):
    data = torn.read_bytes()
    (folder / torn.name).write_bytes(data[:length])
    return folder / torn.name


def test_a_killed_clip_is_mended_up_to_its_last_whole_run(torn, tmp_path):
    event_id, path = mend(left_in(tmp_path, torn))
    assert event_id == "01event"
    assert [each.name for each in tmp_path.iterdir()] == [path.name]
    clip = decoded_clip(path)
    assert 55 < len(clip.pictures) <= 90
    assert clip.begins_with_keyframe
    assert clip.seconds == pytest.approx(len(clip.pictures) / 25, abs=0.05)
    if path.suffix == ".mp4":
        assert "moof" not in boxes(path)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8, 0.97])
def test_wherever_it_was_cut_off_what_is_whole_is_kept(torn, tmp_path, share):
    _, path = mend(left_in(tmp_path, torn, int(torn.stat().st_size * share)))
    assert len(decoded_clip(path).pictures) > 0


@pytest.mark.parametrize("length", [0, 7, 40])
def test_a_clip_without_a_picture_is_removed_and_said(torn, tmp_path, length):
    with pytest.raises(StoreError, match="cut off before its first picture"):
        mend(left_in(tmp_path, torn, length))
    assert list(tmp_path.iterdir()) == []


def test_a_mending_that_was_cut_off_is_done_again(torn, tmp_path):
    left_in(tmp_path, torn)
    half = tmp_path / f"{TEMPORARY}mending-01event{torn.suffix}"
    half.write_bytes(b"half")
    found = torn_clips(tmp_path)
    assert found == [tmp_path / torn.name]
    assert not half.exists()


def test_a_clip_that_was_whole_already_stays_as_it_is(torn, tmp_path):
    left = left_in(tmp_path, torn)
    _, whole = mend(left)
    before = whole.read_bytes()
    left_in(tmp_path, torn, 50)
    assert mend(left) == ("01event", whole)
    assert whole.read_bytes() == before
    assert torn_clips(tmp_path) == []


def test_other_files_are_none_of_its_business(tmp_path):
    (tmp_path / f"{TEMPORARY}picture.jpg").touch()
    (tmp_path / "01.mp4").touch()
    assert torn_clips(tmp_path) == []
    assert torn_clips(tmp_path / "nowhere") == []
