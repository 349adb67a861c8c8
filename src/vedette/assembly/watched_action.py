"""An action whose outcomes are measured, and remarked in the explain log of the camera concerned."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from vedette.actions.protocol import Action, Letter
from vedette.errors import ActionError
from vedette.pipeline.explain_log import ExplainLog
from vedette.pipeline.metrics import Metrics


class WatchedAction:
    """See `Action`; does what the given one does, and tells of it."""

    def __init__(
        self, action: Action, metrics: Metrics, explain: ExplainLog, now: Callable[[], datetime]
    ) -> None:
        self.name = action.name
        self.phases = action.phases
        self.is_durable = action.is_durable
        self.wants_snapshot = action.wants_snapshot
        self.timeout_seconds = action.timeout_seconds
        self._action = action
        self._metrics = metrics
        self._explain = explain
        self._now = now

    async def open(self) -> None:
        """See `Action`."""
        await self._action.open()

    async def carry_out(self, letter: Letter) -> None:
        """See `Action`."""
        camera = None if letter.is_test else letter.event.camera
        what = f"{self.name}, {letter.phase.value} of event {letter.event.id}"
        try:
            await self._action.carry_out(letter)
        except ActionError as error:
            self._explain.remark(camera, "action", f"{what}: failed: {error.message}", is_trouble=True)
            raise
        self._explain.remark(camera, "action", f"{what}: done")
        if not letter.is_test:
            waited = (self._now() - letter.event.updated_at).total_seconds()
            self._metrics.delivered(self.name, max(0.0, waited))

    async def close(self) -> None:
        """See `Action`."""
        await self._action.close()
