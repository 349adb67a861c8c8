"""Who asks, once that is known."""

from __future__ import annotations

from dataclasses import dataclass

from vedette.people.book import SCOPES, Book, Scope


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody or some program, and what it may do.

    A person has `person`, `epoch`, `session` and `ends_at` (of the session, seconds since 1970); a token
    of the file `token`, its id.
    """

    name: str
    scopes: frozenset[Scope]
    person: str = ""
    epoch: int = 0
    session: str = ""
    ends_at: float = 0.0
    token: str = ""

    def may(self, sufficient: frozenset[Scope]) -> bool:
        """Whether one of these scopes is the visitor's; `admin` is as good as each."""
        return not self.scopes.isdisjoint(sufficient | {"admin"})

    def is_still(self, book: Book, now: float) -> bool:
        """Whether the visitor is today who they were when they were let in."""
        if self.session:
            person = book.person(self.person)
            return (
                person is not None
                and person.epoch == self.epoch
                and self.session not in book.left
                and now < self.ends_at
            )
        return not self.token or any(each.id == self.token for each in book.tokens)


EVERYBODY = Visitor("everybody", SCOPES["admin"])
"""Whoever reaches a service that asks nobody who they are."""

NOBODY = Visitor("nobody", frozenset())
"""Who has not said who they are."""
