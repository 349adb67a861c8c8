"""Idempotency keys: who does not know whether a request was carried out may send it again.

As draft-ietf-httpapi-idempotency-key-header has it. What was answered is kept in memory only: a restart
forgets it. Refusals are not kept, for nothing was done.
"""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Header
from starlette.types import Message, Send

from vedette.web.refusal import RETRY, Refusal

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[!-~]+$",
        description="The same key and the same body within a day give the same answer, done once. "
        "Kept in memory: a restart forgets it.",
    ),
]

_KEPT_SECONDS = 24 * 3600.0
_KEPT = 512
_KEPT_BYTES = 4 * 2**20
_LARGEST = 256 * 1024


async def takes_key(idempotency_key: IdempotencyKey = None) -> None:
    """A dependency that has the header described and checked; `Intake` does what it asks for."""


@dataclass(slots=True)
class _Answer:
    fingerprint: bytes
    at: float
    messages: list[Message] = field(default_factory=list)
    is_done: bool = False

    @property
    def size(self) -> int:
        return sum(len(message.get("body", b"")) + 512 for message in self.messages)


class Answers:
    """What was answered, by key; for one event loop."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._answers: OrderedDict[str, _Answer] = OrderedDict()
        self._bytes = 0

    async def once(
        self, key: str, request: bytes, act: Callable[[Send], Awaitable[None]], send: Send
    ) -> None:
        """Do it, or repeat the answer that the same request had. `request` is all that it consists of.

        Raises:
            Refusal: 409, the first is still at work; 422, the key was another request's.
        """
        fingerprint = hashlib.sha256(request).digest()
        self._forget_old()
        known = self._answers.get(key)
        if known is not None:
            await _repeat(known, fingerprint, send)
            return
        answer = self._answers[key] = _Answer(fingerprint, self._monotonic())

        async def keep(message: Message) -> None:
            answer.messages.append(message)
            await send(message)

        try:
            await act(keep)
        finally:
            self._settle(key, answer)

    def _settle(self, key: str, answer: _Answer) -> None:
        """Keep what was done and is whole; anything else may be tried again."""
        status = answer.messages[0].get("status", 500) if answer.messages else 500
        # The start of an answer alone has no `more_body`, and is not yet an answer.
        is_whole = len(answer.messages) > 1 and not answer.messages[-1].get("more_body", False)
        if status >= 400 or not is_whole or answer.size > _LARGEST:
            del self._answers[key]
            return
        answer.is_done = True
        self._bytes += answer.size

    def _forget_old(self) -> None:
        oldest = self._monotonic() - _KEPT_SECONDS
        for key, answer in list(self._answers.items()):
            is_full = len(self._answers) >= _KEPT or self._bytes > _KEPT_BYTES
            if not is_full and answer.at >= oldest:
                return
            if answer.is_done:
                self._bytes -= answer.size
                del self._answers[key]


async def _repeat(answer: _Answer, fingerprint: bytes, send: Send) -> None:
    if answer.fingerprint != fingerprint:
        raise Refusal(
            422, "this idempotency key belongs to another request.", "Take a new key for a new request."
        )
    if not answer.is_done:
        raise Refusal(409, "the first request with this key is still at work.", "Ask again soon.", RETRY)
    for message in answer.messages:
        await send(message)
