"""The cameras: how they are, and pictures for those that wait for pushed ones."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from vedette.errors import PictureError, TeachingError, UsageError
from vedette.values.observation import RuleVerdict
from vedette.web.body import read_body
from vedette.web.idempotency import takes_key
from vedette.web.names import refuse_wrong_name
from vedette.web.posted_picture import PICTURE_BODY, posted_picture
from vedette.web.protocol import Appliance
from vedette.web.refusal import Refusal, refusals
from vedette.web.service import Service


class RuleReply(BaseModel):
    """A rule's state after the last frame that was judged."""

    name: str = Field(description="The rule, as in the configuration.")
    state: Literal["undecided", "active", "inactive"] = Field(description="What it has decided.")
    confidence: float = Field(description="Of the last look, calibrated, 0..1.")
    evidence: float = Field(description="Gathered so far, in nats of log-odds.")
    enter_at: float = Field(description="Evidence at which the state is entered.")
    leave_at: float = Field(description="Evidence at which the state is left.")
    reason: str = Field(description="Why, in words.")

    @classmethod
    def of(cls, verdict: RuleVerdict) -> RuleReply:
        """The reply for a verdict."""
        return cls(
            name=verdict.rule,
            state=verdict.state,
            confidence=verdict.confidence,
            evidence=verdict.evidence,
            enter_at=verdict.enter_at,
            leave_at=verdict.leave_at,
            reason=verdict.reason,
        )


class CameraReply(BaseModel):
    """One camera's health."""

    name: str = Field(description="As in the configuration.")
    kind: str = Field(description="What kind of source it is.")
    state: Literal["idle", "connecting", "connected", "waiting", "ended", "closed"] = Field(
        description="What the camera is doing; `waiting` is between two attempts to connect."
    )
    connects: int = Field(description="Connections so far.")
    reconnects: int = Field(description="Connections after the first.")
    frames: int = Field(description="Frames that were handed on.")
    dropped: int = Field(description="Frames that came too late and were not handed on.")
    corrupt: int = Field(description="Packets or pictures that could not be decoded.")
    last_error: str | None = Field(description="What went wrong last, without any credential.")
    trouble: str | None = Field(description="Why its thread does not run, if it does not.")
    lost_since: datetime | None = Field(description="Since when it is lost, UTC; null: it is not.")
    frames_per_second: float | None = Field(description="Frames handed on a second; null until it is known.")
    last_frame_at: datetime | None = Field(description="When the newest frame was taken, UTC.")
    rules: list[RuleReply] = Field(description="Its rules' states; empty before the first judged frame.")
    actuators: list[str] = Field(description="What its rules drive; see /api/v1/actuators.")
    masks: list[list[tuple[float, float]]] = Field(
        description="Polygons in which nothing counts as moving: corners x, y in 0..1 of the picture."
    )

    @classmethod
    def of(cls, appliance: Appliance, name: str) -> CameraReply:
        """The reply for a camera.

        Raises:
            Refusal: 404, no such camera.
        """
        status, plan = appliance.cameras.get(name), appliance.plans.get(name)
        if status is None or plan is None:
            raise Refusal(404, f"no camera is called {name[:80]!r}.", "GET /api/v1/cameras lists them.")
        frame = appliance.newest.frame(name)
        return cls(
            name=name,
            kind=plan.kind,
            state=status.state,
            connects=status.connects,
            reconnects=status.reconnects,
            frames=status.frames,
            dropped=status.dropped,
            corrupt=status.corrupt,
            last_error=status.last_error,
            trouble=appliance.system.troubles.get(f"camera {name}"),
            lost_since=appliance.system.lost_since.get(f"camera {name}"),
            frames_per_second=appliance.newest.frames_per_second(name),
            last_frame_at=None if frame is None else frame.captured_at,
            rules=[RuleReply.of(verdict) for verdict in appliance.newest.verdicts(name)],
            actuators=list(plan.actuators),
            masks=[list(corners) for corners in plan.masks],
        )


class LookReply(BaseModel):
    """A classifier that looks at a camera's pictures."""

    classifier: str = Field(description="Its name.")
    region: tuple[float, float, float, float] | None = Field(
        description="Left, top, right, bottom of what it looks at, in 0..1; null if it cannot be read."
    )
    classes: list[str] = Field(description="What it tells apart.")


class CameraDetailReply(CameraReply):
    """One camera's health, and what looks at its pictures."""

    looks: list[LookReply] = Field(description="The classifiers that look at it.")


class PushReply(BaseModel):
    """A pushed picture was taken; whether it is looked at is the gate's affair."""

    camera: str = Field(description="The camera that has it.")


def camera_routes(service: Service) -> APIRouter:
    """The routes below `/api/v1/cameras` that answer with JSON."""
    router = APIRouter(prefix="/api/v1/cameras", tags=["cameras"])
    appliance = service.appliance

    @router.get("", summary="How every camera is", responses=refusals())
    async def list_cameras() -> list[CameraReply]:
        return [CameraReply.of(appliance, name) for name in appliance.cameras]

    @router.get("/{name}", summary="How one camera is, and what looks at it", responses=refusals(404, 503))
    async def get_camera(name: str) -> CameraDetailReply:
        refuse_wrong_name(name, appliance.cameras, "camera", "/api/v1/cameras")
        health = CameraReply.of(appliance, name)
        looks = await service.store.run(lambda: _looks(appliance, name))
        return CameraDetailReply(**health.model_dump(), looks=looks)

    @router.post(
        "/{name}/frames",
        summary="Push a picture to a camera that waits for them",
        status_code=202,
        responses=refusals(404, 408, 413, 503, _409="The camera takes no pushed pictures.", _422=_NO_PICTURE),
        openapi_extra={"requestBody": PICTURE_BODY},
        dependencies=[Depends(takes_key)],
    )
    async def push_frame(name: str, request: Request) -> PushReply:
        refuse_wrong_name(name, appliance.cameras, "camera", "/api/v1/cameras")
        body = await read_body(request, service.limits)
        content_type = request.headers.get("content-type", "")
        await service.pictures.run(lambda: _push(appliance, name, posted_picture(body, content_type)))
        return PushReply(camera=name)

    return router


_NO_PICTURE = "Not a picture, a damaged one, or one of too many pixels."


def _push(appliance: Appliance, camera: str, data: bytes) -> None:
    try:
        appliance.push_picture(camera, data)
    except PictureError:
        raise
    except UsageError as error:
        raise Refusal(409, error.message, error.remedy) from error


def _looks(appliance: Appliance, camera: str) -> list[LookReply]:
    return [_look(appliance, name) for name in appliance.plans[camera].classifiers]


def _look(appliance: Appliance, classifier: str) -> LookReply:
    try:
        described = appliance.teaching.describe(classifier)
    except TeachingError:
        described = None
    if described is None or described.manifest is None:
        return LookReply(classifier=classifier, region=None, classes=[])
    current = described.manifest.current
    return LookReply(classifier=classifier, region=current.region, classes=list(current.classes))
