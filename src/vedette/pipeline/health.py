"""Whether every camera delivers; who is to know is told once when one is lost, and once when it is back."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import Protocol

from vedette.pipeline.camera_health import CameraHealth, HealthSettings, Patient
from vedette.pipeline.camera_run import CameraRun
from vedette.pipeline.rounds import Rounds
from vedette.pipeline.supervised_camera import CameraStatus

_log = logging.getLogger(__name__)

_ROUND_SECONDS = 0.5


class HealthListener(Protocol):
    """Is told in the health thread; must not block it for long."""

    def lost(self, camera: str, reason: str, silent_seconds: float) -> None:
        """A camera has given no frame for so long, or its thread died. Once for each outage."""
        ...

    def returned(self, camera: str, silent_seconds: float) -> None:
        """Frames of a lost camera flow again; so long there were none."""
        ...


class Cameras(Protocol):
    """What health is told from; the supervisor is it."""

    @property
    def status(self) -> Mapping[str, CameraStatus]:
        """How every camera is kept alive."""
        ...

    @property
    def runs(self) -> Mapping[str, CameraRun | None]:
        """Every camera's present loop."""
        ...


class Health:
    """Looks at the cameras that it was told to `watch`, twice a second. Any thread may call."""

    def __init__(
        self,
        cameras: Cameras,
        listener: HealthListener,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._cameras = cameras
        self._listener = listener
        self._monotonic = monotonic
        self._turn = threading.Lock()
        self._patients: dict[str, Patient] = {}
        self._rounds = Rounds("health", _ROUND_SECONDS, self.look)

    @property
    def status(self) -> Mapping[str, CameraHealth]:
        """Every watched camera's health at the last look."""
        return {name: patient.health for name, patient in self._now().items()}

    @property
    def silent_seconds(self) -> float:
        """How long ago the last round ended; it should be about half a second."""
        return self._rounds.silent_seconds

    def watch(self, camera: str, settings: HealthSettings) -> None:
        """Look after a camera from now on; its time begins now, also if it was watched already."""
        with self._turn:
            self._patients[camera] = Patient(settings)

    def forget(self, camera: str) -> None:
        """No longer look after it; nobody is told anything more of it."""
        with self._turn:
            self._patients.pop(camera, None)

    def start(self) -> None:
        """Begin."""
        self._rounds.start()

    def close(self) -> None:
        """End. Twice is once."""
        self._rounds.close()

    def look(self) -> None:
        """One round; the health thread goes it."""
        status, runs, now = self._cameras.status, self._cameras.runs, self._monotonic()
        for name, patient in self._now().items():
            if name in status:
                self._tell(name, patient, patient.examine(status[name], runs.get(name), now))

    def _tell(self, name: str, patient: Patient, news: str | None) -> None:
        health = patient.health
        try:
            if news == "lost":
                _log.warning("camera %s is lost: %s", name, health.reason)
                self._listener.lost(name, health.reason, health.silent_seconds)
            elif news == "returned":
                _log.info("camera %s is back after %.0f s", name, patient.outage_seconds)
                self._listener.returned(name, patient.outage_seconds)
        except Exception:  # noqa: BLE001 - one camera's news must not cost the others theirs
            _log.exception("camera %s: who should be told of its health failed", name)

    def _now(self) -> dict[str, Patient]:
        with self._turn:
            return dict(self._patients)
