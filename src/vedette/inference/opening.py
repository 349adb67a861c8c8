"""Which runtime a setting asks for."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from vedette.inference.litert import LiteRTBackend, LiteRTSettings
from vedette.inference.network_file import NetworkFile
from vedette.inference.onnxruntime import OnnxRuntimeBackend, OnnxRuntimeSettings
from vedette.inference.openvino import OpenVINOBackend, OpenVINOSettings
from vedette.inference.protocol import Backend

BackendSettings = Annotated[
    LiteRTSettings | OpenVINOSettings | OnnxRuntimeSettings, Field(discriminator="kind")
]


def open_backend(network: NetworkFile, settings: BackendSettings) -> Backend:
    """Load the network on the device that the settings name.

    Raises:
        BackendError: a runtime that is not installed, a device that is not there, or a network
            that it cannot load.
    """
    match settings:
        case LiteRTSettings():
            return LiteRTBackend(network, settings)
        case OpenVINOSettings():
            return OpenVINOBackend(network, settings)
        case OnnxRuntimeSettings():
            return OnnxRuntimeBackend(network, settings)
