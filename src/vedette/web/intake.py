"""The body of a request that changes something: read whole, once, with limits, before anybody acts on it."""

from __future__ import annotations

from dataclasses import replace

from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vedette.people.visitor import EVERYBODY, NOBODY
from vedette.web.body import read_body
from vedette.web.idempotency import Answers
from vedette.web.limits import Limits
from vedette.web.room import Held, Room
from vedette.web.speakable import refuse_unspeakable

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_TO_DISK = frozenset({"/api/v1/classifiers/import"})
"""Reads its own body, within limits of its own."""


class Intake:
    """Reads bodies below `/api/v1/`, and answers a repeated idempotency key as it was answered before."""

    def __init__(self, app: ASGIApp, limits: Limits, answers: Answers, room: Room) -> None:
        self._app = app
        self._limits = limits
        self._json_limits = replace(limits, body_bytes=limits.json_bytes)
        self._answers = answers
        self._room = room

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        is_ours = scope["type"] == "http" and scope["path"].startswith("/api/v1/")
        if not is_ours or scope["method"] in _READING:
            await self._app(scope, receive, send)
            return
        visitor = scope.get("state", {}).get("visitor", EVERYBODY)
        if scope["path"] in _TO_DISK and visitor is not NOBODY:
            await self._app(scope, receive, send)
            return
        with self._room.hold() as held:
            await self._take_in(scope, receive, send, held)

    async def _take_in(self, scope: Scope, receive: Receive, send: Send, held: Held) -> None:
        headers = Headers(scope=scope)
        visitor = scope.get("state", {}).get("visitor", EVERYBODY)
        is_json = "json" in headers.get("content-type", "")
        # Who has not said who they are sends no pictures.
        limits = self._json_limits if visitor is NOBODY or is_json else self._limits
        body = await read_body(Request(scope, receive), limits, held)
        if is_json:
            refuse_unspeakable(body)
        key = headers.get("idempotency-key")
        again = _given(body, receive)
        if key is None or scope["method"] != "POST":
            await self._app(scope, again, send)
            return
        address = b" ".join([scope["path"].encode(), scope["query_string"]])
        request = b"\n".join([address, _without_boundary(body, headers.get("content-type", ""))])
        # A key is its sender's: nobody is given an answer that was another's.
        own = f"{visitor.person}{visitor.token} {key[:256]}"
        await self._answers.once(own, request, lambda keep: self._app(scope, again, keep), send)


def _without_boundary(body: bytes, content_type: str) -> bytes:
    """Body and kind: a form that is sent again has a new boundary, and is the same form."""
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary", b"")
    return kind + b"\n" + (body.replace(boundary, b"") if boundary else body)


def _given(body: bytes, receive: Receive) -> Receive:
    """The body as if it came now; afterwards what else comes, such as that the other side has left."""
    is_given = False

    async def give() -> Message:
        nonlocal is_given
        if is_given:
            return await receive()
        is_given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return give
