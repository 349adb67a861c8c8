"""How an event's decision came about over time, and which events stand beside it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from vedette.pipeline.event_evidence import evidence_of
from vedette.values.event import Event
from vedette.values.evidence import Evidence
from vedette.web.refusal import refusals
from vedette.web.routes.events import EventId, EventQuestion, event_of
from vedette.web.service import Service


class EvidenceReply(BaseModel):
    """One rule's figures around one event; the three columns are equally long, empty if nothing is known."""

    opened_at: datetime = Field(description="What `seconds` are counted from, UTC.")
    enter_at: float | None = Field(description="Evidence at which the state is entered, in nats.")
    leave_at: float | None = Field(description="Evidence at which the state is left, in nats.")
    seconds: list[float] = Field(description="Since the event opened, ascending; below 0 before it.")
    evidence: list[float] = Field(description="Gathered so far, in nats of log-odds.")
    confidence: list[float] = Field(description="Of the likeliest look, calibrated, 0..1.")

    @classmethod
    def of(cls, event: Event, found: Evidence | None) -> EvidenceReply:
        """The reply for what is known."""
        if found is None:
            return cls(
                opened_at=event.opened_at,
                enter_at=None,
                leave_at=None,
                seconds=[],
                evidence=[],
                confidence=[],
            )
        return cls(
            opened_at=event.opened_at,
            enter_at=found.enter_at,
            leave_at=found.leave_at,
            seconds=list(found.seconds),
            evidence=list(found.evidence),
            confidence=list(found.confidence),
        )


class NeighboursReply(BaseModel):
    """The events beside one, of those that are asked for."""

    newer: str | None = Field(description="The id of the next newer one; null if this is the newest.")
    older: str | None = Field(description="The id of the next older one; null if this is the oldest.")


def event_evidence_routes(service: Service) -> APIRouter:
    """`evidence` and `neighbours` of each event."""
    router = APIRouter(prefix="/api/v1/events/{event_id}", tags=["events"])
    appliance = service.appliance

    @router.get("/evidence", summary="How the decision came about", responses=refusals(404, 422, 503))
    async def get_event_evidence(event_id: EventId) -> EvidenceReply:
        def kept() -> tuple[Event, Evidence | None]:
            event = event_of(appliance, event_id)
            return event, None if event.is_open else appliance.events.evidence(event_id)

        event, found = await service.store.run(kept)
        if found is None:  # it is open, or has just closed
            found = await service.chores.run(lambda: evidence_of(appliance.explain, event))
        return EvidenceReply.of(event, found)

    @router.get("/neighbours", summary="The events beside it", responses=refusals(404, 422, 503))
    async def get_event_neighbours(
        event_id: EventId, query: Annotated[EventQuestion, Query()]
    ) -> NeighboursReply:
        wanted = query.wanted

        def beside() -> tuple[str | None, str | None]:
            event_of(appliance, event_id)
            return appliance.events.neighbours(event_id, wanted)

        newer, older = await service.store.run(beside)
        return NeighboursReply(newer=newer, older=older)

    return router
