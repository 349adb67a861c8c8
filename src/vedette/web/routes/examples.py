"""A classifier's pictures: listed, shown, added, relabelled, removed. `teach` makes the changes count."""

from __future__ import annotations

import json
from itertools import islice
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import Response

from vedette.assembly.teaching_desk import Added
from vedette.pixels.picture import encode_jpeg
from vedette.teaching.examples import Example
from vedette.values.frame import Frame
from vedette.web.body import read_body
from vedette.web.idempotency import takes_key
from vedette.web.media import OpenFile, open_below
from vedette.web.names import refuse_wrong_name
from vedette.web.paging import CURSOR, LIMIT, NEXT
from vedette.web.posted_picture import PICTURE_BODY, posted_picture
from vedette.web.protocol import Appliance
from vedette.web.ranged_file import RangedFile
from vedette.web.refusal import Refusal, refusals
from vedette.web.routes.classifiers import described_or_refused
from vedette.web.service import Service

_QUALITY = 95
_TYPES = {".jpg": "image/jpeg", ".png": "image/png", ".webp": "image/webp", ".bmp": "image/bmp"}
_DIGEST = r"^[0-9a-f]{64}$"
_LABEL = r"^[^\x00-\x1f/\\]{1,64}$"

Digest = Annotated[str, Path(pattern=_DIGEST, description="SHA-256 of the picture's bytes.")]


class ExampleReply(BaseModel):
    """One picture of a classifier."""

    digest: str = Field(description="SHA-256 of its bytes.")
    label: str = Field(description="What a person said that it shows.")
    name: str = Field(description="What to recognise it by.")
    is_taught: bool = Field(description="The last teaching has seen it with this label.")
    picture: str = Field(description="The address of its bytes.")

    @classmethod
    def of(cls, classifier: str, example: Example, taught: dict[str, str]) -> ExampleReply:
        """The reply for an example; `taught` are the labels by digest of the last teaching."""
        return cls(
            digest=example.digest,
            label=example.label,
            name=example.name,
            is_taught=taught.get(example.digest) == example.label,
            picture=f"/api/v1/classifiers/{classifier}/examples/{example.digest}/picture",
        )


class ExamplePage(BaseModel):
    """Some pictures, in the order in which they came."""

    examples: list[ExampleReply] = Field(description="In the order in which they came.")
    next_cursor: str | None = Field(description=NEXT)


class ExampleQuery(BaseModel):
    """Which pictures are asked for."""

    model_config = ConfigDict(extra="forbid")

    label: str | None = Field(default=None, max_length=64, description="Of that label.")
    cursor: str | None = Field(default=None, pattern=_DIGEST, description=CURSOR)
    limit: int = LIMIT


class NearReply(BaseModel):
    """A picture that shows nearly the same."""

    digest: str = Field(description="Of that picture.")
    label: str = Field(description="Its label.")
    similarity: float = Field(description="A cosine: 1 for equal pictures.")


class AddedReply(BaseModel):
    """What became of a picture."""

    became: Literal["added", "already there", "already there in another class"] = Field(
        description="The same bytes are kept once."
    )
    example: ExampleReply = Field(description="The picture.")
    near_duplicates: list[NearReply] = Field(
        description="Pictures that show nearly the same, nearest first: one more adds little."
    )


class FromCamera(BaseModel):
    """A camera's newest frame is to be a picture of a class."""

    model_config = ConfigDict(extra="forbid")

    camera: str = Field(min_length=1, max_length=64, description="The camera.")
    label: str = Field(pattern=_LABEL, description="What its frame shows.")


class NewLabel(BaseModel):
    """What a picture shows instead."""

    model_config = ConfigDict(extra="forbid")

    label: str = Field(pattern=_LABEL, description="The class.")


_BODY: dict[str, Any] = {
    "required": True,
    "description": "A picture with `?label=`, or JSON that names a camera.",
    "content": {
        **PICTURE_BODY["content"],
        "application/json": {"schema": FromCamera.model_json_schema()},
    },
}
_WRITING = refusals(404, 408, 409, 413, 422, 503)
_PICTURE: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {each: {"schema": {"type": "string", "format": "binary"}} for each in _TYPES.values()},
        "description": "The picture as it came.",
    },
    206: {"description": "The asked range of it."},
    304: {"description": "It has not changed."},
    **refusals(404, 409, 416, 422, 503),
}

Label = Annotated[str | None, Query(pattern=_LABEL, description="What the posted picture shows.")]


