"""Who is told that a camera was lost, that one failed, or that a network hangs; and what is done then."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from vedette.assembly.networks import Networks
from vedette.config.agreement import CAMERA_LOST, CAMERA_RULE
from vedette.events.protocol import HealthRecorder, Recorder
from vedette.pipeline.explain_log import ExplainLog
from vedette.pipeline.inference_queue import InferenceQueue
from vedette.values.event import Importance

_log = logging.getLogger(__name__)


class CameraRecorder(Recorder, HealthRecorder, Protocol):
    """Records what a camera shows, and what becomes of it."""


class Faults(Protocol):
    """Is told of faults, and has the actuators in their safe states when it returns."""

    def __call__(self, camera: str | None, reason: str) -> None:
        """Of one camera, or of all."""
        ...


class Troubles:
    """See `HealthListener`, `NetworkListener` and the supervisor's `on_failure`.

    A fault is first told to the actuators. `recorders` are the cameras', `importance` is that of a
    camera's loss; both change with the configuration. `replaced` counts networks by classifier.
    """

    def __init__(self, fault: Faults, explain: ExplainLog, now: Callable[[], datetime]) -> None:
        self._fault = fault
        self._explain = explain
        self._now = now
        self.recorders: dict[str, CameraRecorder] = {}
        self.importance: dict[str, Importance] = {}
        self.replaced: dict[str, int] = {}

    def lost(self, camera: str, reason: str, silent_seconds: float) -> None:
        """See `HealthListener`: the open events end, and that of the loss begins."""
        self._fault(camera, f"the camera is lost: {reason}")
        self._explain.remark(camera, "camera", f"lost: {reason}", is_trouble=True)
        recorder = self.recorders.get(camera)
        if recorder is not None:
            recorder.finish("the camera was lost")
            importance = self.importance.get(camera, Importance.HIGH)
            seconds = time.monotonic()
            recorder.begin(CAMERA_RULE, CAMERA_LOST, self._now(), seconds, importance)
        _log.debug("camera %s was silent for %.1f s when it was given up", camera, silent_seconds)

    def returned(self, camera: str, silent_seconds: float) -> None:
        """See `HealthListener`."""
        self._explain.remark(camera, "camera", f"back after {silent_seconds:.0f} s")
        recorder = self.recorders.get(camera)
        if recorder is not None:
            recorder.end(CAMERA_RULE, "the camera is back", self._now(), time.monotonic())

    def network_replaced(self, classifiers: tuple[str, ...], cameras: Sequence[str], reason: str) -> None:
        """The network of these classifiers was loaded anew, which these cameras use."""
        for camera in cameras:
            self._explain.remark(camera, "network", f"loaded anew: {reason}", is_trouble=True)
        for name in classifiers:
            self.replaced[name] = self.replaced.get(name, 0) + 1

    def failed(self, camera: str, reason: str) -> None:
        """The supervisor's `on_failure`."""
        self._fault(camera, f"the camera's thread failed: {reason}")
        self._explain.remark(camera, "camera", f"its thread failed: {reason}", is_trouble=True)


class Users(Protocol):
    """Who uses which classifiers."""

    @property
    def classifiers(self) -> Mapping[str, tuple[str, ...]]:
        """By camera."""
        ...


class NetworkTroubles:
    """See `NetworkListener`: loads the network anew and begins the cameras that use it anew."""

    def __init__(
        self,
        networks: Networks,
        troubles: Troubles,
        fault: Faults,
        users: Users,
        rebuild: Callable[[str], None],
    ) -> None:
        self._networks = networks
        self._troubles = troubles
        self._fault = fault
        self._users = users
        self._rebuild = rebuild

    def on_stuck_network(self, queue: InferenceQueue, reason: str) -> None:
        """See `NetworkListener`."""
        self._replace(queue, reason)

    def on_failing_network(self, queue: InferenceQueue, reason: str) -> None:
        """See `NetworkListener`."""
        self._replace(queue, reason)

    def users(self, classifiers: tuple[str, ...]) -> tuple[str, ...]:
        """The cameras that use one of these."""
        used = self._users.classifiers.items()
        return tuple(camera for camera, names in used if set(names) & set(classifiers))

    def rebuild_users(self, classifiers: tuple[str, ...]) -> None:
        """Begin every camera anew that uses one of these."""
        for camera in self.users(classifiers):
            self._rebuild(camera)

    def _replace(self, queue: InferenceQueue, reason: str) -> None:
        self._fault(None, f"a network fails: {reason}")
        served = self._networks.replace(queue)
        _log.warning("the network of %s was loaded anew: %s", ", ".join(served) or "nobody", reason)
        self._troubles.network_replaced(served, self.users(served), reason)
        self.rebuild_users(served)
