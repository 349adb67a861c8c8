"""Threads in which one kind of work is done beside the event loop, and the short line before them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from vedette.web.limits import Limits
from vedette.web.refusal import RETRY, Refusal

Result = TypeVar("Result")


class Worker:
    """Runs one kind of work in its own threads, in the order of asking; refuses what would wait for long.

    Pictures have one thread, because the device takes one picture at a time: a second one would only
    wait for it. `what` is named in refusals.
    """

    # Why not on the event loop itself: handing over takes 0.09 ms of the 4 to 5 that a posted 640x480
    # JPEG takes over loopback (2 x86 cores; in turns with the same without a thread, 4.9 against 4.7 ms
    # with one thread for the network, no difference with two). For that, a picture of 50 megapixels, or
    # a camera that holds the device, would stop every other answer, /healthz too. anyio's threads cost
    # the same, and 40 of them may wait.

    def __init__(self, limits: Limits, what: str = "the device", threads: int = 1) -> None:
        self._waiting = limits.waiting
        self._patience_seconds = limits.patience_seconds
        self._what = what
        self._executor = ThreadPoolExecutor(max_workers=threads, thread_name_prefix=f"web: {what}")
        self._pending = 0
        self._is_closed = False

    async def run(self, work: Callable[[], Result]) -> Result:
        """`work()`; what it raises passes through.

        Raises:
            Refusal: 503, too many wait already, or the work took too long; it still ends by itself.
        """
        if self._pending >= self._waiting:
            raise Refusal(
                503,
                f"{self._pending} requests wait for {self._what} already.",
                "Ask again in a second.",
                RETRY,
            )
        if self._is_closed:
            raise Refusal(503, "the service is being shut down.", "Ask again when it has started.", RETRY)
        self._pending += 1
        future = asyncio.get_running_loop().run_in_executor(self._executor, work)
        future.add_done_callback(self._end)
        # `wait` leaves the work alone when the time is over: its place is free only when its thread is.
        done, _ = await asyncio.wait({future}, timeout=self._patience_seconds)
        if not done:
            raise Refusal(
                503,
                f"{self._what} was busy for more than {self._patience_seconds:g} seconds.",
                "Ask again in a second; if it stays so, restart Vedette.",
                RETRY,
            )
        return future.result()

    def close(self) -> None:
        """Take no more; what has begun ends by itself."""
        self._is_closed = True
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _end(self, future: asyncio.Future[Any]) -> None:
        self._pending -= 1
        if not future.cancelled():
            future.exception()  # looked at, also where nobody waits for it any more
