"""An event as JSON, the same for every action."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from vedette.values.event import Event, Phase


def event_record(phase: Phase, event: Event) -> dict[str, Any]:
    """`phase` and the event's fields; times are ISO 8601 in UTC, to the millisecond."""
    fields = {name: _plain(value) for name, value in asdict(event).items()}
    return {"phase": phase.value, **fields}


def _plain(value: Any) -> Any:
    return value.isoformat(timespec="milliseconds") if isinstance(value, datetime) else value
