"""A camera's packets, before they are decoded, on a clock that says how slow the machine is."""

from __future__ import annotations

from contextlib import closing
from itertools import pairwise

import av
import numpy as np
import pytest

from parts.clips import scene, write_clip
from parts.reels import ring
from vedette.sources.packet_feed import PacketFeed
from vedette.sources.status import StatusBook
from vedette.sources.timeline import LiveTimeline


class ArrivingClock:
    """Packet n is there at n * `every` seconds, or when the one before is done, after `work` seconds.

    In the steps of `backlog`, nobody asks for a while: `pause` seconds.
    """

    def __init__(self, work, *, pauses=None, every=0.04):
        self.seconds, self.packet = 0.0, 0
        self._work, self._pauses, self._every = work, pauses or {}, every

    def monotonic(self):
        self.seconds = max(self.seconds + self._work, self.packet * self._every)
        self.seconds += self._pauses.get(self.packet, 0.0)
        self.packet += 1
        return self.seconds


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return write_clip(tmp_path_factory.mktemp("feed") / "clip.mp4", 250)


@pytest.fixture(scope="module")
def reordered(tmp_path_factory):
    """With pictures that are sent before those that are shown before them."""
    return write_clip(tmp_path_factory.mktemp("feed") / "b.mp4", 100, options={"bf": "3", "preset": "fast"})


def watched(clip, clock, maximum=0.5):
    """Shots, the ring and the book after one connection."""
    kept, book = ring(), StatusBook()
    feed = PacketFeed(kept, LiveTimeline(maximum), book, clock)
    with closing(av.open(str(clip))) as container:
        shots = [shot for shot in feed.shots(container, container.streams.video[0]) if shot is not None]
    return shots, kept.after(-1), book


def test_on_time_everything_is_shown_and_kept(clip):
    shots, held, book = watched(clip, ArrivingClock(0.001))
    assert [shot.is_late for shot in shots] == [False] * 250
    assert len(held) == 250
    assert book.corrupt == 0


def test_after_a_pause_the_late_are_decoded_and_dropped_and_the_next_is_whole(clip):
    shots, held, _ = watched(clip, ArrivingClock(0.002, pauses={60: 2.0}))
    late = [index for index, shot in enumerate(shots) if shot.is_late]
    assert late == list(range(60, 60 + len(late)))
    assert 45 < len(late) < 56
    assert len(held) == 250
    after = late[-1] + 1
    assert shots[after].time == pytest.approx(after * 0.04)
    assert np.abs(shots[after].picture().to_ndarray(format="rgb24").astype(int) - scene(after)).mean() < 4


def test_a_machine_too_slow_to_decode_leaves_out_whole_runs_and_shows_sound_pictures(clip):
    shots, held, _ = watched(clip, ArrivingClock(0.05), maximum=0.3)
    shown = [round(shot.time / 0.04) for shot in shots if not shot.is_late]
    assert len(held) == 250, "the ring lacks nothing"
    assert 20 < len(shown) < 250
    gaps = [later for earlier, later in pairwise(shown) if later != earlier + 1]
    assert all(first % 12 == 0 for first in gaps), "each run begins at a key frame"
    pictures = {round(shot.time / 0.04): shot.picture() for shot in shots if not shot.is_late}
    for index in gaps[:3]:
        assert np.abs(pictures[index].to_ndarray(format="rgb24").astype(int) - scene(index)).mean() < 4


def test_packets_and_frames_lie_on_one_time_line(clip, reordered):
    for video in (clip, reordered):
        kept, book, timeline = ring(), StatusBook(), LiveTimeline(0.5)
        clock = ArrivingClock(0.001)
        feed = PacketFeed(kept, timeline, book, clock)
        frames = {}
        with closing(av.open(str(video))) as container:
            for shot in feed.shots(container, container.streams.video[0]):
                if shot is not None:
                    frames[round(shot.time * 1000)] = timeline.at(shot.time, clock.seconds)
        for packet in kept.after(-1)[10:]:
            own = round(float(packet.pts * packet.format.time_base) * 1000)
            assert frames[own] == pytest.approx(packet.seconds, abs=0.01)


def test_pictures_sent_before_their_turn_are_never_from_the_future_and_never_late(reordered):
    kept, clock = ring(), ArrivingClock(0.001)
    feed = PacketFeed(kept, LiveTimeline(0.1), StatusBook(), clock)
    with closing(av.open(str(reordered))) as container:
        for shot in feed.shots(container, container.streams.video[0]):
            assert shot is None or not shot.is_late
            assert kept.newest_seconds <= clock.seconds + 1e-9
