"""An event as JSON, the same for every action."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from vedette.actions.protocol import Letter


def event_record(letter: Letter) -> dict[str, Any]:
    """The letter's `key` and `phase` and the event's fields; times are ISO 8601 in UTC, to the millisecond.

    A test says so: `is_test`, which no event has.
    """
    fields = {name: _plain(value) for name, value in asdict(letter.event).items()}
    head: dict[str, Any] = {"key": letter.key, "phase": letter.phase.value}
    return head | ({"is_test": True} if letter.is_test else {}) | fields


def record_json(letter: Letter) -> str:
    """The record on one line."""
    return json.dumps(event_record(letter), ensure_ascii=False)


def _plain(value: Any) -> Any:
    return value.isoformat(timespec="milliseconds") if isinstance(value, datetime) else value
