"""The cameras: how they are, and pictures for those that wait for pushed ones."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from vedette.errors import PictureError, UsageError
from vedette.sources.protocol import SourceStatus
from vedette.web.body import read_body
from vedette.web.limits import Limits
from vedette.web.posted_picture import posted_picture
from vedette.web.protocol import Appliance
from vedette.web.refusal import Refusal, RefusalBody
from vedette.web.worker import Worker

_PICTURE = {"content": {"image/*": {"schema": {"type": "string", "format": "binary"}}}, "required": True}
_REFUSALS = {
    400: "A damaged form.",
    403: "A foreign web page asked.",
    404: "No such camera.",
    408: "The body came too slowly.",
    409: "The camera takes no pushed pictures.",
    413: "The body is too large.",
    422: "Not a picture, a damaged one, or one of too many pixels.",
    503: "Too many pictures wait: push again.",
}


class CameraReply(BaseModel):
    """One camera's health."""

    name: str = Field(description="As in the configuration.")
    state: Literal["idle", "connecting", "connected", "waiting", "ended", "closed"] = Field(
        description="What the camera is doing; `waiting` is between two attempts to connect."
    )
    connects: int = Field(description="Connections so far.")
    reconnects: int = Field(description="Connections after the first.")
    frames: int = Field(description="Frames that were handed on.")
    dropped: int = Field(description="Frames that came too late and were not handed on.")
    corrupt: int = Field(description="Packets or pictures that could not be decoded.")
    last_error: str | None = Field(description="What went wrong last, without any credential.")

    @classmethod
    def of(cls, name: str, status: SourceStatus) -> CameraReply:
        """The reply for a camera of this status."""
        return cls(
            name=name,
            state=status.state,
            connects=status.connects,
            reconnects=status.reconnects,
            frames=status.frames,
            dropped=status.dropped,
            corrupt=status.corrupt,
            last_error=status.last_error,
        )


class PushReply(BaseModel):
    """A pushed picture was taken; whether it is looked at is the gate's affair."""

    camera: str = Field(description="The camera that has it.")


def camera_routes(appliance: Appliance, worker: Worker, limits: Limits) -> APIRouter:
    """The routes below `/api/v1/cameras`."""
    router = APIRouter(prefix="/api/v1/cameras", tags=["cameras"])

    @router.get("", summary="How every camera is")
    async def list_cameras() -> list[CameraReply]:
        return [CameraReply.of(name, status) for name, status in appliance.cameras.items()]

    @router.post(
        "/{name}/frames",
        summary="Push a picture to a camera that waits for them",
        status_code=202,
        responses={code: {"model": RefusalBody, "description": text} for code, text in _REFUSALS.items()},
        openapi_extra={"requestBody": _PICTURE},
    )
    async def push_frame(name: str, request: Request) -> PushReply:
        _refuse_wrong_name(name, tuple(appliance.cameras))
        body = await read_body(request, limits)
        content_type = request.headers.get("content-type", "")
        await worker.run(lambda: _push(appliance, name, posted_picture(body, content_type)))
        return PushReply(camera=name)

    return router


def _push(appliance: Appliance, camera: str, data: bytes) -> None:
    try:
        appliance.push_picture(camera, data)
    except PictureError:
        raise
    except UsageError as error:
        raise Refusal(409, error.message, error.remedy) from error


def _refuse_wrong_name(camera: str, known: tuple[str, ...]) -> None:
    if camera in known:
        return
    close = get_close_matches(camera, known, n=1)
    remedy = f"The nearest name is {close[0]!r}." if close else "GET /api/v1/cameras lists them."
    raise Refusal(404, f"no camera is called {camera[:80]!r}.", remedy)
