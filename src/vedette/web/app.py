"""The service as a whole."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from vedette import __version__
from vedette.web.access import Access
from vedette.web.attendance import Attendance
from vedette.web.authority import Authority
from vedette.web.description import describe
from vedette.web.guard import Guard
from vedette.web.idempotency import Answers
from vedette.web.intake import Intake
from vedette.web.limits import Limits
from vedette.web.pace import Pace
from vedette.web.page import STATIC, page_routes
from vedette.web.protocol import Appliance
from vedette.web.refusal import install_refusals
from vedette.web.routes import image
from vedette.web.routes.actions import action_routes
from vedette.web.routes.actuators import actuator_routes
from vedette.web.routes.camera_pictures import camera_picture_routes
from vedette.web.routes.cameras import camera_routes
from vedette.web.routes.classifier_exchange import classifier_exchange_routes
from vedette.web.routes.classifiers import classifier_routes
from vedette.web.routes.configuration import configuration_routes
from vedette.web.routes.configuration_changes import configuration_change_routes
from vedette.web.routes.event_evidence import event_evidence_routes
from vedette.web.routes.event_media import event_media_routes
from vedette.web.routes.event_tallies import event_tally_routes
from vedette.web.routes.events import event_routes
from vedette.web.routes.example_changes import example_change_routes
from vedette.web.routes.examples import example_routes
from vedette.web.routes.explain import explain_routes
from vedette.web.routes.explain_replay import explain_replay_routes
from vedette.web.routes.explain_strip import explain_strip_routes
from vedette.web.routes.health import health_routes
from vedette.web.routes.latencies import latency_routes
from vedette.web.routes.live import live_routes
from vedette.web.routes.logs import log_routes
from vedette.web.routes.outbox import outbox_routes
from vedette.web.routes.own_password import claim_routes, own_password_routes
from vedette.web.routes.people import people_routes, person_routes
from vedette.web.routes.session import session_routes
from vedette.web.routes.system import system_routes
from vedette.web.routes.teaching import teaching_routes
from vedette.web.routes.teaching_insight import teaching_insight_routes
from vedette.web.routes.tokens import token_routes
from vedette.web.routes.watch import watch_routes
from vedette.web.service import Service
from vedette.web.state_changes import StateChanges

_ROUTES = (
    camera_routes,
    camera_picture_routes,
    event_tally_routes,
    event_routes,
    event_evidence_routes,
    event_media_routes,
    classifier_routes,
    classifier_exchange_routes,
    teaching_routes,
    teaching_insight_routes,
    example_routes,
    example_change_routes,
    action_routes,
    outbox_routes,
    actuator_routes,
    explain_routes,
    explain_strip_routes,
    explain_replay_routes,
    live_routes,
    watch_routes,
    health_routes,
    system_routes,
    latency_routes,
    log_routes,
    configuration_routes,
    configuration_change_routes,
    session_routes,
    claim_routes,
    own_password_routes,
    people_routes,
    person_routes,
    token_routes,
)


def create_app(
    appliance: Appliance,
    hosts: Collection[str] = (),
    limits: Limits | None = None,
    access: Access | None = None,
    page: Path = STATIC,
) -> FastAPI:
    """The service of this appliance; it neither starts nor stops it.

    It answers under loopback's names and addresses and under `hosts`; where `access` has everybody say who
    they are, under any address. Without `access` nobody is asked. `page` is the folder of the built page.
    `app.state.streams.close()` ends the answers that have no end: call it, from any thread, before the
    server is told to stop.
    """
    access = access or Access()
    service = Service.of(appliance, limits or Limits(), access)
    files = page_routes(page)
    authority = Authority(access, [route.path for route in files])
    # FastAPI's pages of documentation load scripts from a foreign host: /openapi.json has to do.
    app = FastAPI(
        title="Vedette",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan(service, authority),
    )
    app.state.streams = service.streams
    # The one that is added last comes first.
    app.add_middleware(Intake, limits=service.limits, answers=Answers(), room=service.room)
    app.add_middleware(Pace, limits=service.limits)
    app.add_middleware(Guard, authority=authority, hosts=hosts)
    install_refusals(app)
    app.router.routes.append(image.image_route(service))
    for routes in _ROUTES:
        app.include_router(routes(service))
    app.router.routes.extend(files)
    describe(app, access)
    return app


def _lifespan(service: Service, authority: Authority) -> Any:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        service.streams.open()
        tasks = [asyncio.create_task(StateChanges(service.appliance).run())]
        if service.access.register is not None:
            attendance = Attendance(service.access.register, service.doors, service.access.now)
            authority.note_use = attendance.note_use
            tasks.append(asyncio.create_task(attendance.run()))
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            service.close()

    return lifespan
