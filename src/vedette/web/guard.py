"""Who may ask at all: programs on this machine and pages of this service, no foreign page.

A page in the owner's browser can send requests to loopback. Three things keep a foreign one out:
its name in the Host header, when its name was made to point here (DNS rebinding); its Origin or
Sec-Fetch-Site header (Fetch Metadata, W3C) on whatever changes something, and on what it would show
inside itself; and that no answer carries a CORS header, so that it cannot read any.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from ipaddress import ip_address

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vedette.web.authority import Asked, Authority
from vedette.web.refusal import HANG_UP, Refusal, refusal_answer

_log = logging.getLogger(__name__)

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_SITES = frozenset({"same-origin", "none"})
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class Guard:
    """Refuses foreign requests and who may not ask, puts safe headers on every answer, lets no error through.

    `hosts` are names other than loopback's under which the service may be asked. Where a token has to be
    shown it answers under any address, too: a page that was made to point here does not have the token.
    """

    def __init__(self, app: ASGIApp, authority: Authority, hosts: Collection[str] = ()) -> None:
        self._app = app
        self._authority = authority
        self._hosts = frozenset({"localhost", *map(str.lower, hosts)})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            raise RuntimeError("there are no sockets here")
        has_started = False

        async def send_safely(message: Message) -> None:
            nonlocal has_started
            if message["type"] == "http.response.start":
                has_started = True
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            headers = Headers(scope=scope)
            self._refuse_foreign(scope["method"], headers)
            self._authority.admit(_asked(scope, headers))
            await self._app(scope, receive, send_safely)
        except ClientDisconnect:
            _log.debug("%s %s: the other side left", scope["method"], scope["path"])
        except Refusal as refusal:
            await refusal_answer(refusal)(scope, receive, send_safely)
        except Exception:
            _log.exception("%s %s ended in an error that nobody foresaw", scope["method"], scope["path"])
            if has_started:
                raise
            surprise = Refusal(
                500, "something went wrong here.", "The log of Vedette says what; please report it.", HANG_UP
            )
            await refusal_answer(surprise)(scope, receive, send_safely)

    def _refuse_foreign(self, method: str, headers: Headers) -> None:
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self._is_own(hosts[0]):
            raise Refusal(
                400,
                "this service does not answer under the name that was asked for.",
                "Ask http://localhost or http://127.0.0.1, with the port.",
                HANG_UP,
            )
        site = headers.get("sec-fetch-site", "none")
        if method in _READING:
            if site not in _OWN_SITES and headers.get("sec-fetch-mode") != "navigate":
                raise Refusal(403, "a foreign web page may not show this.", "Ask from a program.", HANG_UP)
            return
        origins = headers.getlist("origin")
        if site not in _OWN_SITES or any(
            origin.lower() != f"http://{hosts[0].lower()}" for origin in origins
        ):
            raise Refusal(403, "a foreign web page may not ask for this.", "Ask from a program.", HANG_UP)

    def _is_own(self, host: str) -> bool:
        name = host_name(host).lower().removesuffix(".")
        if name in self._hosts:
            return True
        try:
            return ip_address(name).is_loopback or self._authority.has_token
        except ValueError:
            return False


def _asked(scope: Scope, headers: Headers) -> Asked:
    address = scope["client"][0] if scope.get("client") else ""
    return Asked(scope["method"], scope["path"], address, headers.getlist("authorization"))


def host_name(host: str) -> str:
    """The name or address in a Host header (RFC 9110, 7.2): without its port and `[]`; empty if damaged."""
    if host.startswith("["):
        address, bracket, port = host[1:].partition("]")
        return address if bracket and port[:1] in {"", ":"} else ""
    return host.partition(":")[0]
