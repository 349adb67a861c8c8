"""A picture's embedding: inner tensors of a network, made real, of unit length, weighted, joined."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from vedette.errors import BackendError
from vedette.inference.preprocessing import Preprocessing, Scaling
from vedette.inference.protocol import Backend, Embedding, Tensor, TensorSpec
from vedette.inference.taps import match_name
from vedette.values.frame import UInt8Array

_Reading = Callable[[Tensor], Embedding]


class Tap(BaseModel):
    """One tensor of the network and what becomes of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tensor: str = Field(min_length=1, description="The tensor's name, or an end of it that is unique.")
    pooling: Literal["none", "mean"] = Field(
        default="none", description="`mean` averages over height and width; `none` takes every number."
    )
    weight: float = Field(default=1.0, gt=0, description="Its length in the joined embedding.")


class EmbeddingRecipe(BaseModel):
    """How an embedding is made of a network's tensors."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    taps: tuple[Tap, ...] = Field(min_length=1, description="The tensors to join, in order.")
    scaling: Scaling | None = Field(
        default=None,
        description="How pixels become the input; left out, an 8 bit input takes them as they are.",
    )
    flip: bool = Field(
        default=False,
        description="Average with the embedding of the mirrored picture; costs a second inference.",
    )

    @property
    def tensors(self) -> tuple[str, ...]:
        """What the network's outputs have to be."""
        return tuple(tap.tensor for tap in self.taps)


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
        self._lengths = [self._length(spec, tap) for spec, tap in zip(specs, recipe.taps, strict=True)]
        self._readings = [self._reading(spec, tap) for spec, tap in zip(specs, recipe.taps, strict=True)]
        self._weights = [tap.weight for tap in recipe.taps]
        self._identity = f"{sha256} | {backend.engine} | {recipe.model_dump_json()}"

    @property
    def input_size(self) -> tuple[int, int]:
        """See `Embedder`."""
        return self._preprocess.size

    @property
    def dimensions(self) -> int:
        """See `Embedder`."""
        return sum(self._lengths)

    @property
    def identity(self) -> str:
        """See `Embedder`."""
        return self._identity

    def embed(self, rgb: UInt8Array) -> Embedding:
        """See `Embedder`."""
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

    def _length(self, spec: TensorSpec, tap: Tap) -> int:
        if min(spec.shape[1:], default=0) < 1:
            raise BackendError(f"the tensor {spec.name} {spec.shape} has no fixed size.", "Tap another one.")
        if tap.pooling == "none":
            return int(np.prod(spec.shape[1:]))
        if len(spec.shape) != 4:
            raise BackendError(
                f"the tensor {spec.name} {spec.shape} has no height and width.",
                "Take it with `pooling: none`.",
            )
        return spec.shape[1] if self._preprocess.is_channels_first else spec.shape[3]

    def _reading(self, spec: TensorSpec, tap: Tap) -> _Reading:
        """Pooling commutes with dequantization, so that it runs on the few numbers that are left."""
        scale = np.float32(spec.quantization.scale if spec.quantization else 1)
        offset = np.float32(-spec.quantization.zero_point if spec.quantization else 0) * scale
        axes = (2, 3) if self._preprocess.is_channels_first else (1, 2)
        is_pooled = tap.pooling == "mean"

        def read(tensor: Tensor) -> Embedding:
            stored = tensor.mean(axis=axes, dtype=np.float32) if is_pooled else tensor.astype(np.float32)
            real: Embedding = stored.reshape(-1)
            real *= scale
            real += offset
            return real

        return read


def _joined(parts: Sequence[Embedding], weights: Sequence[float]) -> Embedding:
    joined = np.concatenate(parts)
    start = 0
    for part, weight in zip(parts, weights, strict=True):
        length = float(np.sqrt(part @ part))
        joined[start : start + part.size] *= np.float32(weight / length if length else 0)
        start += part.size
    return joined
