"""What is kept of a tensor's height and width: functions from a stored tensor to a row of numbers.

All of them commute with dequantization (real = scale * (stored - zero_point), scale > 0), so that
it runs on the few numbers that are left. They keep the stored type where no mean is taken.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from vedette.errors import BackendError
from vedette.inference.protocol import Tensor, TensorSpec

Pool = Callable[[Tensor], Tensor]


def pool_of(pooling: str, spec: TensorSpec, *, is_channels_first: bool) -> tuple[Pool, int]:
    """The function for `none`, `mean`, `max` or `quadrants` of such a tensor, and how many numbers it gives.

    Raises:
        BackendError: a size that is not fixed, or a tensor without height and width.
    """
    if min(spec.shape[1:], default=0) < 1:
        raise BackendError(f"the tensor {spec.name} {spec.shape} has no fixed size.", "Tap another one.")
    if pooling == "none":
        return np.ravel, int(np.prod(spec.shape[1:]))
    if len(spec.shape) != 4:
        raise BackendError(
            f"the tensor {spec.name} {spec.shape} has no height and width.",
            "Take it with `pooling: none`.",
        )
    channels, height, width = spec.shape[1:] if is_channels_first else np.roll(spec.shape[1:], 1).tolist()
    axis = 1 if is_channels_first else 0
    shape = (channels, height * width) if is_channels_first else (height * width, channels)
    if pooling == "mean":
        return lambda tensor: tensor.reshape(shape).mean(axis=axis, dtype=np.float32), channels
    if pooling == "max":
        return lambda tensor: np.maximum.reduce(tensor.reshape(shape), axis), channels
    corners = _corner_means(height, width)

    def quadrants(tensor: Tensor) -> Tensor:
        places = tensor.reshape(shape).astype(np.float32)
        return (corners @ (places.T if is_channels_first else places)).reshape(-1)

    return quadrants, 4 * channels


def _corner_means(height: int, width: int) -> npt.NDArray[np.float32]:
    """`[4, height * width]`: weights of the means of top left, top right, bottom left, bottom right."""
    rows, columns = (height + 1) // 2, (width + 1) // 2
    weights = np.zeros((4, height, width), np.float32)
    weights[0, :rows, :columns] = 1
    weights[1, :rows, -columns:] = 1
    weights[2, -rows:, :columns] = 1
    weights[3, -rows:, -columns:] = 1
    means: npt.NDArray[np.float32] = weights.reshape(4, -1) / np.float32(rows * columns)
    return means
