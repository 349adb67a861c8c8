"""ONNX Runtime: for networks that come as ONNX."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from vedette.errors import BackendError
from vedette.inference.fitting import first_line, require_fit
from vedette.inference.network_file import NetworkFile
from vedette.inference.protocol import Tensor, TensorSpec

_TYPES = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(double)": np.float64,
    "tensor(uint8)": np.uint8,
    "tensor(int8)": np.int8,
    "tensor(int32)": np.int32,
    "tensor(int64)": np.int64,
    "tensor(bool)": np.bool_,
}
_ERRORS_ONLY = 3


class OnnxRuntimeSettings(BaseModel):
    """Runs ONNX files with ONNX Runtime (the extra `onnx`)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["onnxruntime"] = Field(default="onnxruntime", description="ONNX Runtime, for ONNX files.")
    device: Literal["cpu"] = Field(default="cpu", description="The CPU.")
    threads: int = Field(default=2, ge=1, le=64, description="Threads that one inference uses.")


class OnnxRuntimeBackend:
    """An ONNX network in one session.

    Not for two threads at once, like every backend: whoever calls `run` holds the device's turn
    (`InferenceQueue`). Idle threads sleep: ONNX Runtime lets them spin, which burns a whole core
    between frames.

    Raises:
        BackendError: ONNX Runtime is not installed, or the file cannot be loaded.
    """

    def __init__(self, network: NetworkFile, settings: OnnxRuntimeSettings) -> None:
        if network.format != "onnx":
            raise BackendError(f"{network.path}: not an ONNX file.", "ONNX Runtime reads only those.")
        self._name = network.path.name
        self._session: Any = _session(network, settings)
        self._inputs = tuple(_spec(port, self._name) for port in self._session.get_inputs())
        self._outputs = tuple(_spec(port, self._name) for port in self._session.get_outputs())
        self._input_names = [spec.name for spec in self._inputs]
        self._engine = f"ONNX Runtime {version('onnxruntime')} {settings.device} {self._inputs[0].dtype.name}"

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
        """For example `ONNX Runtime 1.31.1 cpu float32`; the last word is the input's type."""
        return self._engine

    def run(self, tensors: Sequence[Tensor]) -> list[Tensor]:
        """See `Backend`."""
        if self._session is None:
            raise BackendError(f"{self._name} is closed.", "Open it again.")
        require_fit(self._name, self._inputs, tensors)
        try:
            results = self._session.run(None, dict(zip(self._input_names, tensors, strict=True)))
        except Exception as error:  # its errors have no common class
            raise BackendError(f"ONNX Runtime cannot run {self._name}: {first_line(error)}") from error
        return list(results)

    def close(self) -> None:
        """See `Backend`."""
        self._session = None


def _session(network: NetworkFile, settings: OnnxRuntimeSettings) -> Any:
    try:
        import onnxruntime  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise BackendError("ONNX Runtime is not installed.", 'Run `pip install "vedette[onnx]"`.') from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = settings.threads
    options.inter_op_num_threads = 1
    options.log_severity_level = _ERRORS_ONLY
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        # By its path, because large networks keep their weights in a file beside it.
        return onnxruntime.InferenceSession(str(network.path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # its errors have no common class
        raise BackendError(
            f"ONNX Runtime cannot load {network.path}: {first_line(error)}", "Check that the file is whole."
        ) from error


def _spec(port: Any, network: str) -> TensorSpec:
    if port.type not in _TYPES:
        raise BackendError(f"{network}: {port.name} is of type {port.type}, which Vedette cannot fill.")
    shape = tuple(each if isinstance(each, int) else -1 for each in port.shape)
    return TensorSpec(port.name, shape, np.dtype(_TYPES[port.type]))
