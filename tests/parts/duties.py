"""Actions that remember, wait, fail and hang, and a delivery that carries them out."""

import asyncio
import threading
import time
from contextlib import contextmanager

from parts.memory_outbox import MemoryOutbox
from vedette.actions.delivery import Delivery, Duty
from vedette.actions.settings import ActionSettings, RetrySettings
from vedette.values.event import Phase

QUICK = RetrySettings(first_seconds=0.01, maximum_seconds=0.05)


class Remembers:
    """Does what it is told; `fails` is asked with each letter, and may give an error to raise."""

    is_durable = True
    wants_snapshot = False
    timeout_seconds = 10.0

    def __init__(self, name="phone", phases=frozenset(Phase), fails=lambda letter: None):
        self.name, self.phases, self.fails = name, phases, fails
        self.done, self.tried, self.letters = [], [], []
        self.opened = self.closed = 0
        self.threads = set()

    async def open(self):
        self.opened += 1

    async def carry_out(self, letter):
        self.threads.add(threading.current_thread())
        told = f"{letter.event.id} {letter.phase}"
        self.tried.append(told)
        if error := self.fails(letter):
            raise error
        self.letters.append(letter)
        self.done.append(told)

    async def close(self):
        self.closed += 1


class Waits(Remembers):
    """Holds its first job until it is released."""

    def __init__(self, name="slow"):
        super().__init__(name)
        self.began, self.may_go_on = threading.Event(), threading.Event()

    async def carry_out(self, letter):
        self.began.set()
        while not self.may_go_on.is_set():  # noqa: ASYNC110 - another thread sets it
            await asyncio.sleep(0.005)
        await super().carry_out(letter)


def until(is_so, seconds=60):
    """Wait for a condition."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.003)


class Post:
    """A delivery with its outbox, told of events as the recorder tells it."""

    def __init__(self, *actions, outbox=None, settings=None, **given):
        self.outbox = outbox or MemoryOutbox()
        chosen = settings or ActionSettings(phases=list(Phase), retry=QUICK)
        duties = [Duty(action, chosen) for action in actions]
        names = [action.name for action in actions]
        routes = {("door", "prey"): names, ("yard", "prey"): names}
        self.delivery = Delivery(duties, routes, self.outbox, **given)

    def tell(self, phase, event, *, is_recorded=True):
        entries = self.delivery.address(phase, event)
        if is_recorded:
            self.outbox.record(entries)
            self.delivery.posted(entries)
        else:
            self.delivery.post_unrecorded(entries)

    def status(self, name="phone"):
        return self.delivery.status[name]

    @contextmanager
    def running(self, timeout_seconds=5.0):
        self.delivery.start()
        try:
            yield self
        finally:
            self.delivery.close(timeout_seconds)
