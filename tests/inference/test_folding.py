from __future__ import annotations

import numpy as np
import pytest

from vedette.catalog.recipe import Scaling
from vedette.errors import BackendError
from vedette.inference.folding import fold_scaling
from vedette.inference.litert import LiteRTBackend, LiteRTSettings
from vedette.inference.openvino import OpenVINOBackend, OpenVINOSettings
from vedette.inference.preprocessing import Preprocessing
from vedette.inference.protocol import Quantization

SCALING = Scaling(mean=127, deviation=128)


@pytest.mark.parametrize(
    "open_network",
    [
        pytest.param(lambda network: LiteRTBackend(network, LiteRTSettings()), id="litert"),
        pytest.param(
            lambda network: LiteRTBackend(network, LiteRTSettings(default_delegates=False)),
            id="without xnnpack",
        ),
        pytest.param(lambda network: OpenVINOBackend(network, OpenVINOSettings()), id="openvino"),
    ],
)
def test_raw_pixels_into_the_folded_network_are_converted_pixels_into_the_plain_one(
    int8_network, pictures, open_network
):
    tapped = int8_network.tapped(["head/Squeeze1"])
    plain, folded = open_network(tapped), open_network(tapped.scaled(127.0, 128.0))
    assert folded.inputs[0].quantization == Quantization(1 / 128, 127)
    convert = Preprocessing(plain.inputs, SCALING)
    for picture in pictures.values():
        assert not np.array_equal(convert(picture)[0], picture)
        expected, answer = plain.run([convert(picture)])[0], folded.run([picture[None]])[0]
        # A pixel that lies between two steps may be rounded to the other one.
        assert np.abs(answer.astype(int) - expected.astype(int)).max() <= 1


def test_litert_with_xnnpack_gives_the_same_bits(int8_network, pictures):
    tapped = int8_network.tapped(["head/Squeeze1"])
    plain, folded = (
        LiteRTBackend(network, LiteRTSettings()) for network in (tapped, tapped.scaled(127.0, 128.0))
    )
    convert = Preprocessing(plain.inputs, SCALING)
    for picture in pictures.values():
        np.testing.assert_array_equal(folded.run([picture[None]])[0], plain.run([convert(picture)])[0])


@pytest.mark.parametrize(("mean", "deviation"), [(127.5, 127.5), (-1.0, 1.0), (256.0, 1.0)])
def test_a_mean_that_is_no_zero_point_leaves_the_network_as_it_is(int8_network, mean, deviation):
    assert fold_scaling(int8_network.content, mean, deviation) is int8_network.content
    assert int8_network.scaled(mean, deviation) is int8_network


def test_a_network_of_real_numbers_is_left_as_it_is(fp32_network):
    assert fold_scaling(fp32_network.content, 127.0, 128.0) is fp32_network.content


def test_a_damaged_file_is_refused(int8_network):
    with pytest.raises(BackendError, match="damaged or cut short"):
        fold_scaling(int8_network.content[:200], 127.0, 128.0)
