"""WebSockets: how one is refused, and ended when who has it may have it no longer."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vedette.web.refusal import Refusal

_log = logging.getLogger(__name__)

NOT_KNOWN = 4401
"""The code of a socket that ends because its session or token does; an HTTP status plus 4000."""

_LONGEST_REASON_BYTES = 123
_GOODBYE_SECONDS = 1.0


async def socket_refused(refusal: Refusal, scope: Scope, send: Send) -> None:
    """Refuse before the socket is open: by an HTTP answer where the server can, else by a close."""
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send(_close(4000 + refusal.status, refusal.message))
        return
    text = json.dumps({"error": refusal.message, "remedy": refusal.remedy}, ensure_ascii=False)
    headers = {"Content-Type": "application/json", **refusal.headers}
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "websocket.http.response.start", "status": refusal.status, "headers": raw})
    await send({"type": "websocket.http.response.body", "body": text.encode()})


class SocketGuard:
    """One socket's conversation: ended from here, and no error of it reaches the server."""

    def __init__(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        self._app = app
        self._scope = scope
        self._receive = receive
        self._send = send
        self._is_open = False
        self._is_over = False

    async def run(self, ending: Awaitable[None]) -> None:
        """Until both sides are done, or `ending` is."""
        ended = asyncio.ensure_future(ending)
        talking = asyncio.ensure_future(self._app(self._scope, self._receive, self._send_while_open))
        try:
            await asyncio.wait({ended, talking}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (ended, talking):
                if not task.done():
                    task.cancel()
            outcome, _ = await asyncio.gather(talking, ended, return_exceptions=True)
        await self._part(outcome, was_ended=isinstance(outcome, asyncio.CancelledError))

    async def _part(self, outcome: object, *, was_ended: bool) -> None:
        if isinstance(outcome, Refusal):
            await self._end(outcome)
        elif was_ended:
            await self._close(NOT_KNOWN, "you are not logged in any more.")
        elif isinstance(outcome, Exception) and not isinstance(outcome, OSError):
            _log.error("%s ended in an error that nobody foresaw", self._scope["path"], exc_info=outcome)
            await self._close(1011, "something went wrong here.")

    async def _end(self, refusal: Refusal) -> None:
        if self._is_open or self._is_over:
            await self._close(4000 + refusal.status, refusal.message)
        else:
            await socket_refused(refusal, self._scope, self._send)

    async def _send_while_open(self, message: Message) -> None:
        if message["type"] == "websocket.accept":
            self._is_open = True
        elif message["type"] in {"websocket.close", "websocket.http.response.start"}:
            self._is_over = True
        await self._send(message)

    async def _close(self, code: int, reason: str) -> None:
        if self._is_over:
            return
        self._is_over = True
        try:
            async with asyncio.timeout(_GOODBYE_SECONDS):
                await self._send(_close(code, reason))
        except (OSError, RuntimeError):  # TimeoutError is an OSError
            _log.debug("%s: the other side left", self._scope["path"])


def _close(code: int, reason: str) -> Message:
    short = reason.encode()[:_LONGEST_REASON_BYTES].decode(errors="ignore")
    return {"type": "websocket.close", "code": code, "reason": short}
