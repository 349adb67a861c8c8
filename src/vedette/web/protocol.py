"""What the service needs of the appliance, noun by noun, and nothing else of it.

Members that are said to block are called in threads of the service's own; all others are asked on its
event loop and must answer at once. Every member may be used from any thread.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

from vedette.actions.protocol import ActionStatus
from vedette.actuators.protocol import ActuatorStatus
from vedette.assembly.live_feed import LiveFeed
from vedette.assembly.log_ring import LogRing
from vedette.assembly.looks import Looks
from vedette.assembly.replaying import ReplayAnswer, ReplayQuestion
from vedette.assembly.screening import Screenings
from vedette.assembly.set_up import SetUp
from vedette.assembly.teaching_desk import TeachingDesk
from vedette.assembly.vitals import Vitals
from vedette.pipeline.explain_log import ExplainLog
from vedette.pipeline.inference_queue import CameraStatistics
from vedette.pipeline.metrics import Metrics
from vedette.pipeline.newest import Newest
from vedette.sources.protocol import SourceStatus
from vedette.store.event_filter import EventFilter
from vedette.store.tallies import Count, Facets
from vedette.values.event import Event, Review
from vedette.values.evidence import Evidence
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
    def asked(self) -> frozenset[str]:
        """Those of them that its rules ask."""
        ...

    @property
    def actuators(self) -> Sequence[str]:
        """Which actuators its rules drive."""
        ...

    @property
    def may_be_silent(self) -> bool:
        """It is well without a picture: others push them."""
        ...

    @property
    def masks(self) -> Sequence[Sequence[tuple[float, float]]]:
        """Polygons in which nothing counts as moving: corners x, y in 0..1 of the frame."""
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

    def set_review(self, identity: str, review: Review | None) -> bool:
        """What a person said of it, or nothing any more; false if there is none of that id."""
        ...

    def counts(
        self, wanted: EventFilter, origin: datetime, bucket_seconds: int, by: Literal["camera", "label"]
    ) -> Sequence[Count]:
        """How many opened in each bucket of time, oldest first; buckets begin at `origin`."""
        ...

    def facets(self) -> Facets:
        """Which cameras, rules and labels events have."""
        ...

    def neighbours(self, identity: str, wanted: EventFilter | None = None) -> tuple[str | None, str | None]:
        """The ids of the next newer and the next older event of those that are asked for."""
        ...

    def evidence(self, identity: str) -> Evidence | None:
        """How its decision came about; None if that was not kept."""
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

    @property
    def total_bytes(self) -> int:
        """That disk's size; 0 before it was asked."""
        ...

    @property
    def media_bytes(self) -> int | None:
        """What pictures and videos take, some minutes old; None until they were added up."""
        ...


class RetentionPlan(Protocol):
    """How long events are kept; see `RetentionSettings`."""

    @property
    def keep_days(self) -> float | None:
        """Older events are deleted; None keeps them for ever."""
        ...

    @property
    def keep_free_bytes(self) -> int:
        """So much of the disk stays free, or the percentage, whichever is less."""
        ...

    @property
    def keep_free_percent(self) -> float:
        """So much of the disk, 0..90."""
        ...

    @property
    def maximum_bytes(self) -> int | None:
        """Media take no more; None sets no limit."""
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
    def lost_since(self) -> Mapping[str, datetime]:
        """When each camera that is lost gave its last picture, or was begun if it gave none; by part."""
        ...

    @property
    def remedies(self) -> Mapping[str, str]:
        """What to do about each of the troubles, and about the storage's, by the same names."""
        ...

    @property
    def vitals(self) -> Vitals:
        """What the process takes of the machine."""
        ...

    @property
    def retention(self) -> RetentionPlan:
        """How long events are kept."""
        ...

    @property
    def logs(self) -> LogRing:
        """What was said last."""
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
    def set_up(self) -> SetUp | None:
        """Its configuration file, to be read and changed; None where it runs without one. Blocks."""
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
    def looks(self) -> Looks:
        """What is made of each picture at this moment."""
        ...

    @property
    def screenings(self) -> Screenings:
        """The cameras' video for those who watch."""
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

    def replay(self, question: ReplayQuestion) -> ReplayAnswer:
        """What other decision settings would have made of the last hour. Blocks.

        Raises:
            UsageError: there is no such camera, or settings that no rule can have.
        """
        ...

    def push_picture(self, camera: str, data: bytes) -> None:
        """Give a picture to a camera that waits for pushed ones. Blocks.

        Raises:
            PictureError: not a picture, or not one that may be opened.
            UsageError: the camera is of another kind.
        """
        ...
