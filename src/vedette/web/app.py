"""The service as a whole."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from pydantic import SecretStr

from vedette import __version__
from vedette.web.authority import Authority
from vedette.web.guard import Guard
from vedette.web.idempotency import Answers
from vedette.web.intake import Intake
from vedette.web.limits import Limits
from vedette.web.pace import Pace
from vedette.web.protocol import Appliance
from vedette.web.refusal import REFUSAL, RefusalBody, install_refusals
from vedette.web.routes import image
from vedette.web.routes.actions import action_routes
from vedette.web.routes.actuators import actuator_routes
from vedette.web.routes.camera_pictures import camera_picture_routes
from vedette.web.routes.cameras import camera_routes
from vedette.web.routes.classifiers import classifier_routes
from vedette.web.routes.event_media import event_media_routes
from vedette.web.routes.events import event_routes
from vedette.web.routes.examples import example_change_routes, example_routes
from vedette.web.routes.explain import explain_routes
from vedette.web.routes.health import health_routes
from vedette.web.routes.live import live_routes
from vedette.web.routes.outbox import outbox_routes
from vedette.web.routes.system import system_routes
from vedette.web.routes.teaching import teaching_routes
from vedette.web.service import Service
from vedette.web.state_changes import StateChanges

_ROUTES = (
    camera_routes,
    camera_picture_routes,
    event_routes,
    event_media_routes,
    classifier_routes,
    teaching_routes,
    example_routes,
    example_change_routes,
    action_routes,
    outbox_routes,
    actuator_routes,
    explain_routes,
    live_routes,
    health_routes,
    system_routes,
)


def create_app(
    appliance: Appliance,
    hosts: Collection[str] = (),
    limits: Limits | None = None,
    token: SecretStr | None = None,
) -> FastAPI:
    """The service of this appliance; it neither starts nor stops it.

    It answers under loopback's names and addresses and under `hosts`; with a `token`, which everybody
    must then show, under any address. `app.state.streams.close()` ends the answers that have no end: call
    it, from any thread, before the server is told to stop.
    """
    service = Service.of(appliance, limits or Limits())
    # FastAPI's pages of documentation load scripts from a foreign host: /openapi.json has to do.
    app = FastAPI(
        title="Vedette",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan(service),
    )
    app.state.streams = service.streams
    # The one that is added last comes first.
    app.add_middleware(Intake, limits=service.limits, answers=Answers())
    app.add_middleware(Pace, limits=service.limits)
    app.add_middleware(Guard, authority=Authority(token), hosts=hosts)
    install_refusals(app)
    app.router.routes.append(image.image_route(appliance, service.pictures, service.limits))
    for routes in _ROUTES:
        app.include_router(routes(service))
    _describe(app, has_token=token is not None)
    return app


def _lifespan(service: Service) -> Any:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        service.streams.open()
        telling = asyncio.create_task(StateChanges(service.appliance).run())
        try:
            yield
        finally:
            telling.cancel()
            service.close()

    return lifespan


def _describe(app: FastAPI, *, has_token: bool) -> None:
    """FastAPI describes its own routes only, and nothing of what stands before them."""
    describe_others = app.openapi

    def describe() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = describe_others()
            components = schema["components"]
            components["schemas"].setdefault("RefusalBody", RefusalBody.model_json_schema())
            schema["paths"][image.PATH] = image.describe(REFUSAL)
            _without_fastapis_errors(schema)
            if has_token:
                components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
                schema["security"] = [{"token": []}]
                schema["paths"]["/healthz"]["get"]["security"] = []
        return app.openapi_schema or {}

    app.openapi = describe  # type: ignore[method-assign]


def _without_fastapis_errors(schema: dict[str, Any]) -> None:
    """Refusals have one shape here; FastAPI describes another where a route says nothing of 422."""
    for name in ("HTTPValidationError", "ValidationError"):
        schema["components"]["schemas"].pop(name, None)
    for methods in schema["paths"].values():
        for operation in methods.values():
            refused = operation["responses"].get("422")
            if refused is not None:
                refused["content"] = {"application/json": {"schema": REFUSAL}}
