"""The actions: how they are, and a test of each."""

from __future__ import annotations

from dataclasses import asdict

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from vedette.web.idempotency import takes_key
from vedette.web.names import refuse_wrong_name
from vedette.web.refusal import refusals
from vedette.web.service import Service


class ActionReply(BaseModel):
    """How an action is."""

    name: str = Field(description="As in the configuration.")
    is_reachable: bool | None = Field(description="How the last attempt went; null before the first.")
    waiting: int = Field(description="Entries that wait to be carried out.")
    done: int = Field(description="Entries that were carried out since the start.")
    failed: int = Field(description="Attempts that failed since the start.")
    dead: int = Field(description="Entries that were given up since the start; see the outbox.")
    dropped: int = Field(description="Entries that are neither done nor kept.")
    last_error: str | None = Field(description="What went wrong last, without any credential.")


class TestedReply(BaseModel):
    """An action was carried out for a test."""

    action: str = Field(description="Its name.")


def action_routes(service: Service) -> APIRouter:
    """The routes below `/api/v1/actions`. None moves an actuator: a test tells somebody something."""
    router = APIRouter(prefix="/api/v1/actions", tags=["actions"])
    appliance = service.appliance

    @router.get("", summary="How every action is", responses=refusals())
    async def list_actions() -> list[ActionReply]:
        return [
            ActionReply(name=name, **asdict(status)) for name, status in appliance.delivery.status.items()
        ]

    @router.post(
        "/{name}/test",
        summary="Carry it out once, for an event that is marked as a test",
        responses=refusals(404, 408, 413, 422, 503, _409="The key's first request is at work.", _502=_UNDONE),
        dependencies=[Depends(takes_key)],
    )
    async def test_action(name: str) -> TestedReply:
        refuse_wrong_name(name, appliance.delivery.status, "action", "/api/v1/actions")
        await service.chores.run(lambda: appliance.delivery.send_test(name))
        return TestedReply(action=name)

    return router


_UNDONE = "It was not carried out; the error says why."
