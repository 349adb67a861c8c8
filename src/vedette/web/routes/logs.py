"""What the appliance said last, for admins only; credentials are taken out before it is kept."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from vedette.assembly.log_ring import KEPT
from vedette.web.refusal import refusals
from vedette.web.service import Service

Level = Literal["debug", "info", "warning", "error"]


class LogsQuery(BaseModel):
    """Which lines are asked for."""

    model_config = ConfigDict(extra="forbid")

    level: Level = Field(default="info", description="That and worse.")
    after: int = Field(default=0, ge=0, le=2**53, description="With a higher number: `last` of an answer.")
    limit: int = Field(default=200, ge=1, le=KEPT, description="The newest so many.")


class LineReply(BaseModel):
    """One line."""

    number: int = Field(description="Grows by one a line.")
    at: datetime = Field(description="When it was said, UTC.")
    level: str = Field(description="debug, info, warning, error or critical.")
    part: str = Field(description="Who said it.")
    text: str = Field(description="What was said, without credentials.")


class LogsReply(BaseModel):
    """The newest lines, oldest first."""

    lines: list[LineReply] = Field(description="Oldest first.")
    last: int = Field(description="The newest line's number, also of those that were not asked for.")


def log_routes(service: Service) -> APIRouter:
    """`GET /api/v1/system/logs`."""
    router = APIRouter(tags=["system"])

    @router.get("/api/v1/system/logs", summary="What was said last", responses=refusals(422))
    async def list_logs(query: Annotated[LogsQuery, Query()]) -> LogsReply:
        logs = service.appliance.system.logs
        last = logs.last
        level = logging.getLevelNamesMapping()[query.level.upper()]
        found = logs.lines(query.after, level, query.limit)
        return LogsReply(
            lines=[
                LineReply(
                    number=line.number, at=line.at, level=line.level_name, part=line.part, text=line.text
                )
                for line in found
            ],
            last=max([last, *(line.number for line in found[-1:])]),
        )

    return router
