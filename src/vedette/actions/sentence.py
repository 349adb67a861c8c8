"""An event as a sentence for people."""

from __future__ import annotations

from vedette.actions.protocol import Letter
from vedette.values.event import Phase


def sentence(letter: Letter) -> str:
    """What happened, where, how sure, how long, and the event's id."""
    event = letter.event
    seconds = event.measures.get("dwell_seconds", 0.0)
    told = {
        Phase.OPEN: f"began, {event.score:.0%} sure",
        Phase.UPDATE: f"goes on for {seconds:.1f} s, {event.score:.0%} sure",
        Phase.CLOSE: f"ended after {seconds:.1f} s, at most {event.score:.0%} sure: {event.close_reason}",
    }
    test = "a test, not an event: " if letter.is_test else ""
    return f"{test}{event.camera}: {event.label} ({event.rule}) {told[letter.phase]} [{event.id}]"
