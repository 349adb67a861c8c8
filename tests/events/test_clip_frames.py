from __future__ import annotations

import threading

import numpy as np
import pytest

from parts.clips import scene
from parts.decoded_clip import decoded_clip
from parts.happenings import START
from vedette.events.clip_frames import FrameReel, FrameReels, FrameReelSettings
from vedette.events.clip_recording import ClipSpan, Recording
from vedette.pixels.picture import encode_jpeg
from vedette.pixels.planes import RgbPlanes
from vedette.values.frame import Frame

JPEG = encode_jpeg(scene(0))


def frame(index, seconds, size=(320, 240), camera="door"):
    return Frame(camera, index, START, seconds, *size, RgbPlanes(scene(index, *size)))


def reel(**settings):
    return FrameReel(FrameReelSettings.model_validate(settings))


@pytest.fixture
def reels():
    begun = []

    def start(**settings):
        begun.append(FrameReels(FrameReelSettings.model_validate(settings)))
        begun[-1].of("door")
        begun[-1].start()
        return begun[-1]

    yield start
    for each in begun:
        each.close(30)


def offered(reels, frames):
    """Each waits until the one before was taken in."""
    for each in frames:
        kept = reels.of(each.camera)
        before = kept.newest_seconds
        reels.offer(each)
        for _ in range(3000):
            if kept.newest_seconds != before or not reels._waiting:
                break
            threading.Event().wait(0.002)


def test_a_camera_without_a_stream_has_a_clip_of_its_pictures(tmp_path, reels):
    kept = reels(frames_per_second=5)
    offered(kept, [frame(index, index / 5) for index in range(40)])
    assert kept.of("door").after(-1, timeout_seconds=30)
    kept.close(30)
    held = kept.of("door").since(2)
    assert held[0].seconds == 2
    recording = Recording("01abc", tmp_path, kept.of("door"), ClipSpan(2, 100))
    recording.is_done()
    path = recording.finish()
    clip = decoded_clip(path)
    assert path.name == "01abc.webm"
    assert clip.codec == "vp9"
    assert clip.pixel_format == "yuv420p"
    assert clip.begins_with_keyframe
    assert len(clip.pictures) == len(held)
    assert clip.times == pytest.approx([each.seconds - 2 for each in held], abs=0.002)
    assert path.stat().st_size < sum(len(each.data) for each in held) / 2
    for picture, each in list(zip(clip.pictures, held, strict=True))[::6]:
        assert np.abs(picture.astype(int) - scene(round(each.seconds * 5))).mean() < 8


def test_pictures_of_an_odd_or_a_large_size_are_made_fit(tmp_path, reels):
    for size, expected in (((321, 241), (320, 240)), ((2560, 1440), (1280, 720))):
        kept = reels()
        kept.offer(frame(0, 0.0, size))
        (packet,) = kept.of("door").after(-1, timeout_seconds=30)
        assert (packet.format.width, packet.format.height) == expected


def test_most_frames_are_not_taken(reels):
    kept = reels(frames_per_second=2)
    taken = []
    for index in range(50):
        before = kept._taken_seconds.get("door")
        kept.offer(frame(index, index / 25))
        if kept._taken_seconds["door"] != before:
            taken.append(index / 25)
    assert taken == pytest.approx([0, 0.48, 0.96, 1.44, 1.92])


def test_a_camera_that_nobody_asked_for_or_that_is_gone_is_left_alone(reels):
    kept = reels()
    kept.offer(frame(0, 0.0, camera="attic"))
    kept.forget("door")
    kept.offer(frame(0, 0.0))
    assert kept._waiting == {}
    assert kept.of("door").newest_seconds is None


def test_seconds_and_bytes_are_never_exceeded():
    kept = reel(seconds=4)
    for index in range(100):
        kept.keep(JPEG, (320, 240), index / 3)
    held = kept.after(-1)
    assert held[-1].seconds - held[0].seconds <= 4
    assert len(held) == 13
    small = reel(megabytes=len(JPEG) * 2.5 / 1e6)
    for index in range(10):
        small.keep(JPEG, (320, 240), index / 3)
    assert len(small.after(-1)) == 2
    tiny = reel(megabytes=len(JPEG) * 0.5 / 1e6)
    tiny.keep(JPEG, (320, 240), 0)
    assert tiny.after(-1) == ()
    assert tiny.newest_seconds is None


def test_a_source_that_begins_anew_at_0_leaves_nothing_of_before():
    kept = reel()
    for seconds in (10, 11, 0, 1):
        kept.keep(JPEG, (320, 240), seconds)
    assert [each.seconds for each in kept.after(-1)] == [0, 1]


def test_a_damaged_picture_is_left_out_of_the_clip(tmp_path):
    kept = reel()
    for index in range(6):
        kept.keep(b"no picture" if index == 3 else JPEG, (320, 240), index / 3)
    recording = Recording("01abc", tmp_path, kept, ClipSpan(0, 100))
    recording.is_done()
    assert len(decoded_clip(recording.finish()).pictures) == 5
