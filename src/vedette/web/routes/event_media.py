"""An event's picture and video, by ranges. A path comes from the event's row, never from a request."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from vedette.values.event import Event
from vedette.web.media import OpenFile, open_below
from vedette.web.protocol import Appliance
from vedette.web.ranged_file import RangedFile
from vedette.web.refusal import Refusal, refusals
from vedette.web.routes.events import EventId, event_of
from vedette.web.service import Service

_TYPES = {
    "snapshot": {".jpg": "image/jpeg"},
    "clip": {".mp4": "video/mp4", ".webm": "video/webm"},
}
_BINARY = {"schema": {"type": "string", "format": "binary"}}


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

    async def answer(event_id: str, kind: str, request: Request) -> Response:
        file, media_type = await service.store.run(lambda: _opened(service.appliance, event_id, kind))
        try:
            return RangedFile(file, media_type, request.headers)
        except BaseException:
            file.close()
            raise

    @router.get(
        "/snapshot",
        summary="The event's picture",
        response_class=Response,
        responses=_responses("image/jpeg"),
    )
    async def get_event_snapshot(event_id: EventId, request: Request) -> Response:
        return await answer(event_id, "snapshot", request)

    @router.get(
        "/clip",
        summary="The event's video",
        response_class=Response,
        responses=_responses("video/mp4", "video/webm"),
    )
    async def get_event_clip(event_id: EventId, request: Request) -> Response:
        return await answer(event_id, "clip", request)

    return router


def _opened(appliance: Appliance, identity: str, kind: str) -> tuple[OpenFile, str]:
    event = event_of(appliance, identity)
    path = event.snapshot if kind == "snapshot" else event.clip
    media_type = _TYPES[kind].get(PurePosixPath(path or "").suffix)
    if path is None or media_type is None or not _is_own(event, path):
        raise Refusal(404, f"the event {identity} has no {kind}.", "It may not have been made, or given up.")
    return open_below(appliance.media_folder, path), media_type


def _is_own(event: Event, path: str) -> bool:
    """A medium carries its event's id: a row that names another event's file does not get it."""
    return PurePosixPath(path).name.partition(".")[0] == event.id
