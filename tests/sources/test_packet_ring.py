from __future__ import annotations

import threading
from itertools import pairwise

import pytest

from parts.clips import write_clip
from parts.reels import fill, filled, ring


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    """10 s, a key frame every 0.48 s."""
    return write_clip(tmp_path_factory.mktemp("ring") / "clip.mp4", 250)


def test_what_is_held_begins_at_a_key_frame_and_lacks_nothing(clip):
    kept = ring(seconds=2)
    for _ in fill(kept, clip):
        held = kept.after(-1)
        assert held[0].is_keyframe
        assert all(later.sequence == earlier.sequence + 1 for earlier, later in pairwise(held))


def test_at_least_its_seconds_are_held_and_hardly_more(clip):
    kept = ring(seconds=2)
    for newest in fill(kept, clip):
        held = newest - kept.after(-1)[0].seconds
        assert min(newest, 2) <= held + 1e-6
        assert held <= 2 + 0.48 + 0.04
    assert kept.newest_seconds == newest


def test_its_bytes_are_never_exceeded_and_the_newest_stay(clip):
    allowed = sum(len(each.data) for each in filled(clip).after(-1)) / 5
    kept = ring(megabytes=allowed / 1e6)
    for _ in fill(kept, clip):
        assert kept.held_bytes <= allowed
        assert kept.held_bytes == sum(len(each.data) for each in kept.after(-1))
    assert kept.after(-1)[-1].sequence == 249


def test_a_run_that_is_larger_than_the_ring_is_let_go_whole(tmp_path):
    clip = write_clip(tmp_path / "long.mp4", 200, options={"preset": "ultrafast", "bf": "0", "g": "100"})
    whole = filled(clip).after(-1)
    run = sum(len(each.data) for each in whole[:100])
    kept = ring(megabytes=run * 0.7 / 1e6)
    lengths = []
    for _ in fill(kept, clip):
        held = kept.after(-1)
        lengths.append(len(held))
        assert not held or held[0].is_keyframe
    assert 0 in lengths[:100]
    assert lengths[100] == 1


def test_since_begins_at_the_last_key_frame_before(clip):
    kept = filled(clip)
    for asked in (0.0, 0.47, 0.48, 5.0, 9.99):
        held = kept.since(asked)
        assert held[0].is_keyframe
        assert held[0].seconds <= asked + 1e-9 < held[0].seconds + 0.48 + 1e-6
        assert held[-1].sequence == 249


def test_since_before_everything_gives_everything_and_of_nothing_nothing(clip):
    assert len(filled(clip).since(-100)) == 250
    assert ring().since(0) == ()
    assert ring().newest_seconds is None


def test_after_gives_what_is_new(clip):
    kept = filled(clip)
    assert [each.sequence for each in kept.after(246)] == [247, 248, 249]
    assert kept.after(249) == ()


def test_after_waits_for_what_comes(clip):
    kept = ring()
    steps = fill(kept, clip)
    next(steps)
    got = []
    thread = threading.Thread(target=lambda: got.append(kept.after(0, timeout_seconds=30)))
    thread.start()
    next(steps)
    thread.join(30)
    steps.close()
    assert [each.sequence for each in got[0]] == [1]
    assert kept.after(1, timeout_seconds=0.01) == ()


def test_readers_are_never_shown_a_gap_while_the_camera_writes(clip):
    kept, ended, wrong = ring(seconds=0.5), threading.Event(), []

    def read() -> None:
        while not ended.is_set():
            held = kept.since(1e9) or kept.after(-1)
            if held and not held[0].is_keyframe:
                wrong.append(held[0])
            if any(later.sequence != earlier.sequence + 1 for earlier, later in pairwise(held)):
                wrong.append(held)

    thread = threading.Thread(target=read)
    thread.start()
    for _ in fill(kept, clip):
        pass
    ended.set()
    thread.join(30)
    assert wrong == []


def test_connections_are_told_apart_and_numbered_on(clip):
    kept = ring()
    for number in range(2):
        for _ in fill(kept, clip, since=number * 20.0):
            pass
    held = kept.after(-1)
    assert [each.sequence for each in held] == list(range(500))
    assert {each.connection for each in held[:250]} == {0}
    assert {each.connection for each in held[250:]} == {1}
    assert held[250].pts == held[0].pts
    assert held[250].seconds == pytest.approx(20)


def test_the_format_says_what_a_player_must_know(clip):
    kept = filled(clip).after(-1)[0].format
    assert (kept.codec, kept.width, kept.height) == ("h264", 320, 240)
    assert kept.extradata[0] == 1
    assert kept.time_base.denominator > 1


def test_what_no_browser_plays_is_not_kept(tmp_path):
    kept = filled(write_clip(tmp_path / "clip.avi", 5, codec="mjpeg", pixel_format="yuvj420p", options={}))
    assert not kept.is_playable
    assert kept.after(-1) == ()


def test_a_source_that_begins_anew_at_0_leaves_nothing_of_before(clip):
    kept = ring()
    for _ in range(2):
        for _ in fill(kept, clip):
            pass
    assert {each.connection for each in kept.after(-1)} == {1}
    assert kept.held_bytes == sum(len(each.data) for each in kept.after(-1))
