import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.pixels.planes import RgbPlanes, YuvPlanes, cropped, resized
from vedette.values.geometry import WHOLE_FRAME, Box


def scene(height=240, width=320):
    y, x = np.mgrid[0:height, 0:width]
    return np.stack([x % 256, y % 256, (x + y) // 3 % 256], axis=-1).astype(np.uint8)


def yuv(rgb, matrix_is_bt709=False):
    """Full-resolution chroma, computed by the standards' own formula, in 64-bit floats."""
    red, blue = (0.2126, 0.0722) if matrix_is_bt709 else (0.299, 0.114)
    r, g, b = np.moveaxis(rgb / 255.0, -1, 0)
    luma = red * r + (1 - red - blue) * g + blue * b
    planes = (
        16 + 219 * luma,
        128 + 224 * (b - luma) / (2 * (1 - blue)),
        128 + 224 * (r - luma) / (2 * (1 - red)),
    )
    return tuple(np.round(plane).astype(np.uint8) for plane in planes)


@pytest.mark.parametrize("is_bt709", [False, True], ids=["bt601", "bt709"])
def test_yuv_comes_back_as_the_rgb_it_was_made_from(is_bt709):
    rgb = scene()
    back = YuvPlanes(*yuv(rgb, is_bt709), is_bt709=is_bt709).rgb(None, WHOLE_FRAME)
    assert np.abs(back.astype(int) - rgb).max() <= 3


def test_subsampled_chroma_lines_up_with_the_luma():
    rgb = cv2.GaussianBlur(scene(), (0, 0), 5)
    luma, u, v = yuv(rgb)
    half = [cv2.resize(plane, (160, 120), interpolation=cv2.INTER_AREA) for plane in (u, v)]
    back = YuvPlanes(luma, *half).rgb((64, 64), WHOLE_FRAME)
    expected = cv2.resize(rgb, (64, 64), interpolation=cv2.INTER_AREA)
    assert np.abs(back.astype(int) - expected).mean() < 2


def test_shrinking_does_not_alias():
    stripes = np.tile(np.array([0, 255], np.uint8), (480, 320))
    small = resized(stripes, (224, 224))
    assert small.min() > 110
    assert small.max() < 145


@given(st.integers(1, 700), st.integers(1, 700), st.tuples(st.integers(1, 300), st.integers(1, 300)))
def test_any_size_gives_the_asked_size_and_keeps_a_flat_picture_flat(width, height, size):
    flat = np.full((height, width), 77, np.uint8)
    small = resized(flat, size)
    assert small.shape == (size[1], size[0])
    assert (small == 77).all()


def test_a_crop_shows_its_own_part_only():
    pixels = np.zeros((100, 200, 3), np.uint8)
    pixels[:50, 100:] = 200
    corner = RgbPlanes(pixels).rgb((8, 8), Box(0.5, 0.0, 1.0, 0.5))
    assert (corner == 200).all()
    assert (cropped(pixels, Box(0.0, 0.5, 1.0, 1.0)) == 0).all()


def test_the_source_is_never_written_to():
    rgb = scene()
    rgb.setflags(write=False)
    planes = RgbPlanes(rgb)
    assert planes.rgb((20, 20), WHOLE_FRAME).shape == (20, 20, 3)
    assert planes.luma.shape == rgb.shape[:2]
