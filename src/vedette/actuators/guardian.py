"""The process that holds the pins: `python -m vedette.actuators.guardian`, started by the appliance.

It takes lines on its standard input (see `guardian_messages`) and reports on its standard output. It
goes safe at its start, when the heartbeat stops, at a line that it does not understand, at SIGTERM and
when its input ends; and ends with its pins safe. It imports nothing but the standard library and gpiozero.
"""

from __future__ import annotations

import os
import select
import signal
import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress

from vedette.actuators.boot_clock import boot_seconds
from vedette.actuators.guard import Guard
from vedette.actuators.guardian_messages import (
    LONGEST_LINE,
    MalformedLineError,
    Message,
    PinPlan,
    Plan,
    Refusal,
    decode,
    encode,
)
from vedette.actuators.pins import Pin, take
from vedette.errors import ActuatorError

REFUSED = 3
"""Exit code: the pins are not to be had, and standard output said why."""

_INPUT, _OUTPUT, _ERRORS = 0, 1, 2
_ROUND_MILLISECONDS = 50
_REPORT_SECONDS = 0.1
_TAKING_SECONDS = 3.0
"""A guardian that has just lost its appliance may hold the pins for so long."""


class Lines:
    """Whole lines of a descriptor that is never waited for; `has_ended` once the other side is gone."""

    def __init__(self, descriptor: int) -> None:
        os.set_blocking(descriptor, False)
        self._descriptor = descriptor
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLIN)
        self._pending = b""
        self._lines: deque[bytes] = deque()
        self.has_ended = False

    def come(self, milliseconds: int) -> Iterator[bytes]:
        """Those that came by then, each once; a line that is too long is given as far as it came."""
        if not self._lines and self._poll.poll(milliseconds):
            self._read()
        while self._lines:
            yield self._lines.popleft()

    def _read(self) -> None:
        try:
            read = os.read(self._descriptor, LONGEST_LINE)
        except BlockingIOError:
            return
        except OSError:
            read = b""
        self.has_ended = not read
        *lines, self._pending = (self._pending + read).split(b"\n")
        if len(self._pending) > LONGEST_LINE:
            lines.append(self._pending)
            self._pending = b""
        self._lines.extend(lines)


def main(pins: dict[str, Pin]) -> int:
    """Until the appliance is gone; gives the exit code.

    `pins` is filled here and kept by the caller: gpiozero lets go of a pin that nobody refers to.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    ending = Ending()
    signal.signal(signal.SIGTERM, ending)
    signal.signal(signal.SIGHUP, ending)
    os.set_blocking(_OUTPUT, False)
    lines = Lines(_INPUT)
    try:
        plan = _plan(lines)
        pins.update({each.name: _taken(each) for each in plan.pins})
    except ActuatorError as error:
        say(Refusal(error.message, error.remedy))
        return REFUSED
    guard = Guard(plan, pins, boot_seconds())
    try:
        keep(guard, lines, ending)
        reason = "the guardian was asked to end" if ending.is_asked else "the appliance is gone"
    except Exception as error:  # noqa: BLE001 - whatever it is, the pins come first
        reason = f"an error that should not happen ({type(error).__name__}: {error})"
    if not guard.is_dismissed:
        guard.trip(reason, boot_seconds())
        tell(f"{reason}: {_said(guard)}")
    say(guard.report)
    time.sleep(max((each.servo.travel_seconds for each in plan.pins if each.servo), default=0.0))
    return 0


class Ending:
    """A signal's handler; `is_asked` once it was heard."""

    def __init__(self) -> None:
        self.is_asked = False

    def __call__(self, *_: object) -> None:
        """The signal came."""
        self.is_asked = True


def keep(guard: Guard, lines: Lines, ending: Ending) -> None:
    """Obey and watch, until the appliance takes its leave or is gone, or a signal asks for the end."""
    last, reported_at = None, 0.0
    told = guard.report.trips
    while not (lines.has_ended or ending.is_asked or guard.is_dismissed):
        for line in lines.come(_ROUND_MILLISECONDS):
            guard.take(line, boot_seconds())
        guard.tick(boot_seconds())
        report, now = guard.report, boot_seconds()
        if report != last or now - reported_at >= _REPORT_SECONDS:
            say(report)
            last, reported_at = report, now
        if report.trips != told and not guard.is_dismissed:
            told = report.trips
            tell(f"{guard.reason}: {_said(guard)}")


def say(message: Message) -> None:
    """To the appliance, if it listens; the next report says the same."""
    with suppress(OSError):
        os.write(_OUTPUT, encode(message))


def tell(sentence: str) -> None:
    """To a person, if that can be done at once. The pins are safe by then."""
    writable = select.poll()
    writable.register(_ERRORS, select.POLLOUT)
    with suppress(OSError):
        if writable.poll(0):
            os.write(_ERRORS, f"vedette guardian: {sentence}\n".encode())


def _plan(lines: Lines) -> Plan:
    """The first line.

    Raises:
        ActuatorError: there is none, or it is no plan.
    """
    while not lines.has_ended:
        for line in lines.come(1000):
            with suppress(MalformedLineError):
                message = decode(line)
                if isinstance(message, Plan):
                    return message
    raise ActuatorError("the guardian was given no plan.", "It is started by `vedette run`.")


def _taken(plan: PinPlan) -> Pin:
    """The pin; waits a little for the guardian before this one to let it go.

    Raises:
        ActuatorError: it is not to be had.
    """
    until = boot_seconds() + _TAKING_SECONDS
    while True:
        try:
            return take(plan)
        except ActuatorError as error:
            if "busy" not in error.message.lower() or boot_seconds() > until:
                raise
        time.sleep(0.1)


def _said(guard: Guard) -> str:
    return ", ".join(f"{each.name} {each.state} (pin reads {each.value})" for each in guard.report.pins)


if __name__ == "__main__":
    code, held = 1, dict[str, Pin]()
    try:
        code = main(held)
    except BaseException as error:
        tell(f"an error that should not happen ({type(error).__name__}: {error})")
        raise
    finally:
        # Not Python's own end: gpiozero would let the pins go, one by one.
        os._exit(code)
