"""Which runtime a setting asks for, and a network prepared for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from pydantic import Field

from vedette.catalog.recipe import EmbeddingRecipe
from vedette.inference.embedder import NetworkEmbedder
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


def prepare(network: NetworkFile, recipe: EmbeddingRecipe) -> NetworkFile:
    """The network as the recipe wants it: its tensors as outputs, its scaling inside where that can be.

    Only TFLite files are edited; others have to bring the recipe's tensors as their outputs.
    """
    if network.format != "tflite":
        return network
    tapped = network.tapped(recipe.tensors)
    even = recipe.scaling.even if recipe.scaling else None
    return tapped.scaled(*even) if even else tapped


def open_embedder(
    network: NetworkFile,
    recipe: EmbeddingRecipe,
    settings: BackendSettings,
    settle: Callable[[NetworkFile, BackendSettings], BackendSettings] | None = None,
) -> NetworkEmbedder:
    """Load a network, prepared, and embed with it.

    `settle` says with which settings it can be loaded safely (`Probation.settle`); without it the
    network is trusted.

    Raises:
        BackendError: as `open_backend`, or a tensor that the network does not have.
    """
    prepared = prepare(network, recipe)
    if settle is not None:
        settings = settle(prepared, settings)
    return NetworkEmbedder(open_backend(prepared, settings), recipe, network.sha256)
