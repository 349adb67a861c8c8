"""Who one is here: to log in, to ask, to log out."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field, SecretStr

from vedette import __version__
from vedette.people.attempts import source
from vedette.people.book import LONGEST_NAME, Book, Person, Role, alike
from vedette.people.changes import with_left
from vedette.people.passwords import LONGEST_BYTES
from vedette.people.sessions import begun, proof, visitor_of
from vedette.people.visitor import NOBODY, Visitor
from vedette.web.access import Access
from vedette.web.cookies import give_session, take_session
from vedette.web.refusal import Refusal, refusals
from vedette.web.service import Service

_log = logging.getLogger(__name__)

Name = Annotated[str, Field(max_length=LONGEST_NAME, description="What one is called here.")]
Password = Annotated[SecretStr, Field(max_length=LONGEST_BYTES, description="The password.")]


class LogIn(BaseModel):
    """A name and its password."""

    name: Name
    password: Password


class Oneself(BaseModel):
    """Who has logged in."""

    name: str = Field(description="What one is called here.")
    role: Role = Field(description="What one may do.")


class SessionReply(BaseModel):
    """Who one is here."""

    access: Literal["people", "anyone"] = Field(description="Whether people log in, or anyone may ask.")
    is_claimed: bool = Field(description="Somebody has a password; else the one-time link is to be opened.")
    person: Oneself | None = Field(description="Who has logged in; null: nobody.")
    csrf_token: str = Field(description="To be sent as X-CSRF-Token with every change; empty if not needed.")
    version: str = Field(description="Of Vedette; empty for who is not let in.")


def session_routes(service: Service) -> APIRouter:
    """The routes of `/api/v1/session`."""
    router = APIRouter(prefix="/api/v1/session", tags=["people"])
    access = service.access

    @router.get("", summary="Who one is here", responses=refusals())
    async def get_session(request: Request) -> SessionReply:
        return described(access, visitor(request))

    @router.post("", summary="Log in", responses=refusals(408, 409, 413, 422, 503))
    async def log_in(asked: LogIn, request: Request, response: Response) -> SessionReply:
        people = access.people
        access.refuse_unready()
        who = people.book.named(asked.name)
        await refuse_wrong_password(service, request, who, asked)
        assert who is not None
        _log.info("%s has logged in", who.name)
        return log_in_as(access, who, request, response)

    @router.delete("", status_code=204, summary="Log out", responses=refusals(408, 409, 413, 422, 503))
    async def log_out(request: Request) -> Response:
        people, leaving = access.people, visitor(request)
        ends_at = datetime.fromtimestamp(leaving.ends_at, UTC)
        await service.doors.run(
            lambda: people.forget(lambda book: with_left(book, leaving.session, ends_at, access.now()))
        )
        response = Response(None, 204)
        take_session(request, response)
        return response

    return router


def visitor(request: Request) -> Visitor:
    """Who asks; `Guard` has found out."""
    known = getattr(request.state, "visitor", NOBODY)
    assert isinstance(known, Visitor)
    return known


async def refuse_wrong_password(service: Service, request: Request, who: Person | None, asked: LogIn) -> None:
    """Nothing, if that is the person's password.

    Raises:
        Refusal: 401, it is not, or there is no such person; 429, there were too many wrong ones.
    """
    access, name = service.access, alike(asked.name)
    address = source(request.client.host if request.client else "")
    access.wrong.refuse_guessers(address, "passwords", name)
    access.wrong.note(address, name)
    kept = who.password if who else None
    if await service.doors.run(lambda: access.passwords.is_right(asked.password.get_secret_value(), kept)):
        access.wrong.forgive(address, name)
        return
    _log.info("a wrong name or password came from %s", request.client.host if request.client else "nowhere")
    raise Refusal(401, "the name or the password is wrong.", "Try again; an admin can set a new password.")


def log_in_as(access: Access, person: Person, request: Request, response: Response) -> SessionReply:
    """Begin a session of that person."""
    book, now = access.people.book, access.now().timestamp()
    session = begun(book, person, now)
    give_session(request, response, session)
    return described(access, visitor_of(book, session, now) or NOBODY)


def described(access: Access, who: Visitor) -> SessionReply:
    """Who that is here."""
    if access.register is None:
        return SessionReply(access="anyone", is_claimed=True, person=None, csrf_token="", version=__version__)
    book: Book = access.register.book
    person = book.person(who.person)
    return SessionReply(
        access="people",
        is_claimed=access.register.is_claimed,
        person=None if person is None else Oneself(name=person.name, role=person.role),
        csrf_token=proof(book, who) if who.session else "",
        version=__version__ if person else "",
    )
