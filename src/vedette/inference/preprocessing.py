"""From a picture's RGB bytes to the tensor that a network was trained on."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from vedette.catalog.recipe import Scaling
from vedette.errors import BackendError
from vedette.inference.protocol import Tensor, TensorSpec
from vedette.values.frame import UInt8Array

_CHANNELS = 3
_LEVELS = np.arange(256, dtype=np.float64)[:, None]


class Preprocessing:
    """Fills a network's one picture input; made once a network.

    `scaling` None means that an 8 bit input takes the pixels as they are.

    Raises:
        BackendError: an input that is no RGB picture of a fixed size, or real numbers without a scaling.
    """

    def __init__(self, inputs: tuple[TensorSpec, ...], scaling: Scaling | None) -> None:
        spec = _only(inputs)
        self.is_channels_first = _is_channels_first(spec)
        height, width = spec.shape[2:] if self.is_channels_first else spec.shape[1:3]
        self.size = (width, height)
        self._shape = (height, width, _CHANNELS)
        self._convert = _conversion(spec, scaling)

    def __call__(self, rgb: UInt8Array) -> Tensor:
        """`uint8 [height, width, 3]` at `size` (width, height) to the input's shape and type."""
        if rgb.shape != self._shape or rgb.dtype != np.uint8:
            raise BackendError(
                f"the network takes uint8 pictures of shape {self._shape}, not {rgb.dtype} {rgb.shape}."
            )
        tensor = self._convert(rgb)[None]
        return np.ascontiguousarray(tensor.transpose(0, 3, 1, 2)) if self.is_channels_first else tensor


def _only(inputs: tuple[TensorSpec, ...]) -> TensorSpec:
    if len(inputs) != 1:
        raise BackendError(f"the network has {len(inputs)} inputs, where a picture is one.")
    spec = inputs[0]
    is_picture = len(spec.shape) == 4 and _CHANNELS in (spec.shape[1], spec.shape[3])
    if not is_picture or min(spec.shape[1:]) < 1:
        raise BackendError(f"the network's input {spec.name} {spec.shape} is not an RGB picture.")
    return spec


def _is_channels_first(spec: TensorSpec) -> bool:
    return spec.shape[1] == _CHANNELS and spec.shape[3] != _CHANNELS


def _conversion(spec: TensorSpec, scaling: Scaling | None) -> Callable[[UInt8Array], Tensor]:
    if spec.dtype.kind == "f":
        return _real_conversion(spec, scaling)
    if spec.dtype not in (np.uint8, np.int8):
        raise BackendError(f"the network's input {spec.name} is {spec.dtype}, which no picture is.")
    table = _stored_levels(spec, scaling)
    if np.array_equal(table, np.broadcast_to(_LEVELS, table.shape)):
        return lambda rgb: rgb
    if np.array_equal(table, np.broadcast_to(_LEVELS - 128, table.shape)):
        return lambda rgb: (rgb ^ np.uint8(128)).view(np.int8)
    return lambda rgb: np.stack([table[:, each].take(rgb[..., each]) for each in range(_CHANNELS)], axis=-1)


def _real_conversion(spec: TensorSpec, scaling: Scaling | None) -> Callable[[UInt8Array], Tensor]:
    if scaling is None:
        raise BackendError(
            f"the network's input {spec.name} takes real numbers, and nothing says of what range.",
            "Give `mean` and `deviation` in its manifest.",
        )
    mean, deviation = (np.broadcast_to(each, _CHANNELS) for each in (scaling.mean, scaling.deviation))
    # Repeated along a row, because numpy is six times slower on an inner axis of three.
    width = spec.shape[3] if _is_channels_first(spec) else spec.shape[2]
    gain = np.tile(1.0 / deviation, width).astype(np.float32)
    shift = np.tile(-mean / deviation, width).astype(np.float32)

    def convert(rgb: UInt8Array) -> Tensor:
        real = rgb.reshape(rgb.shape[0], -1) * gain
        real += shift
        return real.reshape(rgb.shape).astype(spec.dtype, copy=False)

    return convert


def _stored_levels(spec: TensorSpec, scaling: Scaling | None) -> Tensor:
    """What each pixel value 0..255 of each channel is stored as: `[256, 3]` of the input's type."""
    lowest, highest = np.iinfo(spec.dtype).min, np.iinfo(spec.dtype).max
    if scaling is None:
        stored = np.repeat(_LEVELS + lowest, _CHANNELS, axis=1)
    elif spec.quantization is None:
        raise BackendError(f"the network's input {spec.name} has no quantization to scale to.")
    else:
        real = np.broadcast_to((_LEVELS - scaling.mean) / scaling.deviation, (256, _CHANNELS))
        stored = np.rint(real / spec.quantization.scale) + spec.quantization.zero_point
    return np.clip(stored, lowest, highest).astype(spec.dtype)
