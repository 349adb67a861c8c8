"""An action whose outcomes are measured, and remarked in the explain log of the camera concerned."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from vedette.actions.protocol import Action, Letter
from vedette.errors import ActionError
from vedette.pipeline.explain_log import ExplainLog
from vedette.pipeline.explain_row import Mention
from vedette.pipeline.metrics import Metrics
from vedette.values.event import Phase

_SAID = {Phase.OPEN: "opening", Phase.UPDATE: "update", Phase.CLOSE: "end"}


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
        what = "a test" if letter.is_test else f"the {_SAID[letter.phase]} of {letter.event.label}"
        about = partial(Mention, self.name, event_id=letter.event.id, phase=letter.phase.value)
        try:
            await self._action.carry_out(letter)
        except ActionError as error:
            text = f"{self.name} could not tell of {what}: {error.message}"
            self._explain.remark(camera, "action", text, is_trouble=True, mention=about("failed"))
            raise
        self._explain.remark(camera, "action", f"{self.name} told of {what}", mention=about("told"))
        if not letter.is_test:
            waited = (self._now() - letter.event.updated_at).total_seconds()
            self._metrics.delivered(self.name, max(0.0, waited))

    async def close(self) -> None:
        """See `Action`."""
        await self._action.close()
