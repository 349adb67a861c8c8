"""What a configuration may hold: unions of the settings that live beside each class."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    model_validator,
)

from vedette.actions.command import CommandSettings
from vedette.actions.log import LogSettings
from vedette.actions.mqtt import MqttSettings
from vedette.actions.notify import NotifySettings
from vedette.actions.webhook import WebhookSettings
from vedette.actuators.settings import GpioSettings
from vedette.events.clip_frames import FrameReelSettings
from vedette.events.clips import ClipSettings
from vedette.events.retention import RetentionSettings
from vedette.folders import data_folder
from vedette.gates.background_settings import BackgroundGateSettings
from vedette.gates.open_gate import OpenGateSettings
from vedette.pipeline.attention import AttentionSettings
from vedette.pipeline.camera_health import HealthSettings
from vedette.rules.absence import AbsenceSettings
from vedette.rules.presence import PresenceSettings
from vedette.sources.http_mjpeg import MjpegSettings
from vedette.sources.picture_folder import PictureFolderSettings
from vedette.sources.push import PushSettings
from vedette.sources.rtsp import RtspSettings
from vedette.sources.v4l2 import V4l2Settings
from vedette.sources.video_file import VideoFileSettings

AnySource = Annotated[
    VideoFileSettings | PictureFolderSettings | RtspSettings | MjpegSettings | V4l2Settings | PushSettings,
    Field(discriminator="kind"),
]
AnyGate = Annotated[BackgroundGateSettings | OpenGateSettings, Field(discriminator="kind")]
AnyRule = Annotated[PresenceSettings | AbsenceSettings, Field(discriminator="kind")]
AnyTellingAction = LogSettings | WebhookSettings | MqttSettings | NotifySettings | CommandSettings
AnyAction = Annotated[AnyTellingAction | GpioSettings, Field(discriminator="kind")]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_CLASSIFIER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def _name(text: str) -> str:
    """A name that may become a part of a path, of an address and of a dotted path in this file."""
    if not _NAME.fullmatch(text):
        raise ValueError("a name has 1 to 64 letters a-z, digits, - and _, and begins with a letter or digit")
    return text


def _classifier_name(text: str) -> str:
    """A classifier's name is its folder's name (see `vedette teach`)."""
    if not _CLASSIFIER_NAME.fullmatch(text):
        raise ValueError(
            "a classifier's name has 1 to 64 letters a-z, digits, -, _ and ., none of these first"
        )
    return text


def _address(host: str) -> str:
    """A name that means this machine, or an address."""
    if host != "localhost":
        try:
            ipaddress.ip_address(host)
        except ValueError:
            raise ValueError("say an address of this machine, such as 127.0.0.1, 0.0.0.0 or ::") from None
    return host


def _database(url: SecretStr) -> SecretStr:
    """No message repeats a part of it: it may hold a password."""
    if not url.get_secret_value().startswith(("postgresql://", "postgres://")):
        raise ValueError("the database is an address that begins with postgresql://; SQLite needs none")
    return url


def _with_log(actions: Any) -> Any:
    """The action `log` is there unless it is described otherwise: every rule has it by default."""
    return {"log": LogSettings(), **actions} if isinstance(actions, Mapping) else actions


Name = Annotated[str, AfterValidator(_name)]
ClassifierName = Annotated[str, AfterValidator(_classifier_name)]


class Section(BaseModel):
    """A part of the configuration."""

    # A value may hold a password: an error must not show it.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _nothing_is_the_default(cls, values: Any) -> Any:
        """A known key with nothing behind it (`cameras:`) is as if it were not there."""
        if not isinstance(values, Mapping):
            return values
        return {
            key: value for key, value in values.items() if value is not None or key not in cls.model_fields
        }


class StorageSettings(Section):
    """Where what happened is kept."""

    folder: Path = Field(
        default_factory=lambda: data_folder().absolute(),
        description="Holds events and their pictures; Vedette's data folder if left out.",
    )
    database: Annotated[SecretStr, AfterValidator(_database)] | None = Field(
        default=None,
        description="postgresql://name:password@host/database, instead of a SQLite file in the folder.",
    )
    retention: RetentionSettings = Field(
        default=RetentionSettings(), description="How long events are kept, and how much room they take."
    )
    clips: ClipSettings = Field(default=ClipSettings(), description="The videos of events.")
    clip_pictures: FrameReelSettings = Field(
        default=FrameReelSettings(),
        description="What they are made of where a camera sends nothing that browsers play.",
    )


class InferenceSettings(Section):
    """How networks are run. Network, engine and device are each classifier's own, as it was taught."""

    threads: int | None = Field(
        default=None, ge=1, le=256, description="Threads for a network; the engine's own choice if left out."
    )


