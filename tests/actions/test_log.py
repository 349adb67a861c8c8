import asyncio
import json
import logging

import pytest

from parts.happenings import START, event
from vedette.actions.log import LogAction, LogSettings
from vedette.actions.protocol import Letter
from vedette.values.event import Phase


def line(caplog, phase, **settings):
    caplog.set_level(logging.DEBUG)
    told = event(score=0.914, closed_at=START, close_reason="prey gone", measures={"dwell_seconds": 3.25})
    asyncio.run(LogAction("log", LogSettings(**settings)).carry_out(Letter("key", phase, told)))
    return caplog.records[-1]


@pytest.mark.parametrize(
    ("phase", "sentence"),
    [
        (Phase.OPEN, "door: prey (prey) began, 91% sure [01]"),
        (Phase.UPDATE, "door: prey (prey) goes on for 3.2 s, 91% sure [01]"),
        (Phase.CLOSE, "door: prey (prey) ended after 3.2 s, at most 91% sure: prey gone [01]"),
    ],
)
def test_a_line_is_a_sentence(caplog, phase, sentence):
    record = line(caplog, phase)
    assert record.getMessage() == sentence
    assert (record.name, record.levelname) == ("vedette.events", "INFO")


def test_a_test_says_that_it_is_one(caplog):
    caplog.set_level(logging.DEBUG)
    letter = Letter("key", Phase.OPEN, event(), is_test=True)
    asyncio.run(LogAction("log", LogSettings()).carry_out(letter))
    assert caplog.records[-1].getMessage().startswith("a test, not an event: door: prey")


def test_a_line_may_be_the_whole_event_as_json(caplog):
    record = line(caplog, Phase.CLOSE, format="json", level="warning")
    told = json.loads(record.getMessage())
    assert (told["phase"], told["id"], told["close_reason"]) == ("close", "01", "prey gone")
    assert told["opened_at"] == "2026-03-29T00:30:00.000+00:00"
    assert record.levelname == "WARNING"
