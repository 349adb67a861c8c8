"""A service where people log in: a viewer, an admin, tokens; passwords that are hashed in no time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from argon2 import PasswordHasher
from pydantic import SecretStr

from vedette.people.book import Book, Person, Role, Scope, Token
from vedette.people.changes import new_id, with_person, with_token
from vedette.people.invitation import Invitation
from vedette.people.passwords import Passwords
from vedette.people.register import Register, people_file
from vedette.people.sessions import begun, proof, visitor_of
from vedette.people.tokens import digest, new_token
from vedette.web.access import Access

SERVICE_TOKEN = "correct horse battery staple"
PASSWORDS = {"ann": "an old oak in autumn", "bert": "a sheep in the shed"}
QUICK = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@dataclass
class Clock:
    """Both clocks of a service, at a standstill until they are moved."""

    seconds: float = 0.0

    def now(self) -> datetime:
        return datetime(2026, 5, 1, 12, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds


@dataclass
class Peopled:
    """`ann` is an admin, `bert` a viewer; their file is in `folder`."""

    folder: Path
    clock: Clock = field(default_factory=Clock)
    has_people: bool = True

    def __post_init__(self) -> None:
        self.register = Register(people_file(self.folder))
        self.access = Access(
            SecretStr(SERVICE_TOKEN),
            self.register,
            Invitation(self.clock.monotonic),
            QUICK,
            self.clock.now,
            self.clock.monotonic,
        )
        if self.has_people:
            self.add("ann", "admin")
            self.add("bert", "viewer")

    @property
    def book(self) -> Book:
        return self.register.book

    def add(self, name: str, role: Role) -> Person:
        kept = QUICK.kept(PASSWORDS.get(name, f"{name} has a long password"))
        self.register.change(lambda book: with_person(book, name, role, kept, self.clock.now()))
        return self.person(name)

    def person(self, name: str) -> Person:
        found = self.book.named(name)
        assert found is not None
        return found

    def session(self, name: str) -> dict[str, str]:
        """The headers of a page in which that person has logged in."""
        sent = begun(self.book, self.person(name), self.clock.now().timestamp())
        visitor = visitor_of(self.book, sent, self.clock.now().timestamp())
        assert visitor is not None
        return {"Cookie": f"vedette={sent}", "X-CSRF-Token": proof(self.book, visitor)}

    def token(self, *scopes: Scope, owner: str = "ann") -> dict[str, str]:
        """The headers of a program that has such a token."""
        text = new_token()
        made = Token(
            id=new_id(),
            name=f"{'-'.join(scopes)} {len(self.book.tokens)}",
            scopes=scopes,
            digest=digest(text),
            owner=self.person(owner).id,
            created_at=self.clock.now(),
        )
        self.register.change(lambda book: with_token(book, made))
        return bearer(text)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
