"""The page: what was built from `ui/`, held in memory, compressed once."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from vedette.web.refusal import Refusal, refusal_answer

STATIC = Path(__file__).with_name("static")
"""Where the build hook puts it."""

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}
_ALLOWED = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob: data:",
    "media-src 'self' blob:",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
)
"""Only what this service itself serves runs, is shown or asked (Content Security Policy Level 3)."""

_FOR_EVER = "public, max-age=31536000, immutable"
_SMALLEST_COMPRESSED = 512


@dataclass(frozen=True)
class PageFile:
    """One file of the page. `path` is its address."""

    path: str
    content: bytes
    media_type: str

    @cached_property
    def compressed(self) -> bytes:
        """As gzip."""
        return gzip.compress(self.content, mtime=0)

    @cached_property
    def tag(self) -> str:
        """Differs for every content."""
        return f'"{hashlib.sha256(self.content).hexdigest()[:32]}"'

    def answer(self, request: Request) -> Response:
        """The file, or that it has not changed."""
        headers = {
            "ETag": self.tag,
            # A name under assets/ holds the hash of its content.
            "Cache-Control": _FOR_EVER if self.path.startswith("/assets/") else "no-cache",
            "Content-Security-Policy": "; ".join(_ALLOWED),
            "Vary": "Accept-Encoding",
        }
        if request.headers.get("if-none-match") == self.tag:
            return Response(None, 304, headers)
        takes_gzip = "gzip" in request.headers.get("accept-encoding", "")
        if takes_gzip and len(self.content) >= _SMALLEST_COMPRESSED:
            return Response(self.compressed, 200, {**headers, "Content-Encoding": "gzip"}, self.media_type)
        return Response(self.content, 200, headers, self.media_type)


def page_files(folder: Path = STATIC) -> list[PageFile]:
    """Every file of the page that is in `folder`; none if it was not built."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix in _TYPES)
    return [
        PageFile(
            "/" + path.relative_to(folder).as_posix().replace("index.html", ""),
            path.read_bytes(),
            _TYPES[path.suffix],
        )
        for path in found
    ]


def page_routes(folder: Path = STATIC) -> list[Route]:
    """A route for each file, the first at `/`; one that says what to do if there is none."""
    files = page_files(folder)
    if not any(file.path == "/" for file in files):
        return [Route("/", _not_built, methods=["GET"])]
    return [_route(file) for file in files]


def _route(file: PageFile) -> Route:
    async def answer(request: Request) -> Response:
        return file.answer(request)

    return Route(file.path, answer, methods=["GET"])


async def _not_built(_: Request) -> Response:
    return refusal_answer(
        Refusal(
            404,
            "the page was not built into this installation.",
            "`make page` builds it; a released wheel carries it. The service itself is at /api/v1.",
        )
    )
