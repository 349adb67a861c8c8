import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parts.footage import texture, with_square
from vedette.gates.lighting import is_structure_kept, light_change

GARDEN = texture(320, 180)
SEEN = np.ones(GARDEN.shape, np.bool_)


def lit(picture, gain, offset):
    return np.clip(gain * picture.astype(np.float32) + offset, 0, 255).astype(np.uint8)


@given(st.floats(0.4, 1.25), st.floats(-25.0, 25.0), st.integers(0, 60))
@settings(deadline=None)
def test_the_line_is_found_though_something_stands_in_the_picture(gain, offset, size):
    after = with_square(lit(GARDEN, gain, offset), (0.5, 0.5), size, 255)
    shift = np.abs((gain - 1) * GARDEN.astype(np.float32) + offset)
    change = light_change(GARDEN, after, SEEN)
    if change is None:
        assert shift.mean() < 4 or np.mean(shift < 4) > 0.4
    else:
        assert change.gain == pytest.approx(gain, abs=0.05)
        assert change.gain * 120 + change.offset == pytest.approx(gain * 120 + offset, abs=3)


def test_where_nothing_changed_there_is_no_change_of_light():
    assert light_change(GARDEN, GARDEN, SEEN) is None


def test_something_large_is_no_change_of_light():
    assert light_change(GARDEN, with_square(GARDEN, (0.5, 0.5), 130, 250), SEEN) is None
    assert light_change(GARDEN, texture(320, 180, seed=8), SEEN) is None


def test_with_all_masked_there_is_no_change_of_light():
    assert light_change(GARDEN, lit(GARDEN, 1.5, 0), ~SEEN) is None


@given(st.floats(0.3, 1.3), st.floats(-20.0, 40.0))
@settings(deadline=None)
def test_structure_outlives_a_change_of_light(gain, offset):
    assert is_structure_kept(GARDEN, lit(GARDEN, gain, offset))


def test_structure_outlives_a_negative():
    """In infrared light, leaves are bright and cloth may be either."""
    assert is_structure_kept(GARDEN, lit(GARDEN, -0.7, 220))


@pytest.mark.parametrize("seed", range(2, 8))
def test_another_scene_has_another_structure(seed):
    assert not is_structure_kept(GARDEN, texture(320, 180, seed=seed))


def test_a_plain_thing_that_fills_the_picture_has_another_structure():
    assert not is_structure_kept(GARDEN, np.full_like(GARDEN, 150))


def test_a_lamp_that_goes_on_or_off_is_a_change_of_light():
    dark = lit(GARDEN, 0.02, 16)
    assert is_structure_kept(GARDEN, dark)
    assert is_structure_kept(dark, GARDEN)


def test_something_black_before_the_lens_is_no_lamp_that_went_off():
    assert not is_structure_kept(GARDEN, with_square(GARDEN, (0.5, 0.5), 240, 10))
