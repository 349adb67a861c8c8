"""What is kept of people and tokens, as it stands in the file."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Role = Literal["viewer", "admin"]
Scope = Literal["view", "classify", "teach", "admin"]

SCOPES: Mapping[Role, frozenset[Scope]] = {
    "viewer": frozenset({"view"}),
    "admin": frozenset({"view", "classify", "teach", "admin"}),
}
"""What a person of a role may do, as scopes of tokens say it."""

LONGEST_NAME = 64


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Person(_Kept):
    """Somebody who logs in."""

    id: str = Field(description="Never given a second time.")
    name: str = Field(min_length=1, max_length=LONGEST_NAME, description="What they log in with.")
    role: Role = Field(description="viewer: looks; admin: may do everything.")
    password: str = Field(repr=False, description="Its Argon2id hash, with salt and parameters (PHC string).")
    epoch: int = Field(
        default=0, description="Counted up when password or role change: older sessions are none."
    )
    created_at: datetime = Field(description="When they were added.")


class Token(_Kept):
    """What a program shows instead of logging in."""

    id: str = Field(description="Never given a second time.")
    name: str = Field(min_length=1, max_length=LONGEST_NAME, description="What it is for.")
    scopes: tuple[Scope, ...] = Field(min_length=1, description="What it is good for.")
    digest: str = Field(repr=False, description="SHA-256 of the token; itself it is kept nowhere.")
    owner: str = Field(description="The id of the person who made it; empty: it was no person.")
    created_at: datetime = Field(description="When it was made.")
    last_used_on: date | None = Field(default=None, description="The last day on which it was shown.")


class Book(_Kept):
    """All of the file."""

    version: Literal[1] = Field(default=1, description="Of this layout.")
    secret: str = Field(
        default_factory=lambda: secrets.token_urlsafe(32),
        min_length=32,
        repr=False,
        description="What sessions are signed with.",
    )
    people: tuple[Person, ...] = Field(default=(), description="Everybody who logs in.")
    tokens: tuple[Token, ...] = Field(default=(), description="Every token.")
    left: Mapping[str, datetime] = Field(
        default={}, description="Sessions that were left before their end, and when they would have ended."
    )

    def person(self, person_id: str) -> Person | None:
        """The person with that id."""
        return next((each for each in self.people if each.id == person_id), None)

    def named(self, name: str) -> Person | None:
        """The person with that name, however it is written: `Ann` is `ann`."""
        return next((each for each in self.people if alike(each.name) == alike(name)), None)

    def token(self, digest: str) -> Token | None:
        """The token with that digest. Digests of 256 random bits need no comparison in constant time."""
        return next((each for each in self.tokens if each.digest == digest), None)

    @property
    def admins(self) -> int:
        """How many may do everything."""
        return sum(each.role == "admin" for each in self.people)


def written(name: str) -> str:
    """A name as it is kept: composed (NFC), without spaces around it."""
    return unicodedata.normalize("NFC", name).strip()


def alike(name: str) -> str:
    """The same for names that a person would take for the same."""
    return unicodedata.normalize("NFKC", name).strip().casefold()
