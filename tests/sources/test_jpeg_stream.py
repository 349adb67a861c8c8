from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from parts.clips import scene
from vedette.pixels.picture import encode_jpeg
from vedette.sources.jpeg_stream import JpegStream

PICTURES = [encode_jpeg(scene(index)) for index in range(3)]
# An EXIF segment that holds a whole small picture: its end is not the picture's end.
THUMBNAIL = encode_jpeg(np.zeros((8, 8, 3), np.uint8))
WITH_THUMBNAIL = (
    PICTURES[0][:2] + b"\xff\xe1" + (len(THUMBNAIL) + 2).to_bytes(2, "big") + THUMBNAIL + PICTURES[0][2:]
)


def fed(data: bytes, size: int, maximum: int = 10**6) -> tuple[list[bytes], int]:
    stream = JpegStream(maximum)
    found = [
        picture for start in range(0, len(data), size) for picture in stream.feed(data[start : start + size])
    ]
    return found, stream.discarded


@given(st.integers(1, 5000), st.binary(max_size=200).filter(lambda noise: b"\xff" not in noise))
@settings(max_examples=30, deadline=None)
def test_pictures_are_found_in_any_pieces_with_anything_between(size, noise):
    found, discarded = fed(noise + noise.join(PICTURES) + noise, size)
    assert found == PICTURES
    assert discarded == 0


def test_a_thumbnail_inside_is_part_of_its_picture():
    assert fed(WITH_THUMBNAIL + PICTURES[1], 100) == ([WITH_THUMBNAIL, PICTURES[1]], 0)


def test_a_picture_that_broke_off_is_counted_and_the_next_is_found():
    assert fed(PICTURES[0][:-500] + PICTURES[1], 1000) == ([PICTURES[1]], 1)


def test_a_picture_that_never_ends_is_let_go():
    found, discarded = fed(PICTURES[0][:-2] + b"x" * 50_000 + PICTURES[1], 1000, maximum=20_000)
    assert found == [PICTURES[1]]
    assert discarded >= 1


@given(st.binary(max_size=2000))
@settings(deadline=None)
def test_any_bytes_at_all_are_survived(noise):
    stream = JpegStream(10_000)
    for _ in range(3):
        list(stream.feed(b"\xff\xd8\xff" + noise))
    assert len(stream._buffer) <= 10_000
