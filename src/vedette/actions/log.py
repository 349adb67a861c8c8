"""A line in the log."""

from __future__ import annotations

import json
import logging
from typing import Literal

from pydantic import Field

from vedette.actions.record import event_record
from vedette.actions.settings import ActionSettings
from vedette.values.event import Event, Phase


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
    """Writes to the logger `vedette.events`, through Python's logging."""

    def __init__(self, name: str, settings: LogSettings) -> None:
        self.name = name
        self.phases = frozenset(settings.phases)
        self._level = logging.getLevelNamesMapping()[settings.level.upper()]
        self._line = _sentence if settings.format == "text" else _json
        self._log = logging.getLogger("vedette.events")

    async def carry_out(self, phase: Phase, event: Event, snapshot_jpeg: bytes | None) -> None:  # noqa: ARG002 - the protocol has it
        """See `Action`."""
        self._log.log(self._level, "%s", self._line(phase, event))

    async def close(self) -> None:
        """See `Action`."""


def _sentence(phase: Phase, event: Event) -> str:
    seconds = event.measures.get("dwell_seconds", 0.0)
    told = {
        Phase.OPEN: f"began, {event.score:.0%} sure",
        Phase.UPDATE: f"goes on for {seconds:.1f} s, {event.score:.0%} sure",
        Phase.CLOSE: f"ended after {seconds:.1f} s, at most {event.score:.0%} sure: {event.close_reason}",
    }
    return f"{event.camera}: {event.label} ({event.rule}) {told[phase]} [{event.id}]"


def _json(phase: Phase, event: Event) -> str:
    return json.dumps(event_record(phase, event), ensure_ascii=False)
