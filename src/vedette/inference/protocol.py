"""A backend runs tensors; an embedder makes vectors of pictures; a classifier names frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from vedette.values.frame import Frame, UInt8Array
from vedette.values.geometry import Box
from vedette.values.prediction import Classification

Tensor = npt.NDArray[Any]
Embedding = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Quantization:
    """real = scale * (stored - zero_point), per tensor."""

    scale: float
    zero_point: int


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """A network's input or output. A dimension of -1 is free."""

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    quantization: Quantization | None = None


class Backend(Protocol):
    """A loaded network on a device. It knows nothing of boxes, labels or thresholds."""

    @property
    def inputs(self) -> tuple[TensorSpec, ...]:
        """In the order that `run` takes them."""
        ...

    @property
    def outputs(self) -> tuple[TensorSpec, ...]:
        """In the order that `run` gives them."""
        ...

    @property
    def engine(self) -> str:
        """Runtime, its version, device and precision in one line, as a classifier's manifest keeps it."""
        ...

    def run(self, tensors: Sequence[Tensor]) -> list[Tensor]:
        """One tensor an input, in order; the outputs are the caller's own copies.

        Raises:
            BackendError: shapes or types that do not fit, or a device that failed.
        """
        ...

    def close(self) -> None:
        """Give the device back. Twice is once."""
        ...


class Embedder(Protocol):
    """A network that turns a picture into a vector."""

    @property
    def input_size(self) -> tuple[int, int]:
        """(width, height) in pixels that `embed` wants."""
        ...

    @property
    def dimensions(self) -> int:
        """Length of an embedding."""
        ...

    @property
    def identity(self) -> str:
        """Network's hash, engine and recipe: two embedders may be mixed only if this is equal."""
        ...

    def embed(self, rgb: UInt8Array) -> Embedding:
        """`uint8 [height, width, 3]` at `input_size` to `float32 [dimensions]`."""
        ...


class Classifier(Protocol):
    """Names what a frame shows in the region that it was taught for."""

    @property
    def name(self) -> str:
        """As in `vedette teach NAME`."""
        ...

    @property
    def classes(self) -> tuple[str, ...]:
        """The taught classes, without `unknown`."""
        ...

    @property
    def region(self) -> Box:
        """The part of the frame that is looked at."""
        ...

    def classify(self, frame: Frame) -> Classification:
        """Crop, resize, embed and name; may be called from any thread."""
        ...
