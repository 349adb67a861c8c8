from dataclasses import replace
from datetime import timedelta

import pytest

from parts.happenings import event
from parts.ticking import TickingClock
from vedette.actions.backlog import RESPITE_SECONDS, Backlog
from vedette.actions.clocks import Clocks
from vedette.actions.settings import RetrySettings
from vedette.values.event import Phase
from vedette.values.outbox import OutboxEntry, outbox_key

OPEN, UPDATE, CLOSE = Phase


class Bench:
    """A backlog, and a clock that somebody turns by hand."""

    def __init__(self, capacity=100, **retry):
        self.clock = TickingClock()
        clocks = Clocks(self.clock.now, self.clock.monotonic, lambda: 0.0)
        self.backlog = Backlog(RetrySettings(**({"jitter": 0} | retry)), clocks, capacity)

    def entry(self, identity, phase=OPEN, **changes):
        told = event(identity)
        now = self.clock.now()
        return replace(OutboxEntry(outbox_key("a", phase, told), "a", phase, told, now, now), **changes)

    def put(self, identity, phase=OPEN, *, is_recorded=True, **changes):
        return self.backlog.put(self.entry(identity, phase, **changes), is_recorded=is_recorded)

    def next(self):
        waiting = self.backlog.next_due()
        return waiting and f"{waiting.entry.event.id} {waiting.entry.phase}"

    def succeed(self, expected):
        assert self.next() == expected
        self.backlog.succeeded(self.backlog.next_due())

    def fail(self, expected):
        assert self.next() == expected
        return self.backlog.failed(self.backlog.next_due())


def test_of_one_event_only_the_first_goes_and_other_events_do_not_wait_for_it():
    bench = Bench()
    bench.put("01", OPEN), bench.put("01", CLOSE), bench.put("02", OPEN)
    bench.fail("01 open")
    bench.succeed("02 open")
    bench.succeed("01 open")
    bench.succeed("01 close")
    assert bench.next() is None
    assert bench.backlog.seconds_to_wait() is None


def test_an_entry_that_fails_waits_longer_each_time():
    bench = Bench(first_seconds=1, factor=2, maximum_seconds=5)
    bench.put("01")
    pauses = []
    for _ in range(5):
        due = bench.fail("01 open")
        pauses.append((due - bench.clock.now()).total_seconds())
        assert bench.next() is None
        assert bench.backlog.seconds_to_wait() == pauses[-1]
        bench.clock.seconds += pauses[-1]
    assert pauses == [1, 2, 4, 5, 5]


def test_a_peer_that_fails_is_asked_less_and_less_whoever_waits():
    bench = Bench()
    for number in range(10):
        bench.put(f"{number}")
    attempts = []
    while bench.clock.seconds < 1000 + 600:
        if bench.next() is not None:
            attempts.append(bench.clock.seconds - 1000)
            bench.backlog.failed(bench.backlog.next_due())
        else:
            bench.clock.seconds += bench.backlog.seconds_to_wait()
    assert len(attempts) < 20
    assert attempts[:5] == [0, 0, 1, 3, 7]


def test_after_a_success_all_that_waited_is_due_at_once_in_its_order():
    bench = Bench()
    for number in range(5):
        bench.put(f"{number}")
    for _ in range(8):
        bench.clock.seconds += bench.backlog.seconds_to_wait()
        bench.backlog.failed(bench.backlog.next_due())
    bench.clock.seconds += bench.backlog.seconds_to_wait()
    first = bench.next()
    bench.succeed(first)
    for rest in sorted({f"{number} open" for number in range(5)} - {first}):
        bench.succeed(rest)


def test_a_poisoned_entry_delays_nobody_but_its_own_event():
    bench = Bench()
    bench.put("00"), bench.put("00", CLOSE)
    done, attempts = 0, 0
    for number in range(1, 100):
        bench.put(f"{number:02}")
        while bench.next() == "00 open":
            bench.fail("00 open")
            attempts += 1
        bench.succeed(f"{number:02} open")
        done += 1
    assert done == 99
    assert attempts <= 3


def test_a_poisoned_entry_is_not_preferred_when_a_peer_comes_back():
    bench = Bench()
    bench.put("00"), bench.put("01")
    for _ in range(6):
        bench.clock.seconds += bench.backlog.seconds_to_wait()
        bench.backlog.failed(bench.backlog.next_due())
    tried = []
    while "01 open" not in tried:
        bench.clock.seconds += bench.backlog.seconds_to_wait()
        tried.append(bench.next())
        if tried[-1] == "00 open":
            bench.backlog.failed(bench.backlog.next_due())
    assert len(tried) <= 2


def test_what_takes_too_long_or_too_often_is_given_up():
    bench = Bench(maximum_attempts=2)
    bench.put("01")
    assert bench.fail("01 open") is not None
    bench.clock.seconds += 1
    assert bench.fail("01 open") is None
    old = Bench(give_up_after_seconds=100)
    old.put("01")
    old.clock.seconds += 100
    assert old.fail("01 open") is None
    assert len(old.backlog) == 0


@pytest.mark.parametrize("days", [-10_000, 10_000])
def test_stamps_of_a_clock_that_was_wrong_neither_delay_nor_give_up(days):
    bench = Bench()
    wrong = bench.clock.now() + timedelta(days=days)
    bench.put("01", created_at=wrong, next_attempt_at=wrong)
    assert (bench.backlog.seconds_to_wait() or 0) <= 60
    bench.clock.seconds += 60
    assert bench.fail("01 open") is not None
    bench.clock.seconds += RESPITE_SECONDS
    if days < 0:
        assert bench.fail("01 open") is None


def test_without_room_what_is_on_disk_is_left_there_and_read_later():
    bench = Bench(capacity=4)
    entries = [bench.entry(f"{number}") for number in range(7)]
    for entry in entries:
        assert bench.backlog.put(entry, is_recorded=True)
    assert len(bench.backlog) == 7
    assert bench.backlog.begin_to_read() is None
    for number in range(2):
        bench.succeed(f"{number} open")
    limit = bench.backlog.begin_to_read()
    bench.put("7")  # comes while the disk is read, and may be among what is read or not
    assert bench.backlog.take_read(entries[1:], limit) == ["1:open:a"]
    for number in range(2, 8):
        bench.succeed(f"{number} open")


def test_what_is_read_stands_before_what_came_meanwhile_of_the_same_event():
    bench = Bench()
    bench.backlog.look_on_disk()
    limit = bench.backlog.begin_to_read()
    bench.put("01", CLOSE)
    bench.backlog.take_read([bench.entry("00"), bench.entry("01")], limit)
    for expected in ("00 open", "01 open", "01 close"):
        bench.succeed(expected)


def test_what_is_not_on_disk_is_dropped_oldest_first_and_counted():
    bench = Bench(capacity=2)
    for number in range(5):
        bench.put(f"{number}", is_recorded=False)
    assert bench.backlog.dropped == 3
    bench.succeed("3 open")
    bench.succeed("4 open")


def test_what_was_done_is_not_taken_again_until_it_is_revived():
    bench = Bench()
    bench.put("01", is_recorded=False)
    bench.succeed("01 open")
    assert not bench.put("01")
    bench.backlog.forget("01:open:a")
    limit = bench.backlog.begin_to_read()
    assert bench.backlog.take_read([bench.entry("01")], limit) == []
    bench.succeed("01 open")
