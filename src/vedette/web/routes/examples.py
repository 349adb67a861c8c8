"""A classifier's pictures: listed, shown, added. Teaching makes them count."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from typing import Annotated, Any, Literal, NamedTuple

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import Response

from vedette.assembly.teaching_desk import Added, How
from vedette.pixels.picture import MAXIMUM_BYTES
from vedette.teaching.examples import UNSEEN, Example, digest_of
from vedette.values.frame import Frame
from vedette.web.body import read_body
from vedette.web.idempotency import takes_key
from vedette.web.media import OpenFile, open_below
from vedette.web.paging import CURSOR, LIMIT, NEXT
from vedette.web.posted_picture import PICTURE_BODY, posted_picture
from vedette.web.protocol import Appliance
from vedette.web.ranged_file import RangedFile
from vedette.web.refusal import Refusal, refusals
from vedette.web.routes.classifiers import described_or_refused
from vedette.web.routes.event_media import opened_snapshot
from vedette.web.routes.events import event_of
from vedette.web.routes.teaching import ChangeReply, Teach, change_of
from vedette.web.routes.teaching_insight import newest_frame
from vedette.web.service import Service
from vedette.web.small_picture import small_picture

_TYPES = {".jpg": "image/jpeg", ".png": "image/png", ".webp": "image/webp", ".bmp": "image/bmp"}
DIGEST = r"^[0-9a-f]{64}$"
_LONGEST_TITLE = 80
LABEL = rf"^[^{UNSEEN}/\\]{{1,64}}$"

Digest = Annotated[str, Path(pattern=DIGEST, description="SHA-256 of the picture's bytes.")]


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
    event: str | None = Field(default=None, max_length=64, description="The picture of that event alone.")
    cursor: str | None = Field(default=None, pattern=DIGEST, description=CURSOR)
    limit: int = LIMIT


class PostedQuery(BaseModel):
    """What is said of a posted picture."""

    label: str | None = Field(default=None, pattern=LABEL, description="What the posted picture shows.")
    file: str | None = Field(
        default=None, max_length=255, description="Its file's name, to be recognised by."
    )
    drop_near_duplicates: bool = Field(
        default=False, description="Keep none that is nearly the same as one of the class."
    )
    teach: Teach = False


class NearReply(BaseModel):
    """A picture that shows nearly the same."""

    digest: str = Field(description="Of that picture.")
    label: str = Field(description="Its label.")
    similarity: float = Field(description="A cosine: 1 for equal pictures.")


class AddedReply(ChangeReply):
    """What became of a picture."""

    became: Literal["added", "already there", "already there in another class", "near duplicate"] = Field(
        description="The same bytes are kept once; near duplicates of the class, if they are to be dropped."
    )
    example: ExampleReply = Field(description="The picture; the one that is there, if nothing was added.")
    near_duplicates: list[NearReply] = Field(
        description="Pictures that show nearly the same, nearest first: one more adds little."
    )


class _Described(BaseModel):
    """A picture that is there already is to be one of a class."""

    model_config = ConfigDict(extra="forbid")

    label: str = Field(pattern=LABEL, description="What it shows.")
    drop_near_duplicates: bool = Field(
        default=False, description="Not if it is nearly the same as one of the class."
    )


class FromCamera(_Described):
    """A camera's newest frame."""

    camera: str = Field(min_length=1, max_length=64, description="The camera.")


class FromEvent(_Described):
    """The picture of an event."""

    event: str = Field(min_length=1, max_length=64, description="The event's id.")


