"""A thread that goes round and looks, every so often, until it is told to stop."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

_log = logging.getLogger(__name__)


class Rounds:
    """Calls `look` every `every_seconds`. One that raises is logged, the first time, and called again."""

    def __init__(self, name: str, every_seconds: float, look: Callable[[], object]) -> None:
        self._name = name
        self._every_seconds = every_seconds
        self._look = look
        self._is_closed = False
        self._awake = threading.Event()
        # Not `Thread.join`: see `SupervisedCamera`.
        self._ended = threading.Event()
        self._has_failed = False
        self._last_round = time.monotonic()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def silent_seconds(self) -> float:
        """How long ago the last round ended: one that never ends shows here."""
        return time.monotonic() - self._last_round

    def start(self) -> None:
        """Begin with the first round at once."""
        self._last_round = time.monotonic()
        self._thread.start()

    def wake(self) -> None:
        """Go the next round at once. From any thread."""
        self._awake.set()

    def close(self, timeout_seconds: float = 1.0) -> bool:
        """No more rounds; true if the present one ended in time. Twice is once."""
        self._is_closed = True
        self._awake.set()
        is_another = self._thread.ident is not None and threading.current_thread() is not self._thread
        return not is_another or self._ended.wait(timeout_seconds)

    def _run(self) -> None:
        try:
            while not self._is_closed:
                self._go_round()
                self._awake.wait(self._every_seconds)
                self._awake.clear()
        finally:
            self._ended.set()

    def _go_round(self) -> None:
        try:
            self._look()
        except Exception:  # noqa: BLE001 - the rounds go on
            if not self._has_failed:
                _log.exception("%s: an error that should not happen", self._name)
            self._has_failed = True
        self._last_round = time.monotonic()
