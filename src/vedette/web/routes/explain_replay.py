"""The effect of other decision settings on the last hour, shown before they are saved."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from vedette.assembly.replaying import LONGEST_SECONDS, ReplayAnswer, ReplayQuestion
from vedette.errors import UsageError
from vedette.pipeline.explain_replay import as_time
from vedette.pipeline.explain_spans import ActiveTime
from vedette.web.names import refuse_wrong_name
from vedette.web.refusal import Refusal, refusals
from vedette.web.service import Service


class ReplayBody(BaseModel):
    """A rule, and the settings of it that would be other ones."""

    model_config = ConfigDict(extra="forbid")

    camera: str = Field(max_length=64, description="The camera.")
    rule: str = Field(min_length=1, max_length=200, description="The rule's name.")
    changes: dict[str, Any] = Field(
        default={},
        max_length=32,
        description="Settings that would be other ones, null for a default; all of them for a new rule.",
    )
    seconds: float = Field(
        default=LONGEST_SECONDS, ge=1.0, le=LONGEST_SECONDS, description="So much of the past is replayed."
    )


class SpanReply(BaseModel):
    """A stretch of time."""

    since: datetime = Field(description="From then, UTC.")
    until: datetime = Field(description="Until then, UTC.")
    is_open: bool = Field(description="It had not ended when the log did.")


class OutcomeReply(BaseModel):
    """What a rule made of the time."""

    events: int = Field(description="How often it was active: each time is an event.")
    active_seconds: float = Field(description="All together.")
    spans: list[SpanReply] = Field(description="When it was active, oldest first.")

    @classmethod
    def of(cls, active: ActiveTime) -> OutcomeReply:
        """The reply for a rule's active time."""
        spans = _spans(active)
        return cls(events=len(spans), active_seconds=round(active.seconds, 2), spans=spans)


class ReplayedReply(OutcomeReply):
    """What the changed rule would have made of the time."""

    uncertain_seconds: float = Field(description="For so long it would have asked for looks nobody took.")
    uncertain: list[SpanReply] = Field(description="When that was.")


class ReplayReply(BaseModel):
    """What the settings in force and other ones make of the same time, and what really was."""

    camera: str = Field(description="The camera.")
    rule: str = Field(description="The rule.")
    since: datetime = Field(description="The time that was replayed begins, UTC.")
    until: datetime = Field(description="It ends, UTC.")
    known_since: datetime | None = Field(description="The log begins, UTC; null: nothing is known.")
    logged: OutcomeReply = Field(
        description="What really was; the rule may have been another one for a part of the time."
    )
    before: OutcomeReply | None = Field(
        description="Replayed with the settings in force; null for a new rule."
    )
    after: ReplayedReply = Field(description="Replayed with the changes.")
    changed: bool = Field(
        description="`before` and `after` differ, beyond the log's grain; true for a new rule."
    )
    looks: int = Field(description="Logged looks that were judged anew.")
    caveat: str = Field(description="What to keep in mind, in words.")


def explain_replay_routes(service: Service) -> APIRouter:
    """`POST /api/v1/explain/replay`."""
    router = APIRouter(prefix="/api/v1/explain", tags=["explain"])
    appliance = service.appliance

    @router.post(
        "/replay",
        summary="What other decision settings would have made of the last hour; nothing is changed",
        responses=refusals(404, 408, 413, 422, 503),
    )
    async def replay_rule(body: ReplayBody) -> ReplayReply:
        refuse_wrong_name(body.camera, appliance.cameras, "camera", "/api/v1/cameras")
        question = ReplayQuestion(body.camera, body.rule, body.changes, body.seconds)
        try:
            answer = await service.chores.run(lambda: appliance.replay(question))
        except UsageError as error:
            raise Refusal(422, error.message, error.remedy) from error
        return _reply(body, answer)

    return router


def _reply(body: ReplayBody, answer: ReplayAnswer) -> ReplayReply:
    after = answer.after
    return ReplayReply(
        camera=body.camera,
        rule=body.rule,
        since=answer.window.since,
        until=answer.window.until,
        known_since=answer.known_since,
        logged=OutcomeReply.of(answer.logged),
        before=None if answer.before is None else OutcomeReply.of(answer.before),
        after=ReplayedReply(
            **OutcomeReply.of(after.active).model_dump(),
            uncertain_seconds=round(after.uncertain.seconds, 2),
            uncertain=_spans(after.uncertain),
        ),
        changed=answer.is_changed,
        looks=after.looks,
        caveat=answer.caveat,
    )


def _spans(active: ActiveTime) -> list[SpanReply]:
    return [
        SpanReply(since=as_time(span.since), until=as_time(span.until), is_open=span.is_open)
        for span in active.spans
    ]