class TlsSettings(Section):
    """What makes the service answer over https."""

    certificate: Path = Field(description="The certificate and those that it hangs on, as PEM.")
    key: Path = Field(description="Its private key, as PEM, without a password.")


class ServiceSettings(Section):
    """The page and the HTTP service: for this machine, unless it listens elsewhere, too."""

    host: Annotated[str, AfterValidator(_address)] = Field(
        default="127.0.0.1",
        description="Address to listen on: this machine's only by default; 0.0.0.0 or :: for all networks.",
    )
    port: int = Field(
        default=8731, ge=0, le=65535, description="Port to listen on; 0 takes any that is free."
    )
    access: Literal["people", "anyone"] = Field(
        default="people",
        description="Who may ask: people who have logged in, or anyone who reaches it from this machine.",
    )
    tls: TlsSettings | None = Field(
        default=None, description="Certificate and key, for https; http if left out."
    )
    token: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="A program that shows it may do everything: `Authorization: Bearer TOKEN`. Write it with "
        "!env or !file.",
    )
    hosts: tuple[str, ...] = Field(
        default=(), description="Names under which the service is asked, besides addresses: `shed.local`."
    )
    classifier: ClassifierName | None = Field(
        default=None,
        description="The classifier that answers POST /api/image; if left out, the only one there is.",
    )

    @model_validator(mode="after")
    def _anyone_is_at_home(self) -> Self:
        if self.access == "anyone" and not self.is_at_home:
            raise ValueError(
                "where anyone may ask, the service listens to this machine only: leave access out, so that "
                "people log in, or say host: 127.0.0.1"
            )
        return self

    @property
    def is_at_home(self) -> bool:
        """It listens to this machine only."""
        return self.host == "localhost" or ipaddress.ip_address(self.host).is_loopback


class CameraConfig(Section):
    """One camera: where its pictures come from, when to look, what to ask."""

    source: AnySource = Field(description="Where the pictures come from.")
    gate: AnyGate = Field(
        default=BackgroundGateSettings(), description="What opens the way to the network: motion, by default."
    )
    attention: AttentionSettings = Field(
        default=AttentionSettings(), description="How long and how often to look beyond what moves."
    )
    classifiers: tuple[ClassifierName, ...] = Field(
        default=(), description="The taught classifiers that look at this camera's pictures."
    )
    rules: tuple[AnyRule, ...] = Field(default=(), description="The questions; an event answers one of them.")
    health: HealthSettings = Field(
        default=HealthSettings(), description="When the camera is lost, and who is told."
    )


class Config(Section):
    """The whole configuration."""

    storage: StorageSettings = Field(
        default_factory=StorageSettings, description="Where what happened is kept."
    )
    inference: InferenceSettings = Field(default=InferenceSettings(), description="How networks are run.")
    service: ServiceSettings = Field(default=ServiceSettings(), description="The HTTP service.")
    cameras: Mapping[Name, CameraConfig] = Field(default={}, description="The cameras by name.")
    actions: Annotated[Mapping[Name, AnyAction], BeforeValidator(_with_log)] = Field(
        default={},
        validate_default=True,
        description="What can be done, by name; `log` is there without being described.",
    )
