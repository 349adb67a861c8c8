from __future__ import annotations

import http.client
import threading
from contextlib import ExitStack, contextmanager

import httpx
import pytest

from parts.web_server import serving, stored_appliance, trail
from vedette.pixels.picture import decode_picture
from vedette.web.limits import Limits

GARDEN = "/api/v1/cameras/garden"


@pytest.fixture
def seen(tmp_path):
    with stored_appliance(tmp_path) as appliance, serving(appliance, Limits(viewers=2)) as port:
        yield appliance, port


@contextmanager
def watching(port: int, query: str = "fps=10"):
    """A viewer's answer, which goes on."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", f"{GARDEN}/preview?{query}")
        yield connection.getresponse()
    finally:
        connection.close()


def next_picture(reply) -> bytes:
    assert reply.readline() == b"--vedette-frame\r\n"
    assert reply.readline() == b"Content-Type: image/jpeg\r\n"
    length = int(reply.readline().partition(b":")[2])
    assert reply.readline() == b"\r\n"
    picture = reply.read(length)
    assert reply.readline() == b"\r\n"
    return picture


def test_the_newest_frame_is_shown(asking, stored):
    for sequence in (3, 9):
        stored.show("garden", trail("garden", sequence))
        reply = asking.get(f"{GARDEN}/snapshot")
        assert reply.headers["content-type"] == "image/jpeg"
        assert reply.headers["cache-control"] == "no-store"
        pixels = decode_picture(reply.content)
        assert pixels.shape == (48, 64, 3)
        assert abs(int(pixels.mean()) - sequence * 20) < 4


def test_the_same_frame_is_not_sent_twice_to_one_who_has_it(asking, stored):
    tag = asking.get(f"{GARDEN}/snapshot").headers["etag"]
    assert asking.get(f"{GARDEN}/snapshot", headers={"If-None-Match": tag}).status_code == 304
    stored.show("garden", trail("garden", 1))
    assert asking.get(f"{GARDEN}/snapshot", headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize(("width", "shape"), [(64, (48, 64, 3)), (3840, (48, 64, 3))])
def test_a_picture_is_never_enlarged(asking, width, shape):
    reply = asking.get(f"{GARDEN}/snapshot", params={"width": width})
    assert decode_picture(reply.content).shape == shape


@pytest.mark.parametrize("query", ["width=0", "width=99999", "width=x"])
def test_a_width_that_cannot_be_is_refused(asking, query):
    assert asking.get(f"{GARDEN}/snapshot?{query}").status_code == 422


@pytest.mark.parametrize("query", ["fps=0", "fps=11", "fps=nan", "width=1"])
def test_a_preview_that_cannot_be_is_refused(asking, query):
    assert asking.get(f"{GARDEN}/preview?{query}").status_code == 422


def test_a_camera_without_a_frame_says_so(asking):
    reply = asking.get("/api/v1/cameras/shed/snapshot")
    assert reply.status_code == 503
    assert reply.headers["retry-after"]


@pytest.mark.parametrize("what", ["snapshot", "preview", "snapshot?width=64"])
def test_a_wrong_camera_is_not_there(asking, what):
    reply = asking.get(f"/api/v1/cameras/gardn/{what}")
    assert reply.status_code == 404
    assert "'garden'" in reply.json()["remedy"]


def test_a_preview_shows_each_new_frame(seen):
    appliance, port = seen
    with watching(port) as reply:
        assert reply.headers["content-type"] == "multipart/x-mixed-replace; boundary=vedette-frame"
        first = next_picture(reply)
        appliance.show("garden", trail("garden", 7))
        second = next_picture(reply)
    assert [round(decode_picture(each).mean() / 20) for each in (first, second)] == [0, 7]


def test_a_frame_is_encoded_once_for_all_viewers(seen):
    appliance, port = seen
    with watching(port) as one, watching(port) as other:
        assert next_picture(one) == next_picture(other)
        counting = CountingPlanes(appliance.newest.frame("garden").planes)
        shown = trail("garden", 8)
        object.__setattr__(shown.frame, "planes", counting)
        appliance.show("garden", shown)
        assert next_picture(one) == next_picture(other)
    assert counting.asked == 1


class CountingPlanes:
    def __init__(self, planes) -> None:
        self.planes = planes
        self.asked = 0

    def rgb(self, size, crop):
        self.asked += 1
        return self.planes.rgb(size, crop)


def test_there_is_room_for_so_many_viewers_and_again_when_one_has_left(seen):
    _, port = seen
    with watching(port) as one, watching(port) as other:
        next_picture(one), next_picture(other)
        with watching(port) as third:
            assert third.status == 503
            assert b"viewers" in third.read()
    with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        until(lambda: watched(port))
        assert client.get("/healthz").status_code == 200


def watched(port: int) -> bool:
    with watching(port) as reply:
        return reply.status == 200


def until(is_so) -> None:
    for _ in range(500):
        if is_so():
            return
        threading.Event().wait(0.02)
    pytest.fail("it never came to be")


def test_a_viewer_who_reads_nothing_holds_up_nobody_and_costs_no_memory(seen):
    appliance, port = seen
    with watching(port, "fps=10&width=64") as idle, watching(port) as other:
        for sequence in range(1, 6):
            appliance.show("garden", trail("garden", sequence))
            next_picture(other)
        assert idle.status == 200


def test_viewers_are_sent_away_when_the_service_ends(tmp_path):
    with stored_appliance(tmp_path) as appliance, ExitStack() as viewer:
        with serving(appliance) as port:
            reply = viewer.enter_context(watching(port))
            next_picture(reply)
        # `serving` has waited for the server, and that for its answers. What is left is the end.
        assert reply.read() == b""
