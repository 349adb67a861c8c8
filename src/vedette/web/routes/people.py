"""The people who may log in: who there is, new ones, other roles and passwords."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field, SecretStr

from vedette.people.book import LONGEST_NAME, Book, Person, Role
from vedette.people.changes import with_change, with_person, without_person
from vedette.people.passwords import LONGEST_BYTES, refuse_weak
from vedette.web.refusal import Refusal, refusals
from vedette.web.routes.session import visitor
from vedette.web.service import Service

Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME, description="What they log in with.")]
NewPassword = Annotated[
    SecretStr, Field(max_length=LONGEST_BYTES, description="A password of at least 10 letters.")
]


class PersonReply(BaseModel):
    """Somebody who may log in."""

    id: str = Field(description="Stays the same when the name changes.")
    name: str = Field(description="What they log in with.")
    role: Role = Field(description="viewer: looks; admin: may do everything.")
    created_at: datetime = Field(description="When they were added.")
    is_oneself: bool = Field(description="It is who asks.")


class NewPerson(BaseModel):
    """Somebody to be added."""

    name: Name
    password: NewPassword
    role: Role = Field(default="viewer", description="viewer: looks; admin: may do everything.")


class PersonChange(BaseModel):
    """What is to be different; what is left out stays."""

    name: Name | None = Field(default=None, description="What they log in with.")
    role: Role | None = Field(default=None, description="viewer: looks; admin: may do everything.")
    password: NewPassword | None = Field(default=None, description="It ends their sessions and tokens.")


def people_routes(service: Service) -> APIRouter:
    """The routes of `/api/v1/people`."""
    router = APIRouter(prefix="/api/v1/people", tags=["people"])
    access = service.access

    @router.get("", summary="Who may log in", responses=refusals(409))
    async def list_people(request: Request) -> list[PersonReply]:
        return [_shown(person, request) for person in access.people.book.people]

    @router.post("", status_code=201, summary="Add somebody", responses=refusals(408, 409, 413, 422, 503))
    async def add_person(asked: NewPerson, request: Request) -> PersonReply:
        by = visitor(request)
        refuse_weak(asked.password.get_secret_value(), asked.name)

        def add() -> Person:
            kept = access.passwords.kept(asked.password.get_secret_value())
            now = access.now()
            book = access.change(by, lambda book: with_person(book, asked.name, asked.role, kept, now))
            return book.people[-1]

        return _shown(await service.doors.run(add), request)

    return router


def person_routes(service: Service) -> APIRouter:
    """The routes of `/api/v1/people/{person_id}`."""
    router = APIRouter(prefix="/api/v1/people", tags=["people"])
    access = service.access

    @router.patch(
        "/{person_id}",
        summary="Give somebody another name, role or password; the latter two end their sessions and tokens",
        responses=refusals(404, 408, 409, 413, 422, 503),
    )
    async def change_person(person_id: str, asked: PersonChange, request: Request) -> PersonReply:
        by = visitor(request)
        person = known_person(access.people.book, person_id)
        if asked.password is not None:
            _refuse_own(person, request)
            refuse_weak(asked.password.get_secret_value(), asked.name or person.name)

        def change() -> Book:
            kept = (
                None if asked.password is None else access.passwords.kept(asked.password.get_secret_value())
            )
            return access.change(
                by, lambda book: with_change(book, person_id, name=asked.name, role=asked.role, password=kept)
            )

        return _shown(known_person(await service.doors.run(change), person_id), request)

    @router.delete(
        "/{person_id}",
        status_code=204,
        summary="Remove somebody, their sessions and tokens",
        responses=refusals(404, 408, 409, 413, 503),
    )
    async def remove_person(person_id: str, request: Request) -> Response:
        by = visitor(request)
        known_person(access.people.book, person_id)
        await service.doors.run(lambda: access.change(by, lambda book: without_person(book, person_id)))
        return Response(None, 204)

    return router


def _refuse_own(person: Person, request: Request) -> None:
    if person.id == visitor(request).person:
        raise Refusal(
            409,
            "one's own password is changed with the old one.",
            "PUT /api/v1/people/me/password takes both.",
        )


def known_person(book: Book, person_id: str) -> Person:
    """The person with that id.

    Raises:
        Refusal: 404, there is none.
    """
    person = book.person(person_id)
    if person is None:
        raise Refusal(404, "there is no such person.", "Look at the list again.")
    return person


def _shown(person: Person, request: Request) -> PersonReply:
    return PersonReply(
        id=person.id,
        name=person.name,
        role=person.role,
        created_at=person.created_at,
        is_oneself=person.id == visitor(request).person,
    )
