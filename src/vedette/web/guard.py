"""Who may ask at all: programs on this machine and pages of this service, no foreign page.

A page in the owner's browser can send requests to loopback. Three things keep a foreign one out:
its name in the Host header, when its name was made to point here (DNS rebinding); its Origin or
Sec-Fetch-Site header (Fetch Metadata, W3C) on whatever changes something, on every WebSocket, and on
what it would show inside itself; and that no answer carries a CORS header, so that it cannot read any.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Mapping
from contextlib import suppress
from ipaddress import ip_address

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vedette.people.visitor import Visitor
from vedette.web.access import CHALLENGE
from vedette.web.authority import Asked, Authority
from vedette.web.cookies import session_in
from vedette.web.refusal import HANG_UP, Refusal, refusal_answer
from vedette.web.sockets import SocketGuard, socket_refused

_log = logging.getLogger(__name__)

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_SITES = frozenset({"same-origin", "none"})
_SECURE = frozenset({"https", "wss"})
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), display-capture=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_STAY_SECURE = {**_HEADERS, "Strict-Transport-Security": "max-age=31536000"}
_FROM_ELSEWHERE = (
    "origin",
    "sec-fetch-site",
    "sec-fetch-mode",
    "cookie",
    "forwarded",
    "x-forwarded-for",
    "via",
)
"""What a browser sends, or a proxy that hands on what others ask."""


class Guard:
    """Refuses foreign requests and who may not ask, puts safe headers on every answer, lets no error through.

    `hosts` are names other than loopback's under which the service may be asked. Where one says who one
    is it answers under any address, too: a page that was made to point here has no session and no token.
    Who is let in stands in the scope's state as `visitor`.
    """

    def __init__(self, app: ASGIApp, authority: Authority, hosts: Collection[str] = ()) -> None:
        self._app = app
        self._authority = authority
        self._hosts = frozenset({"localhost", *map(str.lower, hosts)})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] == "http":
            await self._answer(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._converse(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        has_started = False

        async def send_safely(message: Message) -> None:
            nonlocal has_started
            if message["type"] == "http.response.start":
                has_started = True
                _make_safe(message, scope)
            await send(message)

        try:
            visitor = self._admitted(scope)
            if self._authority.asks_who:
                is_reading = scope["method"] in _READING
                receive = (self._until_refused if is_reading else self._while_admitted)(visitor, receive)
            await self._app(scope, receive, send_safely)
        except ClientDisconnect:
            _log.debug("%s %s: the other side left", scope["method"], scope["path"])
        except Refusal as refusal:
            await refusal_answer(refusal)(scope, receive, send_safely)
        except Exception:
            _log.exception("%s %s ended in an error that nobody foresaw", scope["method"], scope["path"])
            if has_started:
                raise
            await refusal_answer(_SURPRISE)(scope, receive, send_safely)

    async def _converse(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_safely(message: Message) -> None:
            if message["type"] == "websocket.http.response.start":
                _make_safe(message, scope)
            await send(message)

        try:
            visitor = self._admitted(scope)
        except Refusal as refusal:
            await socket_refused(refusal, scope, send_safely)
            return
        ending = self._authority.refused(visitor)
        await SocketGuard(self._app, scope, receive, send_safely).run(ending)

    def _admitted(self, scope: Scope) -> Visitor:
        headers = Headers(scope=scope)
        if not scope["path"].isprintable():
            raise Refusal(400, "the address holds letters that nobody can see.", "Leave them out.", HANG_UP)
        self._refuse_foreign(scope.get("method", "SOCKET"), headers)
        visitor = self._authority.admit(_asked(scope, headers))
        scope.setdefault("state", {})["visitor"] = visitor
        return visitor

    def _until_refused(self, visitor: Visitor, receive: Receive) -> Receive:
        """Answers without an end wait for the other side to leave: who is refused from now on has left."""

        async def receive_or_end() -> Message:
            coming = asyncio.ensure_future(receive())
            ending = asyncio.ensure_future(self._authority.refused(visitor))
            try:
                await asyncio.wait({coming, ending}, return_when=asyncio.FIRST_COMPLETED)
                return coming.result() if coming.done() else {"type": "http.disconnect"}
            finally:
                for task in (coming, ending):
                    task.cancel()
                with suppress(asyncio.CancelledError):
                    await ending

        return receive_or_end

    def _while_admitted(self, visitor: Visitor, receive: Receive) -> Receive:
        """A body may take its time: who is refused meanwhile changes nothing with it."""

        async def receive_or_refuse() -> Message:
            message = await receive()
            if not self._authority.is_still(visitor):
                raise Refusal(401, "you were logged out meanwhile.", "Log in again.", CHALLENGE)
            return message

        return receive_or_refuse

    def _refuse_foreign(self, method: str, headers: Headers) -> None:
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self._is_own(hosts[0]):
            raise Refusal(
                400,
                "this service does not answer under the name that was asked for.",
                "Ask http://localhost or http://127.0.0.1, with the port, or set service.hosts.",
                HANG_UP,
            )
        site = headers.get("sec-fetch-site", "none")
        if method in _READING:
            if site not in _OWN_SITES and headers.get("sec-fetch-mode") != "navigate":
                raise Refusal(403, "a foreign web page may not show this.", "Ask from a program.", HANG_UP)
            return
        # https, too: TLS may end at a proxy before us.
        own = {f"{scheme}://{hosts[0].lower()}" for scheme in ("http", "https")}
        if site not in _OWN_SITES or any(each.lower() not in own for each in headers.getlist("origin")):
            raise Refusal(403, "a foreign web page may not ask for this.", "Ask from a program.", HANG_UP)

    def _is_own(self, host: str) -> bool:
        name = host_name(host).lower().removesuffix(".")
        return name in self._hosts or _is_loopback(name) or (self._authority.asks_who and _is_address(name))


_SURPRISE = Refusal(
    500, "something went wrong here.", "The log of Vedette says what; please report it.", HANG_UP
)


def _make_safe(message: Message, scope: Scope) -> None:
    headers = MutableHeaders(scope=message)
    safe: Mapping[str, str] = _STAY_SECURE if scope.get("scheme") in _SECURE else _HEADERS
    for name, value in safe.items():
        headers.setdefault(name, value)


def _asked(scope: Scope, headers: Headers) -> Asked:
    address = scope["client"][0] if scope.get("client") else ""
    return Asked(
        method=scope.get("method", "SOCKET"),
        path=scope["path"],
        address=address,
        authorizations=headers.getlist("authorization"),
        session=session_in(headers, is_secure=scope.get("scheme") in _SECURE),
        proof=headers.get("x-csrf-token", ""),
        is_from_here=_is_from_here(address, headers),
    )


def _is_from_here(address: str, headers: Headers) -> bool:
    """A program on this machine asks: nobody else's address, no browser, no proxy that hands on."""
    name = host_name(headers.get("host", "")).lower().removesuffix(".")
    return (
        _is_loopback(address)
        and (name == "localhost" or _is_loopback(name))
        and not any(header in headers for header in _FROM_ELSEWHERE)
    )


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _is_loopback(name: str) -> bool:
    return _is_address(name) and ip_address(name).is_loopback


def host_name(host: str) -> str:
    """The name or address in a Host header (RFC 9110, 7.2): without its port and `[]`; empty if damaged."""
    if host.startswith("["):
        address, bracket, port = host[1:].partition("]")
        return address if bracket and port[:1] in {"", ":"} else ""
    return host.partition(":")[0]
