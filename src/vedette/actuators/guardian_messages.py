"""What the appliance and the guardian say to each other: one JSON object a line. Nothing but stdlib.

The appliance writes the plan once, then what is wanted: ten times a second, and at once when it changes;
a farewell when it stops. The guardian writes a report after each, and when something changes; or once a
refusal, and ends. At the end of the appliance's pipe it goes safe, writes a last report and ends.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

LONGEST_LINE = 65536
"""Bytes; more without a line's end is no message."""

State = Literal["safe", "acting", "unknown"]


class MalformedLineError(ValueError):
    """A line that is not what was agreed."""


@dataclass(frozen=True, slots=True)
class ServoRange:
    """Degrees at the least and at the widest pulse, those pulses in seconds, and a servo's way in seconds."""

    minimum_degrees: float
    maximum_degrees: float
    minimum_pulse_seconds: float
    maximum_pulse_seconds: float
    travel_seconds: float


@dataclass(frozen=True, slots=True)
class PinPlan:
    """A pin and its two values: levels 0 and 1, or degrees if there is a servo on it."""

    name: str
    pin: int
    safe: float
    acting: float
    maximum_hold_seconds: float | None = None
    servo: ServoRange | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What the guardian is to hold, and how long it believes a heartbeat."""

    watchdog_seconds: float
    pins: tuple[PinPlan, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A heartbeat: the actuators that are to act; all others are to be safe. `sent_at` is `boot_seconds`."""

    sequence: int
    sent_at: float
    acting: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PinReport:
    """How a pin is. `value` was read back from it.

    `reason` is why the guardian holds it in its safe state; empty where it does what the appliance wants.
    """

    name: str
    state: State
    reason: str
    value: float | None
    changes: int
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """How all are. `sequence` is the last heard; `trips` counts how often it went safe by itself."""

    sequence: int
    trips: int
    reason: str
    pins: tuple[PinReport, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """The pins are not to be had."""

    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Farewell:
    """The appliance is stopping and needs no guardian any more."""


Message = Plan | Wanted | Farewell | Report | Refusal
_KINDS: dict[type, str] = {
    Plan: "plan",
    Wanted: "wanted",
    Farewell: "farewell",
    Report: "report",
    Refusal: "refusal",
}


def encode(message: Message) -> bytes:
    """One line with its end."""
    record = {"kind": _KINDS[type(message)], **asdict(message)}
    return json.dumps(record, separators=(",", ":"), allow_nan=False).encode() + b"\n"


def decode(line: bytes) -> Message:
    """What a line says.

    Raises:
        MalformedLineError: anything else than what `encode` writes.
    """
    try:
        record = json.loads(line)
        kind = record.pop("kind")
        return _READERS[kind](record)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise MalformedLineError(f"a line of {len(line)} bytes that is no message") from error


def _plan(record: Mapping[str, Any]) -> Plan:
    pins = [PinPlan(**{**each, "servo": _servo(each["servo"])}) for each in record["pins"]]
    return Plan(_finite(record["watchdog_seconds"]), tuple(pins))


def _servo(record: Mapping[str, Any] | None) -> ServoRange | None:
    return None if record is None else ServoRange(**record)


def _wanted(record: Mapping[str, Any]) -> Wanted:
    acting = record["acting"]
    if len(record) != 3 or not isinstance(acting, list) or not all(isinstance(each, str) for each in acting):
        raise TypeError
    return Wanted(_whole(record["sequence"]), _finite(record["sent_at"]), tuple(acting))


def _farewell(record: Mapping[str, Any]) -> Farewell:
    return Farewell(**record)


def _report(record: Mapping[str, Any]) -> Report:
    pins = tuple(PinReport(**each) for each in record["pins"])
    return Report(_whole(record["sequence"]), _whole(record["trips"]), str(record["reason"]), pins)


def _refusal(record: Mapping[str, Any]) -> Refusal:
    return Refusal(**record)


def _finite(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError
    return float(value)


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError
    return value


_READERS: dict[str, Callable[[Mapping[str, Any]], Message]] = {
    "plan": _plan,
    "wanted": _wanted,
    "farewell": _farewell,
    "report": _report,
    "refusal": _refusal,
}
