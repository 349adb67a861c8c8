"""What a classifier says and thinks while it is taught: answers, doubts, advice, proposals."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from vedette.assembly.teaching_insight import Doubts, Proposal
from vedette.errors import PictureError
from vedette.values.frame import Frame
from vedette.web.body import read_body
from vedette.web.names import refuse_wrong_name
from vedette.web.posted_picture import PICTURE_BODY, PostedFile, posted_pictures
from vedette.web.protocol import Appliance
from vedette.web.refusal import Refusal, refusals
from vedette.web.routes.classifiers import described_or_refused
from vedette.web.routes.teaching import AdviceReply
from vedette.web.service import Service

Camera = Annotated[str, Query(min_length=1, max_length=64, description="Whose newest frame.")]
Light = Annotated[str | None, Query(min_length=1, max_length=64, description="Its present light counts.")]
Limit = Annotated[int, Query(ge=1, le=500, description="At most so many.")]


class AnswerReply(BaseModel):
    """What a camera's newest frame shows, by the classifier as it was taught last."""

    label: str = Field(description="The class, or `unknown`.")
    best: str = Field(description="The most confident class, also of what is unknown.")
    confidence: float = Field(description="Of the best class, calibrated, 0..1.")
    confidences: dict[str, float] = Field(description="Of every class; they sum to 1.")
    is_unknown: bool = Field(description="It is like none of the classes.")
    at: datetime = Field(description="When the frame was taken, UTC.")
    seconds: float = Field(description="The frame's own time, as elsewhere.")
    revision: int = Field(description="The number of the teaching that says so.")


class DoubtReply(BaseModel):
    """How far a picture is to be doubted, by a head that has not seen it."""

    digest: str = Field(description="Of the picture.")
    name: str = Field(description="What to recognise it by.")
    label: str = Field(description="What a person said that it shows.")
    looks_like: str = Field(description="What it looks like.")
    confidence: float = Field(description="Of its own label, 0..1.")
    doubt: float = Field(description="One less that.")
    is_suspect: bool = Field(description="Another class fits better.")
    picture: str = Field(description="The address of its bytes.")
    why: str = Field(description="In words, without a full stop.")
    twin: str | None = Field(
        description="The address of nearly the same picture that has another label, if there is one."
    )


class DoubtsReply(BaseModel):
    """The pictures of the last teaching, the most doubtful first."""

    doubts: list[DoubtReply] = Field(description="So many as were asked for.")
    total: int = Field(description="How many there are in all.")
    suspects: int = Field(description="How many another class fits better.")
    sentence: str | None = Field(description="Why there are none.")

    @classmethod
    def of(cls, name: str, found: Doubts, limit: int) -> DoubtsReply:
        """The reply for doubts."""
        address = f"/api/v1/classifiers/{name}/examples"
        return cls(
            doubts=[
                DoubtReply(
                    digest=each.digest,
                    name=each.name,
                    label=each.label,
                    looks_like=each.looks_like,
                    confidence=each.confidence,
                    doubt=1 - each.confidence,
                    is_suspect=each.is_suspect,
                    picture=f"{address}/{each.digest}/picture",
                    why=each.why,
                    twin=None if each.twin is None else f"{address}/{each.twin}/picture",
                )
                for each in found.doubts[:limit]
            ],
            total=len(found.doubts),
            suspects=sum(each.is_suspect for each in found.doubts),
            sentence=found.note,
        )


class ProposalReply(BaseModel):
    """What a picture that was not kept may show."""

    file: str = Field(description="Its name in the form; empty without one.")
    digest: str | None = Field(description="SHA-256 of its bytes.")
    label: str | None = Field(description="The class, or `unknown`; null: never taught.")
    best: str | None = Field(description="The most confident class, also of what is unknown.")
    confidence: float = Field(description="Of the best class, 0..1.")
    confidences: dict[str, float] = Field(description="Of every class.")
    is_unknown: bool = Field(description="It is like none of the classes.")
    doubt: float = Field(description="One less the confidence; 1 for what is unknown.")
    is_near_duplicate_of: str | None = Field(description="The digest of an example that it nearly equals.")
    error: str | None = Field(description="Why it cannot be looked at.")

    @classmethod
    def of(cls, file: str, proposal: Proposal) -> ProposalReply:
        """The reply for a picture."""
        answer = proposal.classification
        confidence = answer.confidence if answer else 0.0
        is_unknown = bool(answer and answer.is_unknown)
        return cls(
            file=file,
            digest=proposal.digest,
            label=answer.label if answer else None,
            best=answer.best if answer else None,
            confidence=confidence,
            confidences=dict(answer.confidences) if answer else {},
            is_unknown=is_unknown,
            doubt=1.0 if is_unknown else 1 - confidence,
            is_near_duplicate_of=proposal.twin.digest if proposal.twin else None,
            error=None,
        )

    @classmethod
    def refused(cls, file: str, error: PictureError) -> ProposalReply:
        """The reply for what is no picture."""
        return cls(
            file=file,
            digest=None,
            label=None,
            best=None,
            confidence=0.0,
            confidences={},
            is_unknown=False,
            doubt=1.0,
            is_near_duplicate_of=None,
            error=error.message,
        )


