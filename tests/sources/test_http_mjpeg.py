from __future__ import annotations

import hashlib
import logging
import re
import threading
from contextlib import contextmanager

import numpy as np
import pytest

from parts.clips import scene
from parts.mjpeg_server import MjpegServer, answer, header, jpeg, part, parts
from vedette.sources.http_mjpeg import MjpegSettings, MjpegSource

QUICK = {"first_seconds": 0.05, "longest_seconds": 0.1, "steady_seconds": 5}
PICTURES = [jpeg(index) for index in range(6)]

pytestmark = pytest.mark.timeout(60)


def camera(url: str, **settings) -> MjpegSource:
    given = {
        "url": url,
        "reconnection": QUICK,
        "connect_timeout_seconds": 2,
        "read_timeout_seconds": 0.5,
        **settings,
    }
    return MjpegSource("door", MjpegSettings.model_validate(given))


@contextmanager
def running(source: MjpegSource):
    frames = source.frames()
    try:
        yield frames
    finally:
        source.close()
        frames.close()


def first_error(source: MjpegSource) -> str:
    """What the status says when the first connection has failed."""
    waited = source._clock.wait

    def wait(until_set: threading.Event, seconds: float) -> bool:
        source.close()
        return waited(until_set, 0)

    source._clock.wait = wait
    assert list(source.frames()) == []
    return source.status.last_error


def piecewise(data: bytes, size: int = 1000) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


@pytest.mark.parametrize(
    "pieces",
    [
        (header("frame"), [part(picture) for picture in PICTURES]),
        (header("--frame"), [part(picture, "--frame") for picture in PICTURES]),
        (header('"a b"'), [part(picture, "--a b", length=len(picture)) for picture in PICTURES]),
        (header(""), [part(picture, "--whatever") for picture in PICTURES]),
        (header(), [part(picture, length=7) for picture in PICTURES]),
        (header(), [b"garbage \xff\xd8 \xff between" * 20 + part(picture) for picture in PICTURES]),
        (header(), PICTURES),
        (header(), piecewise(b"".join(part(picture) for picture in PICTURES))),
    ],
    ids=["plain", "dashes", "quoted", "no boundary", "wrong length", "garbage", "no headers", "in pieces"],
)
def test_pictures_are_found_however_the_parts_are_made(pieces):
    first, rest = pieces
    release = threading.Event()
    with MjpegServer(parts(rest, first=first, then=release)) as server:
        source = camera(server.url(), read_timeout_seconds=5)
        with running(source) as frames:
            seen = [next(frames)]
            while source.status.frames + source.status.dropped < len(PICTURES):
                seen.append(next(frames))
            release.set()
    assert np.abs(seen[-1].rgb().astype(int) - scene(5)).mean() < 4
    assert seen[-1].luma.shape == (240, 320)
    assert source.status.corrupt == 0


def test_of_a_backlog_only_the_newest_picture_is_shown_and_the_rest_counted():
    behind, release = threading.Event(), threading.Event()

    def behave(connection, _):
        connection.sendall(header() + part(PICTURES[0]))
        behind.wait(30)
        for picture in PICTURES[1:]:
            connection.sendall(part(picture))
        sent.set()
        release.wait(30)

    sent = threading.Event()
    with MjpegServer(behave) as server:
        source = camera(server.url(), read_timeout_seconds=5)
        with running(source) as frames:
            next(frames)
            behind.set()
            sent.wait(30)
            newest = next(frames)
            while source.status.frames + source.status.dropped < len(PICTURES):
                newest = next(frames)
            release.set()
    assert source.status.dropped >= 1
    assert np.abs(newest.rgb().astype(int) - scene(5)).mean() < 4


def test_a_broken_picture_is_counted_and_the_next_is_shown():
    pieces = [
        part(PICTURES[0][:2000]),
        part(PICTURES[1]),
        part(PICTURES[2][:300] + b"\xff\xd9"),
        part(PICTURES[3]),
    ]
    release = threading.Event()
    with MjpegServer(parts(pieces, then=release)) as server:
        source = camera(server.url(), read_timeout_seconds=5)
        with running(source) as frames:
            frame = next(frames)
            while source.status.frames + source.status.dropped + source.status.corrupt < 4:
                frame = next(frames)
            release.set()
    assert np.abs(frame.rgb().astype(int) - scene(3)).mean() < 4
    assert source.status.corrupt >= 1


