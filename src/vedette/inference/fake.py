"""A backend and an embedder without a network, for tests of what stands above them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from vedette.errors import BackendError
from vedette.inference.fitting import require_fit
from vedette.inference.protocol import Embedding, Tensor, TensorSpec
from vedette.values.frame import UInt8Array

_SIDE, _CELLS, _DIMENSIONS = 32, 8, 64


class FakeBackend:
    """A network that is a Python function; it keeps to the protocol as the real ones do."""

    def __init__(
        self,
        inputs: Sequence[TensorSpec],
        outputs: Sequence[TensorSpec],
        function: Callable[[Sequence[Tensor]], list[Tensor]],
    ) -> None:
        self.inputs = tuple(inputs)
        self.outputs = tuple(outputs)
        self.engine = "fake 1 cpu float32"
        self._function = function
        self._is_closed = False

    def run(self, tensors: Sequence[Tensor]) -> list[Tensor]:
        """See `Backend`."""
        if self._is_closed:
            raise BackendError("the fake network is closed.", "Open it again.")
        require_fit("the fake network", self.inputs, tensors)
        return [output.copy() for output in self._function(tensors)]

    def close(self) -> None:
        """See `Backend`."""
        self._is_closed = True


class FakeEmbedder:
    """A fixed random projection of an 8 x 8 copy of the picture: alike pictures lie close together.

    Pictures of 32 x 32 pixels, 64 dimensions; the same numbers on every machine up to rounding.
    """

    input_size = (_SIDE, _SIDE)
    dimensions = _DIMENSIONS

    def __init__(self, seed: int = 1) -> None:
        self.identity = f"fake embedder, seed {seed}"
        numbers = np.random.default_rng(seed).standard_normal((_CELLS * _CELLS * 3, _DIMENSIONS))
        self._projection = (numbers / np.sqrt(numbers.shape[0])).astype(np.float32)

    def embed(self, rgb: UInt8Array) -> Embedding:
        """See `Embedder`."""
        if rgb.shape != (_SIDE, _SIDE, 3) or rgb.dtype != np.uint8:
            raise BackendError(
                f"the fake embedder takes uint8 32 x 32 pictures, not {rgb.dtype} {rgb.shape}."
            )
        step = _SIDE // _CELLS
        cells = rgb.reshape(_CELLS, step, _CELLS, step, 3).mean(axis=(1, 3), dtype=np.float32)
        embedding: Embedding = (cells.reshape(-1) / np.float32(255)) @ self._projection
        return embedding
