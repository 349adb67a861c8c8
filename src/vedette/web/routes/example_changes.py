"""What changes pictures that are there: another label, for one or for many, or out they go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from vedette.assembly.teaching_desk import How
from vedette.web.idempotency import takes_key
from vedette.web.protocol import Appliance
from vedette.web.refusal import refusals
from vedette.web.routes.classifiers import described_or_refused
from vedette.web.routes.examples import (
    DIGEST,
    LABEL,
    Digest,
    ExampleReply,
    refuse_unknown,
    taught_labels,
)
from vedette.web.routes.teaching import ChangeReply, Teach, change_of
from vedette.web.service import Service

_MOST = 500


class NewLabel(BaseModel):
    """What a picture shows instead."""

    model_config = ConfigDict(extra="forbid")

    label: str = Field(pattern=LABEL, description="The class.")


class Several(BaseModel):
    """Pictures."""

    model_config = ConfigDict(extra="forbid")

    digests: list[Annotated[str, Field(pattern=DIGEST)]] = Field(
        min_length=1, max_length=_MOST, description="The pictures."
    )


class NewLabels(Several, NewLabel):
    """What several pictures show instead."""


class RelabelledReply(ExampleReply, ChangeReply):
    """A picture with another label, and what came of it."""

    example: ExampleReply = Field(description="The picture once more, as where one is added.")


class RelabelledAllReply(ChangeReply):
    """What came of many labels."""

    changed: int = Field(description="Pictures that had another label before.")


_WRITING = refusals(404, 408, 409, 413, 422, 503)
_REMOVED = {204: {"description": "It is out."}, **_WRITING}


def example_change_routes(service: Service) -> APIRouter:
    """What changes a picture that is there."""
    router = APIRouter(prefix="/api/v1/classifiers/{name}/examples", tags=["classifiers"])
    appliance = service.appliance

    @router.patch("", summary="Say that several show something else", responses=_WRITING)
    async def relabel_examples(name: str, new: NewLabels, teach: Teach = False) -> RelabelledAllReply:
        return await service.desk.run(lambda: _all_relabelled(appliance, name, new, How(is_taught=teach)))

    @router.post(
        "/remove",
        summary="Take several out, as one change",
        responses=_WRITING,
        dependencies=[Depends(takes_key)],
    )
    async def remove_examples(name: str, gone: Several, teach: Teach = False) -> ChangeReply:
        return await service.desk.run(lambda: _removed(appliance, name, gone.digests, How(is_taught=teach)))

    @router.patch("/{digest}", summary="Say that it shows something else", responses=_WRITING)
    async def relabel_example(
        name: str, digest: Digest, new: NewLabel, teach: Teach = False
    ) -> RelabelledReply:
        return await service.desk.run(
            lambda: _relabelled(appliance, name, digest, new.label, How(is_taught=teach))
        )

    @router.delete(
        "/{digest}",
        summary="Take it out",
        response_model=ChangeReply,
        responses=_REMOVED,
    )
    async def remove_example(name: str, digest: Digest, teach: Teach = False) -> ChangeReply | Response:
        change = await service.desk.run(lambda: _removed(appliance, name, [digest], How(is_taught=teach)))
        return change if teach else Response(status_code=204)

    return router


def _relabelled(appliance: Appliance, name: str, digest: str, label: str, how: How) -> RelabelledReply:
    refuse_unknown(appliance, name, digest)
    kept = appliance.teaching.relabel(name, [digest], label, how)
    example = described_or_refused(appliance, name).examples[digest]
    shown = ExampleReply.of(name, example, taught_labels(appliance, name))
    return RelabelledReply(example=shown, **dict(shown), **dict(change_of(appliance, name, kept)))


def _all_relabelled(appliance: Appliance, name: str, new: NewLabels, how: How) -> RelabelledAllReply:
    refuse_unknown(appliance, name, *new.digests)
    before = described_or_refused(appliance, name).examples
    changed = sum(before[digest].label != new.label for digest in set(new.digests))
    kept = appliance.teaching.relabel(name, list(dict.fromkeys(new.digests)), new.label, how)
    return RelabelledAllReply(**dict(change_of(appliance, name, kept)), changed=changed)


def _removed(appliance: Appliance, name: str, digests: Sequence[str], how: How) -> ChangeReply:
    refuse_unknown(appliance, name, *digests)
    return change_of(appliance, name, appliance.teaching.remove(name, digests, how))
