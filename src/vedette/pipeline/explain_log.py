"""The last hour of every stage's verdict: why did nothing happen at 14:32?

A quiet camera costs a row a second, a busy one at most ten, whatever its frame rate: so an hour always
fits, in memory of a fixed size. What is no frame, such as an action that failed, is a remark.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo

from vedette.pipeline.explain_answer import Explanation, Question, Situation
from vedette.pipeline.explain_fold import Fold, is_loud
from vedette.pipeline.explain_reading import Judged, Rows, decoded, judged, within
from vedette.pipeline.explain_ring import RowRing
from vedette.pipeline.explain_row import ExplainRow, Mention, Remark, Stage
from vedette.pipeline.explain_summary import explain
from vedette.pipeline.explain_window import Window
from vedette.values.trail import Trail

_QUIET_SECONDS = 1.0
_LOUD_SECONDS = 0.1
_CLOCK_SET_SECONDS = 2.0
"""By how much the wall clock must leave the other one before it counts as set."""
_LONGEST_REMARK = 300


@dataclass(frozen=True, slots=True)
class ExplainLimits:
    """How much is kept: `rows` and `remarks` of each camera. The defaults hold an hour."""

    rows: int = 36_000
    remarks: int = 1_000


@dataclass(frozen=True, slots=True)
class Clocks:
    """The machine's clocks, in seconds; `wall` since 1970."""

    monotonic: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time


class ExplainLog:
    """A watcher of every camera's loop that remembers what each stage said, and answers from any thread.

    A camera is known from its first frame or remark on. A camera's thread waits for nobody here.
    """

    def __init__(self, limits: ExplainLimits | None = None, clocks: Clocks | None = None) -> None:
        self._limits = limits or ExplainLimits()
        self._clocks = clocks or Clocks()
        self._tracks: dict[str, _Track] = {}
        self._remarks: dict[str | None, deque[Remark]] = {}
        self._remarked = 0
        self._turn = threading.Lock()

    def __call__(self, trail: Trail) -> None:
        """Take note of one frame, in its camera's thread."""
        camera = trail.frame.camera
        track = self._tracks.get(camera)
        if track is None:
            track = self._tracks[camera] = _Track(self._limits.rows)
        now = self._clocks.monotonic()
        if track.note(trail, now):
            drift = track.clock_was_set(self._clocks.wall() - now)
            if drift:
                self.remark(camera, "clock", f"the clock was set {_shift(drift)}")

    def remark(
        self,
        camera: str | None,
        stage: Stage,
        text: str,
        *,
        is_trouble: bool = False,
        mention: Mention | None = None,
    ) -> None:
        """Take note of something that is no frame, from any thread; None holds for every camera.

        What is said again in a row is counted. The text, a part of a sentence, must not hold a
        credential. `is_trouble`: a camera lost, an action that failed, an overload.
        """
        at = datetime.fromtimestamp(self._clocks.wall(), UTC)
        text = text[:_LONGEST_REMARK]
        with self._turn:
            remarks = self._remarks.get(camera)
            if remarks is None:
                remarks = self._remarks[camera] = deque(maxlen=self._limits.remarks)
            last = remarks[-1] if remarks else None
            if last is not None and (last.stage, last.text, last.mention) == (stage, text, mention):
                remarks[-1] = replace(last, times=last.times + 1, last_at=at)
            else:
                remarks.append(Remark(self._remarked, at, camera, stage, text, 1, at, is_trouble, mention))
                self._remarked += 1

    def forget(self, camera: str) -> None:
        """The camera is gone from the configuration, and its hour with it."""
        self._tracks.pop(camera, None)
        with self._turn:
            self._remarks.pop(camera, None)

    @property
    def cameras(self) -> tuple[str, ...]:
        """Those of which something is known, by name."""
        with self._turn:
            remarked = [name for name in self._remarks if name is not None]
        return tuple(sorted({*tuple(self._tracks), *remarked}))

    @property
    def nbytes(self) -> int:
        """What the rows of all cameras take."""
        return sum(track.nbytes for track in tuple(self._tracks.values()))

    def rows(
        self, camera: str, window: Window | None = None, *, after: int = -1, limit: int = 1000
    ) -> tuple[ExplainRow, ...]:
        """At most `limit` rows that touch the window, with a higher sequence than `after`, oldest first.

        Order is by sequence. A clock that was set back may give two moments the same time: both are here.
        """
        track = self._tracks.get(camera)
        return () if track is None else track.rows(window, after, limit)

    def pieces(self, camera: str, window: Window) -> Sequence[tuple[Rows, RowRing]]:
        """The rows that touch the window as they are kept, oldest first, each with what reads its names.

        For what must not decode them one by one. There is more than one piece where classifiers or rules
        were exchanged.
        """
        track = self._tracks.get(camera)
        return () if track is None else tuple(track.within(window, -1))

    def known_since(self, camera: str) -> datetime | None:
        """The time of the oldest row that is held; None if there is none."""
        first = self.rows(camera, limit=1)
        return first[0].at if first else None

    def judgements(self, camera: str, rule: str, window: Window) -> Sequence[Judged]:
        """One rule's figures in the rows that touch the window, oldest first: for a plot, and quickly."""
        track = self._tracks.get(camera)
        return () if track is None else track.judgements(rule, window)

    def remarks(self, camera: str, window: Window | None = None) -> tuple[Remark, ...]:
        """The remarks on this camera and on all, oldest first."""
        with self._turn:
            found = [*self._remarks.get(camera, ()), *self._remarks.get(None, ())]
        found.sort(key=lambda remark: remark.sequence)
        return tuple(each for each in found if window is None or window.touches(each.at, each.last_at))

    def summary(
        self,
        camera: str,
        window: Window,
        zone: tzinfo | None = None,
        situation: Situation | None = None,
    ) -> Explanation:
        """What happened then, stage by stage, and which stage said no; times in `zone`, or the machine's."""
        wider = window.wider()
        return explain(
            Question(
                camera,
                window,
                now=datetime.fromtimestamp(self._clocks.wall(), UTC),
                known_since=self.known_since(camera),
                zone=zone,
                situation=situation,
            ),
            self.rows(camera, wider, limit=self._limits.rows),
            self.remarks(camera, wider),
        )


