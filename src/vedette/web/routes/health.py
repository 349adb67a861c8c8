"""What other programs watch: whether it serves, whether it is ready, its counts and measures."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from vedette.web.prometheus import Scrape
from vedette.web.readiness import why_not_ready
from vedette.web.refusal import refusals
from vedette.web.service import Service


class HealthReply(BaseModel):
    """The service serves."""

    status: Literal["ok"] = Field(default="ok", description="Always `ok`: else there is no answer.")


class ReadyReply(BaseModel):
    """Whether the appliance does what it is there for."""

    is_ready: bool = Field(description="Every camera has a frame, the store takes writes, networks run.")
    reasons: list[str] = Field(description="Why it is not.")


_PLAIN = {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "For Prometheus."}


def health_routes(service: Service) -> APIRouter:
    """`/healthz`, `/readyz` and `/metrics`."""
    router = APIRouter(tags=["system"])
    appliance = service.appliance
    scrape = Scrape(appliance)

    @router.get("/healthz", summary="Whether the service serves")
    async def healthz() -> HealthReply:
        return HealthReply()

    @router.get(
        "/readyz",
        summary="Whether cameras, store and networks do their work",
        responses={**refusals(), 503: {"model": ReadyReply, "description": "Not yet, or not any more."}},
    )
    async def readyz(response: Response) -> ReadyReply:
        reasons = why_not_ready(appliance)
        response.status_code = 503 if reasons else 200
        return ReadyReply(is_ready=not reasons, reasons=reasons)

    @router.get(
        "/metrics",
        summary="Counts and measures for Prometheus",
        response_class=Response,
        responses={200: _PLAIN, **refusals(503)},
    )
    async def metrics(request: Request) -> Response:
        accepted = request.headers.get("accept", "")
        text, media_type = await service.store.run(lambda: scrape.text(accepted))
        return Response(text, headers={"Content-Type": media_type})

    return router
