"""A picture on disk answered at a small size, for grids of many."""

from __future__ import annotations

import os

from fastapi import Request
from starlette.responses import Response

from vedette.pixels.picture import MAXIMUM_BYTES
from vedette.web.media import OpenFile
from vedette.web.ranged_file import names_tag
from vedette.web.service import Service
from vedette.web.thumbnails import small_tag

_JPEG = b"\xff\xd8"


async def small_picture(
    service: Service, file: OpenFile, media_type: str, width: int, request: Request
) -> Response:
    """The picture at that width, never enlarged; `file` is closed afterwards.

    Raises:
        PictureError: it is damaged.
        Refusal: 503, too many wait.
    """
    tag = small_tag(file.tag, width)
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    try:
        if names_tag(request.headers.get("if-none-match", ""), tag):
            return Response(None, 304, headers)
        data = await service.store.run(lambda: os.pread(file.descriptor, MAXIMUM_BYTES, 0))
    finally:
        file.close()
    small = await service.thumbnails.get(data, file.tag, width)
    # What is small enough already comes as it is.
    return Response(small.jpeg, 200, headers, "image/jpeg" if small.jpeg.startswith(_JPEG) else media_type)
