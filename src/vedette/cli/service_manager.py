"""What the service manager is told: ready, still well, stopping. systemd's sd_notify(3) protocol."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

_log = logging.getLogger(__name__)


class Notifier:
    """Tells the service manager how the process is; tells nobody where there is no manager.

    `address` is that of its datagram socket, as NOTIFY_SOCKET gives it: a path, or `@name` for an
    abstract one. `watchdog_seconds` is how long the manager waits for a ping before it kills the
    process; pings come three times as often. What cannot be told is logged once and holds nobody up.
    """

    def __init__(self, address: str | None, watchdog_seconds: float | None = None) -> None:
        self._address = address
        self._watchdog_seconds = watchdog_seconds if address else None
        self._is_closed = threading.Event()
        self._has_complained = False
        self._thread: threading.Thread | None = None

    @classmethod
    def from_environment(
        cls, environment: Mapping[str, str] = os.environ, process_id: int | None = None
    ) -> Notifier:
        """As the manager says in NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID."""
        address = environment.get("NOTIFY_SOCKET") or None
        watched = environment.get("WATCHDOG_PID", "")
        is_other = bool(watched) and watched != str(os.getpid() if process_id is None else process_id)
        microseconds = environment.get("WATCHDOG_USEC", "")
        has_watchdog = microseconds.isdecimal() and int(microseconds) > 0 and not is_other
        return cls(address, int(microseconds) / 1e6 if has_watchdog else None)

    @property
    def has_manager(self) -> bool:
        """Somebody listens, as far as one can tell."""
        return self._address is not None

    @property
    def ping_seconds(self) -> float | None:
        """How far apart the watchdog's pings are; None where there is no watchdog."""
        return None if self._watchdog_seconds is None else self._watchdog_seconds / 3

    def notify(self, message: str) -> bool:
        """Send assignments, one a line (`READY=1`); true if they were sent."""
        if self._address is None:
            return False
        # An abstract address begins with a zero byte on the wire.
        target = f"\0{self._address[1:]}" if self._address.startswith("@") else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
                # A manager that does not read must not stop a camera from being stopped.
                sender.settimeout(1.0)
                sender.connect(target)
                sender.sendall(message.encode())
        except OSError as error:
            if not self._has_complained:
                self._has_complained = True
                _log.warning(
                    "the service manager cannot be told %s: %s", message.split("=", maxsplit=1)[0], error
                )
            return False
        return True

    def ready(self, status: str = "") -> None:
        """The start, or a reload, is over."""
        self.notify(_lines("READY=1", status))

    def reloading(self) -> None:
        """The configuration is being read anew; `ready` ends it."""
        self.notify(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> None:
        """The end has begun."""
        self.notify("STOPPING=1")

    def status(self, text: str) -> None:
        """One line that `systemctl status` shows."""
        self.notify(_lines("", text))

    def watch(self, is_well: Callable[[], bool]) -> None:
        """Ping in a thread of its own for as long as `is_well` says so; it must not block.

        When it does not, or raises, nothing is sent, and the manager kills and starts the process.
        """
        if self.ping_seconds is None or self._thread is not None:
            return
        self._thread = threading.Thread(target=self._ping, args=(is_well,), name="watchdog", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """No more pings. Twice is once."""
        self._is_closed.set()

    def _ping(self, is_well: Callable[[], bool]) -> None:
        was_well = True
        while True:
            now_well = False
            with suppress(Exception):
                now_well = is_well()
            if now_well:
                self.notify("WATCHDOG=1")
            elif was_well:
                _log.error("the appliance is not well: the service manager will start it anew")
            was_well = now_well
            if self._is_closed.wait(self.ping_seconds):
                return


def _lines(state: str, status: str) -> str:
    told = f"STATUS={' '.join(status.split())}" if status else ""
    return "\n".join(filter(None, (state, told)))
