"""The guardian as the appliance sees it: started, written to, listened to, and killed if it is stuck."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Protocol

from vedette.actuators.guardian_messages import (
    Farewell,
    MalformedLineError,
    Plan,
    Refusal,
    Report,
    Wanted,
    decode,
    encode,
)
from vedette.errors import ActuatorError

_log = logging.getLogger(__name__)

Hears = Callable[[Report | Refusal], None]
"""Is told what the guardian says, in a thread of the guardian's own; must be quick and must not raise."""


class Guardian(Protocol):
    """Whoever holds the pins for the appliance."""

    @property
    def is_alive(self) -> bool:
        """It has not ended."""
        ...

    def send(self, wanted: Wanted) -> None:
        """A heartbeat. Never waits.

        Raises:
            ActuatorError: the guardian is gone, or does not read.
        """
        ...

    def kill(self) -> None:
        """End it at once: it does not answer. Its pins stay as they are until the next one takes them."""
        ...

    def close(self, timeout_seconds: float) -> bool:
        """Let it go safe and end; true if it did so in time. Twice is once."""
        ...


class GuardianProcess:
    """See `Guardian`. A child in a session of its own: Ctrl+C in the appliance's terminal is not for it."""

    def __init__(self, plan: Plan, hears: Hears, environment: Mapping[str, str] | None = None) -> None:
        self._hears = hears
        # -P: nothing is imported from the folder in which the appliance happens to be started.
        command = [sys.executable, "-P", "-m", "vedette.actuators.guardian"]
        try:
            self._process = subprocess.Popen(  # noqa: S603 - fixed arguments
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=_standard_error(),
                start_new_session=True,
                env=None if environment is None else dict(environment),
            )
        except OSError as error:
            raise ActuatorError(f"the guardian of the pins does not start: {error.strerror}.") from error
        assert self._process.stdin is not None
        self._input = self._process.stdin
        os.set_blocking(self._input.fileno(), False)
        self._turn = threading.Lock()
        self._listener = threading.Thread(target=self._listen, name="guardian reports", daemon=True)
        self._listener.start()
        with suppress(ActuatorError):  # that it has ended is noticed by who asks `is_alive`
            self._write(encode(plan))

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """See `Guardian`."""
        return self._process.poll() is None

    def send(self, wanted: Wanted) -> None:
        """See `Guardian`."""
        self._write(encode(wanted))

    def kill(self) -> None:
        """See `Guardian`."""
        self._process.kill()
        self.close(1.0)

    def close(self, timeout_seconds: float) -> bool:
        """See `Guardian`."""
        with suppress(ActuatorError):
            self._write(encode(Farewell()))
        with self._turn:
            self._input.close()
        try:
            is_well = self._process.wait(timeout_seconds) == 0
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            is_well = False
        self._listener.join(timeout_seconds)
        return is_well

    def _write(self, line: bytes) -> None:
        with self._turn:
            try:
                # Not through its buffer: that would keep what the guardian does not take.
                written = 0 if self._input.closed else os.write(self._input.fileno(), line)
            except OSError:
                written = 0
        if written != len(line):
            raise ActuatorError("the guardian of the pins does not read what is written to it.")

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as output:
            for line in output:
                try:
                    message = decode(line)
                except MalformedLineError as error:
                    _log.warning("the guardian of the pins wrote %s", error)
                    continue
                if isinstance(message, Report | Refusal):
                    self._hears(message)


def _standard_error() -> int | None:
    """Python's own: descriptor 2 may lead nowhere, see `vedette.cli.main`. None leaves it as it is."""
    try:
        return sys.stderr.fileno()
    except (AttributeError, OSError, ValueError):
        return None
