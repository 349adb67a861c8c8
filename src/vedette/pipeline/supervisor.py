"""Keeps cameras alive. One that fails says why; the others go on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence

from vedette.pipeline.camera_run import CameraRun, CameraTask
from vedette.pipeline.rounds import Rounds
from vedette.pipeline.supervised_camera import (
    CameraStatus,
    OnFailure,
    SupervisedCamera,
    SupervisionSettings,
)

_ROUND_SECONDS = 0.25
_SILENCE_SECONDS = 20.0


def _nobody(camera: str, reason: str) -> None:
    """Nobody is to be told."""


class Supervisor:
    """Every camera in a thread of its own, and one thread that looks after them.

    Any thread may call. `on_failure` is told of every failure at once; it must not block.
    """

    def __init__(
        self,
        tasks: Sequence[CameraTask],
        settings: SupervisionSettings | None = None,
        on_failure: OnFailure = _nobody,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings or SupervisionSettings()
        self._on_failure = on_failure
        self._monotonic = monotonic
        self._turn = threading.Lock()
        self._cameras = {task.name: self._camera(task) for task in tasks}
        self._rounds = Rounds("supervision", _ROUND_SECONDS, self.look)
        self._is_started = False
        self._is_stopped = False

    @property
    def status(self) -> Mapping[str, CameraStatus]:
        """How every camera is kept alive, at this moment."""
        return {name: camera.status for name, camera in self._now().items()}

    @property
    def runs(self) -> Mapping[str, CameraRun | None]:
        """Every camera's present loop; None while it is not running."""
        return {name: camera.run for name, camera in self._now().items()}

    @property
    def failures(self) -> dict[str, str]:
        """Why a camera failed, by camera; empty for those that run or ended well."""
        return {
            name: status.last_failure or ""
            for name, status in self.status.items()
            if status.state in {"restarting", "failed"}
        }

    @property
    def is_running(self) -> bool:
        """At least one camera has not ended."""
        return self._is_started and not all(camera.wait(0) for camera in self._now().values())

    @property
    def is_beyond_help(self) -> bool:
        """A camera was given up, or nobody looks after them any more: a new process is needed."""
        is_working = self._is_started and not self._is_stopped
        is_silent = is_working and self._rounds.silent_seconds > _SILENCE_SECONDS
        return is_silent or any(camera.is_given_up for camera in self._now().values())

    def start(self) -> None:
        """Start every camera."""
        self._is_started = True
        for camera in self._now().values():
            camera.start()
        self._rounds.start()

    def add(self, task: CameraTask) -> None:
        """One more camera, started at once if the others are.

        Raises:
            ValueError: there is one of that name.
        """
        with self._turn:
            if task.name in self._cameras:
                raise ValueError(f"camera {task.name} is there already")
            camera = self._cameras[task.name] = self._camera(task)
        if self._is_started:
            camera.start()

    def remove(self, name: str, timeout_seconds: float = 5.0) -> bool:
        """End a camera and forget it; the others do not notice. True if it ended in time.

        One that did not is cut off and left behind. Nothing is done for a name that is not there.
        """
        camera = self._now().get(name)
        if camera is None:
            return True
        camera.ask_to_end()
        has_ended = not self._is_started or camera.wait(timeout_seconds)
        if not has_ended:
            camera.leave_behind("the camera was taken out of the configuration")
        with self._turn:
            self._cameras.pop(name, None)
        return has_ended

    def rebuild(self, name: str) -> None:
        """Build a camera's loop anew, for what it uses was replaced. That is no failure.

        Nothing is done for a name that is not there.
        """
        camera = self._now().get(name)
        if camera is not None:
            camera.rebuild()

    def stop(self) -> None:
        """Ask every camera to end; `wait` tells when they have."""
        self._is_stopped = True
        for camera in self._now().values():
            camera.ask_to_end()

    def wait(self, timeout_seconds: float | None = None) -> bool:
        """True once every camera has ended; the time-out is for all of them together."""
        deadline = None if timeout_seconds is None else time.monotonic() + timeout_seconds
        for camera in self._now().values() if self._is_started else ():
            camera.wait(None if deadline is None else max(0.0, deadline - time.monotonic()))
        has_ended = not self.is_running
        if has_ended and self._is_stopped:
            self._rounds.close()
        return has_ended

    def look(self) -> None:
        """One round; the supervisor's own thread goes it."""
        for camera in self._now().values():
            camera.look()

    def _now(self) -> dict[str, SupervisedCamera]:
        with self._turn:
            return dict(self._cameras)

    def _camera(self, task: CameraTask) -> SupervisedCamera:
        return SupervisedCamera(task, self._settings, self._on_failure, self._wake, self._monotonic)

    def _wake(self) -> None:
        self._rounds.wake()
