"""The appliance as a whole: started, looked after and stopped in the right order."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from vedette.actuators.protocol import ActuatorStatus
from vedette.assembly.actuation import Actuation
from vedette.assembly.cameras import Cameras, Plan
from vedette.assembly.live_feed import LiveFeed
from vedette.assembly.looks import Looks
from vedette.assembly.recording import Recording
from vedette.assembly.relay import Relay
from vedette.assembly.replaying import ReplayAnswer, ReplayQuestion, replayed
from vedette.assembly.screening import Screenings
from vedette.assembly.set_up import SetUp
from vedette.assembly.system import System
from vedette.assembly.teaching_desk import TeachingDesk
from vedette.assembly.watch import Watch
from vedette.benchmarking.appliance_process import FIRST_DECISION
from vedette.errors import UsageError
from vedette.pipeline.explain_log import ExplainLog
from vedette.pipeline.metrics import Metrics
from vedette.pipeline.newest import Newest
from vedette.pipeline.supervisor import Supervisor
from vedette.pixels.picture import decode_picture
from vedette.sources.protocol import SourceStatus
from vedette.sources.push import PushSource
from vedette.store.events import EventTable
from vedette.store.outbox import OutboxTable
from vedette.values.observation import Looked
from vedette.values.prediction import Classification
from vedette.values.trail import Trail

_log = logging.getLogger(__name__)

_POSTED = "http"
"""The turn of posted pictures beside the cameras'; the service asks for one picture at a time."""

_PATIENCE_SECONDS = 5.0

_SWITCH_SECONDS = 0.0005
"""How long a thread may keep the interpreter while others wait. Python's own is 0.005."""


class FirstDecision:
    """Says once that a camera is at work; a watcher of its loop."""

    def __init__(self, camera: str) -> None:
        self._camera = camera
        self._is_told = False

    def __call__(self, trail: Trail) -> None:
        """A watcher of the camera loop."""
        if self._is_told:
            return
        for name, seen in trail.observations.items():
            if isinstance(seen, Looked):
                self._is_told = True
                answer = seen.classification
                _log.info(
                    "camera %s: %s: %s says %s, %.0f %%",
                    self._camera,
                    FIRST_DECISION,
                    name,
                    answer.label,
                    answer.confidence * 100,
                )


@dataclass(frozen=True, slots=True)
class Onlookers:
    """Those who see every frame's trail and every event, and remember some of it."""

    newest: Newest
    metrics: Metrics
    explain: ExplainLog
    live: LiveFeed
    looks: Looks

    def forget(self, camera: str) -> None:
        """The camera is gone."""
        self.newest.forget(camera)
        self.metrics.forget(camera)
        self.explain.forget(camera)
        self.looks.forget(camera)


