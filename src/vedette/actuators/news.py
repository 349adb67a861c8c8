"""Tells of changed states in a thread of its own: whoever listens may wait, the pins may not."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Sequence

from vedette.actuators.protocol import ActuatorStatus

_log = logging.getLogger(__name__)

StatusListener = Callable[[str, ActuatorStatus], None]
"""Is told of an actuator by its name and its new state; may block, then the news behind it waits."""

_CAPACITY = 1000


class News:
    """What has changed, in order; the newest are dropped while a listener is stuck."""

    def __init__(self, listeners: Sequence[StatusListener]) -> None:
        self._listeners = (_written_down, *listeners)
        self._waiting: queue.Queue[tuple[str, ActuatorStatus] | None] = queue.Queue(_CAPACITY)
        self._thread = threading.Thread(target=self._run, name="actuator news", daemon=True)

    def start(self) -> None:
        """Begin to tell."""
        self._thread.start()

    def put(self, name: str, status: ActuatorStatus) -> None:
        """From any thread; never waits."""
        try:
            self._waiting.put_nowait((name, status))
        except queue.Full:
            return

    def close(self, timeout_seconds: float) -> None:
        """Tell what is left, for so long."""
        try:
            self._waiting.put(None, timeout=timeout_seconds)
        except queue.Full:
            return
        if self._thread.ident is not None:
            self._thread.join(timeout_seconds)

    def _run(self) -> None:
        while (item := self._waiting.get()) is not None:
            for listener in self._listeners:
                try:
                    listener(*item)
                except Exception:  # noqa: BLE001 - the next must still be told
                    _log.exception("an error that should not happen, of one who listens to actuators")


def _written_down(name: str, status: ActuatorStatus) -> None:
    level = logging.WARNING if status.state == "unknown" else logging.INFO
    _log.log(level, "actuator %s is %s: %s", name, status.state, status.reason)
