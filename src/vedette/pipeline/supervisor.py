"""One thread a camera. A camera that fails says why; the others go on."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vedette.errors import VedetteError

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CameraTask:
    """A camera's loop, and how to ask it to end."""

    name: str
    run: Callable[[], None]
    stop: Callable[[], None]


class Supervisor:
    """Starts every camera's loop in a thread of its own and waits for them."""

    def __init__(self, tasks: Sequence[CameraTask]) -> None:
        self._tasks = tuple(tasks)
        self._failures: dict[str, str] = {}
        # Not `Thread.join`: until Python 3.13 a join that Ctrl+C interrupts takes the thread for ended,
        # and a process that ends under a thread in a network's native code is aborted.
        self._ended = {task.name: threading.Event() for task in tasks}
        self._is_started = False
        self._threads = [
            threading.Thread(target=self._run, args=(task,), name=f"camera {task.name}", daemon=True)
            for task in tasks
        ]

    @property
    def failures(self) -> dict[str, str]:
        """Why a camera's loop ended, by camera; empty for those that run or ended well."""
        return dict(self._failures)

    @property
    def is_running(self) -> bool:
        """At least one camera's loop has not ended."""
        return self._is_started and not all(ended.is_set() for ended in self._ended.values())

    def start(self) -> None:
        """Start every camera."""
        self._is_started = True
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Ask every camera to end; `wait` tells when they have."""
        for task in self._tasks:
            task.stop()

    def wait(self, timeout_seconds: float | None = None) -> bool:
        """True once every loop has ended; the time-out is for all of them together."""
        deadline = None if timeout_seconds is None else time.monotonic() + timeout_seconds
        for ended in self._ended.values() if self._is_started else ():
            ended.wait(None if deadline is None else max(0.0, deadline - time.monotonic()))
        return not self.is_running

    def _run(self, task: CameraTask) -> None:
        try:
            task.run()
        except VedetteError as error:
            self._failures[task.name] = str(error)
            _log.error("camera %s: %s", task.name, error)
        except Exception as error:  # noqa: BLE001 - one camera must not end the others
            self._failures[task.name] = f"{type(error).__name__}: {error}"
            _log.exception("camera %s: an error that should not happen", task.name)
        finally:
            self._ended[task.name].set()