@dataclass(frozen=True, slots=True)
class Appliance:
    """See `vedette.web.protocol.Appliance`; `watch` are those who look after what runs.

    Started from the disk to the cameras, stopped the other way round, the actuators first.
    """

    system: System
    onlookers: Onlookers
    recording: Recording
    actuation: Actuation
    kept: Cameras
    watch: Watch
    teaching: TeachingDesk
    screenings: Screenings
    chosen_classifier: str | None
    set_up: SetUp | None = None

    def start(self) -> None:
        """Start everything, the cameras last.

        Raises:
            ActuatorError: an actuator that cannot be driven: nothing else is started then.
        """
        # A thread that serves many requests must not keep a camera's from the interpreter for long.
        sys.setswitchinterval(_SWITCH_SECONDS)
        self.system.logs.attach()
        self.system.measure()
        self.actuation.start()
        self.recording.start()
        self.supervisor.start()
        self.watch.start()

    def stop(self, timeout_seconds: float = 1.5, deadline_seconds: float = 3.5) -> bool:
        """Safe states, then everything else; true if every camera ended in time.

        What has not ended by the deadline (a disk or a server that hangs) is left to itself, and said.
        """
        outcome: list[bool] = []
        stopping = threading.Thread(
            target=lambda: outcome.append(self._stop(timeout_seconds)), name="stop", daemon=True
        )
        stopping.start()
        stopping.join(deadline_seconds)
        if not outcome:
            _log.error("not everything ended within %g s; the rest is left to itself", deadline_seconds)
        self.system.logs.detach()
        return bool(outcome and outcome[0])

    def _stop(self, timeout_seconds: float) -> bool:
        self.actuation.close()
        self.system.reloading.close(0.5)
        self.watch.close()
        self.supervisor.stop()
        ended = self.supervisor.wait(timeout_seconds)
        self.kept.finish("the appliance stopped")
        self.recording.close()
        if ended:
            self.system.workers.networks.close()
        return ended

    def settle(self, timeout_seconds: float = 10.0) -> bool:
        """Wait until everything that happened is on disk; false if that took too long."""
        return self.recording.journal.flush(timeout_seconds)

    def reload(self) -> tuple[str, ...]:
        """Take over what has changed in the configuration; sentences of what was done.

        Raises:
            VedetteError: it cannot be used; all goes on as it was.
        """
        return tuple(self.system.reload())

    @property
    def supervisor(self) -> Supervisor:
        """What keeps the cameras alive."""
        return self.system.workers.supervisor

    @property
    def cameras(self) -> Mapping[str, SourceStatus]:
        """Every camera's health at this moment."""
        return self.kept.status

    @property
    def plans(self) -> Mapping[str, Plan]:
        """What the configuration says of each camera."""
        return self.kept.plans

    @property
    def newest(self) -> Newest:
        """Every camera's newest frame and verdicts."""
        return self.onlookers.newest

    @property
    def metrics(self) -> Metrics:
        """What was counted and measured."""
        return self.onlookers.metrics

    @property
    def explain(self) -> ExplainLog:
        """Why something happened, or nothing."""
        return self.onlookers.explain

    @property
    def live(self) -> LiveFeed:
        """What happens at this moment."""
        return self.onlookers.live

    @property
    def looks(self) -> Looks:
        """What is made of each picture at this moment."""
        return self.onlookers.looks

    @property
    def events(self) -> EventTable:
        """The events."""
        return self.recording.store.events

    @property
    def outbox(self) -> OutboxTable:
        """What is and was to be told."""
        return self.recording.store.outbox

    @property
    def delivery(self) -> Relay:
        """The actions."""
        return self.recording.relay

    @property
    def actuators(self) -> Mapping[str, ActuatorStatus]:
        """Every actuator's state."""
        return self.actuation.status

    @property
    def media_folder(self) -> Path:
        """The storage folder."""
        return self.system.folder

    @property
    def classifiers(self) -> tuple[str, ...]:
        """The names of the loaded classifiers."""
        named = (name for names in self.kept.classifiers.values() for name in names)
        chosen = [self.chosen_classifier] if self.chosen_classifier else []
        return tuple(dict.fromkeys([*named, *chosen]))

    @property
    def default_classifier(self) -> str | None:
        """The one that answers POST /api/image: as configured, or the only one there is."""
        known = self.classifiers
        return self.chosen_classifier or (known[0] if len(known) == 1 else None)

    def replay(self, question: ReplayQuestion) -> ReplayAnswer:
        """What other decision settings would have made of the last hour.

        Raises:
            UsageError: there is no such camera, or settings that no rule can have.
        """
        config = self.kept.config(question.camera)
        if config is None:
            raise UsageError(f"there is no camera {question.camera!r}.", "GET /api/v1/cameras lists them.")
        return replayed(self.explain, config, question)

    def push_picture(self, camera: str, data: bytes) -> None:
        """Give a picture to a camera that waits for pushed ones.

        Raises:
            PictureError: not a picture, or not one that may be opened.
            UsageError: there is no such camera, or it is of another kind.
        """
        source = self.kept.source(camera)
        if not isinstance(source, PushSource):
            pushed = [name for name, plan in self.plans.items() if plan.kind == "push"]
            raise UsageError(
                f"no camera {camera!r} takes pushed pictures.",
                f"These do: {', '.join(pushed)}." if pushed else "Give a camera a source of `kind: push`.",
            )
        source.push(decode_picture(data))

    def classify_picture(self, data: bytes, classifier: str | None = None) -> Classification:
        """The answer for a posted picture; it takes its turn beside the cameras.

        Raises:
            PictureError: not a picture, or not one that may be opened.
            UsageError: no such classifier, or none was chosen.
            NotServed: the device stayed busy for 5 s, or a newer posted picture took this one's turn.
        """
        known = self.classifiers
        name = classifier or self.default_classifier
        if name is None:
            raise UsageError(
                f"there are {len(known)} classifiers, and none was chosen.",
                f"Ask with ?classifier=NAME, or set service.classifier to one of {', '.join(known)}.",
            )
        if name not in known:
            raise UsageError(f"no classifier is called {name!r}.", f"There are: {', '.join(known)}.")
        chosen, queue = self.system.workers.networks.classifier(name)
        pixels = chosen.pixels_of(data)
        return queue.run(_POSTED, lambda: chosen.classify_rgb(pixels), _PATIENCE_SECONDS)
