"""One who watches a camera, from the opening of the socket to its end.

Text messages are JSON with a `type`: `start` (which pictures come from here on) and `look` (what was made
of a picture). Binary ones are pictures: a byte that says what it is, the camera's `seconds` as a big-endian
float64, and the bytes. The other side says nothing that is heard.
"""

from __future__ import annotations

import asyncio
import json
import struct
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from typing import Literal

from fastapi import WebSocket, WebSocketDisconnect

from vedette.video.segments import LEAD_SECONDS, Beginning, Fragment
from vedette.web.look import look_message
from vedette.web.service import Service

_LOOK_SECONDS = 1 / 15
_STILL_THERE_SECONDS = 2.0
_GOODBYE_SECONDS = 0.5
_GOING_AWAY, _GONE = 1001, 4404
_HEADER = struct.Struct(">Bd")


class Kind(IntEnum):
    """What a binary message holds."""

    INITIALISATION = 1
    FRAGMENT = 2
    JPEG = 3


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is asked for: of which camera which pictures, JPEG how wide and how far apart."""

    camera: str
    pictures: Literal["video", "jpeg", "none"]
    width: int
    seconds: float


def _from_anywhere(event: asyncio.Event) -> Callable[[], None]:
    """Sets the event, from any thread."""
    loop = asyncio.get_running_loop()

    def wake() -> None:
        loop.call_soon_threadsafe(event.set)

    return wake


class Watching:
    """Sends at the pace of the other side: what is not taken in time is left out, up to a key frame."""

    def __init__(self, service: Service, socket: WebSocket, wishes: Wishes) -> None:
        self._service = service
        self._socket = socket
        self._wishes = wishes
        self._beginning: Beginning | None = None

    async def run(self) -> None:
        """Until the other side leaves, the camera is gone, or the service ends."""
        duties: dict[asyncio.Task[None], tuple[int, str]] = {
            asyncio.ensure_future(self._looks()): (_GOING_AWAY, ""),
            asyncio.ensure_future(self._left()): (_GOING_AWAY, ""),
            asyncio.ensure_future(self._service.streams.ended()): (_GOING_AWAY, "The service ends."),
            asyncio.ensure_future(self._camera_gone()): (_GONE, "There is no such camera any more."),
        }
        pictures = self._pictures()
        if pictures is not None:
            duties[asyncio.ensure_future(pictures)] = (_GOING_AWAY, "")
        try:
            done, _ = await asyncio.wait(duties, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for duty in duties:
                duty.cancel()
            outcomes = await asyncio.gather(*duties, return_exceptions=True)
        await self._close(*duties[min(done, key=list(duties).index)])
        for outcome in outcomes:
            if isinstance(outcome, Exception) and not isinstance(outcome, WebSocketDisconnect):
                raise outcome

    async def _close(self, code: int, reason: str) -> None:
        with suppress(TimeoutError, RuntimeError, WebSocketDisconnect):
            async with asyncio.timeout(_GOODBYE_SECONDS):
                await self._socket.close(code, reason)

    async def _left(self) -> None:
        while (await self._socket.receive())["type"] != "websocket.disconnect":
            pass

    async def _camera_gone(self) -> None:
        while self._wishes.camera in self._service.appliance.plans:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(_STILL_THERE_SECONDS)

    def _pictures(self) -> Coroutine[None, None, None] | None:
        match self._wishes.pictures:
            case "video":
                return self._video()
            case "jpeg":
                return self._jpegs()
            case _:
                return None

    async def _looks(self) -> None:
        woken = asyncio.Event()
        onlooker, leave = self._service.appliance.looks.subscribe(self._wishes.camera, _from_anywhere(woken))
        try:
            while True:
                await woken.wait()
                woken.clear()
                look = onlooker.take()
                if look is not None:
                    await self._tell({**look_message(look), "now": datetime.now(UTC).isoformat()})
                    await asyncio.sleep(_LOOK_SECONDS)
        finally:
            leave()

    async def _video(self) -> None:
        """The camera's own video; JPEG for as long as it has none that can be shown."""
        woken = asyncio.Event()
        screening = self._service.appliance.screenings.of(self._wishes.camera)
        leave = screening.watch(_from_anywhere(woken))
        shown, jpegs = -1, None
        try:
            while True:
                woken.clear()
                if screening.kind == "jpeg" and jpegs is None:
                    self._beginning, jpegs = None, asyncio.ensure_future(self._jpegs())
                elif screening.kind == "video" and jpegs is not None:
                    jpegs.cancel()
                    jpegs = None
                fragments, shown = screening.strip.after(shown)
                for each in fragments if screening.kind == "video" else ():
                    await self._show(each)
                if not fragments:
                    await woken.wait()
        finally:
            leave()
            if jpegs is not None:
                jpegs.cancel()

    async def _show(self, fragment: Fragment) -> None:
        beginning = fragment.beginning
        if beginning is not self._beginning:
            self._beginning = beginning
            await self._tell(
                {
                    "type": "start",
                    "kind": "video",
                    "mime": beginning.mime,
                    "width": beginning.width,
                    "height": beginning.height,
                    "lead_seconds": LEAD_SECONDS,
                }
            )
            await self._send(Kind.INITIALISATION, fragment.seconds, beginning.initialisation)
        await self._send(Kind.FRAGMENT, fragment.seconds, fragment.data)

    async def _jpegs(self) -> None:
        shown, size = None, None
        while True:
            encoded = await self._service.jpegs.get(self._wishes.camera, self._wishes.width)
            if encoded is not None and encoded.tag != shown:
                shown, frame = encoded.tag, encoded.frame
                if size != (frame.width, frame.height):
                    size = (frame.width, frame.height)
                    await self._tell({"type": "start", "kind": "jpeg", "width": size[0], "height": size[1]})
                await self._send(Kind.JPEG, frame.monotonic_seconds, encoded.jpeg)
            await asyncio.sleep(self._wishes.seconds)

    async def _tell(self, message: Mapping[str, object]) -> None:
        await self._socket.send_text(json.dumps(message, allow_nan=False, separators=(",", ":")))

    async def _send(self, kind: Kind, seconds: float, data: bytes) -> None:
        await self._socket.send_bytes(_HEADER.pack(kind, seconds) + data)