def example_routes(service: Service) -> APIRouter:
    """The routes below `/api/v1/classifiers/{name}/examples`."""
    router = APIRouter(prefix="/api/v1/classifiers/{name}/examples", tags=["classifiers"])
    appliance = service.appliance

    @router.get("", summary="Its pictures in pages", responses=refusals(404, 409, 422, 503))
    async def list_examples(name: str, query: Annotated[ExampleQuery, Query()]) -> ExamplePage:
        return await service.store.run(lambda: _page(appliance, name, query))

    @router.post(
        "",
        summary="Add a picture, or a camera's newest frame",
        status_code=201,
        responses=_WRITING,
        openapi_extra={"requestBody": _BODY},
        dependencies=[Depends(takes_key)],
    )
    async def add_example(name: str, request: Request, label: Label = None) -> AddedReply:
        body = await read_body(request, service.limits)
        content_type = request.headers.get("content-type", "")
        return await service.desk.run(lambda: _add(appliance, name, label, (body, content_type)))

    @router.get(
        "/{digest}/picture", summary="A picture as it came", response_class=Response, responses=_PICTURE
    )
    async def get_example_picture(name: str, digest: Digest, request: Request) -> Response:
        file, media_type = await service.store.run(lambda: _opened(appliance, name, digest))
        try:
            return RangedFile(file, media_type, request.headers)
        except BaseException:
            file.close()
            raise

    return router


def example_change_routes(service: Service) -> APIRouter:
    """What changes a picture that is there."""
    router = APIRouter(prefix="/api/v1/classifiers/{name}/examples", tags=["classifiers"])
    appliance = service.appliance

    @router.patch("/{digest}", summary="Say that it shows something else", responses=_WRITING)
    async def relabel_example(name: str, digest: Digest, new: NewLabel) -> ExampleReply:
        return await service.desk.run(lambda: _relabelled(appliance, name, digest, new.label))

    @router.delete("/{digest}", summary="Take it out", status_code=204, responses=_WRITING)
    async def remove_example(name: str, digest: Digest) -> Response:
        def work() -> None:
            _refuse_unknown(appliance, name, digest)
            appliance.teaching.remove(name, digest)

        await service.desk.run(work)
        return Response(status_code=204)

    return router


def _relabelled(appliance: Appliance, name: str, digest: str, label: str) -> ExampleReply:
    _refuse_unknown(appliance, name, digest)
    example = appliance.teaching.relabel(name, digest, label)
    return ExampleReply.of(name, example, _taught(appliance, name))


def _taught(appliance: Appliance, name: str) -> dict[str, str]:
    manifest = described_or_refused(appliance, name).manifest
    return {each.digest: each.label for each in manifest.current.examples} if manifest else {}


def _page(appliance: Appliance, name: str, query: ExampleQuery) -> ExamplePage:
    described = described_or_refused(appliance, name)
    taught = _taught(appliance, name)
    found = iter(described.examples.values())
    if query.cursor in described.examples:
        for example in found:
            if example.digest == query.cursor:
                break
    wanted = (each for each in found if query.label in {None, each.label})
    page = list(islice(wanted, query.limit + 1))
    more = len(page) > query.limit
    replies = [ExampleReply.of(name, each, taught) for each in page[: query.limit]]
    return ExamplePage(examples=replies, next_cursor=replies[-1].digest if more else None)


def _add(appliance: Appliance, name: str, label: str | None, posted: tuple[bytes, str]) -> AddedReply:
    described_or_refused(appliance, name)
    body, content_type = posted
    if content_type.partition(";")[0].strip().lower() == "application/json":
        data, label, title = _of_camera(appliance, body)
    else:
        data, title = posted_picture(body, content_type), "posted"
    if label is None:
        raise Refusal(422, "the picture has no label.", "Say what it shows: ?label=cat")
    added: Added = appliance.teaching.add(name, data, label, title)
    taught = _taught(appliance, name)
    near = [
        NearReply(digest=each.example.digest, label=each.example.label, similarity=each.similarity)
        for each in added.near_duplicates
    ]
    return AddedReply(
        became=added.became.value, example=ExampleReply.of(name, added.example, taught), near_duplicates=near
    )


def _of_camera(appliance: Appliance, body: bytes) -> tuple[bytes, str, str]:
    """A frame's JPEG, its label, and what to recognise it by.

    Raises:
        Refusal: 404, no such camera; 409, it has had no frame; 422, the JSON is not understood.
    """
    try:
        asked = FromCamera.model_validate(json.loads(body))
    except (ValueError, ValidationError, RecursionError):
        raise Refusal(
            422, "the body is not understood.", 'Send a picture, or {"camera": NAME, "label": CLASS}.'
        ) from None
    refuse_wrong_name(asked.camera, appliance.cameras, "camera", "/api/v1/cameras")
    frame: Frame | None = appliance.newest.frame(asked.camera)
    if frame is None:
        raise Refusal(409, f"the camera {asked.camera} has had no frame yet.", "Look at its state.")
    title = f"{asked.camera} {frame.captured_at:%Y-%m-%d %H:%M:%S}"
    return encode_jpeg(frame.rgb(), _QUALITY), asked.label, title


def _refuse_unknown(appliance: Appliance, name: str, digest: str) -> None:
    if digest not in described_or_refused(appliance, name).examples:
        raise Refusal(404, f"`{name}` has no picture {digest}.", "GET its examples for those that it has.")


def _opened(appliance: Appliance, name: str, digest: str) -> tuple[OpenFile, str]:
    _refuse_unknown(appliance, name, digest)
    found = appliance.teaching.picture(name, digest)
    if found is None:
        raise Refusal(404, f"`{name}` has no picture {digest}.")
    example, path = found
    return open_below(path.parent, path.name), _TYPES.get(example.suffix, "application/octet-stream")
