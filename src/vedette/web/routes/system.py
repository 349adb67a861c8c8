"""The appliance as a whole: what it is made of, and how that is."""

from __future__ import annotations

import platform
from dataclasses import asdict
from datetime import datetime

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from vedette import __version__
from vedette.errors import ConfigurationError
from vedette.web.idempotency import takes_key
from vedette.web.protocol import Appliance, System
from vedette.web.refusal import Refusal, refusals
from vedette.web.service import Service


class StorageReply(BaseModel):
    """The disk and the database."""

    trouble: str | None = Field(description="Why nothing is recorded where it should be; null: all is well.")
    free_bytes: int = Field(description="Free on the disk of the storage folder.")
    total_bytes: int = Field(description="That disk's size; 0 before it was asked.")
    media_bytes: int | None = Field(description="What pictures and videos take; null until added up.")
    keep_days: float | None = Field(description="Events older than this are deleted; null: never.")
    keep_free_bytes: int = Field(description="So much of the disk is kept free by giving events up.")
    maximum_bytes: int | None = Field(description="Pictures and videos take no more; null: no limit.")
    pending: int = Field(description="Entries of the outbox that are still to be told.")
    dead: int = Field(description="Entries that were given up.")


class TurnsReply(BaseModel):
    """A camera's turns at a network."""

    camera: str = Field(description="The camera; `http` are posted pictures.")
    served: int = Field(description="Requests that were looked at.")
    superseded: int = Field(description="Requests whose place a newer one took.")
    timed_out: int = Field(description="Requests that waited for too long.")


class ProcessReply(BaseModel):
    """What the process takes of the machine; null for what the kernel does not tell."""

    memory_bytes: int | None = Field(description="Resident.")
    memory_total_bytes: int | None = Field(description="The machine's.")
    cpu_seconds: float = Field(description="Processor time of all threads since the start.")
    cpu_count: int = Field(description="Processors of the machine.")
    threads: int | None = Field(description="How many there are.")
    open_files: int | None = Field(description="Files and connections that are open.")


class LettersReply(BaseModel):
    """An action's entries in the outbox."""

    action: str = Field(description="The action.")
    pending: int = Field(description="Still to be told.")
    delivered: int = Field(description="Told, within the last days.")
    dead: int = Field(description="Given up.")


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
    lost_since: dict[str, datetime] = Field(description="Since when each lost camera is lost, UTC, by part.")
    remedies: dict[str, str] = Field(description="What to do about each, and about the storage's.")
    restarts: dict[str, int] = Field(description="How often a part was started again.")
    process: ProcessReply = Field(description="Memory, processor time and so on.")
    looks_not_served: dict[str, int] = Field(description="Looks a busy network had no turn for, by camera.")
    looks_failed: dict[str, int] = Field(description="Looks at which the network failed, by camera.")
    outbox: list[LettersReply] = Field(description="What is to be told, by action.")


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
    letters = _letters(appliance)
    return SystemReply(
        version=__version__,
        python=platform.python_version(),
        machine=platform.machine(),
        uptime_seconds=system.uptime_seconds,
        storage=_storage(system, letters),
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
        lost_since=dict(system.lost_since),
        remedies=dict(system.remedies),
        restarts=dict(system.restarts),
        process=ProcessReply(**asdict(system.vitals)),
        looks_not_served={
            name: measures.looks_not_served for name, measures in appliance.metrics.cameras.items()
        },
        looks_failed={name: measures.looks_failed for name, measures in appliance.metrics.cameras.items()},
        outbox=letters,
    )


def _letters(appliance: Appliance) -> list[LettersReply]:
    names = dict.fromkeys(appliance.delivery.status)
    counts: dict[str, dict[str, int]] = {name: {} for name in names}
    for (action, state), count in appliance.outbox.counts().items():
        counts.setdefault(action, {})[state.value] = count
    return [
        LettersReply(
            action=name,
            pending=each.get("pending", 0),
            delivered=each.get("delivered", 0),
            dead=each.get("dead", 0),
        )
        for name, each in counts.items()
    ]


def _storage(system: System, letters: list[LettersReply]) -> StorageReply:
    storage, retention = system.storage, system.retention
    keep_free = min(retention.keep_free_bytes, int(storage.total_bytes * retention.keep_free_percent / 100))
    return StorageReply(
        trouble=storage.trouble,
        free_bytes=storage.free_bytes,
        total_bytes=storage.total_bytes,
        media_bytes=storage.media_bytes,
        keep_days=retention.keep_days,
        keep_free_bytes=keep_free,
        maximum_bytes=retention.maximum_bytes,
        pending=sum(each.pending for each in letters),
        dead=sum(each.dead for each in letters),
    )
