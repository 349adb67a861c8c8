"""A camera that is not configured yet is tried, against a real RTSP server."""

from __future__ import annotations

import socket

import pytest

from parts.rtsp_server import Access, RtspServer, why_not
from vedette.assembly.probe import probe
from vedette.errors import SourceError
from vedette.sources.http_mjpeg import MjpegSettings
from vedette.sources.rtsp import RtspSettings

PASSWORD = "hunter2xyz"

pytestmark = pytest.mark.skipif(why_not() is not None, reason=why_not() or "the RTSP server runs")


@pytest.fixture(scope="module")
def camera(tmp_path_factory, person_clip):
    from parts.demonstrated import as_cameras_send

    folder = tmp_path_factory.mktemp("camera")
    film = as_cameras_send(person_clip, folder / "film.mp4")
    with RtspServer(film, folder, Access("digest", "viewer", PASSWORD)) as server:
        yield server


def test_a_camera_that_answers_is_shown_with_its_facts(camera):
    seen = probe(RtspSettings(url=camera.url(), username="viewer", password=PASSWORD, frames_per_second=1))
    assert (seen.width, seen.height, seen.codec, seen.plays_in_browser) == (1280, 720, "h264", True)
    assert seen.picture_jpeg.startswith(b"\xff\xd8")
    # Of the camera, not of what is to be taken of it.
    assert seen.frames_per_second > 1


@pytest.mark.parametrize(
    ("path", "password", "expected"),
    [
        pytest.param("/camera", "wrong", "refuses the name or password", id="a wrong password"),
        pytest.param("/nothing", PASSWORD, "has no stream of this path", id="a wrong path"),
    ],
)
def test_a_camera_that_refuses_says_why_and_no_password(camera, path, password, expected):
    with pytest.raises(SourceError, match=expected) as caught:
        probe(RtspSettings(url=camera.url(path=path), username="viewer", password=password))
    assert password not in str(caught.value)


@pytest.mark.parametrize(("settings", "scheme"), [(RtspSettings, "rtsp"), (MjpegSettings, "http")], ids=str)
def test_a_port_that_lets_us_in_and_says_nothing_is_told_apart(settings, scheme):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        asked = settings(url=f"{scheme}://127.0.0.1:{mute.getsockname()[1]}/live", connect_timeout_seconds=1)
        with pytest.raises(SourceError, match="accepts the connection, and then stays silent"):
            probe(asked)


def test_a_server_that_speaks_something_else_is_told_apart(tmp_path):
    from parts.webhook_peer import WebhookPeer

    with WebhookPeer().serving() as peer, pytest.raises(SourceError) as caught:
        probe(RtspSettings(url=f"rtsp://127.0.0.1:{peer.port}/live", connect_timeout_seconds=2))
    assert f"127.0.0.1:{peer.port}" in str(caught.value)
