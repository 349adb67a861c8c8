"""What happens at this moment, as server-sent events (HTML Standard, 9.2)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Annotated

from fastapi import APIRouter, Header
from starlette.responses import Response

from vedette.assembly.live_feed import Happening, LiveFeed
from vedette.web.refusal import refusals
from vedette.web.service import Service
from vedette.web.streams import Stream

_TELLING = """Each event has an id, a name and JSON data:
`hello` (first: from here on), `lost` (some happenings are not kept any more: ask for the states anew),
`event` (a phase of an event), `rule` (a rule's state changed), `camera` (a camera's state changed),
`actuator` (an actuator's state changed), `teaching` (how many pictures were looked at again).
A comment comes every 15 seconds if nothing happens."""

LastId = Annotated[
    str | None,
    Header(
        alias="Last-Event-ID", max_length=64, description="Go on after that one; a browser sends it itself."
    ),
]


def live_routes(service: Service) -> APIRouter:
    """`GET /api/v1/live`."""
    router = APIRouter(prefix="/api/v1/live", tags=["live"])

    @router.get(
        "",
        summary="What happens, as it happens",
        description=_TELLING,
        response_class=Response,
        responses={
            200: {
                "content": {"text/event-stream": {"schema": {"type": "string"}}},
                "description": "Without end.",
            },
            **refusals(422, _503="There are too many listeners."),
        },
    )
    async def listen(last: LastId = None) -> Response:
        pieces = _told(service.appliance.live, last, service.limits.heartbeat_seconds)
        return Stream(pieces, "text/event-stream", service.listeners, service.streams)

    return router


async def _told(feed: LiveFeed, last: str | None, heartbeat_seconds: float) -> AsyncGenerator[bytes]:
    number, was_lost = _from(feed, last)
    loop, woken = asyncio.get_running_loop(), asyncio.Event()

    def wake() -> None:
        loop.call_soon_threadsafe(woken.set)

    leave = feed.subscribe(wake)
    try:
        yield b"retry: 2000\n" + _written(feed, Happening(number, "lost" if was_lost else "hello", {}))
        while True:
            woken.clear()
            newer, is_gap = feed.after(number)
            if is_gap:
                yield _written(feed, Happening(newer[0].number - 1, "lost", {}))
            for each in newer:
                number = each.number
                yield _written(feed, each)
            try:
                async with asyncio.timeout(heartbeat_seconds):
                    await woken.wait()
            except TimeoutError:
                yield b": nothing happened\n\n"
    finally:
        leave()


def _from(feed: LiveFeed, last: str | None) -> tuple[int, bool]:
    """After which number to go on, and whether something was lost: another run has other numbers."""
    if last is None:
        return feed.last, False
    run, _, number = last.rpartition("-")
    if run == feed.run and number.isdecimal() and len(number) < 18 and int(number) <= feed.last:
        return int(number), False
    return feed.last, True


def _written(feed: LiveFeed, happening: Happening) -> bytes:
    data = json.dumps(happening.data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return f"id: {feed.run}-{happening.number}\nevent: {happening.kind}\ndata: {data}\n\n".encode()
