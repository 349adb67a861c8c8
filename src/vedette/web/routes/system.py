"""The appliance as a whole: what it is made of, and how that is."""

from __future__ import annotations

import platform

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from vedette import __version__
from vedette.errors import ConfigurationError
from vedette.web.idempotency import takes_key
from vedette.web.protocol import Appliance
from vedette.web.refusal import Refusal, refusals
from vedette.web.service import Service


class StorageReply(BaseModel):
    """The disk and the database."""

    trouble: str | None = Field(description="Why nothing is recorded where it should be; null: all is well.")
    free_bytes: int = Field(description="Free on the disk of the storage folder.")
    pending: int = Field(description="Entries of the outbox that are still to be told.")
    dead: int = Field(description="Entries that were given up.")


class TurnsReply(BaseModel):
    """A camera's turns at a network."""

    camera: str = Field(description="The camera; `http` are posted pictures.")
    served: int = Field(description="Requests that were looked at.")
    superseded: int = Field(description="Requests whose place a newer one took.")
    timed_out: int = Field(description="Requests that waited for too long.")


class SystemReply(BaseModel):
    """The appliance as a whole."""

    version: str = Field(description="Of Vedette.")
    python: str = Field(description="Of Python.")
    machine: str = Field(description="The processor's architecture.")
    uptime_seconds: float = Field(description="Since it was started.")
    storage: StorageReply = Field(description="The disk and the database.")
    queues: dict[str, list[TurnsReply]] = Field(description="Each network's queue.")
    temperatures: dict[str, float] = Field(description="Degrees Celsius by sensor.")
    troubles: dict[str, str] = Field(description="What does not work and why, by part.")
    restarts: dict[str, int] = Field(description="How often a part was started again.")


class ReloadReply(BaseModel):
    """What reading the configuration again has changed."""

    changes: list[str] = Field(description="Sentences; empty if nothing has changed.")


def system_routes(service: Service) -> APIRouter:
    """The routes below `/api/v1/system`."""
    router = APIRouter(tags=["system"])
    appliance = service.appliance

    @router.get(
        "/api/v1/system", summary="Versions, uptime, storage, queues, troubles", responses=refusals(503)
    )
    async def get_system() -> SystemReply:
        return await service.store.run(lambda: _system(appliance))

    @router.post(
        "/api/v1/system/reload",
        summary="Read the configuration again; cameras that did not change go on",
        responses=refusals(408, 413, 422, 503, _409="The configuration cannot be used."),
        dependencies=[Depends(takes_key)],
    )
    async def reload_configuration() -> ReloadReply:
        try:
            return ReloadReply(changes=list(await service.chores.run(appliance.system.reload)))
        except ConfigurationError as error:
            raise Refusal(409, error.message, error.remedy) from error

    return router


def _system(appliance: Appliance) -> SystemReply:
    system = appliance.system
    counts: dict[str, int] = {}
    for (_, state), count in appliance.outbox.counts().items():
        counts[state.value] = counts.get(state.value, 0) + count
    return SystemReply(
        version=__version__,
        python=platform.python_version(),
        machine=platform.machine(),
        uptime_seconds=system.uptime_seconds,
        storage=StorageReply(
            trouble=system.storage.trouble,
            free_bytes=system.storage.free_bytes,
            pending=counts.get("pending", 0),
            dead=counts.get("dead", 0),
        ),
        queues={
            network: [
                TurnsReply(
                    camera=camera,
                    served=turns.served,
                    superseded=turns.superseded,
                    timed_out=turns.timed_out,
                )
                for camera, turns in cameras.items()
            ]
            for network, cameras in system.queues.items()
        },
        temperatures=dict(system.temperatures),
        troubles=dict(system.troubles),
        restarts=dict(system.restarts),
    )