class _Track:
    """One camera's rows: written by its thread, read by any."""

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._rings: tuple[RowRing, ...] = ()
        self._fold: Fold | None = None
        self._sequence = 0
        self._frame = -1
        self._offset: float | None = None

    @property
    def nbytes(self) -> int:
        return sum(ring.nbytes for ring in self._rings)

    def note(self, trail: Trail, now: float) -> bool:
        """Fold the frame into a row; true if it began one."""
        loud, fold = is_loud(trail), self._fold
        # A source counts its frames from the first: one that counts anew belongs to another run.
        is_anew, self._frame = trail.frame.sequence < self._frame, trail.frame.sequence
        if fold is not None and not _is_due(fold, now, loud):
            fold.add(trail, is_loud=loud)
            fold.is_anew = fold.is_anew or is_anew
            return False
        if fold is not None:
            self._ring_for(fold).append(fold)
            self._sequence += 1
        fold = Fold(self._sequence, trail, now)
        fold.add(trail, is_loud=loud)
        fold.is_anew = is_anew
        self._ring_for(fold)
        self._fold = fold
        return True

    def clock_was_set(self, offset: float) -> float:
        """By how many seconds the wall clock has left the other one since the last row; 0 if it has not."""
        before, self._offset = self._offset, offset
        drift = 0.0 if before is None else offset - before
        return drift if abs(drift) > _CLOCK_SET_SECONDS else 0.0

    def rows(self, window: Window | None, after: int, limit: int) -> tuple[ExplainRow, ...]:
        found: list[ExplainRow] = []
        for rows, ring in self.within(window, after):
            found.extend(decoded(row, ring) for row in rows[: limit - len(found)])
        return tuple(found)

    def judgements(self, rule: str, window: Window) -> Sequence[Judged]:
        return [judged(rows, ring, rule) for rows, ring in self.within(window, -1) if rule in ring.rules]

    def within(self, window: Window | None, after: int) -> Iterator[tuple[Rows, RowRing]]:
        # The unfinished row first: it may be finished before the ring is read, and then it is in there.
        fold, rings = self._fold, self._rings
        for ring in rings:
            rows = ring.copy()
            if fold is not None and ring is rings[-1] and ring.fits(fold):
                rows = ring.with_unfinished(rows, fold)
            yield within(rows, window, after), ring

    def _ring_for(self, fold: Fold) -> RowRing:
        """The newest ring; a new one when classifiers or rules have come, beside the one before it."""
        if not self._rings or not self._rings[-1].fits(fold):
            ring = RowRing(self._rows, tuple(fold.looks), tuple(fold.rules))
            self._rings = (*self._rings[-1:], ring)
        return self._rings[-1]


def _is_due(fold: Fold, now: float, loud: bool) -> bool:
    age = now - fold.monotonic
    return age >= _QUIET_SECONDS or (age >= _LOUD_SECONDS and (loud or fold.is_loud))


def _shift(seconds: float) -> str:
    return f"{'forward' if seconds > 0 else 'back'} by {abs(seconds):.0f} s"
