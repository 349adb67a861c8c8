"""A picture's embedding: inner tensors of a network, made real, of unit length, weighted, joined."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from vedette.catalog.recipe import EmbeddingRecipe
from vedette.inference.pooling import Pool, pool_of
from vedette.inference.preprocessing import Preprocessing
from vedette.inference.protocol import Backend, Embedding, Tensor, TensorSpec
from vedette.inference.taps import match_name
from vedette.pixels.brightness import evened
from vedette.values.frame import UInt8Array


class NetworkEmbedder:
    """Embeds pictures with a network whose outputs are the recipe's tensors.

    One tap gives exactly the network's own numbers, dequantized. Several are brought to unit
    length each, weighted and joined. Nothing is centred: that belongs to the heads.
    As a backend, not for two threads at once.

    Raises:
        BackendError: outputs that the recipe does not name, or of a size that is not fixed.
    """

    def __init__(self, backend: Backend, recipe: EmbeddingRecipe, sha256: str) -> None:
        self._backend = backend
        self._flip = recipe.flip
        self._preprocess = Preprocessing(backend.inputs, recipe.scaling)
        names = [spec.name for spec in backend.outputs]
        self._places = [match_name(tensor, names) for tensor in recipe.tensors]
        specs = [backend.outputs[place] for place in self._places]
        is_channels_first = self._preprocess.is_channels_first
        pools = [
            pool_of(tap.pooling, spec, is_channels_first=is_channels_first)
            for tap, spec in zip(recipe.taps, specs, strict=True)
        ]
        self._dimensions = sum(length for _, length in pools)
        self._readings = [_reading(pool, spec) for (pool, _), spec in zip(pools, specs, strict=True)]
        self._weights = [tap.weight for tap in recipe.taps]
        self._brightness = recipe.brightness
        self._identity = f"network {sha256[:12]}, {backend.engine}, recipe {_digest(recipe)}"

    @property
    def input_size(self) -> tuple[int, int]:
        """See `Embedder`."""
        return self._preprocess.size

    @property
    def dimensions(self) -> int:
        """See `Embedder`."""
        return self._dimensions

    @property
    def identity(self) -> str:
        """See `Embedder`."""
        return self._identity

    def embed(self, rgb: UInt8Array) -> Embedding:
        """See `Embedder`."""
        if self._brightness is not None:
            rgb = evened(rgb, self._brightness)
        embedding = self._embed_once(rgb)
        if self._flip:
            embedding += self._embed_once(np.ascontiguousarray(rgb[:, ::-1]))
            embedding *= np.float32(0.5)
        return embedding

    def close(self) -> None:
        """Give the device back."""
        self._backend.close()

    def _embed_once(self, rgb: UInt8Array) -> Embedding:
        outputs = self._backend.run([self._preprocess(rgb)])
        parts = [read(outputs[place]) for place, read in zip(self._places, self._readings, strict=True)]
        return parts[0] if len(parts) == 1 else _joined(parts, self._weights)


def _reading(pool: Pool, spec: TensorSpec) -> Pool:
    """Pooling, then dequantization of what is left."""
    scale = np.float32(spec.quantization.scale if spec.quantization else 1)
    offset = np.float32(-spec.quantization.zero_point if spec.quantization else 0) * scale

    def read(tensor: Tensor) -> Embedding:
        real = pool(tensor)
        real *= scale
        real += offset
        return real

    return read


def _digest(recipe: EmbeddingRecipe) -> str:
    return hashlib.sha256(recipe.model_dump_json().encode()).hexdigest()[:8]


def _joined(parts: Sequence[Embedding], weights: Sequence[float]) -> Embedding:
    joined = np.concatenate(parts)
    start = 0
    for part, weight in zip(parts, weights, strict=True):
        length = float(np.sqrt(part @ part))
        joined[start : start + part.size] *= np.float32(weight / length if length else 0)
        start += part.size
    return joined
