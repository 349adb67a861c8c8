"""Whether the service serves, and what it can be asked."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from vedette.web.protocol import Appliance


class HealthReply(BaseModel):
    """The service serves."""

    status: Literal["ok"] = Field(default="ok", description="Always `ok`: else there is no answer.")


class ClassifierReply(BaseModel):
    """A loaded classifier."""

    name: str = Field(description="As in `vedette teach NAME`.")


def system_routes(appliance: Appliance) -> APIRouter:
    """`/healthz` and `/api/v1/classifiers`."""
    router = APIRouter(tags=["system"])

    @router.get("/healthz", summary="Whether the service serves")
    async def healthz() -> HealthReply:
        return HealthReply()

    @router.get("/api/v1/classifiers", summary="The loaded classifiers")
    async def list_classifiers() -> list[ClassifierReply]:
        return [ClassifierReply(name=name) for name in appliance.classifiers]

    return router
