"""Passwords that people set for themselves: the first admin's, by the one-time link, and everybody's own."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field, SecretStr

from vedette.people.attempts import source
from vedette.people.book import Book, Person
from vedette.people.changes import with_change, with_first
from vedette.people.passwords import refuse_weak
from vedette.web.refusal import Refusal, refusals
from vedette.web.routes.people import Name, NewPassword, known_person
from vedette.web.routes.session import (
    LogIn,
    Password,
    SessionReply,
    log_in_as,
    refuse_wrong_password,
    visitor,
)
from vedette.web.service import Service


class FirstPerson(BaseModel):
    """The first admin."""

    code: SecretStr = Field(max_length=256, description="The code of the one-time link.")
    name: Name
    password: NewPassword


class PasswordChange(BaseModel):
    """One's own new password."""

    old: Password = Field(description="The password until now.")
    new: NewPassword


def claim_routes(service: Service) -> APIRouter:
    """`/api/v1/people/first`."""
    router = APIRouter(tags=["people"])
    access = service.access

    @router.post(
        "/api/v1/people/first",
        status_code=201,
        summary="Become the first admin, by the one-time link",
        responses=refusals(408, 409, 413, 422, 503),
    )
    async def claim(asked: FirstPerson, request: Request, response: Response) -> SessionReply:
        people = access.people
        _refuse_wrong_code(service, request, asked.code.get_secret_value())
        refuse_weak(asked.password.get_secret_value(), asked.name)

        def add() -> Person:
            kept = access.passwords.kept(asked.password.get_secret_value())
            book = people.change(lambda book: with_first(book, asked.name, kept, access.now()))
            access.invitation.use()
            return book.people[0]

        return log_in_as(access, await service.doors.run(add), request, response)

    return router


def own_password_routes(service: Service) -> APIRouter:
    """`/api/v1/people/me/password`."""
    router = APIRouter(tags=["people"])
    access = service.access

    @router.put(
        "/api/v1/people/me/password",
        summary="Change one's own password: every other session and every token of one's own ends",
        responses=refusals(408, 409, 413, 422, 503),
    )
    async def change_password(asked: PasswordChange, request: Request, response: Response) -> SessionReply:
        people, who = access.people, visitor(request)
        person = known_person(people.book, who.person)
        await refuse_wrong_password(service, request, person, LogIn(name=person.name, password=asked.old))
        refuse_weak(asked.new.get_secret_value(), person.name)

        def change() -> Book:
            kept = access.passwords.kept(asked.new.get_secret_value())
            return access.change(who, lambda book: with_change(book, person.id, password=kept))

        book = await service.doors.run(change)
        return log_in_as(access, known_person(book, person.id), request, response)

    return router


def _refuse_wrong_code(service: Service, request: Request, code: str) -> None:
    access, address = service.access, source(request.client.host if request.client else "")
    if access.people.is_claimed:
        access.refuse_unready()
        raise Refusal(409, "somebody has a password here already.", "Log in, or ask them to add you.")
    access.wrong.refuse_guessers(address, "codes")
    if not access.invitation.is_good(code):
        access.wrong.note(address)
        raise Refusal(
            403,
            "this link is good no more, or is not whole.",
            "The newest one stands on Vedette's terminal, or in its log. It is good for an hour after the "
            "start: restart Vedette for another.",
        )
