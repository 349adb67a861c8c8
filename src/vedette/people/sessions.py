"""Sessions: what a browser keeps after a log-in, signed, and the proof that a change comes from our page."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta

from itsdangerous import BadData, URLSafeSerializer

from vedette.people.book import SCOPES, Book, Person
from vedette.people.visitor import Visitor

LASTS = timedelta(days=30)
"""From the log-in on, used or not: a tablet on a wall asks for the password once a month."""

_LONGEST = 512


def begun(book: Book, person: Person, now: float) -> str:
    """A new session of that person, as it is sent to the browser. `now` is in seconds since 1970."""
    ends_at = int(now + LASTS.total_seconds())
    return str(_signing(book).dumps([person.id, person.epoch, secrets.token_urlsafe(16), ends_at]))


def visitor_of(book: Book, sent: str, now: float) -> Visitor | None:
    """Who sent this session; nobody if it was altered, has ended, was left, or is older than the password."""
    if len(sent) > _LONGEST:
        return None
    try:
        person_id, epoch, session, ends_at = _signing(book).loads(sent)
    except (BadData, ValueError, TypeError):
        return None
    person = book.person(str(person_id))
    if person is None:
        return None
    visitor = Visitor(person.name, SCOPES[person.role], person.id, epoch, session, ends_at)
    return visitor if visitor.is_still(book, now) else None


def proof(book: Book, visitor: Visitor) -> str:
    """What only our own page knows of a session: it is in no cookie."""
    return hmac.new(book.secret.encode(), f"change:{visitor.session}".encode(), hashlib.sha256).hexdigest()


def is_proof(book: Book, visitor: Visitor, shown: str) -> bool:
    """Whether that is the proof, in constant time."""
    return hmac.compare_digest(proof(book, visitor).encode(), shown.encode("utf-8", "surrogateescape"))


def _signing(book: Book) -> URLSafeSerializer:
    return URLSafeSerializer(
        book.secret, salt="session", signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"}
    )
