"""The only file that constructs implementations: from settings to the things that they describe."""

from __future__ import annotations

from vedette.catalog.fetch import obtain, silent
from vedette.catalog.library import Library
from vedette.catalog.manifest import Manifest
from vedette.catalog.ways import Progress
from vedette.errors import CatalogError, ConfigurationError
from vedette.inference.embedder import EmbeddingRecipe, NetworkEmbedder, Tap
from vedette.inference.litert import LiteRTSettings
from vedette.inference.network_file import read_network
from vedette.inference.onnxruntime import OnnxRuntimeSettings
from vedette.inference.opening import BackendSettings, open_embedder
from vedette.inference.openvino import OpenVINOSettings
from vedette.inference.preprocessing import Scaling
from vedette.inference.probation import Probation

DEFAULT_NETWORK = "efficientnet-lite0"


def build_embedder(
    network: str = DEFAULT_NETWORK,
    engine: str = "litert",
    device: str = "cpu",
    threads: int | None = None,
    progress: Progress = silent,
) -> NetworkEmbedder:
    """A loaded network that embeds pictures; fetched first if it has to be.

    A network that is not the catalog's is tried out in a child process first.

    Raises:
        CatalogError: an unknown network, one that is not to be had, or one that does not embed.
        BackendError: a runtime or device that cannot load it.
    """
    library = Library.default()
    manifest = library.manifest(network)
    file = read_network(obtain(network, library, progress))
    known = [library.manifest(name).sha256 or "" for name in library.names]
    settings = backend_settings(engine, device, threads)
    return open_embedder(file, _recipe(manifest), settings, Probation(known).settle)


def backend_settings(engine: str, device: str = "cpu", threads: int | None = None) -> BackendSettings:
    """The settings of an engine, by its name.

    Raises:
        ConfigurationError: no such engine.
    """
    given = {} if threads is None else {"threads": threads}
    if engine == "litert":
        return LiteRTSettings.model_validate({"device": device.lower(), **given})
    if engine == "openvino":
        return OpenVINOSettings.model_validate({"device": device.upper(), **given})
    if engine == "onnxruntime":
        return OnnxRuntimeSettings.model_validate({"device": device.lower(), **given})
    raise ConfigurationError(f"no engine is called {engine!r}.", "There are: litert, openvino, onnxruntime.")


def _recipe(manifest: Manifest) -> EmbeddingRecipe:
    if manifest.embedding is None or manifest.input is None:
        raise CatalogError(
            f"'{manifest.name}' does not say how it embeds a picture.",
            'Name the tensor in its manifest: [embedding] taps = [{ tensor = "..." }].',
        )
    mean, deviation = manifest.input.mean, manifest.input.standard_deviation
    return EmbeddingRecipe(
        taps=tuple(Tap(tensor=tap.tensor, pooling=tap.pooling) for tap in manifest.embedding.taps),
        scaling=Scaling(mean=(mean,) * 3, deviation=(deviation,) * 3),
    )
