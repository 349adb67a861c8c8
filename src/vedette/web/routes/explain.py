"""Why something happened at a camera, or nothing."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from vedette.pipeline.explain_answer import Situation
from vedette.pipeline.explain_window import Window
from vedette.web.names import refuse_wrong_name
from vedette.web.paging import CURSOR, LIMIT, NEXT
from vedette.web.protocol import Appliance
from vedette.web.refusal import Refusal, refusals
from vedette.web.service import Service
from vedette.web.times import in_utc

_AROUND = timedelta(seconds=60)


class ExplainQuery(BaseModel):
    """Which time is asked about: a moment with a minute on both sides, or from one time to another."""

    model_config = ConfigDict(extra="forbid")

    camera: str = Field(max_length=64, description="The camera.")
    at: datetime | None = Field(default=None, description="The moment; UTC without a zone.")
    since: datetime | None = Field(default=None, description="From then; UTC without a zone.")
    until: datetime | None = Field(default=None, description="Until before then; UTC without a zone.")

    zone: str | None = Field(
        default=None,
        max_length=64,
        description="Of the times in sentences: Europe/Vienna; else the machine's.",
    )

    @property
    def time_zone(self) -> ZoneInfo | None:
        """The zone of the times in sentences; None is the machine's, also for one that nobody knows here."""
        try:
            return None if self.zone is None else ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return None

    @property
    def window(self) -> Window:
        """The time that is asked about.

        Raises:
            Refusal: 422, there is no such time, or not enough was said.
        """
        try:
            at, since, until = in_utc(self.at), in_utc(self.since), in_utc(self.until)
            if at is not None:
                return Window(at - _AROUND, at + _AROUND)
            if since is not None and until is not None:
                return Window(since, until)
        except (ValueError, OverflowError) as error:
            raise Refusal(422, f"{error}.", _HOW) from error
        raise Refusal(422, "the request does not say which time is asked about.", _HOW)


class RowsQuery(ExplainQuery):
    """Which rows are asked for."""

    cursor: int = Field(default=-1, ge=-1, le=2**53, description=CURSOR)
    limit: int = LIMIT


class SentenceReply(BaseModel):
    """What one stage says."""

    stage: str = Field(description="Who speaks: camera, gate, network, rule, event, action and so on.")
    text: str = Field(description="What it says.")


class ExplanationReply(BaseModel):
    """What happened then, and which stage said no."""

    camera: str = Field(description="The camera.")
    since: datetime = Field(description="From then.")
    until: datetime = Field(description="Until before then.")
    verdict: str = Field(description="In one line.")
    stopped_by: str | None = Field(description="The first stage that said no; null if none did.")
    missing: list[str] = Field(description="Classifiers that rules ask, not taught yet or damaged.")
    sentences: list[SentenceReply] = Field(description="In the stages' order.")
    slice_seconds: float = Field(description="How long one of the moments is.")
    moments: list[dict[str, Any]] = Field(description="The time in slices, in figures.")
    remarks: list[dict[str, Any]] = Field(description="What is no frame: a camera lost, an action failed.")


class RowsPage(BaseModel):
    """Some rows, oldest first."""

    rows: list[dict[str, Any]] = Field(description="Every stage's verdicts, a moment a row.")
    next_cursor: int | None = Field(description=NEXT)


_HOW = "Say ?at=2026-05-01T14:32:00Z, or ?since= and ?until=."


def explain_routes(service: Service) -> APIRouter:
    """The routes below `/api/v1/explain`."""
    router = APIRouter(prefix="/api/v1/explain", tags=["explain"])
    appliance = service.appliance

    def checked(query: ExplainQuery) -> Window:
        window = query.window
        known = {*appliance.cameras, *appliance.explain.cameras}
        refuse_wrong_name(query.camera, known, "camera", "/api/v1/cameras")
        return window

    @router.get("", summary="Why something happened, or nothing", responses=refusals(404, 422, 503))
    async def get_explanation(query: Annotated[ExplainQuery, Query()]) -> ExplanationReply:
        window = checked(query)
        zone = query.time_zone
        situation = _situation(appliance, query.camera)
        answer = await service.chores.run(
            lambda: appliance.explain.summary(query.camera, window, zone, situation)
        )
        return ExplanationReply.model_validate(answer.as_record())

    @router.get("/rows", summary="Every stage's verdicts in pages", responses=refusals(404, 422, 503))
    async def list_rows(query: Annotated[RowsQuery, Query()]) -> RowsPage:
        window, limit = checked(query), query.limit
        found = await service.chores.run(
            lambda: appliance.explain.rows(query.camera, window, after=query.cursor, limit=limit + 1)
        )
        page = found[:limit]
        following = page[-1].sequence if len(found) > limit else None
        return RowsPage(rows=[asdict(row) for row in page], next_cursor=following)

    return router


def _situation(appliance: Appliance, camera: str) -> Situation | None:
    """The camera as it is now; None if it is gone from the configuration."""
    plan, status = appliance.plans.get(camera), appliance.cameras.get(camera)
    if plan is None or status is None:
        return None
    trouble = appliance.system.troubles.get(f"camera {camera}")
    if trouble is None and status.state != "connected":
        trouble = status.last_error
    return Situation(plan.asked, trouble)
