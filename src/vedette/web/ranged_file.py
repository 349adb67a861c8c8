"""An open file as an answer: whole, a range of it (RFC 9110, 14), or nothing if it has not changed."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Mapping
from email.utils import formatdate, parsedate_to_datetime

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from vedette.web.media import OpenFile
from vedette.web.refusal import Refusal

_PIECE = 256 * 1024
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


class RangedFile(Response):
    """Sends a file piece by piece and closes it. `headers` are the request's.

    Several ranges at once are answered with the whole file, as the RFC allows.

    Raises:
        Refusal: 416, there is nothing in the range.
    """

    def __init__(self, file: OpenFile, media_type: str, headers: Mapping[str, str]) -> None:
        self._file = file
        self._start, self._end = 0, file.size
        named = {
            "ETag": file.tag,
            "Last-Modified": formatdate(file.modified_seconds, usegmt=True),
            "Accept-Ranges": "bytes",
            # The owner's pictures: a browser may keep them, and asks each time whether they still hold.
            "Cache-Control": "private, no-cache",
        }
        super().__init__(None, self._status(headers, named), named, media_type)
        length = self._end - self._start
        if self.status_code != 304:
            self.headers["content-length"] = str(length)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's
        """See ASGI."""
        try:
            await send(
                {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
            )
            place = self._start
            while place < self._end and self.status_code != 304:
                wanted = min(_PIECE, self._end - place)
                piece = await asyncio.to_thread(os.pread, self._file.descriptor, wanted, place)
                if not piece:
                    raise OSError("the file has become shorter while it was sent")
                place += len(piece)
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            self._file.close()

    def _status(self, headers: Mapping[str, str], named: dict[str, str]) -> int:
        if _is_unchanged(self._file, headers):
            return 304
        asked = headers.get("range", "")
        match = _RANGE.fullmatch(asked.strip()) if _range_holds(self._file, headers) else None
        if match is None or not _is_valid(match[1], match[2]):
            return 200
        self._start, self._end = _bounds(match[1], match[2], self._file)
        named["Content-Range"] = f"bytes {self._start}-{self._end - 1}/{self._file.size}"
        return 206


def names_tag(asked: str, tag: str) -> bool:
    """Whether an If-None-Match names this tag, or any."""
    return asked.strip() == "*" or tag in [each.strip().removeprefix("W/") for each in asked.split(",")]


def _is_valid(first: str, last: str) -> bool:
    """One end at least, and in order; else the range is to be ignored."""
    return bool(first or last) and not (first and last and int(last) < int(first))


def _bounds(first: str, last: str, file: OpenFile) -> tuple[int, int]:
    """Where the range begins, and where it ends (excluded).

    Raises:
        Refusal: 416, there is nothing in it.
    """
    if first:
        start, end = int(first), min(int(last) + 1, file.size) if last else file.size
    else:
        start, end = max(0, file.size - int(last)), file.size
    if start >= end:
        size = file.size
        file.close()
        raise Refusal(
            416,
            f"the file has {size} bytes: there is nothing in that range.",
            "Ask for a range within it.",
            {"Content-Range": f"bytes */{size}"},
        )
    return start, end


def _is_unchanged(file: OpenFile, headers: Mapping[str, str]) -> bool:
    """RFC 9110, 13.2.2: If-None-Match counts before If-Modified-Since."""
    tags = headers.get("if-none-match")
    if tags is not None:
        return names_tag(tags, file.tag)
    since = _seconds(headers.get("if-modified-since"))
    return since is not None and int(file.modified_seconds) <= since


def _range_holds(file: OpenFile, headers: Mapping[str, str]) -> bool:
    """RFC 9110, 13.1.5: a range of what was there before is not asked for any more."""
    condition = headers.get("if-range")
    if condition is None:
        return True
    return condition.strip() == file.tag or _seconds(condition) == int(file.modified_seconds)


def _seconds(date: str | None) -> float | None:
    try:
        return None if date is None else parsedate_to_datetime(date).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
