"""One camera's loop in a thread of its own, built and run once."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from pydantic import BaseModel, ConfigDict, Field

from vedette.errors import VedetteError
from vedette.pipeline.camera_run import CameraRun, CameraTask
from vedette.pipeline.pulse import SOURCE, Stillness

_log = logging.getLogger(__name__)

BUILDING = "being built"


class StuckSettings(BaseModel):
    """When a camera's loop is taken for stuck."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    stuck_seconds: float = Field(
        default=10.0, gt=0, description="A stage that works on one frame for longer than this is stuck."
    )
    building_seconds: float = Field(
        default=120.0, gt=0, description="How long it may take to build a camera's loop anew."
    )


class Attempt:
    """Begins at once. `on_end` is called in its thread when that has ended, whatever the reason."""

    def __init__(
        self, task: CameraTask, first: CameraRun | None, settings: StuckSettings, on_end: Callable[[], None]
    ) -> None:
        self._task = task
        self._settings = settings
        self._on_end = on_end
        self._is_asked_to_end = False
        self._still = Stillness()
        self._silent = Stillness()
        self.run = first
        self.failure: str | None = None
        self.is_to_be_rebuilt = False
        self.stage_seconds = 0.0
        self.ended = threading.Event()
        threading.Thread(target=self._live, name=f"camera {task.name}", daemon=True).start()

    @property
    def stage(self) -> str:
        """Where its thread is."""
        run = self.run
        return BUILDING if run is None else run.pulse.stage

    @property
    def is_endless(self) -> bool:
        """Its source is not one that comes to an end; nor is one that was never built."""
        return self.run is None or self.run.source.is_endless

    def stop(self) -> None:
        """Ask it to end."""
        self._is_asked_to_end = True
        try:
            if self.run is not None:
                self.run.stop()
        except Exception:  # noqa: BLE001 - the others must be asked too
            _log.exception("camera %s: it cannot be asked to end", self._task.name)

    def abandon(self, reason: str) -> None:
        """Cut it off: whatever its thread still does has no effect."""
        self._is_asked_to_end = True
        if self.run is not None:
            self.run.abandon(reason)

    def stuck(self, now: float) -> str | None:
        """Why it must be taken for stuck, or None; to be asked at least once a second.

        The cases: it does not end though it was asked to; it is not done with building; a stage
        works for too long on one frame; the source says it is connected, and says nothing else.
        """
        run, settings = self.run, self._settings
        stage = self.stage
        seconds = self.stage_seconds = self._still.look(BUILDING if run is None else run.pulse.beat, now)
        if run is None:
            is_over = seconds > settings.building_seconds
            return f"it could not be built in {settings.building_seconds:g} s" if is_over else None
        if self._is_asked_to_end or stage != SOURCE:
            is_over = seconds > settings.stuck_seconds
            return f"it was stuck in {stage} for {settings.stuck_seconds:g} s" if is_over else None
        return self._silence(run, now)

    def _silence(self, run: CameraRun, now: float) -> str | None:
        limit, status = self._task.silence_seconds, run.source.status
        # A source that waits for its next attempt waits as long as it was told to.
        may_be_silent = status.state not in {"connected", "connecting"}
        seconds = self._silent.look(now if may_be_silent else (run.pulse.beat, status), now)
        if limit is None or not run.source.is_live or seconds <= limit:
            return None
        return f"its source was {status.state} and did nothing for {limit:g} s"

    def _live(self) -> None:
        try:
            if self.run is None:
                self.run = self._task.build()
            if not self._is_asked_to_end:
                self.run.run()
        except VedetteError as error:
            self.failure = str(error)
        except Exception as error:  # noqa: BLE001 - one camera must not end the others
            self.failure = f"{type(error).__name__}: {error}"
            _log.exception("camera %s: an error that should not happen", self._task.name)
        finally:
            self.ended.set()
            self._on_end()
