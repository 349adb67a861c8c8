"""Teaching: a classifier taught with what was changed, at once or on demand, undone, redone, moved."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Body, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from vedette.assembly.teaching_desk import How, Kept, Outcome
from vedette.assembly.teaching_history import Step
from vedette.teaching.advice import Advice, ClassAdvice
from vedette.teaching.manifest import ClassScore
from vedette.values.geometry import Box
from vedette.web.idempotency import takes_key
from vedette.web.protocol import Appliance
from vedette.web.refusal import refusals
from vedette.web.routes.classifiers import ClassifierReply, Region, described_or_refused, reply_of
from vedette.web.service import Service

Teach = Annotated[bool, Query(description="Teach it at once, if it can be; `teaching_note` says why not.")]


class ConditionReply(BaseModel):
    """A light of which pictures are missing."""

    name: Literal["dark", "bright", "infrared", "colour"] = Field(description="Which one.")
    have: int = Field(description="Pictures in it.")
    wanted: int = Field(description="How many it should be.")


class ClassAdviceReply(BaseModel):
    """What to collect next of a class, and when it is enough."""

    label: str = Field(description="The class.")
    have: int = Field(description="Its pictures.")
    different: int = Field(description="Of these, not nearly the same as another one.")
    wanted: int = Field(description="How many it should be; as many as there are, if it is enough.")
    verdict: Literal["too few", "more", "mixed up", "enough"] = Field(description="In short.")
    sentence: str = Field(description="In full.")
    recall: float | None = Field(description="As in the scores; null: never taught.")
    confused_with: str | None = Field(description="The class that it is taken for most.")
    conditions: list[ConditionReply] = Field(description="In which light pictures are missing.")

    @classmethod
    def of(cls, advice: ClassAdvice) -> ClassAdviceReply:
        """The reply for a class."""
        return cls.model_validate(advice, from_attributes=True)


class AdviceReply(BaseModel):
    """What to collect next."""

    is_enough: bool = Field(description="Nothing is missing.")
    sentence: str = Field(description="What is missing most, or that it is enough.")
    classes: list[ClassAdviceReply] = Field(description="Each class.")

    @classmethod
    def of(cls, advice: Advice) -> AdviceReply:
        """The reply for advice."""
        classes = [ClassAdviceReply.of(each) for each in advice.classes]
        return cls(is_enough=advice.is_enough, sentence=advice.sentence, classes=classes)


class CurveReply(BaseModel):
    """How a class's recall grew with its pictures."""

    sizes: list[int] = Field(description="Pictures a class.")
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
    advice: AdviceReply = Field(description="What to collect next.")
    curves: dict[str, CurveReply] | None = Field(description="Learning curves, if they were asked for.")
    embedded: int = Field(description="Pictures that were embedded for it.")
    embedding_seconds: float = Field(description="What that took.")
    teaching_seconds: float = Field(description="What all the rest took.")
    trouble: str | None = Field(description="Why cameras go on with the old one, if they do.")

    @classmethod
    def of(cls, outcome: Outcome) -> TeachingReply:
        """The reply for a teaching."""
        report, curves = outcome.report, outcome.curves
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
            advice=AdviceReply.of(outcome.advice),
            curves=None
            if curves is None
            else {
                label: CurveReply(sizes=list(each.sizes), recalls=list(each.recalls))
                for label, each in curves.items()
            },
            embedded=report.embedded,
            embedding_seconds=report.embedding_seconds,
            teaching_seconds=report.teaching_seconds,
            trouble=outcome.trouble,
        )


class ChangeReply(BaseModel):
    """What came of a change."""

    classifier: ClassifierReply = Field(description="The classifier as it is now.")
    teaching: TeachingReply | None = Field(description="The teaching, with `?teach=true`.")
    teaching_note: str | None = Field(description="Why it was not taught, if it should have been.")


class RegionReply(ChangeReply):
    """What came of another region."""

    pictures: int = Field(description="How many are embedded again, now or with the next teaching.")


class NewRegion(BaseModel):
    """Where it is to look."""

    model_config = ConfigDict(extra="forbid")

    region: Region = Field(description="Left, top, right, bottom, in 0..1.")


class StepReply(BaseModel):
    """A change that was undone or redone."""

    change: str = Field(description="What was undone or redone, in words.")
    classifier: ClassifierReply = Field(description="The classifier as it is now.")
    trouble: str | None = Field(description="Why cameras go on as before, if they do.")


class Wish(BaseModel):
    """How to teach."""

    model_config = ConfigDict(extra="forbid")

    head: Literal["auto", "ridge", "imprint", "proxies"] = Field(
        default="auto", description="The kind of head; `auto` takes the best by leave-one-out."
    )


Curves = Annotated[bool, Query(description="With learning curves, which take a moment.")]

_WRITING = refusals(404, 408, 409, 413, 422, 503)
_KEY = [Depends(takes_key)]


def change_of(appliance: Appliance, name: str, kept: Kept) -> ChangeReply:
    """The reply for a change."""
    return ChangeReply(
        classifier=reply_of(appliance, name),
        teaching=None if kept.outcome is None else TeachingReply.of(kept.outcome),
        teaching_note=kept.note,
    )


def teaching_routes(service: Service) -> APIRouter:
    """`teach`, `undo` and `redo` of each classifier, and its region."""
    router = APIRouter(prefix="/api/v1/classifiers/{name}", tags=["classifiers"])
    appliance = service.appliance

    @router.post(
        "/teach",
        summary="Teach it with what was changed, and have the cameras use it",
        responses=_WRITING,
        dependencies=_KEY,
    )
    async def teach_classifier(
        name: str,
        wish: Annotated[Wish, Body()] = Wish(),  # noqa: B008 - a default of the description
        curves: Curves = False,
    ) -> TeachingReply:
        def work() -> TeachingReply:
            described_or_refused(appliance, name)
            return TeachingReply.of(appliance.teaching.teach(name, wish.head, has_curves=curves))

        return await service.desk.run(work)

    @router.post("/undo", summary="Take the last change back", responses=_WRITING, dependencies=_KEY)
    async def undo_teaching(name: str) -> StepReply:
        return await service.desk.run(lambda: _step(appliance, name, forward=False))

    @router.post("/redo", summary="Make the last undone change again", responses=_WRITING, dependencies=_KEY)
    async def redo_teaching(name: str) -> StepReply:
        return await service.desk.run(lambda: _step(appliance, name, forward=True))

    @router.patch("", summary="Have it look at another region", responses=_WRITING)
    async def move_classifier(name: str, new: NewRegion, teach: Teach = False) -> RegionReply:
        return await service.desk.run(lambda: _moved(appliance, name, Box(*new.region), How(is_taught=teach)))

    return router


def _step(appliance: Appliance, name: str, *, forward: bool) -> StepReply:
    described_or_refused(appliance, name)
    desk = appliance.teaching
    done: Step = desk.redo(name) if forward else desk.undo(name)
    return StepReply(change=done.change, classifier=reply_of(appliance, name), trouble=done.trouble)


def _moved(appliance: Appliance, name: str, region: Box, how: How) -> RegionReply:
    before = described_or_refused(appliance, name)
    pictures = 0 if before.region == region else len(before.examples)
    change = change_of(appliance, name, appliance.teaching.look_at(name, region, how))
    return RegionReply(**dict(change), pictures=pictures)
