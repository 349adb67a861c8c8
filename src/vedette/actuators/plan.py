"""From the configuration's words to the guardian's plan."""

from __future__ import annotations

from collections.abc import Sequence

from vedette.actuators.binding import Binding
from vedette.actuators.guardian_messages import PinPlan, Plan, ServoRange
from vedette.actuators.settings import LockSettings, RelaySettings, ServoSettings

_LEVELS = {"low": 0.0, "high": 1.0}


def plan(bindings: Sequence[Binding], watchdog_seconds: float) -> Plan:
    """Every actuator's pin, with its safe value and its other one."""
    return Plan(watchdog_seconds, tuple(_pin(each) for each in bindings))


def _pin(binding: Binding) -> PinPlan:
    device = binding.settings.device
    hold = binding.settings.maximum_hold_seconds
    safe, acting = _values(device)
    return PinPlan(
        name=binding.name,
        pin=device.pin,
        safe=safe,
        acting=acting,
        maximum_hold_seconds=None if hold == "unlimited" else hold,
        servo=_range(device) if isinstance(device, ServoSettings) else None,
    )


def _values(device: RelaySettings | LockSettings | ServoSettings) -> tuple[float, float]:
    if isinstance(device, ServoSettings):
        return device.safe_degrees, device.acting_degrees
    if isinstance(device, LockSettings):
        locked = _LEVELS[device.locked_at]
        safe = locked if device.safe == "locked" else 1.0 - locked
    else:
        safe = _LEVELS[device.safe]
    return safe, 1.0 - safe


def _range(device: ServoSettings) -> ServoRange:
    return ServoRange(
        minimum_degrees=device.minimum_degrees,
        maximum_degrees=device.maximum_degrees,
        minimum_pulse_seconds=device.minimum_pulse_seconds,
        maximum_pulse_seconds=device.maximum_pulse_seconds,
        travel_seconds=device.travel_seconds,
    )