_BODY: dict[str, Any] = {
    "required": True,
    "description": "A picture with `?label=`, or JSON that names a camera or an event.",
    "content": {
        **PICTURE_BODY["content"],
        "application/json": {
            "schema": {"anyOf": [FromCamera.model_json_schema(), FromEvent.model_json_schema()]}
        },
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

Width = Annotated[
    int | None, Query(ge=32, le=4096, description="Scaled down to so many pixels; never enlarged.")
]


def example_routes(service: Service) -> APIRouter:
    """The routes below `/api/v1/classifiers/{name}/examples`."""
    router = APIRouter(prefix="/api/v1/classifiers/{name}/examples", tags=["classifiers"])
    appliance = service.appliance

    @router.get("", summary="Its pictures in pages", responses=refusals(404, 409, 422, 503))
    async def list_examples(name: str, query: Annotated[ExampleQuery, Query()]) -> ExamplePage:
        return await service.store.run(lambda: _page(appliance, name, query))

    @router.post(
        "",
        summary="Add a picture, a camera's newest frame, or an event's picture",
        status_code=201,
        responses=_WRITING,
        openapi_extra={"requestBody": _BODY},
        dependencies=[Depends(takes_key)],
    )
    async def add_example(name: str, request: Request, query: Annotated[PostedQuery, Query()]) -> AddedReply:
        body = await read_body(request, service.limits)
        how = How(drops_near_duplicates=query.drop_near_duplicates, is_taught=query.teach)
        posted = _Posted(body, request.headers.get("content-type", ""), query.label, query.file)
        return await service.desk.run(lambda: _add(appliance, name, posted, how))

    @router.get(
        "/{digest}/picture",
        summary="A picture as it came, or a small one",
        response_class=Response,
        responses=_PICTURE,
    )
    async def get_example_picture(
        name: str, digest: Digest, request: Request, width: Width = None
    ) -> Response:
        return await _shown(service, (name, digest), request, width)

    return router


def taught_labels(appliance: Appliance, name: str) -> dict[str, str]:
    """By digest, as the last teaching has seen them."""
    manifest = described_or_refused(appliance, name).manifest
    return {each.digest: each.label for each in manifest.current.examples} if manifest else {}


def _page(appliance: Appliance, name: str, query: ExampleQuery) -> ExamplePage:
    described = described_or_refused(appliance, name)
    taught = taught_labels(appliance, name)
    found = iter(described.examples.values())
    if query.cursor in described.examples:
        for example in found:
            if example.digest == query.cursor:
                break
    of_event = None if query.event is None else digest_of(_event_picture(appliance, query.event))
    wanted = (each for each in found if query.label in {None, each.label} and of_event in {None, each.digest})
    page = list(islice(wanted, query.limit + 1))
    more = len(page) > query.limit
    replies = [ExampleReply.of(name, each, taught) for each in page[: query.limit]]
    return ExamplePage(examples=replies, next_cursor=replies[-1].digest if more else None)


async def _shown(service: Service, example: tuple[str, str], request: Request, width: int | None) -> Response:
    """The picture of a classifier's example as it came, or at that width."""
    file, media_type = await service.store.run(lambda: _opened(service.appliance, *example))
    if width is not None:
        return await small_picture(service, file, media_type, width, request)
    try:
        return RangedFile(file, media_type, request.headers)
    except BaseException:
        file.close()
        raise


class _Posted(NamedTuple):
    body: bytes
    content_type: str
    label: str | None
    file: str | None


class _Picture(NamedTuple):
    """What is to be added, and what to recognise it by."""

    picture: bytes | Frame
    label: str
    title: str


def _add(appliance: Appliance, name: str, posted: _Posted, how: How) -> AddedReply:
    described_or_refused(appliance, name)
    if posted.content_type.partition(";")[0].strip().lower() == "application/json":
        asked = _asked(posted.body)
        how = replace(how, drops_near_duplicates=how.drops_near_duplicates or asked.drop_near_duplicates)
        found = _of_camera(appliance, asked) if isinstance(asked, FromCamera) else _of_event(appliance, asked)
    else:
        data = posted_picture(posted.body, posted.content_type)
        if posted.label is None:
            raise Refusal(422, "the picture has no label.", "Say what it shows: ?label=cat")
        found = _Picture(data, posted.label, _title(posted.file))
    added: Added = appliance.teaching.add(name, *found, how)
    near = [
        NearReply(digest=each.example.digest, label=each.example.label, similarity=each.similarity)
        for each in added.near_duplicates
    ]
    return AddedReply(
        **dict(change_of(appliance, name, added.kept)),
        became=added.became.value,
        example=ExampleReply.of(name, added.example, taught_labels(appliance, name)),
        near_duplicates=near,
    )


def _title(file: str | None) -> str:
    """The file's own name without what cannot be seen or would end a quotation; else when it came."""
    name = re.split(r"[/\\]", file or "")[-1]
    seen = "".join(sign for sign in name if sign.isprintable() and sign != "`").strip()
    return seen[:_LONGEST_TITLE] or f"a picture of {datetime.now(UTC):%Y-%m-%d %H:%M:%S}"


def _asked(body: bytes) -> FromCamera | FromEvent:
    try:
        said = json.loads(body)
        return (FromEvent if "event" in said else FromCamera).model_validate(said)
    except (ValueError, ValidationError, RecursionError, TypeError):
        raise Refusal(
            422,
            "the body is not understood.",
            'Send a picture, {"camera": NAME, "label": CLASS} or {"event": ID, "label": CLASS}.',
        ) from None


def _of_camera(appliance: Appliance, asked: FromCamera) -> _Picture:
    frame = newest_frame(appliance, asked.camera)
    return _Picture(frame, asked.label, f"{asked.camera} {frame.captured_at:%Y-%m-%d %H:%M:%S}")


def _of_event(appliance: Appliance, asked: FromEvent) -> _Picture:
    event = event_of(appliance, asked.event)
    title = f"event {event.camera} {event.opened_at:%Y-%m-%d %H:%M:%S}"
    return _Picture(_event_picture(appliance, event.id), asked.label, title)


def _event_picture(appliance: Appliance, identity: str) -> bytes:
    """An event's picture, read below the storage folder and nowhere else.

    Raises:
        Refusal: 404, no such event, or it has no picture.
    """
    file = opened_snapshot(appliance, identity)
    try:
        return os.pread(file.descriptor, MAXIMUM_BYTES + 1, 0)
    finally:
        file.close()


def refuse_unknown(appliance: Appliance, name: str, *digests: str) -> None:
    """Nothing, if the classifier has these pictures.

    Raises:
        Refusal: 404, it has not, or there is no such classifier.
    """
    examples = described_or_refused(appliance, name).examples
    unknown = next((digest for digest in digests if digest not in examples), None)
    if unknown is not None:
        raise Refusal(404, f"`{name}` has no picture {unknown}.", "GET its examples for those that it has.")


def _opened(appliance: Appliance, name: str, digest: str) -> tuple[OpenFile, str]:
    refuse_unknown(appliance, name, digest)
    found = appliance.teaching.picture(name, digest)
    if found is None:
        raise Refusal(404, f"`{name}` has no picture {digest}.")
    example, path = found
    return open_below(path.parent, path.name), _TYPES.get(example.suffix, "application/octet-stream")
