"""What the catalog says of the default network, carried out, against the same said in plain numpy."""

from __future__ import annotations

import numpy as np
import pytest

from vedette.catalog.library import Library
from vedette.catalog.recipe import EmbeddingRecipe, Scaling
from vedette.inference.litert import LiteRTBackend, LiteRTSettings
from vedette.inference.opening import open_embedder
from vedette.inference.openvino import OpenVINOSettings

LENGTHS = [1280, 1152, 672, 4 * 320]
WEIGHTS = [1.0, 1.0, 1.0, 0.5]


@pytest.fixture(scope="module")
def recipe() -> EmbeddingRecipe:
    manifest = Library.default().manifest("efficientnet-lite0")
    scaling = Scaling(mean=manifest.input.mean, deviation=manifest.input.standard_deviation)
    return manifest.embedding.model_copy(update={"scaling": scaling})


def evened_by_hand(picture):
    mean = picture.mean() / 255
    return np.round(255 * (picture / 255) ** np.clip(np.log(0.45) / np.log(mean), 0.3, 1.5)).astype(np.uint8)


def maps_by_hand(network, recipe, picture) -> list[np.ndarray]:
    backend = LiteRTBackend(network.tapped(recipe.tensors).scaled(127.0, 128.0), LiteRTSettings())
    return [
        (stored[0].astype(float) - spec.quantization.zero_point) * spec.quantization.scale
        for stored, spec in zip(backend.run([picture[None]]), backend.outputs, strict=True)
    ]


@pytest.mark.parametrize("darkened", [1.0, 0.4], ids=["as it is", "dark"])
def test_the_embedding_is_three_maxima_and_weighted_quadrants_at_one_brightness(
    int8_network, pictures, recipe, darkened
):
    picture = (pictures["chelsea"] * darkened).astype(np.uint8)
    *whole, small = maps_by_hand(int8_network, recipe, evened_by_hand(picture))
    corners = [small[:4, :4], small[:4, 3:], small[3:, :4], small[3:, 3:]]
    parts = [each.max(axis=(0, 1)) for each in whole]
    parts.append(np.concatenate([corner.mean(axis=(0, 1)) for corner in corners]))
    assert [part.size for part in parts] == LENGTHS
    expected = np.concatenate(
        [part / np.linalg.norm(part) * weight for part, weight in zip(parts, WEIGHTS, strict=True)]
    )
    embedding = open_embedder(int8_network, recipe, LiteRTSettings()).embed(picture)
    np.testing.assert_allclose(embedding, expected, rtol=0, atol=1e-5)


def test_runtimes_agree_on_it_and_not_on_different_pictures(int8_network, fp32_network, pictures, recipe):
    engines = [(int8_network, OpenVINOSettings()), (fp32_network, LiteRTSettings())]
    reference = open_embedder(int8_network, recipe, LiteRTSettings())
    square = sum(weight**2 for weight in WEIGHTS)
    for network, settings in engines:
        embed = open_embedder(network, recipe, settings)
        for picture in pictures.values():
            assert embed.embed(picture) @ reference.embed(picture) / square > 0.98
    cat, coffee = (reference.embed(pictures[name]) for name in ("chelsea", "coffee"))
    assert cat @ coffee / square < 0.9
