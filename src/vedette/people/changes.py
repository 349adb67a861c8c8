"""What may become of the book: each change gives a new one, or says why not."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from vedette.errors import PeopleError
from vedette.people.book import LONGEST_NAME, Book, Person, Role, Token, written

_MOST = 100
_MOST_LEFT = 1000


def new_id() -> str:
    """For a person or a token; never the same twice."""
    return secrets.token_hex(8)


def with_person(book: Book, name: str, role: Role, password: str, now: datetime) -> Book:
    """Somebody new; `password` is the hash.

    Raises:
        PeopleError: the name is none or somebody's, or there are too many.
    """
    name = _free_name(book, name)
    if len(book.people) >= _MOST:
        raise PeopleError(f"there are {_MOST} people already.", "Remove somebody.")
    person = Person(id=new_id(), name=name, role=role, password=password, created_at=now)
    return book.model_copy(update={"people": (*book.people, person)})


def with_first(book: Book, name: str, password: str, now: datetime) -> Book:
    """The first admin.

    Raises:
        PeopleError: somebody is there already.
    """
    if book.people:
        raise PeopleError("somebody has a password here already.", "Log in, or ask them to add you.")
    return with_person(book, name, "admin", password, now)


def with_change(
    book: Book,
    person_id: str,
    *,
    name: str | None = None,
    role: Role | None = None,
    password: str | None = None,
) -> Book:
    """A person's new name, role or password (its hash). A new role or password ends sessions and tokens.

    Raises:
        PeopleError: there is no such person, or no admin would be left.
    """
    person = _known(book, person_id)
    changed: dict[str, Any] = {}
    if name is not None and written(name) != person.name:
        changed["name"] = _free_name(book, name, besides=person)
    if role is not None and role != person.role:
        _keep_an_admin(book, person)
        changed["role"] = role
    if password is not None:
        changed["password"] = password
    if changed.keys() & {"role", "password"}:
        book = _without_tokens_of(book, person_id)
        changed["epoch"] = person.epoch + 1
    return _replaced(book, person, changed)


def without_person(book: Book, person_id: str) -> Book:
    """A person and their tokens are removed.

    Raises:
        PeopleError: there is no such person, or no admin would be left.
    """
    person = _known(book, person_id)
    _keep_an_admin(book, person)
    left = tuple(each for each in book.people if each is not person)
    return _without_tokens_of(book, person_id).model_copy(update={"people": left})


def with_token(book: Book, made: Token) -> Book:
    """A new token; one without an owner was made with the configuration's token.

    Raises:
        PeopleError: the name is none or another token's, its maker is gone, or there are too many.
    """
    token = made.model_copy(update={"name": _sound(made.name)})
    if token.owner:
        _known(book, token.owner)
    if any(each.name == token.name for each in book.tokens):
        raise PeopleError(f"a token is called {token.name!r} already.", "Take another name.")
    if len(book.tokens) >= _MOST:
        raise PeopleError(f"there are {_MOST} tokens already.", "Revoke one that is not used.")
    return book.model_copy(update={"tokens": (*book.tokens, token)})


def without_token(book: Book, token_id: str) -> Book:
    """A token is revoked.

    Raises:
        PeopleError: there is none.
    """
    left = tuple(each for each in book.tokens if each.id != token_id)
    if len(left) == len(book.tokens):
        raise PeopleError("there is no such token.", "Look at the list again.")
    return book.model_copy(update={"tokens": left})


def with_uses(book: Book, used: Mapping[str, datetime]) -> Book:
    """Tokens by id, and when they were last shown."""
    tokens = tuple(
        each.model_copy(update={"last_used_on": used[each.id].date()}) if each.id in used else each
        for each in book.tokens
    )
    return book.model_copy(update={"tokens": tokens})


def with_left(book: Book, session: str, ends_at: datetime, now: datetime) -> Book:
    """A session was left before its end; those whose end has come need not be remembered."""
    left = {each: end for each, end in book.left.items() if end > now}
    while len(left) >= _MOST_LEFT:  # by somebody who logs in and out a thousand times
        left.pop(min(left, key=lambda each: left[each]))
    return book.model_copy(update={"left": {**left, session: ends_at}})


def _keep_an_admin(book: Book, person: Person) -> None:
    if person.role == "admin" and book.admins == 1:
        raise PeopleError(
            f"{person.name} is the last admin: nobody could change anything any more.",
            "Make somebody else an admin first.",
        )


def _known(book: Book, person_id: str) -> Person:
    person = book.person(person_id)
    if person is None:
        raise PeopleError("there is no such person.", "Look at the list again.")
    return person


def _free_name(book: Book, name: str, besides: Person | None = None) -> str:
    name = _sound(name)
    other = book.named(name)
    if other is not None and other is not besides:
        raise PeopleError(f"somebody is called {other.name!r} already.", "Take another name.")
    return name


def _sound(name: str) -> str:
    name = written(name)
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise PeopleError(f"a name has 1 to {LONGEST_NAME} letters that can be seen.", "Take another name.")
    return name


def _without_tokens_of(book: Book, person_id: str) -> Book:
    return book.model_copy(update={"tokens": tuple(each for each in book.tokens if each.owner != person_id)})


def _replaced(book: Book, person: Person, changed: Mapping[str, Any]) -> Book:
    people = tuple(each.model_copy(update=changed) if each is person else each for each in book.people)
    return book.model_copy(update={"people": people})
