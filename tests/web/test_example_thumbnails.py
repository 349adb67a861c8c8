"""A classifier's pictures at a small size, for grids."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from vedette.pixels.picture import decode_picture

DOOR = "/api/v1/classifiers/door"


def picture(width: int = 640, height: int = 360, suffix: str = ".jpg") -> bytes:
    shades = np.tile(np.linspace(0, 255, width, dtype=np.uint8)[None, :, None], (height, 1, 3))
    return cv2.imencode(suffix, shades)[1].tobytes()


@pytest.fixture
def shown(asking):
    """The address of a picture, 640x360, once it is one of a classifier's."""
    asking.post("/api/v1/classifiers", json={"name": "door"})

    def add(data: bytes) -> str:
        reply = asking.post(f"{DOOR}/examples", params={"label": "cat"}, content=data)
        return reply.json()["example"]["picture"]

    return add


@pytest.mark.parametrize(("width", "size"), [(240, (240, 135)), (640, (640, 360)), (4096, (640, 360))])
def test_it_is_as_wide_as_asked_and_never_enlarged(asking, shown, width, size):
    reply = asking.get(shown(picture()), params={"width": width})
    assert reply.headers["content-type"] == "image/jpeg"
    height, across = decode_picture(reply.content).shape[:2]
    assert (across, height) == size


def test_what_is_small_enough_already_comes_as_it_is(asking, shown):
    data = picture(suffix=".png")
    reply = asking.get(shown(data), params={"width": 960})
    assert (reply.content, reply.headers["content-type"]) == (data, "image/png")


def test_an_unchanged_one_is_not_sent_again(asking, shown):
    address = shown(picture())
    tag = asking.get(address, params={"width": 240}).headers["etag"]
    again = asking.get(address, params={"width": 240}, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    other = asking.get(address, params={"width": 480}, headers={"If-None-Match": tag})
    assert other.status_code == 200


@pytest.mark.parametrize("width", ["0", "31", "4097", "wide"])
def test_a_width_that_cannot_be_is_refused(asking, shown, width):
    assert asking.get(shown(picture()), params={"width": width}).status_code == 422
