"""How many events there are: over time for a timeline, by what they are for filters."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from vedette.store.event_filter import EventFilter
from vedette.store.tallies import Count, Facets
from vedette.web.refusal import Refusal, refusals
from vedette.web.routes.events import EventQuestion
from vedette.web.service import Service

MOST_BUCKETS = 1000


class CountReply(BaseModel):
    """Events of one name in one bucket of time."""

    at: datetime = Field(description="When the bucket begins, UTC.")
    name: str = Field(description="The camera or label.")
    count: int = Field(description="How many events opened in it; never 0.")


class CountsReply(BaseModel):
    """Events over time."""

    since: datetime = Field(description="Where the first bucket begins, UTC.")
    until: datetime = Field(description="Until before then, UTC.")
    bucket_seconds: int = Field(description="How long a bucket is.")
    counts: list[CountReply] = Field(description="Oldest first; a bucket without events is left out.")

    @classmethod
    def of(cls, wanted: EventFilter, bucket_seconds: int, found: list[Count]) -> CountsReply:
        """The reply for what was found."""
        assert wanted.since is not None
        assert wanted.until is not None
        counts = [CountReply(at=each.at, name=each.name, count=each.count) for each in found]
        return cls(since=wanted.since, until=wanted.until, bucket_seconds=bucket_seconds, counts=counts)


class FacetReply(BaseModel):
    """A camera, rule or label that events have."""

    name: str = Field(description="Its name.")
    count: int = Field(description="How many events have it.")


class FacetsReply(BaseModel):
    """What events there are."""

    total: int = Field(description="How many events there are.")
    first_opened_at: datetime | None = Field(description="When the oldest began, UTC; null if there is none.")
    cameras: list[FacetReply] = Field(description="By name.")
    rules: list[FacetReply] = Field(description="By name.")
    labels: list[FacetReply] = Field(description="By name.")

    @classmethod
    def of(cls, found: Facets) -> FacetsReply:
        """The reply for what was found."""
        cameras, rules, labels = (
            [FacetReply(name=name, count=count) for name, count in each.items()]
            for each in (found.cameras, found.rules, found.labels)
        )
        return cls(
            total=found.total,
            first_opened_at=found.first_opened_at,
            cameras=cameras,
            rules=rules,
            labels=labels,
        )


class CountsQuery(EventQuestion):
    """Which events are counted, in what buckets."""

    since: datetime = Field(description="Opened then or later, where the first bucket begins; UTC if bare.")
    until: datetime = Field(description="Opened before; UTC without a zone.")
    bucket_seconds: int = Field(default=3600, ge=60, le=31 * 86400, description="How long a bucket is.")
    by: Literal["camera", "label"] = Field(default="camera", description="What is counted apart.")


def event_tally_routes(service: Service) -> APIRouter:
    """`counts` and `facets`: before the routes of single events, whose ids they must not be taken for."""
    router = APIRouter(prefix="/api/v1/events", tags=["events"])
    appliance = service.appliance

    @router.get("/counts", summary="How many, over time", responses=refusals(422, 503))
    async def count_events(query: Annotated[CountsQuery, Query()]) -> CountsReply:
        wanted, seconds, by = query.wanted, query.bucket_seconds, query.by
        since, until = wanted.since, wanted.until
        assert since is not None
        assert until is not None
        if (until - since).total_seconds() > MOST_BUCKETS * seconds:
            raise Refusal(
                422, f"that would be more than {MOST_BUCKETS} buckets.", "Ask for longer ones, or less time."
            )
        found = await service.store.run(lambda: appliance.events.counts(wanted, since, seconds, by))
        return CountsReply.of(wanted, seconds, list(found))

    @router.get("/facets", summary="Which cameras, rules and labels there are", responses=refusals(503))
    async def get_facets() -> FacetsReply:
        return FacetsReply.of(await service.store.run(appliance.events.facets))

    return router
