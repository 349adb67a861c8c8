"""How an event is written down: a value of JSON, a line of CSV, a row for the eye."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any, TextIO

from vedette.values.event import Event

COLUMNS = (
    *("id", "camera", "rule", "label", "opened_at", "updated_at", "closed_at", "close_reason"),
    *("score", "importance", "is_favourite", "review", "updates", "snapshot", "clip", "measures"),
)


def event_record(event: Event) -> dict[str, Any]:
    """The event ready for JSON: times in ISO 8601 and UTC, the importance as a word."""
    review = event.review.value if event.review else None
    values = asdict(event) | {"importance": event.importance.name.lower(), "review": review}
    return {name: _plain(values[name]) for name in COLUMNS}


def write_json(events: Iterable[Event], stream: TextIO) -> int:
    """One array, an event a line, as the events come; how many there were."""
    count = 0
    stream.write("[")
    for count, event in enumerate(events, 1):
        stream.write(",\n" if count > 1 else "\n")
        stream.write(json.dumps(event_record(event), ensure_ascii=False))
    stream.write("\n]\n" if count else "]\n")
    return count


def write_csv(events: Iterable[Event], stream: TextIO) -> int:
    """A line of names, then a line an event (RFC 4180); how many events there were."""
    writer = csv.writer(stream)
    writer.writerow(COLUMNS)
    count = 0
    for count, event in enumerate(events, 1):  # noqa: B007 - the count is what is returned
        record = event_record(event)
        record["measures"] = json.dumps(record["measures"])
        writer.writerow(["" if value is None else _harmless(value) for value in record.values()])
    return count


def table_row(event: Event) -> tuple[str, ...]:
    """id, when, for how long, camera, rule, label, score, and what is special."""
    seconds = None if event.closed_at is None else (event.closed_at - event.opened_at).total_seconds()
    marks = [
        *(["favourite"] if event.is_favourite else []),
        *([event.review.value] if event.review else []),
        *(["clip"] if event.clip else []),
    ]
    return (
        event.id,
        f"{event.opened_at.astimezone():%m-%d %H:%M:%S}",
        "open" if seconds is None else f"{seconds:.1f}",
        *(event.camera, event.rule, event.label, f"{event.score:.2f}"),
        ", ".join(marks),
    )


def _plain(value: object) -> object:
    return value.isoformat(timespec="milliseconds") if isinstance(value, datetime) else value


def _harmless(value: object) -> object:
    """A spreadsheet takes a text that begins so for a formula (OWASP, CSV injection)."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t")) else value
