"""Changes of the configuration: written into its file, with all else as it was, and taken over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Query
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from vedette.assembly.set_up import Done, SetUp
from vedette.config.problems import DottedPath
from vedette.config.schema import Name
from vedette.web.refusal import Refusal, refusals
from vedette.web.routes.configuration import answered, set_up_of
from vedette.web.service import Service

_NAME: TypeAdapter[str] = TypeAdapter(Name)
_PARTIAL = "By the schema; what is left out stays, null is its default."
_POLYGONS = 64
_CORNERS = 256

_Classifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]

Corner = tuple[Annotated[float, Field(ge=0, le=1)], Annotated[float, Field(ge=0, le=1)]]
Polygon = Annotated[list[Corner], Field(min_length=3, max_length=_CORNERS)]


class SourceChange(BaseModel):
    """Where a camera's pictures come from."""

    model_config = ConfigDict(extra="forbid")

    source: dict[str, Any] = Field(description=_PARTIAL)


class MasksChange(BaseModel):
    """What is not watched."""

    model_config = ConfigDict(extra="forbid")

    masks: list[Polygon] = Field(
        max_length=_POLYGONS, description="Polygons: lists of [x, y], 0..1 of the frame, y downwards."
    )


class ClassifiersChange(BaseModel):
    """What looks at a camera's pictures."""

    model_config = ConfigDict(extra="forbid")

    classifiers: list[_Classifier] = Field(max_length=16, description="The classifiers' names.")


class RuleChange(BaseModel):
    """A question."""

    model_config = ConfigDict(extra="forbid")

    rule: dict[str, Any] = Field(description=_PARTIAL)


class ActionChange(BaseModel):
    """What can be done."""

    model_config = ConfigDict(extra="forbid")

    settings: dict[str, Any] = Field(
        description="By the schema; what is left out stays, null is its default."
    )


class ChangedReply(BaseModel):
    """A change that was written and taken over."""

    changes: list[str] = Field(description="What the appliance did, as sentences.")
    etag: str = Field(description="Of the file as it is now.")


def shown_mark(
    etag: Annotated[str | None, Query(max_length=64, description="Of the file that was read.")] = None,
    if_match: Annotated[str | None, Header(max_length=80, description="The same as a header.")] = None,
) -> str:
    """Which text whoever asks has seen.

    Raises:
        Refusal: 409, it is not said.
    """
    mark = etag or (if_match or "").strip('"')
    if not mark:
        raise Refusal(409, "the request does not say which file it changes.", "Send its etag: ?etag=...")
    return mark


def is_for_new(
    if_none_match: Annotated[
        Literal["*"] | None, Header(description="`*`: only if there is none of that name yet (RFC 9110).")
    ] = None,
) -> bool:
    """Whether nothing that is there may be exchanged."""
    return if_none_match is not None


Mark = Annotated[str, Depends(shown_mark)]
ForNew = Annotated[bool, Depends(is_for_new)]

_REFUSED = refusals(
    404,
    408,
    413,
    503,
    _409="The file was changed meanwhile, cannot be used, or has one of that name already.",
    _422="It does not fit.",
)


def configuration_change_routes(service: Service) -> APIRouter:
    """The routes below `/api/v1/configuration` that write."""
    router = APIRouter(prefix="/api/v1/configuration", tags=["configuration"])

    async def done(work: Callable[[SetUp], Done], at: DottedPath) -> ChangedReply:
        set_up = set_up_of(service.appliance)
        made = await answered(service.chores, lambda: work(set_up), at)
        return ChangedReply(changes=list(made.changes), etag=made.mark)

    @router.put("/cameras/{name}", summary="Add a camera, or change its source", responses=_REFUSED)
    async def put_camera(name: str, change: SourceChange, mark: Mark, is_new: ForNew) -> ChangedReply:
        _check(name, "camera")
        at = ("cameras", name)
        return await done(lambda set_up: set_up.put_source(name, change.source, mark, is_new=is_new), at)

    @router.delete("/cameras/{name}", summary="Take a camera out, with its rules", responses=_REFUSED)
    async def delete_camera(name: str, mark: Mark) -> ChangedReply:
        return await done(lambda set_up: set_up.remove_camera(name, mark), ("cameras", name))

    @router.put("/cameras/{name}/masks", summary="Say what is not watched", responses=_REFUSED)
    async def put_masks(name: str, change: MasksChange, mark: Mark) -> ChangedReply:
        at = ("cameras", name, "gate")
        return await done(lambda set_up: set_up.put_masks(name, change.masks, mark), at)

    @router.put("/cameras/{name}/classifiers", summary="Say which classifiers look", responses=_REFUSED)
    async def put_classifiers(name: str, change: ClassifiersChange, mark: Mark) -> ChangedReply:
        at = ("cameras", name)
        return await done(lambda set_up: set_up.put_classifiers(name, change.classifiers, mark), at)

    _add_rule_routes(router, done)
    _add_action_routes(router, done)
    return router


def _add_rule_routes(router: APIRouter, done: Any) -> None:
    @router.post("/cameras/{name}/rules", summary="Add a rule", status_code=201, responses=_REFUSED)
    async def add_rule(name: str, change: RuleChange, mark: Mark) -> ChangedReply:
        reply: ChangedReply = await done(
            lambda set_up: set_up.put_rule(name, None, change.rule, mark), ("cameras", name)
        )
        return reply

    @router.put("/cameras/{name}/rules/{rule:path}", summary="Change a rule", responses=_REFUSED)
    async def put_rule(name: str, rule: str, change: RuleChange, mark: Mark) -> ChangedReply:
        reply: ChangedReply = await done(
            lambda set_up: set_up.put_rule(name, rule, change.rule, mark), ("cameras", name)
        )
        return reply

    @router.delete("/cameras/{name}/rules/{rule:path}", summary="Take a rule out", responses=_REFUSED)
    async def delete_rule(name: str, rule: str, mark: Mark) -> ChangedReply:
        reply: ChangedReply = await done(
            lambda set_up: set_up.remove_rule(name, rule, mark), ("cameras", name)
        )
        return reply


def _add_action_routes(router: APIRouter, done: Any) -> None:
    @router.put("/actions/{name}", summary="Add an action, or change it", responses=_REFUSED)
    async def put_action(name: str, change: ActionChange, mark: Mark, is_new: ForNew) -> ChangedReply:
        _check(name, "action")
        reply: ChangedReply = await done(
            lambda set_up: set_up.put_action(name, change.settings, mark, is_new=is_new), ("actions", name)
        )
        return reply

    @router.delete("/actions/{name}", summary="Take an action out", responses=_REFUSED)
    async def delete_action(name: str, mark: Mark) -> ChangedReply:
        reply: ChangedReply = await done(lambda set_up: set_up.remove_action(name, mark), ("actions", name))
        return reply


def _check(name: str, what: str) -> None:
    try:
        _NAME.validate_python(name)
    except ValidationError:
        raise Refusal(
            422,
            f"name: a {what}'s name has 1 to 64 letters a-z, digits, - and _, a letter or digit first.",
            "Nothing was changed.",
        ) from None
