from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from vedette.values.packet import EncodedPacket, StreamFormat
from vedette.video.stamps import Stamps

FORMAT = StreamFormat("h264", 320, 240, b"", Fraction(1, 1000))


def packet(seconds, pts, dts=None, connection=0):
    return EncodedPacket(0, connection, FORMAT, b"x", pts, dts, is_keyframe=False, seconds=seconds)


def placed(*packets):
    """In milliseconds."""
    stamps = Stamps()
    return [tuple(ticks / 90 for ticks in stamps.place(each)) for each in packets]


def test_a_clip_begins_at_0_and_keeps_the_cameras_own_distances():
    given_packets = [packet(100 + at, 7000 + step) for at, step in ((0, 0), (0.05, 40), (0.07, 80))]
    assert placed(*given_packets) == [(0, 0), (40, 40), (80, 80)]


def test_pictures_sent_before_their_turn_keep_it():
    given_packets = [packet(0, 80, 0), packet(0.2, 240, 40), packet(0.1, 120, 80), packet(0.15, 200, 120)]
    assert placed(*given_packets) == [(80, 0), (240, 40), (120, 80), (200, 120)]


def test_a_burst_at_the_beginning_is_as_long_as_it_was_filmed():
    given_packets = [packet(100 + index / 1000, index * 40) for index in range(60)]
    assert placed(*given_packets)[-1] == (59 * 40, 59 * 40)


def test_a_reconnect_leaves_the_gap_that_it_was():
    assert placed(packet(10, 500), packet(10.04, 540), packet(14, 0, connection=1)) == [
        (0, 0),
        (40, 40),
        (4000, 4000),
    ]


def test_a_cameras_clock_that_is_set_makes_no_gap():
    for jump in (-400, 3_600_000):
        assert placed(packet(10, 500), packet(10.04, 540 + jump)) == [(0, 0), (40, 40)]


def test_packets_without_stamps_go_by_their_arrival():
    assert placed(packet(10, None), packet(10.5, None)) == [(0, 0), (500, 500)]


STAMP = st.none() | st.integers(-(10**6), 10**6)


@given(st.lists(st.tuples(st.floats(0, 1e5), STAMP, STAMP, st.integers(0, 2)), min_size=1, max_size=50))
def test_whatever_a_camera_says_a_clips_time_grows(rows):
    stamps = Stamps()
    ticks = [stamps.place(packet(*row)) for row in rows]
    assert ticks[0][1] >= 0
    assert all(later[1] > earlier[1] for earlier, later in pairwise(ticks))
    assert all(pts >= dts for pts, dts in ticks)
