"""Tokens: how they look, and what is kept of them."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from vedette.people.book import Book

PREFIX = "vdt_"
"""So that a token that lies about is recognised for one, by people and by scanners."""


def new_token() -> str:
    """256 random bits."""
    return PREFIX + secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What is kept; of 256 random bits a plain hash is enough."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def key_of_this_machine(book: Book) -> str:
    """What `vedette explain` shows: who may read the file is let in to look."""
    return hmac.new(book.secret.encode(), b"a command on this machine", hashlib.sha256).hexdigest()
