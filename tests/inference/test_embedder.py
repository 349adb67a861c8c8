from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from vedette.catalog.recipe import EmbeddingRecipe, Scaling, Tap
from vedette.errors import BackendError
from vedette.inference.embedder import NetworkEmbedder
from vedette.inference.fake import FakeBackend
from vedette.inference.litert import LiteRTBackend, LiteRTSettings
from vedette.inference.opening import open_embedder
from vedette.inference.openvino import OpenVINOSettings
from vedette.inference.protocol import Quantization, TensorSpec

SCALING = Scaling(mean=127, deviation=128)
LAST = Tap(tensor="head/Squeeze1")
MIDDLE = Tap(tensor="blocks_12/Add", pooling="mean")


def recipe(*taps: Tap, flip: bool = False) -> EmbeddingRecipe:
    return EmbeddingRecipe(taps=taps, scaling=SCALING, flip=flip)


def embedder(network, *taps: Tap, flip: bool = False) -> NetworkEmbedder:
    return open_embedder(network, recipe(*taps, flip=flip), LiteRTSettings())


def quadrants(outputs: dict[str, tuple], quantization=None, dtype=np.int8, *, channels_first=False):
    """A network of a 4 x 4 picture whose outputs are what they are called, whatever it sees."""
    specs = [
        TensorSpec(name, np.asarray(values).shape, np.dtype(dtype), quantization)
        for name, values in outputs.items()
    ]
    shape = (1, 3, 4, 4) if channels_first else (1, 4, 4, 3)
    return FakeBackend(
        [TensorSpec("picture", shape, np.dtype(np.uint8))],
        specs,
        lambda _: [np.asarray(values, dtype) for values in outputs.values()],
    )


PICTURE = np.zeros((4, 4, 3), np.uint8)


def test_one_tap_is_exactly_the_networks_own_numbers_dequantized(int8_network, pictures):
    embed = embedder(int8_network, LAST)
    backend = LiteRTBackend(int8_network.tapped(["head/Squeeze1"]).scaled(127.0, 128.0), LiteRTSettings())
    (stored,) = backend.run([pictures["chelsea"][None]])
    quantization = backend.outputs[0].quantization
    expected = (stored[0].astype(np.float32) - quantization.zero_point) * quantization.scale
    embedding = embed.embed(pictures["chelsea"])
    assert embedding.dtype == np.float32
    assert embedding.shape == (embed.dimensions,) == (1280,)
    np.testing.assert_allclose(embedding, expected, atol=1e-5)
    assert embed.input_size == (224, 224)


def test_dequantization_uses_scale_and_zero_point():
    backend = quadrants({"x": [[-128, 0, 127]]}, Quantization(0.5, -28))
    embed = NetworkEmbedder(backend, EmbeddingRecipe(taps=(Tap(tensor="x"),)), "hash")
    np.testing.assert_allclose(embed.embed(PICTURE), [-50.0, 14.0, 77.5])


def test_pooling_averages_over_height_and_width():
    values = np.arange(2 * 2 * 3, dtype=np.int8).reshape(1, 2, 2, 3)
    taps = EmbeddingRecipe(taps=(Tap(tensor="x", pooling="mean"),))
    embed = NetworkEmbedder(quadrants({"x": values}, Quantization(2.0, 1)), taps, "hash")
    assert embed.dimensions == 3
    np.testing.assert_allclose(embed.embed(PICTURE), (values.mean((0, 1, 2)) - 1) * 2)
    first = NetworkEmbedder(
        quadrants({"x": values.transpose(0, 3, 1, 2)}, Quantization(2.0, 1), channels_first=True),
        taps,
        "hash",
    )
    np.testing.assert_allclose(first.embed(PICTURE), embed.embed(PICTURE))


def test_without_pooling_every_number_is_taken():
    values = np.arange(12, dtype=np.int8).reshape(1, 2, 2, 3)
    embed = NetworkEmbedder(quadrants({"x": values}), EmbeddingRecipe(taps=(Tap(tensor="x"),)), "hash")
    np.testing.assert_allclose(embed.embed(PICTURE), np.arange(12))


