"""Tensors against what a network takes, checked before a runtime converts them in silence."""

from __future__ import annotations

from collections.abc import Sequence

from vedette.errors import BackendError
from vedette.inference.protocol import Tensor, TensorSpec


def require_fit(network: str, inputs: Sequence[TensorSpec], tensors: Sequence[Tensor]) -> None:
    """One tensor an input, of its type and its shape; -1 in a shape is free.

    Raises:
        BackendError: a tensor that does not fit, by the input's name.
    """
    if len(tensors) != len(inputs):
        raise BackendError(f"{network} takes {len(inputs)} tensors, not {len(tensors)}.")
    for spec, tensor in zip(inputs, tensors, strict=True):
        if tensor.dtype != spec.dtype or not _fits(spec.shape, tensor.shape):
            raise BackendError(
                f"{network} takes {spec.dtype} {spec.shape} as {spec.name},"
                f" not {tensor.dtype} {tensor.shape}."
            )


def first_line(error: Exception) -> str:
    """A runtime's error without the stack of places that it wraps it in."""
    lines = [line.strip() for line in str(error).splitlines()]
    told = [line for line in lines if line and not line.startswith(("Exception from", "Check "))]
    return (told or lines or ["no reason given"])[0]


def _fits(wanted: tuple[int, ...], shape: tuple[int, ...]) -> bool:
    return wanted == shape or (
        len(wanted) == len(shape) and all(w in (-1, s) for w, s in zip(wanted, shape, strict=True))
    )