def test_a_camera_that_closes_is_asked_again():
    with MjpegServer(parts([part(PICTURES[0])])) as server:
        source = camera(server.url())
        with running(source) as frames:
            seen = [next(frames) for _ in range(3)]
    assert source.status.reconnects == 2
    assert seen[0].monotonic_seconds < seen[1].monotonic_seconds < seen[2].monotonic_seconds


def test_a_camera_that_stands_still_is_noticed():
    stalls = threading.Event()
    with MjpegServer(parts([part(PICTURES[0])], then=stalls), parts([part(PICTURES[1])])) as server:
        source = camera(server.url(), read_timeout_seconds=0.3)
        with running(source) as frames:
            next(frames)
            threading.Timer(0.8, stalls.set).start()
            next(frames)
    assert "silent" in source.status.last_error
    assert source.status.reconnects == 1


def test_a_camera_that_sends_bytes_but_no_picture_is_noticed():
    def behave(connection, _):
        connection.sendall(header())
        while True:
            connection.sendall(b"no picture at all " * 10)
            stop.wait(0.05)

    stop = threading.Event()
    with MjpegServer(behave) as server:
        assert "no picture" in first_error(camera(server.url(), read_timeout_seconds=0.3))


@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [
        (answer("401 Unauthorized", 'WWW-Authenticate: Basic realm="x"\r\n'), "401"),
        (answer("403 Forbidden"), "403"),
        (answer("404 Not Found"), "404"),
        (answer("302 Found", "Location: http://elsewhere/?token=hidden\r\n"), "302"),
        (answer("503 Service Unavailable"), "5xx"),
        (answer("200 OK", "Content-Type: text/html\r\n", b"<html>"), "a page"),
        (lambda connection, _: connection.sendall(b"\x00\x01garbage\r\n\r\n"), "not as HTTP"),
        (lambda connection, _: None, "not as HTTP"),
    ],
    ids=["401", "403", "404", "redirect", "503", "page", "garbage", "closes"],
)
def test_a_refusal_is_a_sentence_without_secrets(behaviour, expected, caplog):
    caplog.set_level(logging.INFO)
    with MjpegServer(behaviour) as server:
        error = first_error(camera(server.url("viewer:hidden", "/path-hidden?password=hidden&token=hidden")))
    assert expected in error
    assert "hidden" not in error
    assert "hidden" not in caplog.text


def test_https_on_a_port_that_speaks_http_is_said():
    with MjpegServer(answer("200 OK")) as server:
        assert "TLS" in first_error(camera(server.url(scheme="https")))


def test_a_basic_challenge_is_answered():
    release = threading.Event()
    with MjpegServer(
        answer("401 Unauthorized", 'WWW-Authenticate: Basic realm="x"\r\nConnection: close\r\n'),
        parts([part(PICTURES[0])], then=release),
    ) as server:
        with running(camera(server.url("viewer:p%40ss"))) as frames:
            next(frames)
        release.set()
        assert b"Authorization" not in server.requests[0]
        assert b"Authorization: Basic dmlld2VyOnBAc3M=" in server.requests[1]


def test_a_digest_challenge_is_answered():
    challenge = (
        'WWW-Authenticate: Digest realm="cam", nonce="abc", qop="auth", '
        "algorithm=MD5\r\nConnection: close\r\n"
    )
    release = threading.Event()
    with MjpegServer(
        answer("401 Unauthorized", challenge), parts([part(PICTURES[0])], then=release)
    ) as server:
        with running(camera(server.url("viewer:p%40ss"))) as frames:
            next(frames)
        release.set()
        given = dict(re.findall(r'(\w+)="?([^",\r]+)', server.requests[1].decode().partition("Digest ")[2]))

    def md5(text: str) -> str:
        return hashlib.md5(text.encode()).hexdigest()

    secret = md5("viewer:cam:p@ss")
    expected = md5(f"{secret}:abc:{given['nc']}:{given['cnonce']}:auth:{md5('GET:/video.mjpg')}")
    assert given["response"] == expected
