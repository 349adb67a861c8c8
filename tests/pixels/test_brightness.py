import numpy as np
import pytest

from vedette.pixels.brightness import evened


def picture(mean):
    return np.clip(np.random.default_rng(5).normal(mean, 12, (60, 80, 3)), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("mean", [40, 90, 115, 140])
def test_pictures_of_any_ordinary_brightness_come_near_the_target(mean):
    assert evened(picture(mean), 0.45).mean() / 255 == pytest.approx(0.45, abs=0.05)


def test_a_picture_of_the_target_brightness_stays_as_it_is():
    flat = np.full((8, 8, 3), round(0.45 * 255), np.uint8)
    assert np.abs(evened(flat, 0.45).astype(int) - flat).max() <= 1


def test_black_and_white_stay_black_and_white_and_order_is_kept():
    levels = np.repeat(np.arange(256, dtype=np.uint8), 3).reshape(16, 16, 3)
    even = evened(levels, 0.3)
    assert (even[0, 0] == 0).all()
    assert (even[-1, -1] == 255).all()
    assert (np.diff(even[..., 0].reshape(-1).astype(int)) >= 0).all()


def test_a_picture_that_is_nearly_black_is_not_torn_up():
    nearly_black = np.full((8, 8, 3), 1, np.uint8)
    assert evened(nearly_black, 0.45).max() < 60


def test_the_picture_itself_is_not_changed():
    dark = picture(30)
    before = dark.copy()
    evened(dark, 0.45)
    assert (dark == before).all()
