"""LiteRT: the default runtime on every board; CPU with XNNPACK, or an Edge TPU through its delegate."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from vedette.errors import BackendError
from vedette.inference.fitting import first_line, require_fit
from vedette.inference.network_file import NetworkFile
from vedette.inference.protocol import Quantization, Tensor, TensorSpec

_EDGETPU_OPERATOR = b"edgetpu-custom-op"


class LiteRTSettings(BaseModel):
    """Runs TFLite files with LiteRT."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["litert"] = Field(default="litert", description="LiteRT, for TFLite files.")
    device: Literal["cpu", "edgetpu"] = Field(
        default="cpu", description="`cpu`, or `edgetpu` for a Coral accelerator (needs libedgetpu)."
    )
    threads: int = Field(default=2, ge=1, le=64, description="Threads that one inference uses on the CPU.")
    default_delegates: bool = Field(
        default=True,
        description="Use XNNPACK; a few valid files crash it and have to do without, several times slower.",
    )
    edgetpu_library: str = Field(
        default="libedgetpu.so.1", description="The Edge TPU's delegate library: a name or a path."
    )
    edgetpu_device: str = Field(
        default="", description="Which Edge TPU: `usb`, `pci`, `usb:0`, ...; empty takes the first."
    )


class LiteRTBackend:
    """A TFLite network in one LiteRT interpreter.

    Not for two threads at once: whoever calls `run` holds the device's turn (`InferenceQueue`).
    The interpreter releases the GIL while it computes.

    Raises:
        BackendError: a file that LiteRT cannot load, or an Edge TPU that is not there.
    """

    def __init__(self, network: NetworkFile, settings: LiteRTSettings) -> None:
        if network.format != "tflite":
            raise BackendError(f"{network.path}: not a TFLite file.", "LiteRT reads only those.")
        delegates = [_edgetpu(network, settings)] if settings.device == "edgetpu" else []
        self._name = network.path.name
        self._interpreter: Any = _interpreter(network, settings, delegates)
        self._describe()
        self._engine = (
            f"LiteRT {version('ai-edge-litert')} {_device(settings)} {_precision(self._interpreter)}"
        )

    @property
    def inputs(self) -> tuple[TensorSpec, ...]:
        """See `Backend`."""
        return self._inputs

    @property
    def outputs(self) -> tuple[TensorSpec, ...]:
        """See `Backend`."""
        return self._outputs

    @property
    def engine(self) -> str:
        """For example `LiteRT 2.3.0 cpu int8`."""
        return self._engine

    def run(self, tensors: Sequence[Tensor]) -> list[Tensor]:
        """See `Backend`. A free dimension takes the tensor's."""
        if self._interpreter is None:
            raise BackendError(f"{self._name} is closed.", "Open it again.")
        require_fit(self._name, self._inputs, tensors)
        try:
            self._set_inputs(tensors)
            self._interpreter.invoke()
        except (ValueError, RuntimeError) as error:
            raise BackendError(f"LiteRT cannot run {self._name}: {first_line(error)}") from error
        return [self._interpreter.get_tensor(index) for index in self._output_indices]

    def close(self) -> None:
        """See `Backend`."""
        self._interpreter = None

    def _describe(self) -> None:
        inputs, outputs = self._interpreter.get_input_details(), self._interpreter.get_output_details()
        self._inputs, self._outputs = tuple(map(_spec, inputs)), tuple(map(_spec, outputs))
        self._input_indices = [int(detail["index"]) for detail in inputs]
        self._output_indices = [int(detail["index"]) for detail in outputs]
        self._shapes = [tuple(map(int, detail["shape"])) for detail in inputs]

    def _set_inputs(self, tensors: Sequence[Tensor]) -> None:
        if any(tensor.shape != shape for tensor, shape in zip(tensors, self._shapes, strict=True)):
            self._resize(tensors)
        for index, tensor in zip(self._input_indices, tensors, strict=True):
            self._interpreter.set_tensor(index, tensor)

    def _resize(self, tensors: Sequence[Tensor]) -> None:
        for index, tensor in zip(self._input_indices, tensors, strict=True):
            # `strict` lets only free dimensions change.
            self._interpreter.resize_tensor_input(index, tensor.shape, strict=True)
        self._interpreter.allocate_tensors()
        self._shapes = [tensor.shape for tensor in tensors]


def _interpreter(network: NetworkFile, settings: LiteRTSettings, delegates: list[Any]) -> Any:
    from ai_edge_litert.interpreter import Interpreter, OpResolverType  # noqa: PLC0415 - costs 0.1 s

    resolver = (
        OpResolverType.AUTO
        if settings.default_delegates
        else (OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES)
    )
    try:
        interpreter = Interpreter(
            model_content=network.content,
            num_threads=settings.threads,
            experimental_delegates=delegates,
            experimental_op_resolver_type=resolver,
        )
        interpreter.allocate_tensors()
    except (ValueError, RuntimeError) as error:
        raise BackendError(
            f"LiteRT cannot load {network.path}: {first_line(error)}",
            "Check that the file is whole and made for this device.",
        ) from error
    return interpreter


def _edgetpu(network: NetworkFile, settings: LiteRTSettings) -> Any:
    from ai_edge_litert.interpreter import load_delegate  # noqa: PLC0415 - costs 0.1 s

    _require_edgetpu_library(settings.edgetpu_library)
    if _EDGETPU_OPERATOR not in network.content:
        raise BackendError(
            f"{network.path} is not compiled for the Edge TPU: it would run on the CPU.",
            "Compile it with edgetpu_compiler, or say `device: cpu`.",
        )
    options = {"device": settings.edgetpu_device} if settings.edgetpu_device else {}
    try:
        return load_delegate(settings.edgetpu_library, options)
    except (ValueError, OSError) as error:
        raise BackendError(
            "no Edge TPU answers.", "Plug it in, and give this user access to it (group `plugdev` or `apex`)."
        ) from error


def _require_edgetpu_library(library: str) -> None:
    """Try it without LiteRT, whose half-made Delegate prints a traceback when it is collected."""
    try:
        ctypes.CDLL(library).tflite_plugin_create_delegate  # noqa: B018 - the look-up is the test
    except (OSError, AttributeError) as error:
        raise BackendError(
            f"the Edge TPU's library {library} is not on this machine.",
            "Install libedgetpu1-std from Coral's package source, or say `device: cpu`.",
        ) from error


def _spec(detail: dict[str, Any]) -> TensorSpec:
    scale, zero_point = detail["quantization"]
    signature = detail["shape_signature"] if len(detail["shape_signature"]) else detail["shape"]
    return TensorSpec(
        name=detail["name"],
        shape=tuple(map(int, signature)),
        dtype=np.dtype(detail["dtype"]),
        quantization=Quantization(float(scale), int(zero_point)) if scale else None,
    )


def _device(settings: LiteRTSettings) -> str:
    return settings.device if settings.default_delegates else f"{settings.device} without XNNPACK"


def _precision(interpreter: Any) -> str:
    details = interpreter.get_tensor_details()
    quantized = {np.dtype(each["dtype"]).name for each in details if each["quantization"][0]}
    for name in ("int8", "uint8", "int16"):
        if name in quantized:
            return name
    has_halves = any(each["dtype"] is np.float16 for each in details)
    return "float16" if has_halves else "float32"
