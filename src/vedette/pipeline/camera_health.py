"""One camera's health, from its frames' coming and its thread's living."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from vedette.pipeline.camera_run import CameraRun
from vedette.pipeline.pulse import SOURCE, Pulse, Stillness
from vedette.pipeline.supervised_camera import CameraStatus

_WINDOW_LOOKS = 21
_FRAMES_TO_BE_BACK = 2


class HealthSettings(BaseModel):
    """When a camera is lost, and what is done then."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    lost_after_seconds: float | None = Field(
        default=10.0,
        gt=0,
        description="A camera without a picture for this long is lost; null for one that may be silent.",
    )
    actions: tuple[str, ...] = Field(
        default=("log",), description="Names of the actions to carry out when it is lost and when it is back."
    )
    importance: Literal["low", "normal", "high"] = Field(
        default="high", description="How late the event of a loss gives way when the disk is full."
    )


@dataclass(frozen=True, slots=True)
class CameraHealth:
    """A camera's health, with rates over the last ten seconds or so.

    `reason` says why it is lost, `lost_since` from when on, on the monotonic clock. `frames_per_second`
    passed through; `dropped_per_second` came late and did not. `not_served_share` is the part, 0..1, of the
    wanted looks that the network had no time for: above 0, there is more to look at than this machine can.
    """

    is_lost: bool = False
    reason: str = ""
    lost_since: float | None = None
    silent_seconds: float = 0.0
    frames_per_second: float = 0.0
    dropped_per_second: float = 0.0
    not_served_share: float = 0.0


class _Counts(NamedTuple):
    """What one loop has counted, or all loops of a camera together."""

    frames: int = 0
    dropped: int = 0
    wanted: int = 0
    refused: int = 0

    def grown(self, before: _Counts, now: _Counts) -> _Counts:
        """These counts, when another count went from `before` to `now`."""
        return _Counts(*(mine + max(0, new - old) for mine, old, new in zip(self, before, now, strict=True)))


def _counts(run: CameraRun) -> _Counts:
    pulse = run.pulse
    refused = pulse.looks_not_served + pulse.looks_failed
    return _Counts(pulse.frames, run.source.status.dropped, pulse.looks_wanted, refused)


class Patient:
    """Examines one camera, again and again.

    It is lost when its thread has died, or when no frame has come for too long and its source is
    not a recording. It is back when two frames came, not too far apart: one every now and then is
    still an outage.
    """

    def __init__(self, settings: HealthSettings) -> None:
        self._limit = settings.lost_after_seconds
        self._still = Stillness()
        self._failures: int | None = None
        self._pulse: Pulse | None = None
        self._last = _Counts()
        self._totals = _Counts()
        self._window: deque[tuple[float, _Counts]] = deque(maxlen=_WINDOW_LOOKS)
        self._came = 0
        self._lost_since = 0.0
        self.outage_seconds = 0.0
        self.health = CameraHealth()

    def examine(
        self, status: CameraStatus, run: CameraRun | None, now: float
    ) -> Literal["lost", "returned"] | None:
        """What is new; `now` is monotonic. `health` is as of this look."""
        self._count(run, now)
        silent = self._still.look(self._totals.frames, now)
        reason = self._trouble(status, run, silent)
        was_lost = self.health.is_lost
        is_back = was_lost and reason is None and self._came >= _FRAMES_TO_BE_BACK
        is_lost = reason is not None or (was_lost and not is_back)
        if is_lost and not was_lost:
            self._lost_since = now - silent
        self.health = self._measured(is_lost, reason or (self.health.reason if is_lost else ""), silent)
        if is_lost and not was_lost:
            return "lost"
        self.outage_seconds = now - self._lost_since
        return "returned" if is_back else None

    def _count(self, run: CameraRun | None, now: float) -> None:
        frames = self._totals.frames
        if run is not None:
            counts = _counts(run)
            before = self._last if run.pulse is self._pulse else _Counts()
            self._totals = self._totals.grown(before, counts)
            self._pulse, self._last = run.pulse, counts
        self._window.append((now, self._totals))
        self._came += self._totals.frames - frames

    def _trouble(self, status: CameraStatus, run: CameraRun | None, silent: float) -> str | None:
        """Why it must be taken for lost at this look."""
        died = status.state in {"restarting", "failed"} if self._failures is None else False
        died = died or status.failures > (self._failures or 0)
        self._failures = status.failures
        if died:
            self._came = 0
            return status.last_failure or "it stopped unexpectedly"
        is_to_be_heard = status.state in {"running", "restarting"} and (run is None or run.source.is_live)
        if self._limit is None or not is_to_be_heard or silent <= self._limit:
            return None
        self._came = 0
        return f"it gives no picture: {_explained(status, run)}"

    def _measured(self, is_lost: bool, reason: str, silent: float) -> CameraHealth:
        (since, before), (now, after) = self._window[0], self._window[-1]
        seconds = max(now - since, 1e-9)
        wanted = after.wanted - before.wanted
        return CameraHealth(
            is_lost=is_lost,
            reason=reason,
            lost_since=self._lost_since if is_lost else None,
            silent_seconds=silent,
            frames_per_second=(after.frames - before.frames) / seconds,
            dropped_per_second=(after.dropped - before.dropped) / seconds,
            not_served_share=(after.refused - before.refused) / wanted if wanted else 0.0,
        )


def _explained(status: CameraStatus, run: CameraRun | None) -> str:
    if run is None:
        return status.last_failure or "it is being built"
    if run.pulse.stage != SOURCE:
        return f"it is stuck in {run.pulse.stage}"
    source = run.source.status
    return source.last_error or f"its source is {source.state}"
