"""One camera that is kept alive: begun, begun again, left behind when it hangs, given up in the end."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from pydantic import Field

from vedette.pipeline.attempt import Attempt, StuckSettings
from vedette.pipeline.back_off import BackOff
from vedette.pipeline.camera_run import CameraRun, CameraTask

_log = logging.getLogger(__name__)

State = Literal["idle", "running", "restarting", "ended", "failed"]

OnFailure = Callable[[str, str], None]
"""Is told of a camera's failure, camera and reason, at once; must not block."""


class SupervisionSettings(StuckSettings):
    """When a camera is taken for stuck, and how it is begun anew."""

    first_delay_seconds: float = Field(
        default=0.5, gt=0, description="Wait this long before a camera that failed is begun anew."
    )
    longest_delay_seconds: float = Field(
        default=30.0, gt=0, description="The wait doubles with each failure, up to this."
    )
    steady_seconds: float = Field(
        default=60.0, ge=0, description="A camera that ran for this long begins with the short wait again."
    )
    abandoned_limit: int = Field(
        default=3, ge=0, description="Stuck threads of one camera that are left behind before it is given up."
    )


@dataclass(frozen=True, slots=True)
class CameraStatus:
    """How a camera is kept alive.

    `restarts` counts the loops that were begun after the first, `failures` those that died or hung;
    `abandoned` threads hang still. Its thread is in `stage` for at least `stage_seconds`.
    """

    state: State
    since_monotonic_seconds: float
    restarts: int = 0
    failures: int = 0
    last_failure: str | None = None
    abandoned: int = 0
    stage: str | None = None
    stage_seconds: float = 0.0


class SupervisedCamera:
    """A camera's task and its present attempt. Python cannot kill a thread: one that hangs is left behind.

    Any thread may call; `look` is called in turn by one. The cases when an attempt is over:

    1. the camera is to end: `ended`;
    2. it is to be built anew: at once;
    3. a finite source came to its end: `ended`. A recording is not played twice: one that failed
       is `failed`;
    4. else it failed, and is built anew after a while.
    """

    def __init__(
        self,
        task: CameraTask,
        settings: SupervisionSettings,
        on_failure: OnFailure,
        wake: Callable[[], None],
        monotonic: Callable[[], float],
    ) -> None:
        self.name = task.name
        self._task = task
        self._settings = settings
        self._on_failure = on_failure
        self._wake = wake
        self._monotonic = monotonic
        self._turn = threading.RLock()
        self._back_off = BackOff(
            settings.first_delay_seconds, settings.longest_delay_seconds, settings.steady_seconds
        )
        self._attempt: Attempt | None = None
        self._due: float | None = None
        self._left_behind: list[Attempt] = []
        self._is_to_end = False
        self._status = CameraStatus("idle", monotonic())
        # Not `Thread.join`: until Python 3.13 a join that Ctrl+C interrupts takes the thread for ended,
        # and a process that ends under a thread in a network's native code is aborted.
        self._ended = threading.Event()

    @property
    def status(self) -> CameraStatus:
        """How it is at this moment."""
        attempt = self._attempt
        return replace(
            self._status,
            abandoned=self._abandoned,
            stage=attempt.stage if attempt else None,
            stage_seconds=attempt.stage_seconds if attempt else 0.0,
        )

    @property
    def run(self) -> CameraRun | None:
        """The present loop; None between two."""
        attempt = self._attempt
        return attempt.run if attempt else None

    @property
    def is_given_up(self) -> bool:
        """Too many of its threads hang: only a new process helps."""
        return self._status.state == "failed" and self._abandoned > self._settings.abandoned_limit

    def start(self) -> None:
        """Begin."""
        with self._turn:
            self._begin(self._task.first)

    def ask_to_end(self) -> None:
        """For good; `wait` tells when it has."""
        with self._turn:
            self._is_to_end = True
            if self._attempt is None:
                self._finish("ended")
            else:
                self._attempt.stop()

    def rebuild(self) -> None:
        """Build the loop anew as soon as the present one has ended, which it is asked to."""
        with self._turn:
            if self._attempt is not None:
                self._attempt.is_to_be_rebuilt = True
                self._attempt.stop()

    def wait(self, timeout_seconds: float | None) -> bool:
        """True once it has ended or was given up."""
        return self._ended.wait(timeout_seconds)

    def leave_behind(self, reason: str) -> None:
        """It did not end though it should: cut it off."""
        with self._turn:
            if self._attempt is not None:
                self._cut_off(self._attempt, reason)
                self._finish("ended")

    def look(self) -> None:
        """Begin what is due, and see to what has ended or hangs; to be called at least once a second."""
        with self._turn:
            attempt, now = self._attempt, self._monotonic()
            if attempt is None:
                if self._due is not None and now >= self._due:
                    self._begin(None)
            elif attempt.ended.is_set():
                self._conclude(attempt)
            elif not self._is_to_end and (reason := attempt.stuck(now)) is not None:
                self._replace(attempt, reason)

    @property
    def _abandoned(self) -> int:
        return sum(not attempt.ended.is_set() for attempt in self._left_behind)

    def _begin(self, first: CameraRun | None) -> None:
        self._due = None
        restarts = self._status.restarts + (self._status.state != "idle")
        self._status = replace(self._became("running"), restarts=restarts)
        self._attempt = Attempt(self._task, first, self._settings, self._wake)

    def _conclude(self, attempt: Attempt) -> None:
        self._attempt = None
        if self._is_to_end:
            self._finish("ended")
        elif attempt.is_to_be_rebuilt:
            self._begin(None)
        elif attempt.is_endless:
            self._restart_later(attempt.failure or "its source ended, and it is not one that does")
        else:
            self._finish("failed" if attempt.failure else "ended", attempt.failure)

    def _replace(self, attempt: Attempt, reason: str) -> None:
        self._cut_off(attempt, reason)
        if self._abandoned > self._settings.abandoned_limit:
            self._finish("failed", f"{reason}; {self._abandoned} of its threads hang, and it is given up")
        elif attempt.is_to_be_rebuilt:
            self._begin(None)
        else:
            self._restart_later(reason)

    def _cut_off(self, attempt: Attempt, reason: str) -> None:
        self._attempt = None
        self._left_behind = [each for each in self._left_behind if not each.ended.is_set()]
        self._left_behind.append(attempt)
        try:
            attempt.abandon(reason)
        except Exception:  # noqa: BLE001 - it is left behind in any case
            _log.exception("camera %s: it cannot be cut off", self.name)

    def _restart_later(self, failure: str) -> None:
        delay = self._back_off.next_delay(self._monotonic() - self._status.since_monotonic_seconds)
        self._due = self._monotonic() + delay
        self._announce(failure, f"; it begins anew in {delay:g} s")
        self._status = self._became("restarting", failure)

    def _finish(self, state: Literal["ended", "failed"], failure: str | None = None) -> None:
        self._due = None
        if failure is not None:
            self._announce(failure)
        self._status = self._became(state, failure)
        self._ended.set()

    def _announce(self, failure: str, and_then: str = "") -> None:
        _log.error("camera %s: %s%s", self.name, failure, and_then)
        try:
            self._on_failure(self.name, failure)
        except Exception:  # noqa: BLE001 - the camera is begun anew in any case
            _log.exception("camera %s: who should be told of its failure failed", self.name)

    def _became(self, state: State, failure: str | None = None) -> CameraStatus:
        before = self._status
        return replace(
            before,
            state=state,
            since_monotonic_seconds=self._monotonic(),
            failures=before.failures + (failure is not None),
            last_failure=before.last_failure if failure is None else failure,
        )
