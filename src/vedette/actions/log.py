"""A line in the log."""

from __future__ import annotations

import logging
from typing import Literal

from pydantic import Field

from vedette.actions.protocol import Letter
from vedette.actions.record import record_json
from vedette.actions.sentence import sentence
from vedette.actions.settings import ActionSettings


class LogSettings(ActionSettings):
    """A line in the log."""

    kind: Literal["log"] = Field(default="log", description="Write a line to the log.")
    format: Literal["text", "json"] = Field(
        default="text", description="A sentence for people, or the event as JSON."
    )
    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="How urgent the line is."
    )


class LogAction:
    """Writes to the logger `vedette.events`, through Python's logging; nothing can be late about it."""

    is_durable = False
    wants_snapshot = False
    timeout_seconds = 10.0

    def __init__(self, name: str, settings: LogSettings) -> None:
        self.name = name
        self.phases = frozenset(settings.phases)
        self._level = logging.getLevelNamesMapping()[settings.level.upper()]
        self._line = sentence if settings.format == "text" else record_json
        self._log = logging.getLogger("vedette.events")

    async def open(self) -> None:
        """See `Action`."""

    async def carry_out(self, letter: Letter) -> None:
        """See `Action`."""
        self._log.log(self._level, "%s", self._line(letter))

    async def close(self) -> None:
        """See `Action`."""
