"""The events: listed in pages, kept as favourites, deleted."""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from vedette.store.event_filter import EventFilter
from vedette.values.event import Event, Review
from vedette.web.media import remove_below
from vedette.web.paging import CURSOR, LIMIT, NEXT
from vedette.web.protocol import Appliance
from vedette.web.refusal import Refusal, refusals
from vedette.web.service import Service
from vedette.web.times import in_utc

_log = logging.getLogger(__name__)

EventId = Annotated[str, Path(min_length=1, max_length=64, description="The event's id.")]


class EventReply(BaseModel):
    """One event."""

    id: str = Field(description="Sorts by time and cannot be guessed.")
    camera: str = Field(description="Where it happened.")
    rule: str = Field(description="The rule that opened it.")
    label: str = Field(description="What it was about.")
    score: float = Field(description="The highest calibrated confidence so far, 0..1.")
    importance: str = Field(description="low, normal or high; what gives way last when the disk is full.")
    opened_at: datetime = Field(description="When it began, UTC.")
    updated_at: datetime = Field(description="When it changed last, UTC.")
    closed_at: datetime | None = Field(description="When it ended, UTC; null while it is open.")
    close_reason: str | None = Field(description="Why it ended.")
    is_favourite: bool = Field(description="It is never given up for space or age.")
    review: Review | None = Field(description="What a person said of it: right or wrong; null if nothing.")
    measures: dict[str, float] = Field(description="What was measured, by name with its unit.")
    snapshot: str | None = Field(description="The address of its picture; null if there is none.")
    clip: str | None = Field(description="The address of its video; null if there is none.")

    @classmethod
    def of(cls, event: Event) -> EventReply:
        """The reply for an event."""
        address = f"/api/v1/events/{event.id}"
        return cls(
            id=event.id,
            camera=event.camera,
            rule=event.rule,
            label=event.label,
            score=event.score,
            importance=event.importance.name.lower(),
            opened_at=event.opened_at,
            updated_at=event.updated_at,
            closed_at=event.closed_at,
            close_reason=event.close_reason,
            is_favourite=event.is_favourite,
            review=event.review,
            measures=event.measures,
            snapshot=f"{address}/snapshot" if event.snapshot else None,
            clip=f"{address}/clip" if event.clip else None,
        )


class EventPage(BaseModel):
    """Some events, the newest first."""

    events: list[EventReply] = Field(description="Newest first.")
    next_cursor: str | None = Field(description=NEXT)