class ProposalsReply(BaseModel):
    """What the posted pictures may show, in the order sent. None of them was kept."""

    proposals: list[ProposalReply] = Field(description="One a picture.")


_BODY: dict[str, Any] = {**PICTURE_BODY, "description": "A picture, or a form with up to 16."}


def teaching_insight_routes(service: Service) -> APIRouter:
    """`answer`, `doubts`, `advice` and `proposals` of each classifier."""
    router = APIRouter(prefix="/api/v1/classifiers/{name}", tags=["classifiers"])
    appliance = service.appliance

    @router.get(
        "/answer",
        summary="What it says of a camera's newest frame, as it was taught last",
        responses=refusals(404, 422, 503, _409="It has not been taught, or the camera has had no frame."),
    )
    async def get_answer(name: str, camera: Camera) -> AnswerReply:
        return await service.pictures.run(lambda: _answered(appliance, name, camera))

    @router.get(
        "/doubts", summary="Its pictures, the most doubtful first", responses=refusals(404, 409, 422, 503)
    )
    async def get_doubts(name: str, limit: Limit = 50) -> DoubtsReply:
        return await service.desk.run(lambda: _doubts(appliance, name, limit))

    @router.get("/advice", summary="What to collect next", responses=refusals(404, 409, 422, 503))
    async def get_advice(name: str, camera: Light = None) -> AdviceReply:
        return await service.desk.run(lambda: _advice(appliance, name, camera))

    @router.post(
        "/proposals",
        summary="What pictures may show; none is kept",
        responses=refusals(404, 408, 409, 413, 422, 503),
        openapi_extra={"requestBody": _BODY},
    )
    async def propose(name: str, request: Request) -> ProposalsReply:
        body = await read_body(request, service.limits)
        content_type = request.headers.get("content-type", "")
        return await service.desk.run(lambda: _proposals(appliance, name, (body, content_type)))

    return router


def newest_frame(appliance: Appliance, camera: str) -> Frame:
    """A camera's newest frame.

    Raises:
        Refusal: 404, no such camera; 409, it has had no frame.
    """
    refuse_wrong_name(camera, appliance.cameras, "camera", "/api/v1/cameras")
    frame = appliance.newest.frame(camera)
    if frame is None:
        raise Refusal(409, f"the camera {camera} has had no frame yet.", "Look at its state.")
    return frame


def _answered(appliance: Appliance, name: str, camera: str) -> AnswerReply:
    described_or_refused(appliance, name)
    frame = newest_frame(appliance, camera)
    answer = appliance.teaching.insight.answer(name, frame)
    said = answer.classification
    return AnswerReply(
        label=said.label,
        best=said.best,
        confidence=said.confidence,
        confidences=dict(said.confidences),
        is_unknown=said.is_unknown,
        at=frame.captured_at,
        seconds=frame.monotonic_seconds,
        revision=answer.revision,
    )


def _doubts(appliance: Appliance, name: str, limit: int) -> DoubtsReply:
    described_or_refused(appliance, name)
    return DoubtsReply.of(name, appliance.teaching.insight.doubts(name), limit)


def _advice(appliance: Appliance, name: str, camera: str | None) -> AdviceReply:
    described_or_refused(appliance, name)
    frame = None
    if camera is not None:
        refuse_wrong_name(camera, appliance.cameras, "camera", "/api/v1/cameras")
        frame = appliance.newest.frame(camera)
    return AdviceReply.of(appliance.teaching.insight.advice(name, frame))


def _proposals(appliance: Appliance, name: str, posted: tuple[bytes, str]) -> ProposalsReply:
    described_or_refused(appliance, name)
    files = posted_pictures(*posted)
    return ProposalsReply(proposals=[_proposed(appliance, name, file) for file in files])


def _proposed(appliance: Appliance, name: str, file: PostedFile) -> ProposalReply:
    try:
        return ProposalReply.of(file.name, appliance.teaching.insight.propose(name, file.data))
    except PictureError as error:
        return ProposalReply.refused(file.name, error)
