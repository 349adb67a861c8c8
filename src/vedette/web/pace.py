"""How many requests a second the service takes: the cameras have the processor first."""

from __future__ import annotations

import asyncio

from starlette.types import ASGIApp, Receive, Scope, Send

from vedette.web.limits import Limits
from vedette.web.refusal import RETRY, Refusal


class Pace:
    """Lets requests pass at an even pace after a burst; who comes too soon waits a moment.

    Waiting, and not refusing, because an answer costs as much as a refusal: a program that asks again at
    once would be served no less. Who would wait for longer than `pace_patience_seconds` is refused.
    The generic cell rate algorithm (ITU-T I.371): one number for all connections.
    """

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app = app
        self._interval = 1.0 / limits.requests_per_second
        self._burst_seconds = limits.burst * self._interval
        self._patience_seconds = limits.pace_patience_seconds
        self._next_at = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI.

        Raises:
            Refusal: 503, so many ask that this request would wait for too long.
        """
        if scope["type"] == "http" and (seconds := self._to_wait()) > 0:
            await asyncio.sleep(seconds)
        await self._app(scope, receive, send)

    def _to_wait(self) -> float:
        now = asyncio.get_running_loop().time()
        next_at = max(self._next_at, now) + self._interval
        seconds = next_at - now - self._burst_seconds
        if seconds > self._patience_seconds:
            raise Refusal(503, "more is asked than the service answers.", "Ask less often.", RETRY)
        self._next_at = next_at
        return seconds
