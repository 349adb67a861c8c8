"""Watching a camera: its moving picture and what is made of it, over one WebSocket (RFC 6455)."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, WebSocket

from vedette.web.names import refuse_wrong_name
from vedette.web.service import Service
from vedette.web.watching import Watching, Wishes

Pictures = Annotated[
    Literal["video", "jpeg", "none"],
    Query(
        description="`video` where the camera's can be shown as it is, and JPEG elsewhere; or none at all."
    ),
]
Width = Annotated[int, Query(ge=64, le=960, description="Of JPEG, in pixels; never enlarged.")]
Rate = Annotated[float, Query(ge=0.1, le=10, description="JPEG a second, at most.")]


def watch_routes(service: Service) -> APIRouter:
    """`/api/v1/cameras/{name}/watch`, a socket."""
    router = APIRouter(prefix="/api/v1/cameras/{name}", tags=["cameras"])
    cameras = service.appliance

    @router.websocket("/watch")
    async def watch(
        socket: WebSocket, name: str, pictures: Pictures = "video", width: Width = 960, fps: Rate = 10.0
    ) -> None:
        refuse_wrong_name(name, cameras.cameras, "camera", "/api/v1/cameras")
        with service.watchers.place(socket.scope):
            await socket.accept()
            await Watching(service, socket, Wishes(name, pictures, width, 1 / fps)).run()

    return router
