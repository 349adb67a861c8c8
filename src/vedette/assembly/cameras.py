"""The cameras of an appliance: what each is made of, and how they come, change and go."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from vedette.assembly.troubles import CameraRecorder, Troubles
from vedette.config.schema import AnySource, CameraConfig
from vedette.errors import TeachingError
from vedette.gates.background_settings import BackgroundGateSettings, Corners
from vedette.pipeline.camera_health import HealthSettings
from vedette.pipeline.camera_run import CameraRun, CameraTask
from vedette.pipeline.health import Health
from vedette.pipeline.supervisor import Supervisor
from vedette.sources.live import LiveSettings
from vedette.sources.protocol import Source, SourceStatus
from vedette.sources.push import PushSettings
from vedette.values.event import Importance

SILENCE_SECONDS = 30.0
"""A camera that is connected and silent for longer is begun anew, unless others push its pictures."""


@dataclass(frozen=True, slots=True)
class Plan:
    """See `vedette.web.protocol.CameraPlan`."""

    kind: str
    classifiers: tuple[str, ...]
    actuators: tuple[str, ...]
    may_be_silent: bool = False
    masks: tuple[Corners, ...] = ()
    asked: frozenset[str] = frozenset()


def health_of(config: CameraConfig) -> HealthSettings:
    """The camera's health settings. One whose pictures are pushed may be silent unless somebody says not."""
    is_said = "lost_after_seconds" in config.health.model_fields_set
    if isinstance(config.source, PushSettings) and not is_said:
        return config.health.model_copy(update={"lost_after_seconds": None})
    return config.health


def _silence_seconds(source: AnySource) -> float | None:
    """After how long of standing still a source is stuck: twice what it promises itself, at least."""
    if isinstance(source, PushSettings):
        return None
    if isinstance(source, LiveSettings):
        promised = max(source.connect_timeout_seconds, source.read_timeout_seconds)
        return max(SILENCE_SECONDS, 2 * promised)
    return SILENCE_SECONDS


class ClosableRecorder(CameraRecorder, Protocol):
    """A camera's recorder; see `EventRecorder`."""

    def close(self, reason: str, at: datetime | None = None, monotonic_seconds: float = 0.0) -> None:
        """Close everything; nothing opens any more."""
        ...


@dataclass(frozen=True, slots=True)
class Made:
    """A camera with all that belongs to it."""

    name: str
    config: CameraConfig
    recorder: ClosableRecorder
    task: CameraTask


@dataclass(frozen=True, slots=True)
class Hands:
    """How a camera is made: its recorder once, its run anew each time; and what remembers it."""

    recorder: Callable[[str, CameraConfig], ClosableRecorder]
    run: Callable[[str, CameraConfig, ClosableRecorder], CameraRun]
    forget: Callable[[str], None]


class Cameras:
    """Every camera by name, with what the configuration says of it."""

    def __init__(self, supervisor: Supervisor, health: Health, troubles: Troubles, hands: Hands) -> None:
        self._supervisor = supervisor
        self._health = health
        self._troubles = troubles
        self._hands = hands
        self._turn = threading.RLock()
        self._made: dict[str, Made] = {}
        self._actuators: frozenset[str] = frozenset()

    @property
    def plans(self) -> Mapping[str, Plan]:
        """What the configuration says of each camera."""
        return {name: self._plan(config) for name, config in self._now().items()}

    def config(self, name: str) -> CameraConfig | None:
        """All that the configuration says of a camera; None if there is none of that name."""
        return self._now().get(name)

    @property
    def classifiers(self) -> Mapping[str, tuple[str, ...]]:
        """Which classifiers each camera uses."""
        return {name: config.classifiers for name, config in self._now().items()}

    @property
    def status(self) -> Mapping[str, SourceStatus]:
        """Every camera's health at this moment."""
        runs, kept_alive = self._supervisor.runs, self._supervisor.status
        statuses = {}
        for name in self._now():
            run = runs.get(name)
            if run is not None:
                statuses[name] = run.source.status
            elif name in kept_alive:
                ended = kept_alive[name].state == "ended"
                statuses[name] = SourceStatus(
                    state="ended" if ended else "waiting", last_error=kept_alive[name].last_failure
                )
        return statuses

    def source(self, name: str) -> Source | None:
        """The camera's present source; None while it is being built anew, or if there is none."""
        run = self._supervisor.runs.get(name)
        return None if run is None else run.source

    def know_actuators(self, names: frozenset[str]) -> None:
        """Which actions move something."""
        self._actuators = names

    def make(self, name: str, config: CameraConfig) -> Made:
        """A camera, built and not started.

        Raises:
            VedetteError: a part of it cannot be had.
        """
        recorder = self._hands.recorder(name, config)
        task = CameraTask(
            name,
            build=lambda: self._hands.run(name, config, recorder),
            first=self._hands.run(name, config, recorder),
            silence_seconds=_silence_seconds(config.source),
        )
        return Made(name, config, recorder, task)

    def put(self, made: Made) -> None:
        """One more camera, started at once if the others are."""
        with self._turn:
            self._troubles.recorders[made.name] = made.recorder
            self._troubles.importance[made.name] = Importance[made.config.health.importance.upper()]
            self._made[made.name] = made
        self._supervisor.add(made.task)
        self._health.watch(made.name, health_of(made.config))

    def remove(self, name: str, reason: str, *, is_gone: bool = True) -> None:
        """End a camera; its open events are closed for this reason. What is gone is forgotten, too."""
        self._health.forget(name)
        self._supervisor.remove(name)
        with self._turn:
            made = self._made.pop(name, None)
            self._troubles.recorders.pop(name, None)
            self._troubles.importance.pop(name, None)
        if made is not None:
            made.recorder.close(reason, datetime.now(UTC), time.monotonic())
        if is_gone:
            self._hands.forget(name)

    def rebuild_all(self) -> None:
        """Build every camera's loop anew, for what they all use was exchanged."""
        for name in self._now():
            self._supervisor.rebuild(name)

    def permit(self, classifier: str, classes: Collection[str]) -> None:
        """Nothing, if every rule that asks this classifier still can.

        Raises:
            TeachingError: a rule asks for a class that it would not know any more.
        """
        for name, config in self._now().items():
            for rule in config.rules:
                if rule.classifier == classifier and rule.label not in classes:
                    raise TeachingError(
                        f"rule {rule.name} of camera {name} asks {classifier} for {rule.label},"
                        f" which it would not know any more.",
                        f"Keep pictures of {rule.label}, or change the rule first.",
                    )

    def finish(self, reason: str) -> None:
        """Close every camera's open events, also those of a thread that does not end."""
        with self._turn:
            everyone = tuple(self._made.values())
        for made in everyone:
            made.recorder.close(reason, datetime.now(UTC), time.monotonic())

    def _plan(self, config: CameraConfig) -> Plan:
        named = (name for rule in config.rules for name in rule.actions)
        actuators = tuple(dict.fromkeys(name for name in named if name in self._actuators))
        may_be_silent = health_of(config).lost_after_seconds is None
        masks = config.gate.masks if isinstance(config.gate, BackgroundGateSettings) else ()
        asked = frozenset(rule.classifier for rule in config.rules)
        return Plan(config.source.kind, config.classifiers, actuators, may_be_silent, masks, asked)

    def _now(self) -> dict[str, CameraConfig]:
        with self._turn:
            return {name: made.config for name, made in self._made.items()}
