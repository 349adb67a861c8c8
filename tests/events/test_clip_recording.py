from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from parts.clips import scene, write_clip
from parts.decoded_clip import decoded_clip
from parts.reels import fill, filled, ring
from vedette.errors import StoreError
from vedette.events.clip_recording import SILENCE_SECONDS, ClipSpan, Recording


class Watch:
    seconds = 0.0

    def __call__(self):
        return self.seconds


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    """12 s, a key frame every 0.48 s."""
    return write_clip(tmp_path_factory.mktemp("recording") / "clip.mp4", 300)


@pytest.fixture
def recorded():
    begun = []

    def record(reel, folder, start=0.0, maximum=1000.0, watch=None):
        begun.append(Recording("01event", folder, reel, ClipSpan(start, maximum), watch or Watch()))
        return begun[-1]

    yield record
    for each in begun:
        each.abandon()


def live(kept, clip, recording, until):
    """The camera sends on, and the clip is written, until so many seconds."""
    for seconds in fill(kept, clip):
        if recording is not None and recording.is_done():
            return True
        if seconds >= until:
            break
    return False


def test_it_holds_what_came_before_the_event_all_of_it_and_what_came_after(clip, tmp_path, recorded):
    kept, recording = ring(), None
    for seconds in fill(kept, clip):
        if seconds >= 5 and recording is None:
            recording = recorded(kept, tmp_path, start=5 - 2)
        if recording is not None and recording.is_done():
            break
        if seconds == pytest.approx(7):
            recording.end(kept.newest_seconds, 1.5)
    decoded = decoded_clip(recording.finish())
    first = 2.88  # the last key frame before 3 s
    assert decoded.begins_with_keyframe
    assert len(decoded.pictures) == round((8.48 - first) / 0.04) + 1
    assert decoded.times[-1] == pytest.approx(8.48 - first)
    for index in (0, 70, len(decoded.pictures) - 1):
        filmed = scene(round(first / 0.04) + index)
        assert np.abs(decoded.pictures[index].astype(int) - filmed).mean() < 4


def test_a_long_event_has_a_clip_of_the_longest_length(clip, tmp_path, recorded):
    recording = recorded(filled(clip), tmp_path, maximum=3)
    assert recording.is_done()
    assert decoded_clip(recording.finish()).seconds == pytest.approx(3, abs=0.05)


def test_an_event_still_open_is_not_done_whatever_the_camera_does(clip, tmp_path, recorded):
    watch = Watch()
    recording = recorded(filled(clip), tmp_path, watch=watch)
    for _ in range(10):
        watch.seconds += 10
        assert not recording.is_done()


def test_a_camera_that_is_silent_after_its_event_sends_no_post_roll(clip, tmp_path, recorded):
    watch = Watch()
    recording = recorded(filled(clip), tmp_path, watch=watch)
    recording.end(11.96, 5)
    assert not recording.is_done()
    watch.seconds = SILENCE_SECONDS - 0.1
    assert not recording.is_done()
    watch.seconds = SILENCE_SECONDS
    assert recording.is_done()
    assert len(decoded_clip(recording.finish()).pictures) == 300


def test_a_camera_that_never_comes_back_holds_no_file_open_for_ever(clip, tmp_path, recorded):
    watch = Watch()
    recording = recorded(filled(clip), tmp_path, maximum=100, watch=watch)
    assert not recording.is_done()
    watch.seconds = 160
    assert recording.is_done()


def test_a_reconnect_in_the_same_format_goes_on_in_the_same_file(clip, tmp_path, recorded):
    kept = ring()
    recording = recorded(kept, tmp_path)
    live(kept, clip, recording, until=2)
    for _ in fill(kept, clip, since=10):
        assert not recording.is_done()
    decoded = decoded_clip(recording.finish())
    assert len(decoded.pictures) == 51 + 300
    assert np.diff(decoded.times).max() == pytest.approx(8, abs=0.05)


def test_another_picture_size_in_mid_event_ends_the_clip_and_loses_nothing_of_it(clip, tmp_path, recorded):
    large = write_clip(tmp_path / "large.mp4", 25, size=(640, 480))
    kept = ring()
    recording = recorded(kept, tmp_path)
    assert not live(kept, clip, recording, until=2)
    for _ in fill(kept, large, since=2.04):
        pass
    assert recording.is_done()
    decoded = decoded_clip(recording.finish())
    assert decoded.size == (320, 240)
    assert len(decoded.pictures) == 51


def test_a_source_that_begins_anew_at_0_ends_the_clip(clip, tmp_path, recorded):
    kept = ring()
    recording = recorded(kept, tmp_path)
    assert not live(kept, clip, recording, until=4)
    assert live(kept, clip, recording, until=4)
    assert len(decoded_clip(recording.finish()).pictures) == 101


def test_what_a_slow_disk_missed_is_a_gap_up_to_a_key_frame_and_no_broken_picture(clip, tmp_path, recorded):
    kept = ring(seconds=1)
    recording = recorded(kept, tmp_path)
    for seconds in fill(kept, clip):
        if seconds < 2 or seconds > 8:
            recording.is_done()
    decoded = decoded_clip(recording.finish())
    assert 130 < len(decoded.pictures) < 200
    for picture, seconds in zip(decoded.pictures, decoded.times, strict=True):
        assert np.abs(picture.astype(int) - scene(round(seconds * 25))).mean() < 4


def test_nothing_sent_is_no_clip_and_no_file(tmp_path, recorded):
    recording = recorded(ring(), tmp_path)
    assert not recording.is_done()
    assert recording.finish() is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["../../escape", "/etc/passwd", "a/b", "..", "", "a\0b", "x" * 65, "a\\b"])
def test_no_event_id_leads_out_of_the_folder(clip, tmp_path, name):
    recording = Recording(name, tmp_path / "clips", filled(clip), ClipSpan(0, 10))
    with pytest.raises(StoreError, match="no name for a clip"):
        recording.is_done()
    assert list(tmp_path.rglob("*")) == []


def test_a_clip_that_cannot_be_written_on_leaves_nothing(clip, tmp_path, recorded):
    class Breaking:
        def __init__(self, reel):
            self._reel = reel

        def since(self, seconds):
            return [replace(each, dts=None, pts=None) for each in self._reel.since(seconds)]

        def after(self, sequence, timeout_seconds=0.0):
            raise StoreError("the disk is gone.")

    recording = recorded(Breaking(filled(clip)), tmp_path)
    assert not recording.is_done()
    with pytest.raises(StoreError, match="gone"):
        recording.is_done()
    assert list(tmp_path.iterdir()) == []
