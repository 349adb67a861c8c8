"""An event's picture and video, by ranges. A path comes from the event's row, never from a request."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC
from pathlib import PurePosixPath
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from vedette.errors import PictureError
from vedette.pixels.picture import MAXIMUM_BYTES
from vedette.values.event import Event
from vedette.web.attachment import attachment
from vedette.web.media import OpenFile, open_below
from vedette.web.protocol import Appliance
from vedette.web.ranged_file import RangedFile, names_tag
from vedette.web.refusal import Refusal, refusals
from vedette.web.routes.events import EventId, event_of
from vedette.web.service import Service
from vedette.web.thumbnails import small_tag

_TYPES = {
    "snapshot": {".jpg": "image/jpeg"},
    "clip": {".mp4": "video/mp4", ".webm": "video/webm"},
}
_BINARY = {"schema": {"type": "string", "format": "binary"}}

Download = Annotated[bool, Query(description="Have a browser keep it as a file with a good name.")]
Width = Annotated[
    int | None, Query(ge=32, le=4096, description="Scaled down to so many pixels; never enlarged.")
]


@dataclass(frozen=True, slots=True)
class _Medium:
    """An event's file that is open. Whoever has it closes it."""

    file: OpenFile
    media_type: str
    name: str


def _responses(*types: str) -> dict[int | str, dict[str, Any]]:
    content = dict.fromkeys(types, _BINARY)
    return {
        200: {"content": content, "description": "The file."},
        206: {"content": content, "description": "The asked range of it."},
        304: {"description": "It has not changed."},
        **refusals(404, 416, 422, 503),
    }


def event_media_routes(service: Service) -> APIRouter:
    """`snapshot` and `clip` of each event."""
    router = APIRouter(prefix="/api/v1/events/{event_id}", tags=["events"])

    @router.get(
        "/snapshot",
        summary="The event's picture, or a small one",
        response_class=Response,
        responses=_responses("image/jpeg"),
    )
    async def get_event_snapshot(
        event_id: EventId, request: Request, width: Width = None, download: Download = False
    ) -> Response:
        medium = await service.store.run(lambda: _opened(service.appliance, event_id, "snapshot"))
        if width is not None:
            return _named(await _small(service, medium, width, request), medium, download)
        return _named(_whole(medium, request), medium, download)

    @router.get(
        "/clip",
        summary="The event's video",
        response_class=Response,
        responses=_responses("video/mp4", "video/webm"),
    )
    async def get_event_clip(event_id: EventId, request: Request, download: Download = False) -> Response:
        medium = await service.store.run(lambda: _opened(service.appliance, event_id, "clip"))
        return _named(_whole(medium, request), medium, download)

    return router


def _whole(medium: _Medium, request: Request) -> Response:
    try:
        return RangedFile(medium.file, medium.media_type, request.headers)
    except BaseException:
        medium.file.close()
        raise


async def _small(service: Service, medium: _Medium, width: int, request: Request) -> Response:
    """The picture at that width; it is closed afterwards.

    Raises:
        Refusal: 404, it is damaged; 503, too many wait.
    """
    file, tag = medium.file, small_tag(medium.file.tag, width)
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    try:
        if names_tag(request.headers.get("if-none-match", ""), tag):
            return Response(None, 304, headers)
        data = await service.store.run(lambda: os.pread(file.descriptor, MAXIMUM_BYTES, 0))
    finally:
        file.close()
    try:
        small = await service.thumbnails.get(data, file.tag, width)
    except PictureError as error:
        raise Refusal(404, f"the event's picture cannot be shown: {error.message}", error.remedy) from error
    return Response(small.jpeg, 200, headers, "image/jpeg")


def _named(response: Response, medium: _Medium, is_download: bool) -> Response:
    if is_download:
        response.headers["Content-Disposition"] = attachment(medium.name)
    return response


def _opened(appliance: Appliance, identity: str, kind: str) -> _Medium:
    event = event_of(appliance, identity)
    path = event.snapshot if kind == "snapshot" else event.clip
    suffix = PurePosixPath(path or "").suffix
    media_type = _TYPES[kind].get(suffix)
    if path is None or media_type is None or not _is_own(event, path):
        raise Refusal(404, f"the event {identity} has no {kind}.", "It may not have been made, or given up.")
    at = event.opened_at.astimezone(UTC)
    name = f"{event.camera}-{event.label}-{at:%Y%m%dT%H%M%SZ}{suffix}"
    return _Medium(open_below(appliance.media_folder, path), media_type, name)


def opened_snapshot(appliance: Appliance, identity: str) -> OpenFile:
    """An event's picture, open.

    Raises:
        Refusal: 404, there is no such event, or it has none.
    """
    return _opened(appliance, identity, "snapshot").file


def _is_own(event: Event, path: str) -> bool:
    """A medium carries its event's id: a row that names another event's file does not get it."""
    return PurePosixPath(path).name.partition(".")[0] == event.id