def test_several_taps_have_unit_length_times_their_weight():
    backend = quadrants({"a": [[3, 4]], "b": [[0, 0, 5]], "c": [[0, 0]]})
    taps = (Tap(tensor="b", weight=0.5), Tap(tensor="a"), Tap(tensor="c"))
    embed = NetworkEmbedder(backend, EmbeddingRecipe(taps=taps), "hash")
    np.testing.assert_allclose(embed.embed(PICTURE), [0, 0, 0.5, 0.6, 0.8, 0, 0])


def test_taps_of_the_real_network_are_joined(int8_network, pictures):
    both, last, middle = (
        embedder(int8_network, *taps).embed(pictures["coffee"])
        for taps in ((MIDDLE, LAST), (LAST,), (MIDDLE,))
    )
    assert both.shape == (192 + 1280,)
    np.testing.assert_allclose(both[:192], middle / np.linalg.norm(middle), atol=1e-6)
    np.testing.assert_allclose(both[192:], last / np.linalg.norm(last), atol=1e-6)


def test_a_flipped_embedding_is_the_same_for_a_mirrored_picture(int8_network, pictures):
    picture = pictures["chelsea"]
    mirrored = np.ascontiguousarray(picture[:, ::-1])
    flipping, plain = embedder(int8_network, LAST, flip=True), embedder(int8_network, LAST)
    np.testing.assert_allclose(flipping.embed(picture), flipping.embed(mirrored), atol=1e-6)
    expected = (plain.embed(picture) + plain.embed(mirrored)) / 2
    np.testing.assert_allclose(flipping.embed(picture), expected, atol=1e-6)
    assert not np.allclose(plain.embed(picture), plain.embed(mirrored))


@pytest.mark.parametrize("settings", [LiteRTSettings(), OpenVINOSettings()], ids=["litert", "openvino"])
def test_a_view_embeds_like_its_copy(int8_network, pictures, settings):
    embed = open_embedder(int8_network, recipe(LAST), settings)
    for view in (pictures["chelsea"][:, ::-1], pictures["chelsea"].transpose(1, 0, 2)):
        assert not view.flags.c_contiguous
        np.testing.assert_array_equal(embed.embed(view), embed.embed(np.ascontiguousarray(view)))


def test_an_embedding_is_the_callers_own(int8_network, pictures):
    embed = embedder(int8_network, LAST)
    first = embed.embed(pictures["chelsea"])
    kept = first.copy()
    embed.embed(pictures["coffee"])
    np.testing.assert_array_equal(first, kept)


def test_identity_tells_network_engine_and_recipe_apart(int8_network, fp32_network):
    identities = [
        embedder(int8_network, LAST).identity,
        embedder(fp32_network, LAST).identity,
        embedder(int8_network, LAST, flip=True).identity,
        embedder(int8_network, MIDDLE).identity,
        open_embedder(int8_network, recipe(LAST), OpenVINOSettings()).identity,
        open_embedder(int8_network, recipe(LAST), LiteRTSettings(default_delegates=False)).identity,
    ]
    assert len(set(identities)) == len(identities)
    assert identities[0] == embedder(int8_network, LAST).identity
    assert int8_network.sha256[:12] in identities[0]


def test_threads_do_not_change_the_identity(int8_network):
    one = open_embedder(int8_network, recipe(LAST), LiteRTSettings(threads=1))
    assert one.identity == embedder(int8_network, LAST).identity


def test_pooling_a_vector_is_refused(int8_network):
    with pytest.raises(BackendError, match=r"no height and width.*pooling: none"):
        embedder(int8_network, Tap(tensor="head/Squeeze1", pooling="mean"))


def test_a_recipe_without_taps_is_refused():
    with pytest.raises(ValidationError):
        EmbeddingRecipe(taps=())


def test_a_closed_embedder_says_so(int8_network, pictures):
    embed = embedder(int8_network, LAST)
    embed.close()
    with pytest.raises(BackendError, match="closed"):
        embed.embed(pictures["chelsea"])
