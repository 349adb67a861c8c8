"""How a picture becomes a vector: which tensors of a network, and what becomes of them."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

_CHANNELS = 3


class Scaling(BaseModel):
    """real = (pixel - mean) / deviation, with pixels 0..255; one number for all channels or one for each."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mean: float | tuple[float, float, float] = Field(
        default=0.0, description="Subtracted from the pixel (0..255); three are for red, green and blue."
    )
    deviation: float | tuple[float, float, float] = Field(
        default=1.0, description="Divides the difference; three are for red, green and blue."
    )

    @property
    def even(self) -> tuple[float, float] | None:
        """(mean, deviation) where all channels have the same, or else None."""
        pairs = {(float(mean), float(each)) for mean, each in zip(*self.by_channel(), strict=True)}
        return pairs.pop() if len(pairs) == 1 else None

    def by_channel(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Mean and deviation, `[3]` each."""
        mean, deviation = (np.broadcast_to(each, _CHANNELS) for each in (self.mean, self.deviation))
        return mean, deviation


class Tap(BaseModel):
    """A tensor inside the network and what becomes of it.

    A maximum keeps a small thing that a mean over all places drowns, and forgets where it was;
    quadrants keep where (docs/teaching-accuracy.md).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    tensor: str = Field(min_length=1, description="The tensor's name, or an end of it that is unique.")
    pooling: Literal["none", "mean", "max", "quadrants"] = Field(
        default="none",
        description="Over height and width: `mean`, `max`, or `quadrants`, the means of the four corners, "
        "each half the map and overlapping in an odd one; `none` takes every number.",
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
    brightness: float | None = Field(
        default=None,
        gt=0,
        lt=1,
        description="Bring each picture's mean brightness towards this (0..1) first; not at all if left out.",
    )
    flip: bool = Field(
        default=False,
        description="Average with the embedding of the mirrored picture; costs a second inference.",
    )

    @property
    def tensors(self) -> tuple[str, ...]:
        """What the network's outputs have to be."""
        return tuple(tap.tensor for tap in self.taps)
