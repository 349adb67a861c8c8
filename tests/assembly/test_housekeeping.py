"""What is done now and then."""

from __future__ import annotations

import logging
import threading

from vedette.assembly.housekeeping import Chore, Housekeeping
from vedette.errors import StoreError


class Hands:
    """Counts what it is asked to do, and fails while it is told to."""

    def __init__(self):
        self.times = 0
        self.error = None

    def __call__(self):
        self.times += 1
        if self.error:
            raise self.error


def test_chores_are_done_when_their_time_has_come():
    now = [100.0]
    often, seldom = Hands(), Hands()
    house = Housekeeping([Chore("often", 1.0, often), Chore("seldom", 10.0, seldom, 5.0)], lambda: now[0])
    assert house.do_what_is_due() == 1.0
    assert (often.times, seldom.times) == (1, 0)
    now[0] += 5.0
    house.do_what_is_due()
    assert (often.times, seldom.times) == (2, 1)


def test_a_chore_that_fails_is_said_once_and_done_again(caplog):
    now = [0.0]
    failing, sound = Hands(), Hands()
    house = Housekeeping([Chore("mending", 1.0, failing), Chore("tidying", 1.0, sound)], lambda: now[0])
    failing.error = StoreError("the disk is full.")
    with caplog.at_level(logging.INFO):
        for _ in range(3):
            house.do_what_is_due()
            now[0] += 1.0
        assert house.troubles == {"mending": "the disk is full."}
        failing.error = None
        house.do_what_is_due()
    assert house.troubles == {}
    assert (failing.times, sound.times) == (4, 4)
    assert [record.getMessage() for record in caplog.records] == [
        "mending: the disk is full.",
        "mending works again",
    ]


def test_an_error_that_nobody_foresaw_does_not_end_the_thread(caplog):
    done = threading.Event()
    rounds = []

    def stumble():
        rounds.append(1)
        if len(rounds) > 2:
            done.set()
        raise ZeroDivisionError

    house = Housekeeping([Chore("stumbling", 0.0, stumble)])
    house.start()
    assert done.wait(20)
    house.close()
    assert house.troubles == {"stumbling": "ZeroDivisionError"}
