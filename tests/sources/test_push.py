from __future__ import annotations

import threading

import numpy as np

from parts.clips import scene
from parts.ticking import TickingClock
from vedette.pixels.planes import RgbPlanes
from vedette.sources.push import PushSettings, PushSource


def test_a_pushed_picture_is_a_frame():
    source = PushSource("door", PushSettings())
    source.push(scene(3))
    frame = next(source.frames())
    assert np.array_equal(frame.rgb(), scene(3))
    assert (frame.width, frame.height, frame.camera) == (320, 240, "door")


def test_only_the_newest_waits_and_the_older_are_counted():
    source = PushSource("door", PushSettings())
    for index in range(5):
        source.push(RgbPlanes(scene(index)))
    assert np.array_equal(next(source.frames()).rgb(), scene(4))
    assert source.status.dropped == 4


def test_frames_wait_for_another_thread_and_end_with_close():
    source = PushSource("door", PushSettings())
    seen, arrived = [], threading.Semaphore(0)

    def watch() -> None:
        for frame in source.frames():
            seen.append(frame.sequence)
            arrived.release()

    thread = threading.Thread(target=watch)
    thread.start()
    for index in range(3):
        source.push(scene(index))
        assert arrived.acquire(timeout=30)
    source.close()
    thread.join(30)
    assert not thread.is_alive()
    assert seen == [0, 1, 2]
    assert source.status.state == "closed"


def test_a_chosen_rate_takes_only_that_many():
    clock = TickingClock()
    source = PushSource("door", PushSettings(frames_per_second=2), clock)
    frames = source.frames()
    times = []
    for _ in range(10):
        before = source.status.frames
        source.push(scene(0))
        if source._slot is not None:
            times.append(next(frames).monotonic_seconds - 1000)
            assert source.status.frames == before + 1
        clock.seconds += 0.25
    assert times == [0, 0.5, 1, 1.5, 2]


def test_a_camera_that_nobody_sends_pictures_of_is_said_to_be_lost_and_is_found_again():
    clock = TickingClock()
    source = PushSource("door", PushSettings(silence_seconds=10), clock)
    assert source.status.state == "idle"
    source.push(scene(0))
    frames = source.frames()
    next(frames)
    clock.seconds += 9.9
    assert source.status.state == "connected"
    clock.seconds += 0.1
    assert source.status.state == "waiting"
    assert source.status.last_error == "camera door: nobody has sent a picture for 10 s or longer."
    assert source.status.reconnects == 0
    clock.seconds += 90
    source.push(scene(1))
    next(frames)
    assert source.status.state == "connected"
    assert source.status.reconnects == 1
    assert source.status.last_error == "camera door: nobody has sent a picture for 10 s or longer."
    frames.close()
    clock.seconds += 100
    assert source.status.state == "closed"


def test_pictures_that_are_thinned_out_are_a_sign_of_life_as_well():
    clock = TickingClock()
    source = PushSource("door", PushSettings(frames_per_second=0.01, silence_seconds=10), clock)
    source.push(scene(0))
    next(source.frames())
    for _ in range(5):
        clock.seconds += 5
        source.push(scene(1))
        assert source.status.state != "waiting"


def test_a_pushed_stream_has_no_packets():
    assert PushSource("door", PushSettings()).packets is None


def test_what_comes_after_close_is_not_kept():
    source = PushSource("door", PushSettings())
    source.close()
    source.push(scene(0))
    assert list(source.frames()) == []
