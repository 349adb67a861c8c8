"""The session's cookie: how it is read, set and taken back."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.requests import Request, cookie_parser
from starlette.responses import Response

from vedette.people.sessions import LASTS

NAME = "vedette"
SECURE_NAME = f"__Host-{NAME}"
"""A browser takes it over TLS only, and from this very host only (RFC 6265bis, 4.1.3.2)."""


def session_in(headers: Headers, *, is_secure: bool) -> str:
    """What the browser sent; empty if nothing. Over TLS only the cookie counts that nobody else can set."""
    sent = cookie_parser("; ".join(headers.getlist("cookie")))
    return sent.get(SECURE_NAME) or ("" if is_secure else sent.get(NAME, ""))


def give_session(request: Request, response: Response, session: str) -> None:
    """Have the browser keep it, where no script can read it."""
    response.set_cookie(
        SECURE_NAME if _is_secure(request) else NAME,
        session,
        max_age=int(LASTS.total_seconds()),
        path="/",
        secure=_is_secure(request),
        httponly=True,
        samesite="strict",
    )


def take_session(request: Request, response: Response) -> None:
    """Have the browser forget it."""
    for name, is_secure in ((NAME, False), (SECURE_NAME, True)):
        if name in request.cookies:
            response.delete_cookie(name, path="/", secure=is_secure, httponly=True, samesite="strict")


def _is_secure(request: Request) -> bool:
    """TLS ends here, or at a proxy before us: then the page's own address says so."""
    return request.url.scheme == "https" or request.headers.get("origin", "").startswith("https://")
