"""A store, a dispatcher and a listener to watch a journal with."""

from __future__ import annotations

import threading
from dataclasses import replace

from parts.letters import entry
from vedette.errors import StoreError
from vedette.events.journal import Journal
from vedette.events.retrying import Patience
from vedette.values.event import Phase

QUICK = Patience(first_retry=0.01, longest_retry=0.05, ring_after=0.0)
"""A journal that does not let a test wait."""
PATIENT = replace(QUICK, ring_after=3600.0)


class Memory:
    """A store that may be made to fail; `why` is asked before every write."""

    def __init__(self, why=lambda event: None):
        self.rows = {}
        self.outbox = {}
        self.writes = []
        self.why = why
        self.attempts = 0

    def record(self, event, entries=()):
        self.attempts += 1
        if why := self.why(event):
            raise StoreError(why)
        known = self.rows.get(event.id)
        self.rows[event.id] = replace(event, snapshot=event.snapshot or (known and known.snapshot))
        self.writes.append(event)
        for each in entries:
            self.outbox.setdefault(each.key, each)

    def set_snapshot(self, identity, path):
        row = self.rows.get(identity)
        if row is not None:
            self.rows[identity] = replace(row, snapshot=path)
        return row is not None

    def unclosed(self):
        return [each for each in self.rows.values() if each.is_open]


class Disk:
    """Says "the disk is full." while it is; counts how often it was asked."""

    def __init__(self, is_full=True):
        self.is_full = is_full
        self.asked = threading.Semaphore(0)

    def __call__(self, event):
        self.asked.release()
        return "the disk is full." if self.is_full else None


class Post:
    """A dispatcher that remembers: one action, `phone`, is told of everything."""

    def __init__(self):
        self.asked, self.ready, self.unrecorded = [], [], []
        self.rang = threading.Event()

    def address(self, phase, event):
        self.asked.append((phase, event.id, event.updates))
        return [entry(event, "phone", phase)]

    def posted(self, entries):
        self.ready += [each.key for each in entries]

    def post_unrecorded(self, entries):
        self.unrecorded += [each.key for each in entries]
        self.rang.set()


class Told:
    """A listener that remembers."""

    def __init__(self):
        self.words = []

    def __call__(self, phase, event, jpeg):
        self.words.append((phase, event, jpeg))

    @property
    def phases(self):
        return [phase.value for phase, _, _ in self.words]

    def lives(self):
        lives = {}
        for phase, each, _ in self.words:
            lives.setdefault(each.id, []).append((phase, each))
        return lives


class Pictures:
    """A snapshot folder in memory that may be full."""

    def __init__(self):
        self.kept, self.forgotten = {}, []
        self.is_full = False
        self.attempts = 0

    def encode(self, frame):
        return b"jpeg of %d" % frame.sequence

    def keep(self, event_id, captured_at, jpeg):
        self.attempts += 1
        if self.is_full:
            raise StoreError("no room for pictures.")
        self.kept[f"{event_id}.jpg"] = jpeg
        return f"{event_id}.jpg"

    def forget(self, path):
        self.forgotten.append(path)


class Office:
    """A journal with everything about it, started; `close` it."""

    def __init__(self, store=None, pictures=None, patience=QUICK, listeners=()):
        self.store = store or Memory()
        self.pictures = pictures or Pictures()
        self.post, self.told = Post(), Told()
        self.journal = Journal(self.store, self.pictures, self.post, [*listeners, self.told], patience)
        self.journal.start()

    def flush(self):
        assert self.journal.flush(10)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.journal.close(0.1)


def whole(lives):
    """Every life is one open, any updates, one close."""
    return all(
        [phase for phase, _ in life] == [Phase.OPEN, *[Phase.UPDATE] * (len(life) - 2), Phase.CLOSE]
        for life in lives.values()
    )
