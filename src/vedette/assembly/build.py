"""The only file that constructs implementations: from settings to the things that they describe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import ValidationError

from vedette.actions.command import CommandAction, CommandSettings
from vedette.actions.log import LogAction, LogSettings
from vedette.actions.mqtt import MqttAction, MqttSettings
from vedette.actions.notify import NotifyAction, NotifySettings
from vedette.actions.protocol import Action
from vedette.actions.webhook import WebhookAction, WebhookSettings
from vedette.actuators.binding import Binding
from vedette.actuators.board import ActuatorBoard
from vedette.actuators.settings import GpioSettings
from vedette.assembly.networks import Networks
from vedette.catalog.fetch import obtain, silent
from vedette.catalog.library import Library
from vedette.catalog.manifest import Manifest
from vedette.catalog.recipe import EmbeddingRecipe, Scaling
from vedette.catalog.ways import Progress
from vedette.config.schema import AnyGate, AnyRule, AnySource, AnyTellingAction
from vedette.errors import CatalogError, ConfigurationError
from vedette.events.protocol import Unrecorded
from vedette.folders import classifiers_folder
from vedette.gates.background import BackgroundGate
from vedette.gates.background_settings import BackgroundGateSettings
from vedette.gates.open_gate import OpenGate, OpenGateSettings
from vedette.gates.protocol import Gate
from vedette.inference.embedder import NetworkEmbedder
from vedette.inference.litert import LiteRTSettings
from vedette.inference.network_file import read_network
from vedette.inference.onnxruntime import OnnxRuntimeSettings
from vedette.inference.opening import BackendSettings, open_backend, open_embedder, prepare
from vedette.inference.openvino import OpenVINOSettings
from vedette.inference.probation import Probation
from vedette.inference.protocol import Backend
from vedette.pipeline.attention import Attention, AttentionSettings
from vedette.pipeline.camera_loop import CameraLoop, Stages, Watcher
from vedette.rules.absence import Absence, AbsenceSettings
from vedette.rules.presence import Presence, PresenceSettings
from vedette.rules.protocol import Rule
from vedette.sources.http_mjpeg import MjpegSettings, MjpegSource
from vedette.sources.parsing import parse_source
from vedette.sources.picture_folder import PictureFolderSettings, PictureFolderSource
from vedette.sources.protocol import Source
from vedette.sources.push import PushSettings, PushSource
from vedette.sources.rtsp import RtspSettings, RtspSource
from vedette.sources.v4l2 import V4l2Settings, V4l2Source
from vedette.sources.video_file import VideoFileSettings, VideoFileSource

DATABASE_NAME = "events.sqlite"
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


def build_backend(
    network: str = DEFAULT_NETWORK, engine: str = "litert", device: str = "cpu", threads: int | None = None
) -> Backend:
    """The bare network that `build_embedder` embeds with, for measuring.

    Raises:
        CatalogError: an unknown network, or one that is not to be had.
        BackendError: a runtime or device that cannot load it.
    """
    library = Library.default()
    file = prepare(read_network(obtain(network, library)), _recipe(library.manifest(network)))
    return open_backend(file, backend_settings(engine, device, threads))


def backend_settings(engine: str, device: str = "cpu", threads: int | None = None) -> BackendSettings:
    """The settings of an engine, by its name.

    Raises:
        ConfigurationError: no such engine, or one that does not have the device.
    """
    given = {} if threads is None else {"threads": threads}
    try:
        if engine == "litert":
            return LiteRTSettings.model_validate({"device": device.lower(), **given})
        if engine == "openvino":
            return OpenVINOSettings.model_validate({"device": device.upper(), **given})
        if engine == "onnxruntime":
            return OnnxRuntimeSettings.model_validate({"device": device.lower(), **given})
    except ValidationError as error:
        raise ConfigurationError(
            f"the engine {engine} cannot run on {device!r} with {threads or 'its own number of'} threads.",
            "; ".join(f"{each['loc'][-1]}: {each['msg']}" for each in error.errors()) + ".",
        ) from error
    raise ConfigurationError(f"no engine is called {engine!r}.", "There are: litert, openvino, onnxruntime.")


def _recipe(manifest: Manifest) -> EmbeddingRecipe:
    if manifest.embedding is None or manifest.input is None:
        raise CatalogError(
            f"'{manifest.name}' does not say how it embeds a picture.",
            'Name the tensor in its manifest: [embedding] taps = [{ tensor = "..." }].',
        )
    scaling = Scaling(mean=manifest.input.mean, deviation=manifest.input.standard_deviation)
    return manifest.embedding.model_copy(update={"scaling": scaling})


def build_source(name: str, settings: AnySource) -> Source:
    """The camera that the settings describe."""
    match settings:
        case VideoFileSettings():
            return VideoFileSource(name, settings)
        case PictureFolderSettings():
            return PictureFolderSource(name, settings)
        case RtspSettings():
            return RtspSource(name, settings)
        case MjpegSettings():
            return MjpegSource(name, settings)
        case V4l2Settings():
            return V4l2Source(name, settings)
        case PushSettings():
            return PushSource(name, settings)


def build_clip(name: str, video: Path) -> Source:
    """A video as a camera that plays as fast as it is decoded."""
    return VideoFileSource(name, VideoFileSettings(path=video, paced=False))


def build_gate(settings: AnyGate) -> Gate:
    """The gate that the settings describe."""
    match settings:
        case BackgroundGateSettings():
            return BackgroundGate(settings)
        case OpenGateSettings():
            return OpenGate()


def build_rule(settings: AnyRule) -> Rule:
    """The rule that the settings describe."""
    match settings:
        case PresenceSettings():
            return Presence(settings)
        case AbsenceSettings():
            return Absence(settings)


def build_action(name: str, settings: AnyTellingAction) -> Action:
    """The action that the settings describe."""
    match settings:
        case LogSettings():
            return LogAction(name, settings)
        case WebhookSettings():
            return WebhookAction(name, settings)
        case MqttSettings():
            return MqttAction(name, settings)
        case NotifySettings():
            return NotifyAction(name, settings)
        case CommandSettings():
            return CommandAction(name, settings)


def build_actuators(actuators: Mapping[str, GpioSettings]) -> ActuatorBoard:
    """Actuators that no rule drives: each is in its safe state from `start` on."""
    return ActuatorBoard([Binding(name, settings, ()) for name, settings in actuators.items()])


def build_networks(root: Path, threads: int | None = None) -> Networks:
    """Opens the classifiers below `root` with the networks that they were taught with."""
    return Networks(
        root, lambda origin: build_embedder(origin.network, origin.engine, origin.device, threads)
    )


def build_watch(
    source: str, classifiers: Sequence[str], watcher: Watcher, *, has_gate: bool = True, is_paced: bool = True
) -> CameraLoop:
    """A camera without rules and events, for looking at what classifiers say.

    Raises:
        UsageError: a source that cannot be one.
        TeachingError: no such classifier.
    """
    settings = parse_source(source)
    if isinstance(settings, VideoFileSettings):
        settings = settings.model_copy(update={"paced": is_paced})
    networks = build_networks(classifiers_folder())
    stages = Stages(
        build_source("camera", settings),
        BackgroundGate(BackgroundGateSettings()) if has_gate else OpenGate(),
        Attention(AttentionSettings()),
        [networks.classifier(name) for name in classifiers],
        [],
        Unrecorded(),
    )
    return CameraLoop(stages, [watcher])
