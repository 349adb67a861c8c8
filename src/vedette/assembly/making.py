"""What is made of the configuration's words, each time that it is needed: cameras, actions, actuators."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from os import urandom

from vedette.actions.delivery import Delivery, Duty
from vedette.actuators.binding import Binding
from vedette.actuators.board import ActuatorBoard
from vedette.actuators.protocol import ActuatorStatus
from vedette.actuators.settings import GpioSettings
from vedette.assembly.actuation import Actuation, Board
from vedette.assembly.appliance import FirstDecision, Onlookers
from vedette.assembly.build import build_action, build_gate, build_rule, build_source
from vedette.assembly.cameras import ClosableRecorder, health_of
from vedette.assembly.networks import Networks
from vedette.assembly.reels import Reels
from vedette.assembly.watched_action import WatchedAction
from vedette.config.agreement import routes
from vedette.config.schema import AnyTellingAction, CameraConfig, Config
from vedette.events.happening import Happening
from vedette.events.identity import event_id
from vedette.events.lifecycle import EventRecorder
from vedette.pipeline.attention import Attention
from vedette.pipeline.camera_loop import CameraLoop, Forgetting, Stages, Watcher
from vedette.pipeline.explain_row import Mention
from vedette.store.store import Store
from vedette.values.event import Event, Importance


def now() -> datetime:
    """The wall clock, UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class CameraMaking:
    """Makes cameras. `put` takes what their recorders decide; `reels` are what clips are made of."""

    networks: Networks
    actuation: Actuation
    onlookers: Onlookers
    put: Callable[[Happening], None]
    reels: Reels
    watchers: Sequence[Watcher] = ()

    def recorder(self, name: str, camera: CameraConfig) -> EventRecorder:
        """What makes events of a camera's verdicts; it outlives the camera's loops."""
        importance = {rule.name: Importance[rule.importance.upper()] for rule in camera.rules}
        return EventRecorder(name, self.put, partial(event_id, random_bytes=urandom), importance)

    def run(self, name: str, camera: CameraConfig, recorder: ClosableRecorder) -> CameraLoop:
        """One run of a camera: everything that its frames pass through, new.

        Raises:
            VedetteError: a part that cannot be had.
        """
        source = build_source(name, camera.source)
        # A classifier that is not taught yet keeps nobody from looking.
        classifiers, missing = self.networks.available(camera.classifiers)
        stages = Stages(
            source,
            build_gate(camera.gate),
            Attention(camera.attention),
            classifiers,
            [build_rule(rule) for rule in camera.rules],
            recorder,
            partial(self.actuation.wants_looks, name),
            _forgetting(camera),
            missing,
        )
        seen_by = self.onlookers
        # The actuators first: nothing that remembers may stand before what acts.
        watchers: list[Watcher] = [self.actuation.observe, FirstDecision(name)]
        watchers += [
            partial(self.reels.watch, source),
            seen_by.newest,
            seen_by.metrics,
            seen_by.explain,
            seen_by.live.watch,
            partial(seen_by.looks.watch, [looker for looker, _ in stages.classifiers]),
        ]
        return CameraLoop(stages, [*watchers, *self.watchers])

    def forget(self, name: str) -> None:
        """The camera is gone."""
        self.reels.forget(name)
        self.onlookers.forget(name)


@dataclass(frozen=True, slots=True)
class ActionMaking:
    """Makes what acts. `read_snapshot` gives an event's JPEG."""

    store: Store
    onlookers: Onlookers
    read_snapshot: Callable[[Event], bytes | None]

    def delivery(self, config: Config) -> Delivery:
        """All actions that tell, not started."""
        duties = [
            Duty(self._watched(name, settings), settings)
            for name, settings in config.actions.items()
            if not isinstance(settings, GpioSettings)
        ]
        return Delivery(duties, routes(config), self.store.outbox, self.read_snapshot)

    def board(self, bindings: Sequence[Binding]) -> Board | None:
        """All actuators, not started; None if there are none."""
        return ActuatorBoard(bindings, [self._changed]) if bindings else None

    def _watched(self, name: str, settings: AnyTellingAction) -> WatchedAction:
        return WatchedAction(
            build_action(name, settings), self.onlookers.metrics, self.onlookers.explain, now
        )

    def _changed(self, name: str, status: ActuatorStatus) -> None:
        text = f"{name} is {status.state}: {status.reason}"
        is_trouble, mention = status.last_error is not None, Mention(name, status.state)
        self.onlookers.explain.remark(None, "actuator", text, is_trouble=is_trouble, mention=mention)


def _forgetting(camera: CameraConfig) -> Forgetting | None:
    """A rule's state does not outlast the loss of its camera."""
    seconds = health_of(camera).lost_after_seconds
    return (
        None if seconds is None else Forgetting(seconds, lambda: [build_rule(rule) for rule in camera.rules])
    )
