import struct
import zlib

import cv2
import numpy as np
import pytest

from vedette.errors import PictureError
from vedette.pixels.header import picture_size
from vedette.pixels.picture import MAXIMUM_BYTES, decode_picture, encode_jpeg, read_picture


def picture(width=320, height=240):
    y, x = np.mgrid[0:height, 0:width]
    return np.stack([x * 255 // width, y * 255 // height, np.full_like(x, 90)], axis=-1).astype(np.uint8)


def encoded(suffix, rgb):
    return cv2.imencode(suffix, cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))[1].tobytes()


def png_that_claims(width, height):
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))


def with_orientation(jpeg, orientation):
    tiff = b"II*\0" + struct.pack("<IHHHIHH", 8, 1, 0x0112, 3, 1, orientation, 0) + b"\0\0\0\0"
    segment = b"Exif\0\0" + tiff
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + jpeg[2:]


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".bmp"])
def test_every_format_is_read_in_rgb_order(suffix):
    data = encoded(suffix, picture())
    assert picture_size(data) == (320, 240)
    assert np.abs(decode_picture(data).astype(int) - picture()).mean() < 3


def test_a_jpeg_is_decoded_smaller_but_never_below_what_was_asked():
    data = encode_jpeg(picture(1280, 960))
    assert decode_picture(data, (224, 224)).shape == (240, 320, 3)
    assert decode_picture(data, (500, 400)).shape == (960, 1280, 3)
    assert decode_picture(data).shape == (960, 1280, 3)


def test_a_picture_is_turned_upright_at_every_scale():
    data = with_orientation(encode_jpeg(picture(640, 480)), 6)
    assert decode_picture(data).shape == (640, 480, 3)
    assert decode_picture(data, (200, 200)).shape == (320, 240, 3)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "no bytes"),
        (b"hello, this is text", "not a picture"),
        (b"\xff\xd8\xff\xe0", "not a picture"),
        (b"RIFF1234WEBPjunk", "not a picture"),
        (png_that_claims(40_000, 40_000), "over the limit of 50 million"),
        (png_that_claims(64, 64), "damaged"),
        (encode_jpeg(picture())[:-900], "ends in the middle"),
        (b"\xff\xd8" + bytes(MAXIMUM_BYTES), "16 MB"),
    ],
    ids=["empty", "text", "cut header", "webp of nothing", "bomb", "png without pixels", "cut", "huge"],
)
def test_what_is_no_picture_is_refused_with_a_reason(data, says):
    with pytest.raises(PictureError, match=says) as caught:
        decode_picture(data, name="door.jpg")
    assert "door.jpg" in caught.value.message


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(PictureError, match=r"gone\.jpg"):
        read_picture(tmp_path / "gone.jpg")
