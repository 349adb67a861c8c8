"""Teaching: a classifier taught with what was changed, undone, redone."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Body, Depends
from pydantic import BaseModel, ConfigDict, Field

from vedette.assembly.teaching_desk import Outcome, Step
from vedette.teaching.manifest import ClassScore
from vedette.web.idempotency import takes_key
from vedette.web.refusal import refusals
from vedette.web.routes.classifiers import ClassifierReply, described_or_refused, reply_of
from vedette.web.service import Service


class EnoughReply(BaseModel):
    """Whether a class has enough pictures."""

    verdict: Literal["too few to tell", "more would help", "flat"] = Field(description="In short.")
    advice: str = Field(description="What to collect next, as a sentence.")
    sizes: list[int] = Field(description="Pictures a class along the learning curve.")
    recalls: list[float] = Field(description="Mean recall at these sizes, 0..1.")


class WorstReply(BaseModel):
    """A picture that fits its label badly."""

    digest: str = Field(description="Of the picture; see the examples.")
    name: str = Field(description="What it was called when it was added.")
    label: str = Field(description="What a person said that it shows.")
    looks_like: str = Field(description="What it looks like instead.")
    confidence: float = Field(description="Of its own label, by a head that has not seen it, 0..1.")


class TeachingReply(BaseModel):
    """What a teaching came to."""

    name: str = Field(description="The classifier.")
    change: str = Field(description="What was changed, in words.")
    classes: list[str] = Field(description="What it tells apart.")
    scores: dict[str, ClassScore] = Field(description="By leave-one-out, a class.")
    balanced_accuracy: float = Field(description="By leave-one-out, 0..1.")
    head: str = Field(description="The kind of head, and")
    reason: str = Field(description="why it was chosen.")
    worst: list[WorstReply] = Field(description="Pictures that fit their label worst.")
    remarks: list[str] = Field(description="What flatters a score, and labels that contradict each other.")
    enough: dict[str, EnoughReply] = Field(description="What to collect next, a class.")
    embedded: int = Field(description="Pictures that were embedded for it.")
    embedding_seconds: float = Field(description="What that took.")
    teaching_seconds: float = Field(description="What all the rest took.")
    trouble: str | None = Field(description="Why cameras go on with the old one, if they do.")

    @classmethod
    def of(cls, outcome: Outcome) -> TeachingReply:
        """The reply for a teaching."""
        report = outcome.report
        return cls(
            name=report.name,
            change=report.change,
            classes=list(report.classes),
            scores=report.scores,
            balanced_accuracy=report.balanced_accuracy,
            head=report.head,
            reason=report.reason,
            worst=[WorstReply.model_validate(each, from_attributes=True) for each in report.worst],
            remarks=list(report.remarks),
            enough={
                label: EnoughReply.model_validate(each, from_attributes=True)
                for label, each in outcome.enough.items()
            },
            embedded=report.embedded,
            embedding_seconds=report.embedding_seconds,
            teaching_seconds=report.teaching_seconds,
            trouble=outcome.trouble,
        )


class StepReply(BaseModel):
    """A teaching that was undone or redone."""

    change: str = Field(description="What was undone or redone, in words.")
    classifier: ClassifierReply = Field(description="The classifier as it is now.")
    trouble: str | None = Field(description="Why cameras go on as before, if they do.")


class Wish(BaseModel):
    """How to teach."""

    model_config = ConfigDict(extra="forbid")

    head: Literal["auto", "ridge", "imprint", "proxies"] = Field(
        default="auto", description="The kind of head; `auto` takes the best by leave-one-out."
    )


_WRITING = refusals(404, 408, 409, 413, 422, 503)
_KEY = [Depends(takes_key)]


def teaching_routes(service: Service) -> APIRouter:
    """`teach`, `undo` and `redo` of each classifier."""
    router = APIRouter(prefix="/api/v1/classifiers/{name}", tags=["classifiers"])
    appliance = service.appliance

    def step(name: str, *, forward: bool) -> StepReply:
        described_or_refused(appliance, name)
        desk = appliance.teaching
        done: Step = desk.redo(name) if forward else desk.undo(name)
        return StepReply(change=done.change, classifier=reply_of(appliance, name), trouble=done.trouble)

    @router.post(
        "/teach",
        summary="Teach it with what was changed, and have the cameras use it",
        responses=_WRITING,
        dependencies=_KEY,
    )
    async def teach_classifier(name: str, wish: Annotated[Wish, Body()] = Wish()) -> TeachingReply:  # noqa: B008 - a default of the description
        def work() -> TeachingReply:
            described_or_refused(appliance, name)
            return TeachingReply.of(appliance.teaching.teach(name, wish.head))

        return await service.desk.run(work)

    @router.post("/undo", summary="Take the last teaching back", responses=_WRITING, dependencies=_KEY)
    async def undo_teaching(name: str) -> StepReply:
        return await service.desk.run(lambda: step(name, forward=False))

    @router.post(
        "/redo",
        summary="Make the last undone teaching again",
        responses=_WRITING,
        dependencies=_KEY,
    )
    async def redo_teaching(name: str) -> StepReply:
        return await service.desk.run(lambda: step(name, forward=True))

    return router
