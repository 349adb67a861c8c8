"""The actuators, to be looked at only: no address moves one (see CVE-2026-55863 of motionEye)."""

from __future__ import annotations

import time
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from vedette.web.refusal import refusals
from vedette.web.service import Service


class ActuatorReply(BaseModel):
    """How an actuator is."""

    name: str = Field(description="As in the configuration.")
    state: Literal["safe", "acting", "unknown"] = Field(
        description="As the process that holds its pin reported last."
    )
    reason: str = Field(description="Why it is in this state.")
    seconds: float = Field(description="For how long it has been in it.")
    changes: int = Field(description="How often it left or entered its safe state since the start.")
    last_error: str | None = Field(description="What went wrong last.")


def actuator_routes(service: Service) -> APIRouter:
    """`GET /api/v1/actuators`."""
    router = APIRouter(prefix="/api/v1/actuators", tags=["actuators"])

    @router.get("", summary="Every actuator's state", responses=refusals())
    async def list_actuators() -> list[ActuatorReply]:
        now = time.monotonic()
        return [
            ActuatorReply(
                name=name,
                state=status.state,
                reason=status.reason,
                seconds=max(0.0, now - status.since_monotonic_seconds),
                changes=status.changes,
                last_error=status.last_error,
            )
            for name, status in service.appliance.actuators.items()
        ]

    return router
