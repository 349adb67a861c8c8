"""The only file that knows gpiozero. It is imported in the guardian, never in the appliance.

A pin is never given back: gpiozero would make an input of it, which floats. The process ends with the
pin at its safe level; what the kernel then does to it differs, which is why decision 8 asks for a
resistor that pulls it to its safe level.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from vedette.actuators.guardian_messages import PinPlan, ServoRange
from vedette.errors import ActuatorError

Answer = TypeVar("Answer")


class Pin(Protocol):
    """One pin, held as an output."""

    def drive(self, value: float) -> None:
        """A level (0 or 1), or degrees.

        Raises:
            ActuatorError: the pin does not obey.
        """
        ...

    def read(self) -> float:
        """What is on it: a level as the hardware reads it; degrees as they were set, a servo does not answer.

        Raises:
            ActuatorError: it cannot be read.
        """
        ...


def take(plan: PinPlan) -> Pin:
    """The pin, already at its safe value.

    Raises:
        ActuatorError: gpiozero is missing, there is no such pin here, or another process has it.
    """
    # lgpio puts a pipe into the working folder as soon as it is imported, and a service's may be read-only.
    os.environ.setdefault("LG_WD", os.environ.get("RUNTIME_DIRECTORY") or tempfile.gettempdir())
    # gpiozero would try one library after the other, down to a daemon on the network.
    os.environ.setdefault("GPIOZERO_PIN_FACTORY", "lgpio")
    try:
        import gpiozero  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise ActuatorError(
            f"actuator {plan.name}: gpiozero is not installed.", "Install vedette[gpio]."
        ) from error
    try:
        return _Level(gpiozero, plan) if plan.servo is None else _Servo(gpiozero, plan, plan.servo)
    except Exception as error:
        raise ActuatorError(
            f"actuator {plan.name}: pin {plan.pin} is not to be had: {_said(error)}.",
            "Run on a machine with GPIO pins, as a member of the group gpio; give no other program this pin.",
        ) from error


class _Level:
    """A relay or a lock."""

    def __init__(self, gpiozero: Any, plan: PinPlan) -> None:
        self._name = plan.name
        self._device = gpiozero.OutputDevice(plan.pin, active_high=True, initial_value=bool(plan.safe))

    def drive(self, value: float) -> None:
        _tried(self._name, lambda: setattr(self._device, "value", bool(value)))

    def read(self) -> float:
        return _tried(self._name, lambda: float(self._device.value))


class _Servo:
    """A servo; its pulses go on for as long as the process runs."""

    def __init__(self, gpiozero: Any, plan: PinPlan, servo: ServoRange) -> None:
        self._name = plan.name
        self._device = gpiozero.AngularServo(
            plan.pin,
            initial_angle=plan.safe,
            min_angle=servo.minimum_degrees,
            max_angle=servo.maximum_degrees,
            min_pulse_width=servo.minimum_pulse_seconds,
            max_pulse_width=servo.maximum_pulse_seconds,
        )

    def drive(self, value: float) -> None:
        _tried(self._name, lambda: setattr(self._device, "angle", value))

    def read(self) -> float:
        return _tried(self._name, lambda: float(self._device.angle))


def _tried(name: str, work: Callable[[], Answer]) -> Answer:
    try:
        return work()
    except Exception as error:
        raise ActuatorError(f"actuator {name}: its pin does not obey: {_said(error)}.") from error


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".rstrip(": .")
