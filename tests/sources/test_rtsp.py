"""Against GStreamer's RTSP server, in a process that is killed and stopped."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from pydantic import ValidationError

from parts.clips import write_clip
from parts.rtsp_server import Access, RtspServer, why_not
from vedette.sources.protocol import SourceStatus
from vedette.sources.rtsp import FFMPEG_OPTIONS, RtspSettings, RtspSource
from vedette.values.frame import Frame

PASSWORD = "p@ss/w:rd?#%"  # every character that an address has to encode
ENCODED = "p%40ss%2Fw%3Ard%3F%23%25"
QUICK = {"first_seconds": 0.1, "longest_seconds": 0.3, "steady_seconds": 0.2}

pytestmark = pytest.mark.timeout(60)


@pytest.fixture(scope="session")
def rtsp_possible() -> None:
    if reason := why_not():
        pytest.skip(reason)


@pytest.fixture(scope="session")
def clip(tmp_path_factory) -> Path:
    return write_clip(tmp_path_factory.mktemp("rtsp") / "clip.mp4", 100)


@pytest.fixture(scope="session", params=["basic", "digest"])
def guarded(request, rtsp_possible, clip, tmp_path_factory) -> Iterator[RtspServer]:
    access = Access(authentication=request.param, username="viewer", password=PASSWORD)
    with RtspServer(clip, tmp_path_factory.mktemp(request.param), access) as server:
        yield server


def camera(url: str, **settings) -> RtspSource:
    timeouts = {"connect_timeout_seconds": 5, "read_timeout_seconds": 1.0}
    return RtspSource(
        "door", RtspSettings.model_validate({"url": url, "reconnection": QUICK, **timeouts, **settings})
    )


@contextmanager
def running(source: RtspSource) -> Iterator[Iterator[Frame]]:
    frames = source.frames()
    try:
        yield frames
    finally:
        source.close()
        frames.close()


def refused(source: RtspSource) -> SourceStatus:
    """The status once the source waits for its next attempt."""
    told = threading.Event()
    waited = source._clock.wait

    def wait(until_set: threading.Event, seconds: float) -> bool:
        told.set()
        return waited(until_set, seconds)

    source._clock.wait = wait
    thread = threading.Thread(target=lambda: list(source.frames()))
    thread.start()
    try:
        assert told.wait(30)
        return source.status
    finally:
        source.close()
        thread.join(30)


def test_frames_flow_and_carry_their_own_growing_time(rtsp_possible, finch_clip, tmp_path):
    with RtspServer(finch_clip, tmp_path) as server, running(camera(server.url())) as frames:
        taken = [next(frames) for _ in range(40)]
    assert {(frame.width, frame.height) for frame in taken} == {(1280, 720)}
    assert [frame.sequence for frame in taken] == list(range(40))
    times = [frame.monotonic_seconds for frame in taken]
    assert all(later > earlier for earlier, later in pairwise(times))
    assert all(0 <= frame.luma.mean() <= 255 for frame in taken)


@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_both_transports_deliver(rtsp_possible, clip, tmp_path, transport):
    with RtspServer(clip, tmp_path) as server:
        source = camera(server.url(), transport=transport)
        with running(source) as frames:
            assert next(frames).luma.shape == (240, 320)
            assert source.status.state == "connected"
            assert source.status.connects == 1


def test_the_right_password_opens_whatever_characters_it_has(guarded):
    with running(camera(guarded.url(f"viewer:{ENCODED}"))) as frames:
        assert next(frames).width == 320


def test_name_and_password_may_stand_beside_the_url(guarded):
    with running(camera(guarded.url(), username="viewer", password=PASSWORD)) as frames:
        assert next(frames).width == 320


@pytest.mark.parametrize(
    "credential", ["", "viewer:wrong-secret", "somebody:wrong-secret"], ids=["none", "wrong", "stranger"]
)
def test_a_wrong_password_is_a_sentence_without_it(guarded, credential, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    status = refused(camera(guarded.url(credential, "/camera?token=query-secret")))
    assert "401" in status.last_error
    assert status.connects == 0
    said = status.last_error + repr(status) + caplog.text + "".join(capfd.readouterr())
    assert "secret" not in said


def test_a_wrong_path_says_404(rtsp_possible, clip, tmp_path):
    with RtspServer(clip, tmp_path) as server:
        assert "404" in refused(camera(server.url(path="/nowhere"))).last_error


def test_a_closed_port_is_said(rtsp_possible):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert "refuses the connection" in refused(camera(f"rtsp://user:hidden@127.0.0.1:{port}/x")).last_error


def test_a_host_without_address_is_said_and_nothing_secret():
    status = refused(camera("rtsp://user:hidden@camera.invalid/path-secret?token=hidden"))
    assert "rtsp://camera.invalid cannot be reached" in status.last_error
    assert "hidden" not in status.last_error
    assert "secret" not in status.last_error


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\x00\xff\x80garbage\r\n\r\n" * 200,
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>",
        None,
    ],
    ids=["closes", "garbage", "http", "silent"],
)
def test_a_port_that_speaks_something_else_is_survived(answer):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        stopped = threading.Event()

        def serve() -> None:
            while not stopped.is_set():
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(4096)
                    if answer is None:
                        stopped.wait(30)
                    else:
                        connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        status = refused(
            camera(f"rtsp://user:hidden@127.0.0.1:{listener.getsockname()[1]}/x", connect_timeout_seconds=0.5)
        )
        stopped.set()
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(10)
    assert status.state in ("waiting", "connecting")
    assert "127.0.0.1" in status.last_error
    assert "hidden" not in status.last_error


def test_a_server_that_is_killed_and_comes_back_is_found_again(rtsp_possible, clip, tmp_path):
    with RtspServer(clip, tmp_path) as server:
        source = camera(server.url())
        with running(source) as frames:
            before = [next(frames) for _ in range(30)]
            server.kill()
            restart = threading.Timer(0.5, server.start)
            restart.start()
            after = [next(frames) for _ in range(60)]
            restart.join()
        assert source.status.reconnects >= 1
        assert source.status.last_error is not None
        times = [frame.monotonic_seconds for frame in before + after]
        assert all(later > earlier for earlier, later in pairwise(times))
        assert after[-1].sequence == 89


def test_a_server_that_stands_still_is_noticed_and_found_again(rtsp_possible, clip, tmp_path):
    with RtspServer(clip, tmp_path) as server:
        source = camera(server.url(), connect_timeout_seconds=1)
        with running(source) as frames:
            for _ in range(30):
                next(frames)
            server.stall()
            resume = threading.Timer(2.0, server.resume)
            resume.start()
            while source.status.reconnects == 0:
                next(frames)
            resume.join()
        assert source.status.last_error is not None


def test_what_came_while_nobody_had_time_is_dropped_and_counted(rtsp_possible, clip, tmp_path):
    with RtspServer(clip, tmp_path) as server:
        source = camera(server.url(), read_timeout_seconds=5, maximum_lateness_seconds=0.2)
        with running(source) as frames:
            for _ in range(30):
                before = next(frames)
            time.sleep(1.5)
            after = [next(frames) for _ in range(10)]
        assert source.status.dropped > 5
        assert source.status.reconnects == 0
        assert after[-1].sequence == before.sequence + 10
        assert after[-1].monotonic_seconds - before.monotonic_seconds > 1.0


def test_closing_ends_a_wait_between_attempts_at_once(rtsp_possible):
    source = camera("rtsp://127.0.0.1:9/x", reconnection={"first_seconds": 3600, "longest_seconds": 3600})
    thread = threading.Thread(target=lambda: list(source.frames()))
    thread.start()
    while source.status.state != "waiting":
        thread.join(0.01)
    source.close()
    thread.join(30)
    assert not thread.is_alive()
    assert source.status.state == "closed"


def test_closing_ends_flowing_frames(rtsp_possible, clip, tmp_path):
    with RtspServer(clip, tmp_path) as server:
        source = camera(server.url())
        with running(source) as frames:
            next(frames)
            source.close()
            assert list(frames) == []
        assert source.status.state == "closed"


def test_only_allowed_ffmpeg_options_are_taken():
    assert set(
        RtspSettings.model_validate(
            {"url": "rtsp://c/", "ffmpeg_options": {"buffer_size": 65536}}
        ).ffmpeg_options
    ) == {"buffer_size"}
    for option in ("protocol_whitelist", "user_agent", "listen_timeout", "Buffer_Size", "exec:rm -rf /"):
        with pytest.raises(ValidationError) as caught:
            RtspSettings.model_validate({"url": "rtsp://c/", "ffmpeg_options": {option: 1}})
        assert all(allowed in str(caught.value) for allowed in FFMPEG_OPTIONS)


def test_an_option_is_a_number_and_nothing_else():
    with pytest.raises(ValidationError):
        RtspSettings.model_validate({"url": "rtsp://c/", "ffmpeg_options": {"buffer_size": "1;x"}})
