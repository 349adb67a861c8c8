"""The outbox: what is still to be told, what was, and what was given up."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from vedette.values.event import Phase
from vedette.values.outbox import OutboxEntry, OutboxState
from vedette.web.idempotency import takes_key
from vedette.web.paging import CURSOR, LIMIT, NEXT
from vedette.web.protocol import Appliance
from vedette.web.refusal import Refusal, refusals
from vedette.web.service import Service

_KEY = r"^[0-9A-Za-z:._-]{1,200}$"

Key = Annotated[str, Path(pattern=_KEY, description="The entry's key.")]


class EntryReply(BaseModel):
    """One phase of one event for one action."""

    key: str = Field(description="Equal for every attempt: a receiver tells a repetition by it.")
    action: str = Field(description="The action that is to tell it.")
    phase: Phase = Field(description="Of the event.")
    event_id: str = Field(description="The event.")
    state: OutboxState = Field(description="What became of it so far; `dead` was given up.")
    attempts: int = Field(description="How often it was tried.")
    created_at: datetime = Field(description="When it came in, UTC.")
    next_attempt_at: datetime = Field(description="When it is due, UTC.")
    finished_at: datetime | None = Field(description="When it was done, UTC.")
    last_error: str | None = Field(description="What went wrong last, without any credential.")

    @classmethod
    def of(cls, entry: OutboxEntry) -> EntryReply:
        """The reply for an entry."""
        return cls(
            key=entry.key,
            action=entry.action,
            phase=entry.phase,
            event_id=entry.event.id,
            state=entry.state,
            attempts=entry.attempts,
            created_at=entry.created_at,
            next_attempt_at=entry.next_attempt_at,
            finished_at=entry.finished_at,
            last_error=entry.last_error,
        )


class OutboxPage(BaseModel):
    """Some entries, the newest events' first."""

    entries: list[EntryReply] = Field(description="The newest events' first.")
    next_cursor: str | None = Field(description=NEXT)


class OutboxQuery(BaseModel):
    """Which entries are asked for."""

    model_config = ConfigDict(extra="forbid")

    state: OutboxState | None = Field(default=None, description="In that state.")
    action: str | None = Field(default=None, max_length=64, description="For that action.")
    cursor: str | None = Field(default=None, pattern=_KEY, description=CURSOR)
    limit: int = LIMIT


def outbox_routes(service: Service) -> APIRouter:
    """The routes below `/api/v1/outbox`."""
    router = APIRouter(prefix="/api/v1/outbox", tags=["actions"])
    appliance = service.appliance

    @router.get("", summary="Entries in pages", responses=refusals(422, 503))
    async def list_entries(query: Annotated[OutboxQuery, Query()]) -> OutboxPage:
        found = await service.store.run(
            lambda: appliance.outbox.list(query.state, query.action, query.limit + 1, before=query.cursor)
        )
        page = [EntryReply.of(entry) for entry in found[: query.limit]]
        return OutboxPage(entries=page, next_cursor=page[-1].key if len(found) > query.limit else None)

    @router.post(
        "/{key}/retry",
        summary="Try a dead letter again, at once",
        responses=refusals(404, 408, 413, 422, 503, _409="It is no dead letter."),
        dependencies=[Depends(takes_key)],
    )
    async def retry_entry(key: Key) -> EntryReply:
        return EntryReply.of(await service.store.run(lambda: _retried(appliance, key)))

    @router.delete(
        "/{key}",
        summary="Discard a dead letter",
        status_code=204,
        responses=refusals(404, 408, 413, 422, 503, _409="It is no dead letter."),
    )
    async def discard_entry(key: Key) -> Response:
        await service.store.run(lambda: _discard(appliance, key))
        return Response(status_code=204)

    return router


def _retried(appliance: Appliance, key: str) -> OutboxEntry:
    _dead_letter(appliance, key)
    appliance.delivery.revive(key)
    revived = appliance.outbox.get(key)
    if revived is None:
        raise _unknown(key)
    return revived


def _discard(appliance: Appliance, key: str) -> None:
    _dead_letter(appliance, key)
    appliance.outbox.discard(key)


def _dead_letter(appliance: Appliance, key: str) -> OutboxEntry:
    entry = appliance.outbox.get(key)
    if entry is None:
        raise _unknown(key)
    if entry.state is not OutboxState.DEAD:
        raise Refusal(409, f"{key} is {entry.state.value}, and no dead letter.", "Let it be.")
    return entry


def _unknown(key: str) -> Refusal:
    return Refusal(404, f"there is no entry {key[:80]!r}.", "GET /api/v1/outbox lists them.")
