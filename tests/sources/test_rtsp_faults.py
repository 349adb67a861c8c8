"""Against GStreamer's RTSP server that sends what cameras send on their worst days."""

from __future__ import annotations

import threading
from contextlib import contextmanager

import numpy as np
import pytest

from parts.clips import scene, write_clip
from parts.rtsp_server import RtspServer, why_not
from vedette.sources.rtsp import RtspSettings, RtspSource

pytestmark = [
    pytest.mark.timeout(60),
    pytest.mark.skipif(why_not() is not None, reason=why_not() or "the RTSP server runs"),
]


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    """4 s, a key frame every 0.48 s."""
    return write_clip(tmp_path_factory.mktemp("faults") / "clip.mp4", 100)


@contextmanager
def camera(server, **settings):
    source = RtspSource(
        "door",
        RtspSettings.model_validate({"url": server.url(), "connect_timeout_seconds": 5, **settings}),
    )
    frames = source.frames()
    try:
        yield source, frames
    finally:
        source.close()
        frames.close()


def noise(index, data):
    """Every fifth packet but the key frames is noise behind its header."""
    if index % 5 or index % 12 == 0:
        return data
    generator = np.random.default_rng(index)
    return data[:6] + generator.integers(0, 256, len(data) - 6, dtype=np.uint8).tobytes()


def cut(index, data):
    """Every fifth packet but the key frames breaks off."""
    return data if index % 5 or index % 12 == 0 else data[: len(data) // 2]


def barrage(index, data):
    """Half of the time nothing is whole: key frames break off, and all else is noise."""
    if index < 50:
        return data
    return data[: len(data) // 3] if index % 12 == 2 else data[:6] + bytes(reversed(data[6:]))


@pytest.mark.parametrize("spoil", [noise, cut, barrage], ids=lambda spoil: spoil.__name__)
def test_a_spoilt_bitstream_is_survived_and_sound_pictures_come_after_it(clip, tmp_path, spoil):
    with (
        RtspServer(clip, tmp_path, spoil=spoil) as server,
        camera(server, maximum_lateness_seconds=5) as (source, frames),
    ):
        sound = 0
        for frame in frames:
            assert frame.luma.shape == (240, 320)
            sound += is_sound(frame) and source.status.corrupt > 0
            if sound >= 15:
                break
        assert source.status.corrupt > 0
        assert source.status.connects >= 1


def is_sound(frame):
    """It shows one of the scene's pictures."""
    luma = frame.rgb().astype(int)
    bright = np.flatnonzero(luma[90, :, 0] > 230)
    if not len(bright):
        return False
    return np.abs(luma - scene(round(bright[0] / 4))).mean() < 4


def test_a_change_of_size_in_mid_stream_goes_on_and_is_told(tmp_path):
    small = write_clip(tmp_path / "small.mp4", 25)
    large = write_clip(tmp_path / "large.mp4", 25, size=(640, 480))
    with RtspServer(small, tmp_path, then=[large]) as server, camera(server) as (source, frames):
        sizes = []
        while sizes.count((320, 240)) < 30:
            frame = next(frames)
            assert frame.luma.shape == (frame.height, frame.width)
            sizes.append((frame.width, frame.height))
        assert sizes.count((640, 480)) > 15
        assert source.status.reconnects == 0
        assert "changed its picture from 640x480 to 320x240" in source.status.last_error
        formats = {(each.format.width, each.format.height) for each in source.packets.after(-1)}
    assert formats == {(320, 240), (640, 480)}


def test_a_dozen_pictures_are_enough_to_begin_with(tmp_path):
    """FFmpeg would guess the frame rate of twenty first: two seconds of a camera that sends ten a second."""
    server = RtspServer(write_clip(tmp_path / "dozen.mp4", 12), tmp_path)
    server._asked["seconds"] = 600.0  # then there is a long pause
    patient = {"connect_timeout_seconds": 120, "read_timeout_seconds": 120}
    with server, camera(server, **patient) as (source, frames):
        next(frames)
        assert source.status.connects == 1


def test_after_a_stall_of_the_stages_frames_are_fresh_again_and_the_ring_lacks_none(clip, tmp_path):
    with (
        RtspServer(clip, tmp_path) as server,
        camera(server, maximum_lateness_seconds=0.3) as (source, frames),
    ):
        for _ in range(30):
            before = next(frames)
        threading.Event().wait(2.0)  # the stages are busy
        lags = []
        for _ in range(10):
            after = next(frames)
            lags.append(source.status.last_arrival_monotonic_seconds - after.monotonic_seconds)
        status, held = source.status, source.packets.after(-1)
    assert after.sequence == before.sequence + 10
    assert after.monotonic_seconds - before.monotonic_seconds > 1.5
    assert status.dropped > 20
    assert min(lags) <= 0.3
    stamps = [each.pts for each in held if each.pts is not None]
    assert len(stamps) >= len(held) - 1
    assert np.diff(stamps) == pytest.approx(3600, abs=200), "what was dropped is in the ring"


def test_packets_and_frames_tell_the_same_time(clip, tmp_path):
    with RtspServer(clip, tmp_path) as server, camera(server) as (source, frames):
        times = [next(frames).monotonic_seconds for _ in range(50)]
        held = source.packets.after(-1)
    assert held[0].is_keyframe
    assert held[0].format.codec == "h264"
    assert held[0].format.extradata[:3] in (b"\0\0\1", b"\0\0\0")
    for packet in held[5:]:
        if packet.seconds <= times[-1]:
            assert min(abs(packet.seconds - each) for each in times) < 0.02


def test_a_reconnect_is_another_connection_on_the_same_time_line(clip, tmp_path):
    quick = {"first_seconds": 0.1, "longest_seconds": 0.2}
    with RtspServer(clip, tmp_path) as server, camera(server, reconnection=quick) as (source, frames):
        for _ in range(20):
            next(frames)
        server.kill()
        server.start()
        for _ in range(40):
            next(frames)
        held = source.packets.after(-1)
    assert {each.connection for each in held} == {0, 1}
    assert held[-1].seconds > held[0].seconds
    assert np.diff([each.sequence for each in held]).tolist() == [1] * (len(held) - 1)
