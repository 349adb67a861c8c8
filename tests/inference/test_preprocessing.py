from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.catalog.recipe import Scaling
from vedette.errors import BackendError
from vedette.inference.preprocessing import Preprocessing
from vedette.inference.protocol import Quantization, TensorSpec

EVERY_LEVEL = np.repeat(np.arange(256, dtype=np.uint8).reshape(8, 32, 1), 3, axis=2)
CENTRED = Scaling(mean=127, deviation=128)


def picture_input(dtype, quantization=None, *, channels_first=False) -> tuple[TensorSpec, ...]:
    shape = (1, 3, 8, 32) if channels_first else (1, 8, 32, 3)
    return (TensorSpec("picture", shape, np.dtype(dtype), quantization),)


def test_an_8_bit_input_without_a_scaling_takes_the_pixels_as_they_are():
    tensor = Preprocessing(picture_input(np.uint8), None)(EVERY_LEVEL)
    assert tensor.shape == (1, 8, 32, 3)
    assert np.shares_memory(tensor, EVERY_LEVEL)
    signed = Preprocessing(picture_input(np.int8), None)(EVERY_LEVEL)
    assert signed.dtype == np.int8
    np.testing.assert_array_equal(signed[0].astype(int), EVERY_LEVEL.astype(int) - 128)


def test_a_quantization_that_says_the_same_as_the_scaling_costs_nothing():
    preprocess = Preprocessing(picture_input(np.uint8, Quantization(1 / 128, 127)), CENTRED)
    assert np.shares_memory(preprocess(EVERY_LEVEL), EVERY_LEVEL)


def test_real_inputs_are_scaled():
    tensor = Preprocessing(picture_input(np.float32), CENTRED)(EVERY_LEVEL)
    assert tensor.dtype == np.float32
    np.testing.assert_allclose(tensor[0], (EVERY_LEVEL.astype(np.float64) - 127) / 128, atol=1e-6)


def test_each_channel_has_its_own_scaling():
    scaling = Scaling(mean=(123.7, 116.3, 103.5), deviation=(58.4, 57.1, 57.4))
    expected = (EVERY_LEVEL - np.array(scaling.mean)) / np.array(scaling.deviation)
    for dtype, tolerance in ((np.float32, 1e-5), (np.float16, 2e-3)):
        tensor = Preprocessing(picture_input(dtype), scaling)(EVERY_LEVEL)
        assert tensor.dtype == dtype
        np.testing.assert_allclose(tensor[0], expected, atol=tolerance)


def test_channels_first_networks_get_their_layout():
    coloured = EVERY_LEVEL.copy()
    coloured[..., 2] = 7
    preprocess = Preprocessing(picture_input(np.float32, channels_first=True), Scaling())
    tensor = preprocess(coloured)
    assert preprocess.size == (32, 8)
    assert tensor.shape == (1, 3, 8, 32)
    assert tensor.flags.c_contiguous
    np.testing.assert_array_equal(tensor[0, 0], coloured[..., 0])
    assert (tensor[0, 2] == 7).all()


@given(
    mean=st.floats(0, 255),
    deviation=st.floats(1, 255),
    scale=st.floats(0.001, 1),
    zero_point=st.integers(-128, 127),
)
def test_quantized_inputs_store_the_nearest_step(mean, deviation, scale, zero_point):
    spec = picture_input(np.int8, Quantization(scale, zero_point))
    stored = Preprocessing(spec, Scaling(mean=mean, deviation=deviation))(EVERY_LEVEL)[0].astype(float)
    real = (EVERY_LEVEL - mean) / deviation
    within = (stored > -128) & (stored < 127)
    assert np.abs((stored - zero_point) * scale - real)[within].max(initial=0) <= scale * 0.5001
    assert (np.diff(stored.reshape(-1, 3), axis=0) >= 0).all()


@pytest.mark.parametrize(
    ("inputs", "scaling", "message"),
    [
        pytest.param((), None, "0 inputs", id="no input"),
        pytest.param(picture_input(np.uint8) * 2, None, "2 inputs", id="two inputs"),
        pytest.param(picture_input(np.float32), None, "nothing says of what range", id="no scaling"),
        pytest.param(picture_input(np.uint8), CENTRED, "no quantization", id="no quantization"),
        pytest.param(picture_input(np.int32), None, "int32", id="type"),
        pytest.param(
            (TensorSpec("sound", (1, 15600), np.dtype(np.float32)),),
            CENTRED,
            "not an RGB picture",
            id="sound",
        ),
        pytest.param(
            (TensorSpec("free", (1, -1, -1, 3), np.dtype(np.uint8)),),
            None,
            "not an RGB picture",
            id="free size",
        ),
        pytest.param(
            (TensorSpec("grey", (1, 28, 28, 1), np.dtype(np.uint8)),), None, "not an RGB picture", id="grey"
        ),
    ],
)
def test_inputs_that_no_picture_fits_are_refused(inputs, scaling, message):
    with pytest.raises(BackendError, match=message):
        Preprocessing(inputs, scaling)


@pytest.mark.parametrize(
    "picture",
    [EVERY_LEVEL[:-1], EVERY_LEVEL[..., 0], EVERY_LEVEL.astype(np.float32)],
    ids=["size", "grey", "type"],
)
def test_pictures_of_another_shape_or_type_are_refused(picture):
    with pytest.raises(BackendError, match=r"takes uint8 pictures of shape \(8, 32, 3\)"):
        Preprocessing(picture_input(np.uint8), None)(picture)
