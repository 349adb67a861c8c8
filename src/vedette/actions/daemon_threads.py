"""Threads that hold nobody up at the end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import ParamSpec, TypeVar

_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")


class DaemonThreads(ThreadPoolExecutor):
    """A thread a call; one that hangs on a dead disk or peer ends with the process, which waits for none.

    The pool of the standard library is joined at exit. An event loop takes no executor that is not one.
    """

    def submit(
        self, fn: Callable[_Given, _Result], /, *args: _Given.args, **kwargs: _Given.kwargs
    ) -> Future[_Result]:
        """See `concurrent.futures.Executor`."""
        future: Future[_Result] = Future()

        def call() -> None:
            if not future.set_running_or_notify_cancel():
                return
            # The loop that waited may be gone.
            with suppress(RuntimeError):
                try:
                    result = fn(*args, **kwargs)
                except BaseException as error:  # noqa: BLE001 - whoever waits is to see it
                    future.set_exception(error)
                else:
                    future.set_result(result)

        threading.Thread(target=call, name="actions-call", daemon=True).start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Nothing is waited for."""
