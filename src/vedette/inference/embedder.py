"""A picture's embedding: inner tensors of a network, made real, of unit length, weighted, joined."""

from __future__ import annotations

import hashlib
import math
from itertools import accumulate, pairwise

import numpy as np

from vedette.catalog.recipe import EmbeddingRecipe
from vedette.inference.pooling import pool_of
from vedette.inference.preprocessing import Preprocessing
from vedette.inference.protocol import Backend, Embedding
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
        ends = accumulate((length for _, length in pools), initial=0)
        self._pools = [pool for pool, _ in pools]
        self._parts = [slice(start, end) for start, end in pairwise(ends)]
        self._dimensions = self._parts[-1].stop
        self._zero_points = np.zeros(self._dimensions, np.float32)
        for part, spec in zip(self._parts, specs, strict=True):
            self._zero_points[part] = spec.quantization.zero_point if spec.quantization else 0
        self._scale = specs[0].quantization.scale if specs[0].quantization else 1.0
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
        embedding = np.empty(self._dimensions, np.float32)
        for place, pool, part in zip(self._places, self._pools, self._parts, strict=True):
            embedding[part] = pool(outputs[place])
        embedding -= self._zero_points
        if len(self._parts) == 1:
            embedding *= self._scale
        else:
            self._weigh(embedding)
        return embedding

    def _weigh(self, embedding: Embedding) -> None:
        """Bring each part to its length; its scale is one more factor, which that takes out."""
        for part, weight in zip(self._parts, self._weights, strict=True):
            row = embedding[part]
            length = math.sqrt(row.dot(row))
            row *= weight / length if length else 0.0


def _digest(recipe: EmbeddingRecipe) -> str:
    return hashlib.sha256(recipe.model_dump_json(exclude_defaults=True).encode()).hexdigest()[:8]