class EventChange(BaseModel):
    """What may be changed about an event; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"minProperties": 1})

    is_favourite: bool = Field(default=False, description="Keep it, whatever its age and the space.")
    review: Review | None = Field(default=None, description="It was right, or wrong; null takes that back.")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("say is_favourite, review, or both")
        return self

    def apply(self, appliance: Appliance, identity: str) -> None:
        """Have it kept. Blocks for the disk."""
        if "is_favourite" in self.model_fields_set:
            appliance.events.set_favourite(identity, self.is_favourite)
        if "review" in self.model_fields_set:
            appliance.events.set_review(identity, self.review)


_Name = Annotated[str, Field(max_length=64, pattern=r"^[^\x00]*$")]


def _names(description: str) -> Any:
    return Field(default=None, min_length=1, max_length=32, description=description)


class EventQuestion(BaseModel):
    """Which events are asked for."""

    model_config = ConfigDict(extra="forbid")

    camera: list[_Name] | None = _names("Of that camera; said more than once: of any of them.")
    rule: list[_Name] | None = _names("Of that rule; said more than once: of any of them.")
    label: list[_Name] | None = _names("About that label; said more than once: about any of them.")
    since: datetime | None = Field(default=None, description="Opened then or later; UTC without a zone.")
    until: datetime | None = Field(default=None, description="Opened before; UTC without a zone.")
    min_score: float | None = Field(default=None, ge=0, le=1, description="At least so sure.")
    open: bool | None = Field(default=None, description="Open still, or closed.")
    favourite: bool | None = Field(default=None, description="Favourites, or all others.")
    review: Literal["right", "wrong", "none"] | None = Field(
        default=None, description="That a person called right or wrong; none: that nobody looked at."
    )
    q: str | None = Field(
        default=None,
        max_length=100,
        pattern=r"^[^\x00]*$",
        description="Every word stands in the camera, rule, label or closing reason, or begins the id.",
    )

    @property
    def wanted(self) -> EventFilter:
        """As the store is asked.

        Raises:
            Refusal: 422, a time that there is not in UTC.
        """
        return EventFilter(
            camera=_any_of(self.camera),
            rule=_any_of(self.rule),
            label=_any_of(self.label),
            since=in_utc(self.since),
            until=in_utc(self.until),
            minimum_score=self.min_score,
            is_open=self.open,
            is_favourite=self.favourite,
            review="none" if self.review == "none" else self.review and Review(self.review),
            text=self.q,
        )


class EventQuery(EventQuestion):
    """Which events are asked for, and where the page begins."""

    cursor: str | None = Field(default=None, pattern=r"^[0-9A-Za-z_-]{1,64}$", description=CURSOR)
    limit: int = LIMIT


def _any_of(names: list[str] | None) -> tuple[str, ...] | None:
    return None if names is None else tuple(names)


def event_routes(service: Service) -> APIRouter:
    """The routes below `/api/v1/events` that answer with JSON."""
    router = APIRouter(prefix="/api/v1/events", tags=["events"])
    appliance = service.appliance

    @router.get("", summary="Events in pages, the newest first", responses=refusals(422, 503))
    async def list_events(query: Annotated[EventQuery, Query()]) -> EventPage:
        wanted, limit = query.wanted, query.limit
        found = await service.store.run(lambda: appliance.events.list(wanted, limit + 1, before=query.cursor))
        page = [EventReply.of(event) for event in found[:limit]]
        return EventPage(events=page, next_cursor=page[-1].id if len(found) > limit else None)

    @router.get("/{event_id}", summary="One event", responses=refusals(404, 422, 503))
    async def get_event(event_id: EventId) -> EventReply:
        return EventReply.of(await service.store.run(lambda: event_of(appliance, event_id)))

    @router.patch(
        "/{event_id}",
        summary="Keep it, or say whether it was right",
        responses=refusals(404, 408, 413, 422, 503),
    )
    async def change_event(event_id: EventId, change: EventChange) -> EventReply:
        def work() -> Event:
            change.apply(appliance, event_id)
            return event_of(appliance, event_id)

        return EventReply.of(await service.store.run(work))

    @router.delete(
        "/{event_id}",
        summary="Delete it with its media",
        status_code=204,
        responses=refusals(404, 408, 413, 422, 503, _409="The event is still open."),
    )
    async def delete_event(event_id: EventId) -> Response:
        await service.store.run(lambda: _delete(appliance, event_id))
        return Response(status_code=204)

    return router


def event_of(appliance: Appliance, identity: str) -> Event:
    """The event of that id.

    Raises:
        Refusal: 404, there is none.
        StoreError: the disk does not serve.
    """
    event = appliance.events.get(identity)
    if event is None:
        raise Refusal(404, f"there is no event {identity[:80]!r}.", "GET /api/v1/events lists them.")
    return event


def _delete(appliance: Appliance, identity: str) -> None:
    """The row first: a kill in between leaves files without a row, which a sweep takes away."""
    event = event_of(appliance, identity)
    if event.is_open:
        raise Refusal(409, f"the event {identity} is still open.", "Delete it when it has been closed.")
    appliance.events.delete(identity)
    for path in (event.snapshot, event.clip):
        if path is None:
            continue
        try:
            with suppress(Refusal):  # its path leads out of the folder: not ours to delete
                remove_below(appliance.media_folder, path)
        except OSError as error:
            _log.warning("%s of the deleted event %s stays: %s", path, identity, error.strerror)
