"""What is not on disk yet, event by event, within bounds."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from vedette.events.happening import Happening
from vedette.values.event import Event, Importance, Phase
from vedette.values.frame import Frame
from vedette.values.outbox import OutboxEntry

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Room:
    """How much may wait. A frame is counted as RGB, though most decoders give half of that."""

    happenings: int = 10_000
    jpeg_bytes: int = 64 * 2**20
    frame_bytes: int = 128 * 2**20


@dataclass(slots=True, eq=False)
class Word:
    """One phase that is to be recorded. `entries` is None until the dispatcher was asked."""

    phase: Phase
    event: Event
    entries: Sequence[OutboxEntry] | None = None
    is_told: bool = False


@dataclass(slots=True, eq=False)
class Life:
    """An event as far as the journal knows it: what waits, and the picture. `path` is where it lies."""

    id: str
    importance: Importance
    captured_at: datetime
    words: deque[Word] = field(default_factory=deque)
    frame: Frame | None = None
    jpeg: bytes | None = None
    path: str | None = None
    strikes: int = 0
    is_ended: bool = False

    @property
    def is_picture_late(self) -> bool:
        """There is one, and it is not on disk."""
        return self.jpeg is not None and self.path is None

    @property
    def has_work(self) -> bool:
        """Something of it is not on disk."""
        return bool(self.words) or self.is_picture_late


class Backlog:
    """Takes happenings from any thread, for one writer. Its lock is never held for the disk.

    An update that waits gives way to the next. When there is too much, updates go first, then
    pictures (the least important event's, of these the oldest), and last, counted as lost, events.
    """

    def __init__(self, room: Room) -> None:
        self.pictures_dropped = 0
        self.lost = 0
        self._room = room
        self._lives: dict[str, Life] = {}
        self._framed: deque[Life] = deque()
        self._words = self._frame_bytes = self._jpeg_bytes = 0
        self._turn = threading.Condition()
        self._is_new = False

    @property
    def waiting(self) -> int:
        """How many phases wait."""
        return self._words

    def add(self, happening: Happening) -> None:
        """Take one over."""
        event, word = happening.event, Word(happening.phase, happening.event)
        with self._turn:
            life = self._lives.get(event.id)
            if life is None:
                life = self._lives[event.id] = Life(event.id, event.importance, event.opened_at)
            if happening.frame is not None:
                self._take_in(life, happening.frame)
            # The first in the queue may be on its way to the disk at this moment.
            if len(life.words) > 1 and word.phase is life.words[-1].phase is Phase.UPDATE:
                life.words[-1] = word
            else:
                life.words.append(word)
                self._words += 1
            if self._words > self._room.happenings:
                self._make_room()
            self._is_new = True
            self._turn.notify_all()

    def next_frame(self) -> tuple[Life, Frame] | None:
        """A frame that is to be encoded; its event is given the result with `illustrate`."""
        with self._turn:
            while self._framed:
                life = self._framed.popleft()
                if frame := self._without_frame(life):
                    return life, frame
        return None

    def illustrate(self, life: Life, jpeg: bytes | None) -> None:
        """The event's picture; None if there is none to be had."""
        with self._turn:
            if jpeg is None:
                self._count_dropped_picture()
                return
            life.jpeg = jpeg
            self._jpeg_bytes += len(jpeg)
            while self._jpeg_bytes > self._room.jpeg_bytes:
                self._drop_a_picture()

    def lives(self) -> list[Life]:
        """Those of which something waits, oldest first."""
        with self._turn:
            return [life for life in self._lives.values() if life.has_work]

    def untold(self) -> list[Word]:
        """What waits and nobody was told of."""
        with self._turn:
            return [word for life in self._lives.values() for word in life.words if not word.is_told]

    def first(self, life: Life) -> Word | None:
        """What of this event is to be recorded next."""
        with self._turn:
            return life.words[0] if life.words else None

    def done(self, life: Life, word: Word) -> None:
        """That phase need not wait any longer."""
        with self._turn:
            if life.words and life.words[0] is word:
                life.words.popleft()
                self._words -= 1
            life.is_ended = life.is_ended or word.phase is Phase.CLOSE
            self._tidy(life)

    def keep_picture(self, life: Life, path: str) -> None:
        """The picture is on disk."""
        with self._turn:
            life.path = path
            self._tidy(life)

    def holds(self, identity: str) -> bool:
        """Something of this event is not on disk."""
        life = self._lives.get(identity)
        return life is not None and life.has_work

    def picture(self, identity: str) -> bytes | None:
        """The JPEG of an event that is open or waits, as long as there is room for it."""
        life = self._lives.get(identity)
        return None if life is None else life.jpeg

    def wait(self, seconds: float | None) -> None:
        """Until something new comes or somebody calls `wake`."""
        with self._turn:
            self._turn.wait_for(lambda: self._is_new, seconds)
            self._is_new = False

    def wake(self) -> None:
        """End `wait`."""
        with self._turn:
            self._is_new = True
            self._turn.notify_all()

    def wait_until_empty(self, seconds: float) -> bool:
        """True once nothing waits."""
        with self._turn:
            return self._turn.wait_for(
                lambda: not any(life.has_work or life.frame for life in self._lives.values()), seconds
            )

    def lose(self, count: int = 1) -> None:
        """So many events will never be on disk. Said at 1, 2, 4, 8, ..."""
        before, self.lost = self.lost, self.lost + count
        if count and before.bit_length() != self.lost.bit_length():
            _log.error("%d events are lost: they could not be written", self.lost)

    def _take_in(self, life: Life, frame: Frame) -> None:
        size = _frame_bytes(frame)
        if self._frame_bytes and self._frame_bytes + size > self._room.frame_bytes:
            self._count_dropped_picture()
            return
        life.frame = frame
        self._frame_bytes += size
        self._framed.append(life)

    def _without_frame(self, life: Life) -> Frame | None:
        frame, life.frame = life.frame, None
        if frame is not None:
            self._frame_bytes -= _frame_bytes(frame)
        return frame

    def _drop_a_picture(self) -> None:
        """One that is on disk is only remembered; else the least important, of these the oldest."""
        pictured = [life for life in self._lives.values() if life.jpeg is not None]
        victim = min(pictured, key=lambda life: (life.path is None, life.importance, life.id))
        if victim.is_picture_late:
            self._count_dropped_picture()
        self._without_jpeg(victim)
        self._tidy(victim)

    def _without_jpeg(self, life: Life) -> None:
        self._jpeg_bytes -= len(life.jpeg or b"")
        life.jpeg = None

    def _count_dropped_picture(self) -> None:
        self.pictures_dropped += 1
        if self.pictures_dropped & (self.pictures_dropped - 1) == 0:
            _log.warning("%d pictures of events were dropped", self.pictures_dropped)

    def _make_room(self) -> None:
        """Down to nine tenths, so that it is seldom done."""
        for life in self._lives.values():
            first, *others = life.words or (None,)
            kept = [word for word in others if word.phase is not Phase.UPDATE]
            self._words -= len(others) - len(kept)
            life.words = deque(word for word in (first, *kept) if word is not None)
        aim = self._room.happenings * 9 // 10
        for life in sorted(self._lives.values(), key=lambda life: (life.importance, life.id)):
            if self._words <= aim:
                return
            if life.words and life.words[-1].phase is Phase.CLOSE:
                self._forget(life)

    def _forget(self, life: Life) -> None:
        self._words -= len(life.words)
        life.words.clear()
        self._without_frame(life)
        self._without_jpeg(life)
        life.is_ended = True
        self._tidy(life)
        self.lose()

    def _tidy(self, life: Life) -> None:
        if life.is_ended and not life.has_work and life.frame is None:
            self._without_jpeg(life)
            self._lives.pop(life.id, None)
        if not self._words:
            self._turn.notify_all()


def _frame_bytes(frame: Frame) -> int:
    return frame.width * frame.height * 3
