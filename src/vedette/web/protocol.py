"""What the service needs of the appliance, noun by noun, and nothing else of it.

Members that are said to block are called in threads of the service's own; all others are asked on its
event loop and must answer at once. Every member may be used from any thread.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from vedette.actions.protocol import ActionStatus
from vedette.actuators.protocol import ActuatorStatus
from vedette.assembly.live_feed import LiveFeed
from vedette.assembly.teaching_desk import TeachingDesk
from vedette.pipeline.explain_log import ExplainLog
from vedette.pipeline.inference_queue import CameraStatistics
from vedette.pipeline.metrics import Metrics
from vedette.pipeline.newest import Newest
from vedette.sources.protocol import SourceStatus
from vedette.store.events import EventFilter
from vedette.values.event import Event
from vedette.values.outbox import OutboxEntry, OutboxState
from vedette.values.prediction import Classification


class CameraPlan(Protocol):
    """What the configuration says of a camera."""

    @property
    def kind(self) -> str:
        """The source's kind (`rtsp`, `push`), never its address."""
        ...

    @property
    def classifiers(self) -> Sequence[str]:
        """Which classifiers look at its pictures."""
        ...

    @property
    def actuators(self) -> Sequence[str]:
        """Which actuators its rules drive."""
        ...

    @property
    def may_be_silent(self) -> bool:
        """It is well without a picture: others push them."""
        ...


class Events(Protocol):
    """The events in the store, as `EventTable`. Every member blocks for the disk and raises StoreError."""

    def list(
        self, wanted: EventFilter | None = None, limit: int | None = 100, before: str | None = None
    ) -> Sequence[Event]:
        """The newest first; with `before`, those that are older than the event of that id."""
        ...

    def get(self, identity: str) -> Event | None:
        """The event of that id."""
        ...

    def set_favourite(self, identity: str, is_favourite: bool) -> bool:
        """Keep it whatever its age, or no longer; false if there is none of that id."""
        ...

    def delete(self, identity: str) -> bool:
        """Forget the row; false if there is none of that id. The service takes its media away."""
        ...


class OutboxRows(Protocol):
    """What is and was to be told, as `OutboxTable`. Every member blocks and raises StoreError."""

    def list(
        self,
        state: OutboxState | None = None,
        action: str | None = None,
        limit: int | None = 100,
        before: str | None = None,
    ) -> Sequence[OutboxEntry]:
        """By key, the newest events' first; `before` is the last key of the page before."""
        ...

    def get(self, key: str) -> OutboxEntry | None:
        """The entry of that key."""
        ...

    def counts(self) -> Mapping[tuple[str, OutboxState], int]:
        """How many entries there are, by action and state."""
        ...

    def discard(self, key: str) -> bool:
        """Forget an entry; false if there is none of that key."""
        ...


class Delivery(Protocol):
    """The actions, as `vedette.actions.delivery.Delivery`."""

    @property
    def status(self) -> Mapping[str, ActionStatus]:
        """Every action's counts by its name."""
        ...

    def revive(self, key: str) -> bool:
        """Try a dead letter again, at once; false if there is none of that key. Blocks for the disk.

        Raises:
            StoreError: the disk does not serve.
        """
        ...

    def send_test(self, action: str) -> None:
        """Carry an action out at once with an event that says that it is a test. Blocks until its end.

        Raises:
            ActionError: it was not done, or there is no such action.
        """
        ...


class StorageState(Protocol):
    """How the disk and the database are."""

    @property
    def trouble(self) -> str | None:
        """Why nothing can be recorded at this moment; None while it can."""
        ...

    @property
    def free_bytes(self) -> int:
        """Free on the disk of the storage folder."""
        ...


class System(Protocol):
    """The appliance as a whole."""

    @property
    def uptime_seconds(self) -> float:
        """Since it was started."""
        ...

    @property
    def storage(self) -> StorageState:
        """As it was found last; does not block."""
        ...

    @property
    def queues(self) -> Mapping[str, Mapping[str, CameraStatistics]]:
        """Each loaded network's queue: by network, then by camera."""
        ...

    @property
    def temperatures(self) -> Mapping[str, float]:
        """Degrees Celsius by sensor; empty where nothing is known."""
        ...

    @property
    def troubles(self) -> Mapping[str, str]:
        """What does not work and why, by part: networks, chores, workers; empty if all is well."""
        ...

    @property
    def restarts(self) -> Mapping[str, int]:
        """How often a part (`camera garden`, `network efficientnet-lite0`) was started again."""
        ...

    def reload(self) -> Sequence[str]:
        """Read the configuration again and change what has changed; sentences of what did. Blocks.

        Raises:
            ConfigurationError: the file cannot be used; everything goes on as it was.
        """
        ...


class Appliance(Protocol):
    """Cameras, classifiers and all that hangs on them."""

    @property
    def cameras(self) -> Mapping[str, SourceStatus]:
        """Every camera's health at this moment, by name."""
        ...

    @property
    def plans(self) -> Mapping[str, CameraPlan]:
        """What each camera is by the configuration; the same names as `cameras`."""
        ...

    @property
    def newest(self) -> Newest:
        """Every camera's newest frame and verdicts."""
        ...

    @property
    def classifiers(self) -> tuple[str, ...]:
        """The names of the loaded classifiers."""
        ...

    @property
    def teaching(self) -> TeachingDesk:
        """Where classifiers are taught. Its members block."""
        ...

    @property
    def events(self) -> Events:
        """The events."""
        ...

    @property
    def media_folder(self) -> Path:
        """The storage folder, below which `Event.snapshot` and `Event.clip` lie."""
        ...

    @property
    def outbox(self) -> OutboxRows:
        """What is to be told."""
        ...

    @property
    def delivery(self) -> Delivery:
        """The actions."""
        ...

    @property
    def actuators(self) -> Mapping[str, ActuatorStatus]:
        """Every actuator's state by its name."""
        ...

    @property
    def explain(self) -> ExplainLog:
        """Why something happened, or nothing."""
        ...

    @property
    def live(self) -> LiveFeed:
        """What happens at this moment."""
        ...

    @property
    def metrics(self) -> Metrics:
        """What was counted and measured."""
        ...

    @property
    def system(self) -> System:
        """The appliance as a whole."""
        ...

    def classify_picture(self, data: bytes, classifier: str | None = None) -> Classification:
        """The answer to a picture's bytes; None asks the classifier that the configuration names. Blocks.

        Raises:
            PictureError: not a picture, or not one that may be opened.
            UsageError: no such classifier, or none is named and there is more than one.
            NotServed: the device was busy for too long, or is being shut down.
        """
        ...

    def push_picture(self, camera: str, data: bytes) -> None:
        """Give a picture to a camera that waits for pushed ones. Blocks.

        Raises:
            PictureError: not a picture, or not one that may be opened.
            UsageError: the camera is of another kind.
        """
        ...
