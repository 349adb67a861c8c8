"""What a camera sees at this moment: one picture, or moving ones."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from vedette.web.frame_jpegs import FrameJpegs
from vedette.web.names import refuse_wrong_name
from vedette.web.refusal import Refusal, refusals
from vedette.web.service import Service
from vedette.web.streams import Stream

_BOUNDARY = "vedette-frame"
_MOVING = f"multipart/x-mixed-replace; boundary={_BOUNDARY}"
_BINARY = {"schema": {"type": "string", "format": "binary"}}

_SNAPSHOT: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/jpeg": _BINARY}, "description": "The picture."},
    304: {"description": "It is the one of `If-None-Match`."},
    **refusals(404, 422, _503="The camera has no frame yet, or too many wait."),
}
_PREVIEW: dict[int | str, dict[str, Any]] = {
    200: {"content": {"multipart/x-mixed-replace": _BINARY}, "description": "Pictures without end."},
    **refusals(404, 422, _503="There are too many viewers."),
}

Width = Annotated[
    int | None, Query(ge=64, le=3840, description="Pixels; the frame's own if left out. Never enlarged.")
]
PreviewWidth = Annotated[int, Query(ge=64, le=1920, description="Pixels; never enlarged.")]
Rate = Annotated[float, Query(ge=0.1, le=10, description="Pictures a second, at most.")]


def camera_picture_routes(service: Service) -> APIRouter:
    """`snapshot` and `preview` of each camera."""
    router = APIRouter(prefix="/api/v1/cameras/{name}", tags=["cameras"])
    cameras = service.appliance

    @router.get("/snapshot", summary="The newest frame as JPEG", response_class=Response, responses=_SNAPSHOT)
    async def get_snapshot(name: str, request: Request, width: Width = None) -> Response:
        refuse_wrong_name(name, cameras.cameras, "camera", "/api/v1/cameras")
        return await _snapshot(service.jpegs, name, width, request)

    @router.get(
        "/preview",
        summary="Moving pictures (MJPEG), for an img element",
        response_class=Response,
        responses=_PREVIEW,
    )
    async def get_preview(name: str, fps: Rate = 5.0, width: PreviewWidth = 640) -> Response:
        refuse_wrong_name(name, cameras.cameras, "camera", "/api/v1/cameras")
        pieces = _pictures(service.jpegs, name, width, 1 / fps)
        return Stream(pieces, _MOVING, service.viewers, service.streams)

    return router


async def _snapshot(jpegs: FrameJpegs, camera: str, width: int | None, request: Request) -> Response:
    tag = jpegs.tag(camera, width)
    if tag is not None and request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers={"ETag": tag})
    encoded = await jpegs.get(camera, width)
    if encoded is None:
        raise Refusal(
            503,
            f"the camera {camera} has had no frame yet.",
            "Look at its state: GET /api/v1/cameras.",
            {"Retry-After": "1"},
        )
    named = {"ETag": encoded.tag, "X-Captured-At": encoded.frame.captured_at.isoformat()}
    return Response(encoded.jpeg, headers=named, media_type="image/jpeg")


async def _pictures(jpegs: FrameJpegs, camera: str, width: int, seconds: float) -> AsyncGenerator[bytes]:
    """Parts of the stream. Whoever is slow finds a newer frame when he asks for the next."""
    shown = None
    while True:
        encoded = await jpegs.get(camera, width)
        if encoded is not None and encoded.tag != shown:
            shown = encoded.tag
            length = len(encoded.jpeg)
            head = f"--{_BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {length}\r\n\r\n"
            yield head.encode() + encoded.jpeg + b"\r\n"
        await asyncio.sleep(seconds)
