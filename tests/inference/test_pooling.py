import numpy as np
import pytest

from vedette.errors import BackendError
from vedette.inference.pooling import pool_of
from vedette.inference.protocol import TensorSpec


def spec(*shape):
    return TensorSpec("map", shape, np.dtype(np.int8))


def pooled(pooling, tensor, *, is_channels_first=False):
    pool, length = pool_of(pooling, spec(*tensor.shape), is_channels_first=is_channels_first)
    numbers = pool(tensor)
    assert numbers.shape == (length,)
    assert numbers.dtype == (tensor.dtype if pooling in {"none", "max"} else np.float32)
    return numbers


@pytest.fixture
def tensor():
    return np.random.default_rng(3).integers(-128, 128, (1, 7, 5, 6), dtype=np.int8)


def test_none_takes_every_number_in_order(tensor):
    assert (pooled("none", tensor) == tensor.reshape(-1)).all()


def test_mean_and_max_are_over_height_and_width(tensor):
    np.testing.assert_allclose(pooled("mean", tensor), tensor[0].mean(axis=(0, 1)), rtol=1e-5)
    assert (pooled("max", tensor) == tensor[0].max(axis=(0, 1))).all()


def test_quadrants_are_the_means_of_the_four_overlapping_corners(tensor):
    image = tensor[0].astype(float)
    corners = [image[:4, :3], image[:4, -3:], image[-4:, :3], image[-4:, -3:]]
    expected = np.concatenate([corner.mean(axis=(0, 1)) for corner in corners])
    np.testing.assert_allclose(pooled("quadrants", tensor), expected, rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("pooling", ["mean", "max", "quadrants"])
def test_channels_first_gives_the_same_numbers(pooling, tensor):
    first = np.ascontiguousarray(tensor.transpose(0, 3, 1, 2))
    expected = pooled(pooling, tensor)
    np.testing.assert_allclose(pooled(pooling, first, is_channels_first=True), expected, rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("shape", [(1, -1, 7, 3), (1, 1280)], ids=["free size", "no height and width"])
def test_what_cannot_be_pooled_is_refused(shape):
    with pytest.raises(BackendError, match="map"):
        pool_of("max", spec(*shape), is_channels_first=False)
