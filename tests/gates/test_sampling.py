import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vedette.gates.sampling import SampleGrid

lengths = st.integers(1, 300)


def picture(width, height):
    return np.random.default_rng(width * height).integers(0, 256, (height, width), np.uint8)


@given(lengths, lengths, st.integers(16, 200))
def test_samples_are_single_pixels_of_their_cells(width, height, across):
    grid = SampleGrid.over(width, height, across)
    luma, small = picture(width, height), np.empty(grid.shape, np.uint8)
    grid.take(luma, small)
    assert small.size > 0
    assert np.array_equal(small, luma[:: grid.cell, : grid.shape[1] * grid.cell : grid.cell])


@given(lengths, lengths, st.integers(16, 200))
def test_a_view_with_gaps_is_sampled_alike(width, height, across):
    grid = SampleGrid.over(width, height, across)
    luma = picture(width, height)
    packed = np.zeros((height, 2 * width), np.uint8)
    packed[:, ::2] = luma
    one, other = np.empty(grid.shape, np.uint8), np.empty(grid.shape, np.uint8)
    assert np.array_equal(grid.take(luma, one), grid.take(packed[:, ::2], other))


@given(st.integers(32, 4000), st.integers(32, 4000), st.integers(32, 1000))
def test_there_are_roughly_as_many_samples_across_as_were_asked_for(width, height, across):
    grid = SampleGrid.over(width, height, across)
    longer = max(width, height)
    assert max(grid.shape) <= max(1.5 * across, 1.0 + longer / grid.cell)
    assert min(width, height) < 2 * grid.cell or longer < across or max(grid.shape) > 0.6 * across


def test_even_and_odd_lines_together_are_all_lines():
    grid = SampleGrid.over(200, 101, 100)
    luma = picture(200, 101)
    whole, woven = np.empty(grid.shape, np.uint8), np.empty(grid.shape, np.uint8)
    grid.take(luma, whole)
    for first in (0, 1):
        grid.take(luma, woven, slice(first, None, 2))
    assert np.array_equal(whole, woven)


@given(lengths, lengths, st.integers(16, 200))
def test_the_box_of_all_samples_is_the_whole_frame(width, height, across):
    grid = SampleGrid.over(width, height, across)
    lines, columns = grid.shape
    box = grid.box(0, 0, columns, lines)
    assert (box.left, box.top, box.right, box.bottom) == (0.0, 0.0, 1.0, 1.0)
