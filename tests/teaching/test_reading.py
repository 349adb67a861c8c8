from __future__ import annotations

import numpy as np
import pytest

from parts.taught_pictures import jpeg
from vedette.errors import PictureError
from vedette.teaching.reading import region_pixels, regions_ahead
from vedette.values.geometry import Box

SIZE, REGION = (24, 24), Box(0.25, 0, 1, 0.5)


@pytest.fixture
def pictures(tmp_path):
    files = [tmp_path / f"{seed}.jpg" for seed in range(20)]
    for seed, file in enumerate(files):
        file.write_bytes(jpeg("cat", seed))
    return [(file.name, file) for file in files]


@pytest.mark.parametrize("count", [0, 1, 7, 20])
def test_pictures_read_ahead_come_in_order_and_each_as_it_would_alone(pictures, count):
    read = list(regions_ahead(pictures[:count], SIZE, REGION))
    alone = [region_pixels(file.read_bytes(), name, SIZE, REGION) for name, file in pictures[:count]]
    assert len(read) == count
    assert all(np.array_equal(one, other) for one, other in zip(read, alone, strict=True))


def test_a_picture_that_cannot_be_read_is_named_after_those_before_it(pictures):
    pictures[12][1].write_bytes(b"\xff\xd8 no more")
    read = regions_ahead(pictures, SIZE, REGION)
    before = [next(read) for _ in range(12)]
    assert len(before) == 12
    with pytest.raises(PictureError, match=r"12\.jpg"):
        next(read)


def test_one_who_stops_half_way_waits_for_nothing(pictures):
    read = regions_ahead(pictures, SIZE, REGION)
    next(read)
    read.close()
    assert list(read) == []
