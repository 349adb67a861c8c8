from __future__ import annotations

import logging

from vedette.assembly.log_patience import LogPatience


def record(name: str, text: str, *arguments: object) -> logging.LogRecord:
    return logging.LogRecord(name, logging.WARNING, __file__, 1, text, arguments, None)


def test_what_others_say_again_and_again_is_said_ten_times_a_minute_and_then_counted():
    now = [0.0]
    patience = LogPatience(lambda: now[0])
    said = [patience.filter(record("uvicorn.error", "Invalid request from %s", each)) for each in range(500)]
    assert said == [True] * 10 + [False] * 490
    assert patience.filter(record("uvicorn.error", "Something else"))
    now[0] = 61.0
    told = record("uvicorn.error", "Invalid request from %s", "there")
    assert patience.filter(told)
    assert told.getMessage() == "Invalid request from there (and 490 times more, which are not told)"
    quiet = record("uvicorn.error", "Invalid request from %s", "there")
    assert patience.filter(quiet)
    assert quiet.getMessage() == "Invalid request from there"


def test_our_own_messages_pass():
    patience = LogPatience(lambda: 0.0)
    assert all(patience.filter(record("vedette.web", "again")) for _ in range(100))


def test_no_end_of_different_messages_fills_no_memory():
    patience = LogPatience(lambda: 0.0)
    for number in range(5000):
        patience.filter(record("asyncio", f"message {number}"))
    assert len(patience._said) == 200
