"""The classifiers: what they tell apart, and how well; begun, given another region, deleted."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from starlette.responses import Response

from vedette.assembly.described import Described
from vedette.assembly.teaching_draft import Draft
from vedette.errors import TeachingError, UsageError
from vedette.teaching.manifest import ClassScore
from vedette.values.geometry import Box
from vedette.web.idempotency import takes_key
from vedette.web.protocol import Appliance
from vedette.web.refusal import Refusal, refusals
from vedette.web.service import Service


def _is_a_box(region: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    Box(*region)
    return region


Region = Annotated[tuple[float, float, float, float], AfterValidator(_is_a_box)]


class ClassifierReply(BaseModel):
    """A classifier: as it was taught last, and what was changed since."""

    name: str = Field(description="As in `vedette teach NAME`.")
    is_loaded: bool = Field(description="Cameras or POST /api/image use it.")
    cameras: list[str] = Field(description="Those that use it by the configuration.")
    region: tuple[float, float, float, float] = Field(
        description="Left, top, right, bottom of what it looks at, in 0..1."
    )
    taught_at: datetime | None = Field(description="When it was taught last, UTC; null: never.")
    revision: int | None = Field(description="The number of that teaching; undo goes back to an older one.")
    classes: list[str] = Field(description="What it tells apart, as it was taught.")
    scores: dict[str, ClassScore] = Field(description="By leave-one-out, a class.")
    balanced_accuracy: float | None = Field(description="By leave-one-out, 0..1; null: never taught.")
    head: str | None = Field(description="The kind of head, and")
    reason: str | None = Field(description="why it was chosen.")
    can_undo: bool = Field(description="A change can be taken back.")
    can_redo: bool = Field(description="An undone change can be made again.")
    undo_change: str | None = Field(description="What undo would take back, in words.")
    redo_change: str | None = Field(description="What redo would make again, in words.")
    examples: dict[str, int] = Field(description="Pictures a label, with what was changed since.")
    changes: int = Field(description="Pictures added, removed or relabelled since it was taught.")
    trouble: str | None = Field(
        default=None, description="Why it cannot be read, if it cannot: then all else is empty."
    )

    @classmethod
    def of(cls, described: Described, appliance: Appliance) -> ClassifierReply:
        """The reply for a classifier."""
        current = described.manifest.current if described.manifest else None
        box, name = described.region, described.name
        return cls(
            name=name,
            is_loaded=name in appliance.classifiers,
            cameras=[camera for camera, plan in appliance.plans.items() if name in plan.classifiers],
            region=(box.left, box.top, box.right, box.bottom),
            taught_at=current.taught_at if current else None,
            revision=current.number if current else None,
            classes=list(current.classes) if current else [],
            scores=current.scores if current else {},
            balanced_accuracy=current.balanced_accuracy if current else None,
            head=current.head if current else None,
            reason=current.reason if current else None,
            can_undo=described.undo_change is not None,
            can_redo=described.redo_change is not None,
            undo_change=described.undo_change,
            redo_change=described.redo_change,
            examples=dict(Counter(each.label for each in described.examples.values())),
            changes=described.changes,
        )

    @classmethod
    def damaged(cls, name: str, appliance: Appliance, error: TeachingError) -> ClassifierReply:
        """The reply for one that cannot be read."""
        empty = cls.of(Described(name, None, Draft()), appliance)
        return empty.model_copy(update={"trouble": str(error)})


class NewClassifier(BaseModel):
    """A classifier to begin."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$", description="Names its folder.")
    region: Region | None = Field(
        default=None, description="Left, top, right, bottom of what it looks at, in 0..1; all if left out."
    )


_WRITING = refusals(404, 408, 409, 413, 422, 503)
_KEY = [Depends(takes_key)]


def classifier_routes(service: Service) -> APIRouter:
    """The routes of classifiers as such; see `example_routes` for their pictures."""
    router = APIRouter(prefix="/api/v1/classifiers", tags=["classifiers"])
    appliance = service.appliance

    @router.get("", summary="Every classifier", responses=refusals(409, 503))
    async def list_classifiers() -> list[ClassifierReply]:
        return await service.store.run(
            lambda: [_reply_or_trouble(appliance, name) for name in appliance.teaching.names]
        )

    @router.post("", summary="Begin a classifier", status_code=201, responses=_WRITING, dependencies=_KEY)
    async def create_classifier(new: NewClassifier) -> ClassifierReply:
        return await service.desk.run(lambda: _created(appliance, new))

    @router.get("/{name}", summary="One classifier", responses=refusals(404, 409, 503))
    async def get_classifier(name: str) -> ClassifierReply:
        return await service.store.run(lambda: reply_of(appliance, name))

    @router.delete(
        "/{name}",
        summary="Delete it with its pictures, for good",
        status_code=204,
        responses=refusals(404, 408, 413, 503, _409="A camera uses it."),
    )
    async def delete_classifier(name: str) -> Response:
        def work() -> None:
            # One that is damaged can be deleted, too.
            if name not in appliance.teaching.names:
                raise _unknown(name)
            appliance.teaching.delete(name)

        await service.desk.run(work)
        return Response(status_code=204)

    return router


def described_or_refused(appliance: Appliance, name: str) -> Described:
    """The classifier of that name.

    Raises:
        Refusal: 404, there is none.
        TeachingError: it cannot be read.
    """
    described = appliance.teaching.describe(name)
    if described is None:
        raise _unknown(name)
    return described


def _unknown(name: str) -> Refusal:
    return Refusal(404, f"no classifier is called {name[:80]!r}.", "GET /api/v1/classifiers lists them.")


def reply_of(appliance: Appliance, name: str) -> ClassifierReply:
    """The reply for the classifier of that name.

    Raises:
        Refusal: 404, there is none.
        TeachingError: it cannot be read.
    """
    return ClassifierReply.of(described_or_refused(appliance, name), appliance)


def _reply_or_trouble(appliance: Appliance, name: str) -> ClassifierReply:
    try:
        return reply_of(appliance, name)
    except TeachingError as error:
        return ClassifierReply.damaged(name, appliance, error)


def _created(appliance: Appliance, new: NewClassifier) -> ClassifierReply:
    region = None if new.region is None else Box(*new.region)
    try:
        described = appliance.teaching.create(new.name, region)
    except UsageError as error:
        raise Refusal(409, error.message, error.remedy) from error
    return ClassifierReply.of(described, appliance)
