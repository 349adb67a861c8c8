"""OpenVINO: the faster runtime on Intel and AMD; CPU, GPU, NPU, or whichever it picks."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from vedette.errors import BackendError
from vedette.folders import cache_folder
from vedette.inference.fitting import first_line, require_fit
from vedette.inference.network_file import NetworkFile
from vedette.inference.protocol import Quantization, Tensor, TensorSpec
from vedette.inference.tflite import quantizations


class OpenVINOSettings(BaseModel):
    """Runs TFLite, ONNX and IR files with OpenVINO (the extra `openvino`)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["openvino"] = Field(
        default="openvino", description="OpenVINO, for TFLite, ONNX and IR files."
    )
    device: str = Field(
        default="CPU",
        pattern=r"^(CPU|NPU|AUTO|GPU(\.\d+)?)$",
        description="`CPU`, `GPU`, `GPU.1`, `NPU`, or `AUTO`, which takes the best that is there.",
    )
    threads: int = Field(default=2, ge=1, le=64, description="Threads that one inference uses on the CPU.")
    precision: Literal["f32", "f16", "bf16", "device"] = Field(
        default="f32",
        description="Of real numbers inside the network; `device` takes the device's own (bf16 on new CPUs).",
    )


class OpenVINOBackend:
    """A network compiled for one device, with one inference request.

    Not for two threads at once: whoever calls `run` holds the device's turn (`InferenceQueue`).
    Compiled networks are kept in the cache folder, so that the next start is quick.

    Raises:
        BackendError: OpenVINO is not installed, the device is not there, or the file cannot be loaded.
    """

    def __init__(self, network: NetworkFile, settings: OpenVINOSettings) -> None:
        core = _core()
        _require_device(core, settings.device)
        self._name = network.path.name
        model = _read_model(core, network)
        compiled = _compile(core, model, network, settings)
        known = quantizations(network.content) if network.format == "tflite" else {}
        self._inputs = tuple(_spec(port, known) for port in compiled.inputs)
        self._outputs = tuple(_spec(port, known) for port in compiled.outputs)
        where, precision = _devices(compiled, settings), _precision(model, compiled, settings)
        self._engine = f"OpenVINO {version('openvino')} {where} {precision}"
        self._request: Any = compiled.create_infer_request()

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
        """For example `OpenVINO 2026.4.1 CPU int8/f32`."""
        return self._engine

    def run(self, tensors: Sequence[Tensor]) -> list[Tensor]:
        """See `Backend`."""
        if self._request is None:
            raise BackendError(f"{self._name} is closed.", "Open it again.")
        require_fit(self._name, self._inputs, tensors)
        try:
            # The inputs outlive the call, so they are shared; the outputs are copies by default.
            results = self._request.infer(list(tensors), share_inputs=True)
        except RuntimeError as error:
            raise BackendError(f"OpenVINO cannot run {self._name}: {first_line(error)}") from error
        return [results[place] for place in range(len(self._outputs))]

    def close(self) -> None:
        """See `Backend`."""
        self._request = None


def _core() -> Any:
    try:
        # Without this module it neither notes down in the user's home that it was used nor reports it.
        sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
        import openvino  # noqa: PLC0415 - an extra, and 0.2 s to import
    except ImportError as error:
        raise BackendError(
            "OpenVINO is not installed.", 'Run `pip install "vedette[openvino]"`, or use `kind: litert`.'
        ) from error
    return openvino.Core()


def _require_device(core: Any, device: str) -> None:
    there = list(core.available_devices)
    if device == "AUTO" or any(each == device or each.startswith(f"{device}.") for each in there):
        return
    raise BackendError(
        f"OpenVINO finds no device {device} on this machine; it finds {', '.join(there) or 'none'}.",
        f"Use one of those, or install the driver of the {device.partition('.')[0]}.",
    )


def _read_model(core: Any, network: NetworkFile) -> Any:
    try:
        if not network.is_edited:
            return core.read_model(str(network.path))
        with tempfile.TemporaryDirectory(prefix="vedette-") as folder:
            # OpenVINO reads TFLite from a path only; what it maps outlives the name.
            path = Path(folder, "network.tflite")
            path.write_bytes(network.content)
            return core.read_model(str(path))
    except RuntimeError as error:
        raise _cannot_load(network, error) from error


def _compile(core: Any, model: Any, network: NetworkFile, settings: OpenVINOSettings) -> Any:
    wishes: dict[str, Any] = {"PERFORMANCE_HINT": "LATENCY"}
    if settings.device == "CPU":
        wishes["INFERENCE_NUM_THREADS"] = settings.threads
    if settings.device == "AUTO":
        # Else it starts on the CPU and changes over, and with it the embeddings, when it likes.
        wishes["ENABLE_STARTUP_FALLBACK"] = False
    if settings.precision != "device":
        wishes["INFERENCE_PRECISION_HINT"] = settings.precision
    folder = cache_folder() / "openvino"
    if _is_writable(folder):
        wishes["CACHE_DIR"] = str(folder)
    try:
        return core.compile_model(model, settings.device, wishes)
    except RuntimeError as error:
        raise _cannot_load(network, error) from error


def _is_writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


def _cannot_load(network: NetworkFile, error: Exception) -> BackendError:
    return BackendError(
        f"OpenVINO cannot load {network.path}: {first_line(error)}",
        "Check that the file is whole; ai-edge-quantizer's int8 files run in LiteRT only.",
    )


def _spec(port: Any, known: dict[str, Quantization]) -> TensorSpec:
    name = str(port.get_any_name())
    shape = tuple(int(each.get_length()) if each.is_static else -1 for each in port.get_partial_shape())
    dtype = np.dtype(port.get_element_type().to_dtype())
    return TensorSpec(name, shape, dtype, known.get(name) if dtype.kind in "iu" else None)


def _devices(compiled: Any, settings: OpenVINOSettings) -> str:
    used = "+".join(str(each).strip("()") for each in compiled.get_property("EXECUTION_DEVICES"))
    return f"AUTO:{used}" if settings.device == "AUTO" else used


def _precision(model: Any, compiled: Any, settings: OpenVINOSettings) -> str:
    try:
        real = compiled.get_property("INFERENCE_PRECISION_HINT").to_string()
    except RuntimeError:  # AUTO does not tell
        real = settings.precision
    is_quantized = any(each.get_type_name() == "FakeQuantize" for each in model.get_ops())
    return f"int8/{real}" if is_quantized else str(real)
