"""Tokens for programs: made, listed, revoked."""

from __future__ import annotations

from datetime import date, datetime

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from vedette.people.book import LONGEST_NAME, Book, Scope, Token
from vedette.people.changes import new_id, with_token, without_token
from vedette.people.tokens import digest, new_token
from vedette.people.visitor import Visitor
from vedette.web.refusal import Refusal, refusals
from vedette.web.routes.session import visitor
from vedette.web.service import Service

_MEANING = "view: look; classify: have pictures judged; teach: classifiers; admin: everything."


class TokenReply(BaseModel):
    """A token, without what is shown."""

    id: str = Field(description="What it is revoked by.")
    name: str = Field(description="What it is for.")
    scopes: list[Scope] = Field(description=_MEANING)
    owner: str | None = Field(description="Who made it; it ends with their password or role.")
    created_at: datetime = Field(description="When it was made.")
    last_used_on: date | None = Field(description="The last day on which it was shown; null: never.")


class TokenMade(TokenReply):
    """A new token: this answer is the only one that holds it."""

    token: str = Field(description="To be shown as `Authorization: Bearer TOKEN`.", repr=False)


class NewToken(BaseModel):
    """A token to be made."""

    name: str = Field(min_length=1, max_length=LONGEST_NAME, description="What it is for.")
    scopes: list[Scope] = Field(min_length=1, max_length=4, description=_MEANING)


def token_routes(service: Service) -> APIRouter:
    """The routes below `/api/v1/tokens`."""
    router = APIRouter(prefix="/api/v1/tokens", tags=["people"])
    access = service.access

    @router.get("", summary="Which tokens there are", responses=refusals(409))
    async def list_tokens() -> list[TokenReply]:
        book = access.people.book
        return [TokenReply(**_shown(token, book)) for token in book.tokens]

    @router.post("", status_code=201, summary="Make a token", responses=refusals(408, 409, 413, 422, 503))
    async def make_token(asked: NewToken, request: Request) -> TokenMade:
        people, text = access.people, new_token()
        made = Token(
            id=new_id(),
            name=asked.name,
            scopes=tuple(dict.fromkeys(asked.scopes)),
            digest=digest(text),
            owner=_owner(visitor(request), people.book),
            created_at=access.now(),
        )
        by = visitor(request)
        book = await service.doors.run(lambda: access.change(by, lambda book: with_token(book, made)))
        return TokenMade(**_shown(book.tokens[-1], book), token=text)

    @router.delete(
        "/{token_id}", status_code=204, summary="Revoke a token", responses=refusals(404, 408, 409, 413, 503)
    )
    async def revoke_token(token_id: str, request: Request) -> Response:
        by = visitor(request)
        if all(each.id != token_id for each in access.people.book.tokens):
            raise Refusal(404, "there is no such token.", "Look at the list again.")
        await service.doors.run(lambda: access.change(by, lambda book: without_token(book, token_id)))
        return Response(None, 204)

    return router


def _owner(who: Visitor, book: Book) -> str:
    """The person who asks, or whose token asks; nobody, if it is the configuration's."""
    if who.person:
        return who.person
    return next((each.owner for each in book.tokens if each.id == who.token), "")


def _shown(token: Token, book: Book) -> dict[str, object]:
    owner = book.person(token.owner)
    return {
        "id": token.id,
        "name": token.name,
        "scopes": token.scopes,
        "owner": owner.name if owner else None,
        "created_at": token.created_at,
        "last_used_on": token.last_used_on,
    }
