"""Answers without an end: to a limited number, until the other side leaves or the service ends."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager, suppress

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from vedette.people.visitor import EVERYBODY, Visitor
from vedette.web.refusal import Refusal

_GOODBYE_SECONDS = 0.5


class Streams:
    """All streams of a service; `close` ends them, from any thread.

    A server that is told to stop waits for its answers to end: these would not.
    """

    def __init__(self) -> None:
        self._ending = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def open(self) -> None:
        """The running event loop is the one that serves."""
        self._loop = asyncio.get_running_loop()

    def close(self) -> None:
        """End every stream; a new one ends at once. Twice is once."""
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop has ended, and the streams with it
                self._loop.call_soon_threadsafe(self._ending.set)

    async def ended(self) -> None:
        """Returns when streams are to end."""
        await self._ending.wait()


class Places:
    """How many may have a kind of stream at once. One person, or one token, has three quarters at most."""

    def __init__(self, count: int, who: str) -> None:
        self._count = count
        self._who = who
        self.taken = 0
        self._by: Counter[str] = Counter()

    @contextmanager
    def place(self, scope: Scope) -> Iterator[None]:
        """A place for whoever asks in that scope, until the end of the block.

        Raises:
            Refusal: 503, there is none.
        """
        who: Visitor = scope.get("state", {}).get("visitor", EVERYBODY)
        own = who.person or who.token
        if self.taken >= self._count or (own and self._by[own] >= max(1, self._count * 3 // 4)):
            raise Refusal(
                503, f"there are {self.taken} {self._who} already.", "Close one.", {"Retry-After": "5"}
            )
        self.taken += 1
        self._by[own] += 1
        try:
            yield
        finally:
            self.taken -= 1
            self._by[own] -= 1
            if not self._by[own]:
                del self._by[own]


class Stream(Response):
    """Sends what an iterator gives, at the pace of the other side: nothing is kept for one who is slow."""

    def __init__(
        self, pieces: AsyncGenerator[bytes], media_type: str, places: Places, streams: Streams
    ) -> None:
        super().__init__(None, 200, {"Cache-Control": "no-store"}, media_type)
        del self.headers["content-length"]
        self._pieces = pieces
        self._places = places
        self._streams = streams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        with self._places.place(scope):
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            sending = asyncio.ensure_future(self._send(send))
            leaving = asyncio.ensure_future(_left(receive))
            ending = asyncio.ensure_future(self._streams.ended())
            tasks = {sending, leaving, ending}
            try:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in tasks:
                    task.cancel()
                outcomes = await asyncio.gather(sending, leaving, ending, return_exceptions=True)
            if isinstance(outcomes[0], Exception):
                raise outcomes[0]
            with suppress(TimeoutError):
                async with asyncio.timeout(_GOODBYE_SECONDS):
                    await send({"type": "http.response.body", "body": b""})

    async def _send(self, send: Send) -> None:
        # Closed at once, also when it is cancelled while the other side is slow to take a piece.
        async with aclosing(self._pieces) as pieces:
            async for piece in pieces:
                await send({"type": "http.response.body", "body": piece, "more_body": True})


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
