"""A text with places for what is known of an event."""

from __future__ import annotations

import re

from vedette.actions.protocol import Letter
from vedette.actions.sentence import sentence
from vedette.values.event import Phase

_PLACE = re.compile(r"\{([^{}]*)\}")
_TOLD = {Phase.OPEN: "began", Phase.UPDATE: "goes on", Phase.CLOSE: "ended"}

FIELDS = (
    "camera",
    "rule",
    "label",
    "phase",
    "told",
    "score",
    "opened_at",
    "closed_at",
    "seconds",
    "reason",
    "id",
    "sentence",
)


def template(text: str) -> str:
    """The text, if all its places are known ones.

    Raises:
        ValueError: one is not; the message names those that are.
    """
    if any(name not in FIELDS for name in _PLACE.findall(text)):
        raise ValueError("a place in a text is one of " + ", ".join(f"{{{name}}}" for name in FIELDS))
    return text


def filled(text: str, letter: Letter) -> str:
    """The text with the event's fields put in; what they hold is never looked at for places."""
    event = letter.event
    fields = {
        "camera": event.camera,
        "rule": event.rule,
        "label": event.label,
        "phase": letter.phase.value,
        "told": _TOLD[letter.phase],
        "score": f"{event.score:.0%}",
        "opened_at": event.opened_at.astimezone().strftime("%Y-%m-%d %H:%M:%S"),
        "closed_at": event.closed_at.astimezone().strftime("%Y-%m-%d %H:%M:%S") if event.closed_at else "",
        "seconds": f"{event.measures.get('dwell_seconds', 0.0):.1f}",
        "reason": event.close_reason or "",
        "id": event.id,
        "sentence": sentence(letter),
    }
    return _PLACE.sub(lambda place: fields[place[1]], text)
