"""The service as a whole."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from vedette import __version__
from vedette.web.guard import Guard
from vedette.web.limits import Limits
from vedette.web.protocol import Appliance
from vedette.web.refusal import RefusalBody, install_refusals
from vedette.web.routes import image
from vedette.web.routes.cameras import camera_routes
from vedette.web.routes.system import system_routes
from vedette.web.worker import Worker


def create_app(appliance: Appliance, hosts: Collection[str] = (), limits: Limits | None = None) -> FastAPI:
    """The service of this appliance; it neither starts nor stops it.

    It answers under loopback's names and addresses, and under `hosts`.
    """
    limits = limits or Limits()
    worker = Worker(limits)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        worker.close()

    # FastAPI's pages of documentation load scripts from a foreign host: /openapi.json has to do.
    app = FastAPI(
        title="Vedette",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    app.add_middleware(Guard, hosts=hosts)
    install_refusals(app)
    app.router.routes.append(image.image_route(appliance, worker, limits))
    app.include_router(camera_routes(appliance, worker, limits))
    app.include_router(system_routes(appliance))
    _describe_image(app)
    return app


def _describe_image(app: FastAPI) -> None:
    """FastAPI describes its own routes only."""
    describe_others = app.openapi

    def describe() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = describe_others()
            schema["components"]["schemas"].setdefault("RefusalBody", RefusalBody.model_json_schema())
            schema["paths"][image.PATH] = image.describe({"$ref": "#/components/schemas/RefusalBody"})
        return app.openapi_schema or {}

    app.openapi = describe  # type: ignore[method-assign]
