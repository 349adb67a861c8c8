"""What the guardian does with a line, with silence and with time."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf

from vedette.actuators.guardian_messages import (
    Farewell,
    MalformedLineError,
    PinPlan,
    PinReport,
    Plan,
    Report,
    State,
    Wanted,
    decode,
)
from vedette.actuators.pins import Pin
from vedette.errors import ActuatorError

_CLOCKS_AGREE_SECONDS = 0.1
"""One clock serves both processes; a heartbeat from further in the future is no heartbeat."""


class Guard:
    """Holds every pin of a plan. Times are `boot_seconds`.

    Whatever makes it go safe on its own is a trip: an actuator then stays safe until the appliance has
    wanted it safe once, so that a decision from before the trip never moves it.
    """

    def __init__(self, plan: Plan, pins: Mapping[str, Pin], now: float) -> None:
        self._watchdog = plan.watchdog_seconds
        self._held = {each.name: _Held(each, pins[each.name]) for each in plan.pins}
        self._heard_at: float | None = None
        self._sequence = -1
        self._trips = 0
        self.is_dismissed = False
        self.reason = "it has just started"
        self._enter_safe(self.reason, now)

    @property
    def report(self) -> Report:
        """How every pin is now."""
        pins = tuple(each.report() for each in self._held.values())
        return Report(self._sequence, self._trips, self.reason, pins)

    def take(self, line: bytes, now: float) -> None:
        """Do what a line says; what is not understood makes everything safe."""
        try:
            message = decode(line)
        except MalformedLineError as error:
            self.trip(f"the appliance wrote {error}", now)
            return
        if isinstance(message, Farewell):
            self.is_dismissed = True
            self.trip("the appliance has stopped", now)
        elif not isinstance(message, Wanted) or not self._held.keys() >= set(message.acting):
            self.trip("the appliance wrote what was not agreed", now)
        elif message.sequence <= self._sequence or message.sent_at > now + _CLOCKS_AGREE_SECONDS:
            self.trip("a heartbeat came out of its order", now)
        else:
            self._obey(message, now)

    def tick(self, now: float) -> None:
        """Time has passed: is the heartbeat still there, and has nothing acted for too long?"""
        if self._heard_at is not None and now - self._heard_at > self._watchdog:
            self.trip(f"the heartbeat stopped for {self._watchdog:g} s", now)
        for each in self._held.values():
            each.tick(now)

    def trip(self, reason: str, now: float) -> None:
        """Everything safe, on the guardian's own account."""
        self._enter_safe(reason, now)
        self._trips += 1
        self.reason = reason
        self._heard_at = None

    def _obey(self, message: Wanted, now: float) -> None:
        self._sequence = message.sequence
        if now - message.sent_at > self._watchdog:
            # It lay in the pipe while this process, or the machine, slept.
            self.trip(f"a heartbeat came {now - message.sent_at:.1f} s late", now)
            return
        self._heard_at = message.sent_at
        for name, each in self._held.items():
            each.want(name in message.acting, now)

    def _enter_safe(self, reason: str, now: float) -> None:
        for each in self._held.values():
            each.latch(reason, now)


class _Held:
    """One pin. While it is latched, being wanted does not move it; not being wanted opens the latch."""

    def __init__(self, plan: PinPlan, pin: Pin) -> None:
        self._plan = plan
        self._pin = pin
        self._state: State = "unknown"
        self._reason = ""
        self._is_latched = True
        self._acts_since = inf
        self._changes = 0
        self._error: str | None = None

    def report(self) -> PinReport:
        return PinReport(self._plan.name, self._state, self._reason, self._read(), self._changes, self._error)

    def latch(self, reason: str, now: float) -> None:
        self._is_latched = True
        self._reason = reason
        self._move("safe", now)

    def want(self, is_wanted: bool, now: float) -> None:
        if not is_wanted:
            self._is_latched = False
            self._reason = ""
            self._move("safe", now)
        elif not self._is_latched:
            self._move("acting", now)

    def tick(self, now: float) -> None:
        most = self._plan.maximum_hold_seconds
        if most is not None and now - self._acts_since >= most:
            self.latch(f"it has acted for {most:g} s, the most that it may", now)
        elif self._state == "unknown":
            self._move("safe", now)
        elif self._state == "acting" and not self._is_at(self._plan.acting):
            self.latch("its pin is not as it was set", now)

    def _move(self, state: State, now: float) -> None:
        """To the pin even if it is there already: something else may have moved it."""
        before, value = self._state, self._plan.acting if state == "acting" else self._plan.safe
        self._state = state if self._drive(value) else "unknown"
        if state == "acting" and self._state == "unknown":
            self.latch("its pin did not obey", now)
            return
        if before not in {self._state, "unknown"}:
            self._changes += 1
        if self._state != "acting":
            self._acts_since = inf
        elif before != "acting":
            self._acts_since = now

    def _drive(self, value: float) -> bool:
        try:
            self._pin.drive(value)
        except ActuatorError as error:
            self._error = error.message
            return False
        if not self._is_at(value):
            self._error = f"pin {self._plan.pin} was set to {value:g} and reads {self._read()}"
            return False
        self._error = None
        return True

    def _is_at(self, value: float) -> bool:
        """Nearer to this value than to the other: a servo's pulse may be rounded."""
        found = self._read()
        return found is not None and abs(found - value) < abs(self._plan.acting - self._plan.safe) / 2

    def _read(self) -> float | None:
        try:
            return self._pin.read()
        except ActuatorError:
            return None
