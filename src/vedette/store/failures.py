"""A driver's error becomes a sentence."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from vedette.errors import StoreError


class InUseError(StoreError):
    """Another Vedette holds the database."""


@contextmanager
def told_plainly(place: str, remedy: str) -> Iterator[None]:
    """Raises what the driver raises as a StoreError; statements and values stay out of it."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise StoreError(f"{place} cannot be used: {reason(error)}.", remedy) from error


def reason(error: Exception) -> str:
    """The driver's own first line; SQLAlchemy's words would repeat the statement with its values."""
    own = error.orig if isinstance(error, SQLAlchemyError) and hasattr(error, "orig") else error
    said = str(own).strip() if own is not None and not type(own).__module__.startswith("sqlalchemy") else ""
    return (said.splitlines() or [type(error).__name__])[0].rstrip(".")
