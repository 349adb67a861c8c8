"""Which events are asked for, as conditions of SQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, func, or_

from vedette.store.schema import events
from vedette.values.event import Review

MOST_WORDS = 8
"""Words of a search that are looked for; what follows is not."""

_SEARCHED = (events.c.camera, events.c.rule, events.c.label, events.c.close_reason)
_ESCAPE = "\\"
_ASCII_LOWER = str.maketrans({chr(code): chr(code).lower() for code in range(ord("A"), ord("Z") + 1)})


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events are asked for; None asks for any. `since` <= opened_at < `until`, UTC.

    Of several cameras, rules or labels any will do. Every word of `text` must stand in the camera, the
    rule, the label or the reason of the close, or begin the id. A `review` of "none": nobody has looked.
    """

    camera: str | tuple[str, ...] | None = None
    rule: str | tuple[str, ...] | None = None
    label: str | tuple[str, ...] | None = None
    since: datetime | None = None
    until: datetime | None = None
    minimum_score: float | None = None
    is_open: bool | None = None
    is_favourite: bool | None = None
    review: Review | Literal["none"] | None = None
    text: str | None = None


def conditions(wanted: EventFilter) -> Iterator[ColumnElement[bool]]:
    """What must hold; values are bound, never written into the statement."""
    for column in (events.c.camera, events.c.rule, events.c.label):
        value = getattr(wanted, column.name)
        if value is not None:
            yield column.in_(value) if isinstance(value, tuple) else column == value
    if wanted.is_favourite is not None:
        yield events.c.is_favourite.is_(wanted.is_favourite)
    if wanted.since is not None:
        yield events.c.opened_at >= wanted.since
    if wanted.until is not None:
        yield events.c.opened_at < wanted.until
    if wanted.minimum_score is not None:
        yield events.c.score >= wanted.minimum_score
    if wanted.is_open is not None:
        is_open = events.c.closed_at.is_(None)
        yield is_open if wanted.is_open else ~is_open
    if wanted.review is not None:
        is_unseen = wanted.review == "none"
        yield events.c.review.is_(None) if is_unseen else events.c.review == str(wanted.review)
    for word in (wanted.text or "").split()[:MOST_WORDS]:
        yield _holds(word)


def _holds(word: str) -> ColumnElement[bool]:
    spellings = [_escaped(each) for each in _spellings(word)]
    return or_(
        *(
            func.lower(column).like(f"%{spelling}%", escape=_ESCAPE)
            for column in _SEARCHED
            for spelling in spellings
        ),
        events.c.id.like(f"{_escaped(word.lower())}%", escape=_ESCAPE),
    )


def _spellings(word: str) -> set[str]:
    """As `lower` of the database may have left it: SQLite's knows no letters but ASCII's."""
    variants = (word, word.lower(), word.upper(), word.capitalize())
    return {variant.translate(_ASCII_LOWER) for variant in variants} | {word.lower()}


def _escaped(text: str) -> str:
    """A text in which LIKE has nothing to interpret."""
    for special in (_ESCAPE, "%", "_"):
        text = text.replace(special, _ESCAPE + special)
    return text
