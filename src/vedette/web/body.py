"""A request's body, no larger and no slower than it may be; nothing is written to disk."""

from __future__ import annotations

import asyncio

from starlette.requests import Request

from vedette.web.limits import Limits
from vedette.web.refusal import HANG_UP, Refusal
from vedette.web.room import Held


async def read_body(request: Request, limits: Limits, held: Held | None = None) -> bytes:
    """The whole body; `held` is where its bytes are counted, if they were not before.

    A body that announces more than its limit is refused before it is read, one that does not
    announce its length as soon as it has become too long.

    Raises:
        Refusal: 413 too large, 408 too slow, 503 no room.
        ClientDisconnect: the other side left.
    """
    announced = request.headers.get("content-length", "0")
    # More digits than a length can have would make int() slow, or raise.
    if len(announced) > 18 or (announced.isdecimal() and int(announced) > limits.body_bytes):
        raise _too_large(limits)
    try:
        async with asyncio.timeout(limits.body_seconds):
            return await _read(request, limits, held)
    except TimeoutError:
        raise Refusal(
            408,
            f"the request's body did not arrive within {limits.body_seconds:g} seconds.",
            "Send it again, at once.",
            HANG_UP,
        ) from None


async def _read(request: Request, limits: Limits, held: Held | None) -> bytes:
    pieces = []
    size = 0
    async for piece in request.stream():
        size += len(piece)
        if size > limits.body_bytes:
            raise _too_large(limits)
        if held:
            held.take(len(piece))
        pieces.append(piece)
    return b"".join(pieces)


def _too_large(limits: Limits) -> Refusal:
    megabytes = limits.body_bytes / 2**20
    return Refusal(
        413,
        f"the request's body is over the limit of {megabytes:.3g} MB.",
        "Send a smaller one.",
        HANG_UP,
    )
