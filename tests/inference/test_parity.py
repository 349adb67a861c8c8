"""The same real pictures through every runtime: what may differ, and why no more than that.

Real numbers: 63 operators of float32 sums, in another order in each runtime; 1e-4 on features of
0 to 4 is 10 times what was seen. Quantized: the runtimes round ties of a requantization
differently, so that each of about 60 layers may be off by one step; such errors add up like a
random walk, sqrt(60) = 8 steps, and 10 is the bound. Between int8 and float32 every weight and
activation has a rounding error of its own: the embeddings' angle is what can be bounded.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from parts.onnx_network import write_onnx
from vedette.catalog.recipe import EmbeddingRecipe, Scaling, Tap
from vedette.inference.litert import LiteRTSettings
from vedette.inference.network_file import read_network
from vedette.inference.onnxruntime import OnnxRuntimeSettings
from vedette.inference.opening import open_embedder
from vedette.inference.openvino import OpenVINOSettings

STEP = 0.0235294
"""One step of the int8 embedding's scale."""

CERTAIN = 0.5
"""A class that is likelier than all others together."""


@dataclass(frozen=True)
class Answer:
    embedding: np.ndarray
    classes: np.ndarray


@pytest.fixture(scope="module")
def answers(
    int8_network, fp32_network, lite0_fp32, pictures, tmp_path_factory
) -> dict[str, dict[str, Answer]]:
    onnx = write_onnx(
        lite0_fp32, tmp_path_factory.mktemp("onnx") / "lite0.onnx", ["head/Squeeze1", "Softmax"]
    )
    engines = {
        "LiteRT int8": (int8_network, LiteRTSettings()),
        "LiteRT int8 without XNNPACK": (int8_network, LiteRTSettings(default_delegates=False)),
        "OpenVINO int8": (int8_network, OpenVINOSettings()),
        "LiteRT fp32": (fp32_network, LiteRTSettings()),
        "OpenVINO fp32": (fp32_network, OpenVINOSettings()),
        "ONNX Runtime fp32": (read_network(onnx), OnnxRuntimeSettings()),
        "OpenVINO ONNX": (read_network(onnx), OpenVINOSettings()),
    }
    return {
        name: {
            picture: Answer(*(embed(pixels) for embed in _readers(network, settings)))
            for picture, pixels in pictures.items()
        }
        for name, (network, settings) in engines.items()
    }


def _readers(network, settings) -> list:
    scaling = Scaling(mean=127, deviation=128)
    return [
        open_embedder(network, EmbeddingRecipe(taps=(Tap(tensor=tensor),), scaling=scaling), settings).embed
        for tensor in ("head/Squeeze1", "Softmax")
    ]


def cosine(one: np.ndarray, other: np.ndarray) -> float:
    return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))


@pytest.mark.parametrize("engine", ["OpenVINO fp32", "ONNX Runtime fp32", "OpenVINO ONNX"])
def test_real_networks_agree_to_rounding(answers, engine):
    for picture, expected in answers["LiteRT fp32"].items():
        np.testing.assert_allclose(answers[engine][picture].embedding, expected.embedding, rtol=0, atol=1e-4)
        np.testing.assert_allclose(answers[engine][picture].classes, expected.classes, rtol=0, atol=1e-4)


@pytest.mark.parametrize("engine", ["OpenVINO int8", "LiteRT int8 without XNNPACK"])
def test_quantized_networks_agree_to_a_few_steps(answers, engine):
    for picture, expected in answers["LiteRT int8"].items():
        answer = answers[engine][picture]
        assert np.abs(answer.embedding - expected.embedding).max() <= 10 * STEP
        assert cosine(answer.embedding, expected.embedding) > 0.995
        assert answer.classes.argmax() == expected.classes.argmax()


@pytest.mark.parametrize("engine", ["LiteRT int8", "OpenVINO int8"])
def test_quantized_and_real_networks_see_the_same(answers, engine):
    for picture, expected in answers["LiteRT fp32"].items():
        answer = answers[engine][picture]
        assert cosine(answer.embedding, expected.embedding) > 0.98
        if expected.classes.max() > CERTAIN:
            assert answer.classes.argmax() == expected.classes.argmax()


def test_the_network_knows_the_cat_and_the_coffee(answers):
    """ImageNet's 285 is the Egyptian cat, 967 the espresso."""
    for answer in answers.values():
        assert answer["chelsea"].classes.argmax() == 285
        assert answer["coffee"].classes.argmax() == 967


def test_different_pictures_lie_further_apart_than_different_engines(answers):
    for answer in answers.values():
        assert cosine(answer["chelsea"].embedding, answer["coffee"].embedding) < 0.9
