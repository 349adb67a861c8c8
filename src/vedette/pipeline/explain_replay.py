"""What a rule would have said of the last hour with other settings: the real rule, over the logged looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from vedette.pipeline.explain_columns import Numbers
from vedette.pipeline.explain_fold import STATES
from vedette.pipeline.explain_reading import Rows, held
from vedette.pipeline.explain_ring import RowRing
from vedette.pipeline.explain_spans import ActiveTime
from vedette.pipeline.explain_strip import Pieces
from vedette.rules.protocol import Rule
from vedette.values.observation import Looked, NotLooked, Observation
from vedette.values.prediction import UNKNOWN, Classification

_CLOCK_SET_SECONDS = 2.0
_UNDECIDED = STATES.index("undecided")
_ACTIVE = STATES.index("active")


@dataclass(frozen=True, slots=True)
class Scene:
    """Whose hour is replayed. `forget_seconds`: without a picture for so long, rules begin anew.

    `check_seconds`: how often attention looks at a still scene for a rule that wants looks.
    """

    rule: str
    classifier: str
    label: str
    forget_seconds: float
    check_seconds: float


@dataclass(frozen=True, slots=True)
class Replayed:
    """The states that would have been, from so many `looks`.

    `uncertain` is time in which the rule would have asked for looks that nobody took.
    """

    active: ActiveTime
    uncertain: ActiveTime
    looks: int


def logged(pieces: Pieces, scene: Scene) -> ActiveTime:
    """When the rule was active, by what the log says of it."""
    active = ActiveTime()
    for rows, ring in pieces:
        if scene.rule not in ring.rules:
            active.leave(_last_time(rows, active))
            continue
        cells, _ = held(rows["rules"][:, ring.rules.index(scene.rule)])
        times = _FrameTimes(rows)
        anew = rows["is_anew"].tolist()
        seen = zip(
            times.wall,
            times.until,
            cells["state"].tolist(),
            cells["states"].tolist(),
            times.gaps,
            anew,
            strict=True,
        )
        for at, until, state, states, gap, is_anew in seen:
            if is_anew or gap > scene.forget_seconds:
                active.leave(active.seen)
            is_active = state == _ACTIVE
            if is_active or states & (1 << _ACTIVE):
                active.enter(at)
            active.see(until)
            if not is_active:
                active.leave(at if state != _ACTIVE and not states & (1 << _ACTIVE) else until)
    return active


def replay(pieces: Pieces, scene: Scene, make: Callable[[], Rule]) -> Replayed:
    """Judge every logged look anew with rules that `make` gives."""
    run = _Run(scene, make)
    for rows, ring in pieces:
        for look in _looks(rows, ring, scene):
            run.judge(look)
    run.end()
    return Replayed(run.active, run.uncertain, run.looks)


@dataclass(frozen=True, slots=True)
class _Look:
    """One observation at the frame's time and at the wall clock's; `is_anew`: rules began anew before it."""

    seconds: float
    at: float
    seen: Observation
    is_anew: bool


class _Run:
    """One replay under way."""

    def __init__(self, scene: Scene, make: Callable[[], Rule]) -> None:
        self._scene = scene
        self._make = make
        self._rule = make()
        self._last: _Look | None = None
        self._wanted_since: float | None = None
        self.active, self.uncertain = ActiveTime(), ActiveTime()
        self.looks = 0

    def judge(self, look: _Look) -> None:
        last, self._last = self._last, look
        gap = 0.0 if last is None else look.seconds - last.seconds
        if look.is_anew or gap > self._scene.forget_seconds:
            self.active.leave(self.active.seen)
            self.uncertain.leave(self.active.seen)
            self._rule, self._wanted_since = self._make(), None
        self._note_what_nobody_saw(look)
        was_active = self._rule.is_active
        self._rule.judge(look.seconds, look.seen)
        if self._rule.is_active:
            self.active.enter(look.at)
        elif was_active:
            self.active.leave(look.at)
        self.active.see(look.at)
        if isinstance(look.seen, Looked):
            self.looks += 1
            self._wanted_since = look.seconds if self._rule.wants_looks else None
            self.uncertain.leave(look.at)

    def end(self) -> None:
        self.uncertain.leave(self.active.seen)

    def _note_what_nobody_saw(self, look: _Look) -> None:
        """Attention would have looked a moment after the last look, and nobody did."""
        if self._wanted_since is None:
            return
        # Half as much again: a look waits for its frame and for its turn.
        if look.seconds - self._wanted_since > 1.5 * self._scene.check_seconds:
            self.uncertain.enter(look.at)
            self.uncertain.see(look.at)


class _FrameTimes:
    """The rows' times by the clock that nobody sets, and by that on the wall, in seconds."""

    def __init__(self, rows: Rows) -> None:
        at = rows["at"]
        lasted = np.maximum(0.0, rows["until"] - at)
        drift = np.diff(at) - np.diff(rows["monotonic"])
        was_set = np.where(np.abs(drift) > _CLOCK_SET_SECONDS, drift, 0.0)
        frame: Numbers = at - np.concatenate([[0.0], np.cumsum(was_set)]) if len(at) else at
        self.frame: list[float] = frame.tolist()
        self.lasted: list[float] = lasted.tolist()
        self.wall: list[float] = at.tolist()
        self.until: list[float] = (at + lasted).tolist()
        between = np.diff(frame) - lasted[:-1] if len(at) else at
        self.gaps: list[float] = [0.0, *between.tolist()][: len(at)]


def _looks(rows: Rows, ring: RowRing, scene: Scene) -> Iterator[_Look]:
    """Every row as its looks, evenly apart in the time that it lasted, or as one frame without."""
    if scene.classifier not in ring.classifiers:
        return
    cells = rows["looks"][:, ring.classifiers.index(scene.classifier)]
    times = _FrameTimes(rows)
    counts = zip(
        cells["looked"].tolist(),
        cells["unknown"].tolist(),
        _of_label(cells, ring, scene.label, "means"),
        _of_label(cells, ring, scene.label, "confidences"),
        strict=True,
    )
    anew = _begun_anew(rows, ring, scene.rule)
    frames = rows["frames"].tolist()
    for row, (looked, unknown, mean, highest) in enumerate(counts):
        seen = _observations(scene.label, (looked - unknown, unknown), mean, highest)
        shares = _shares(len(seen), frames[row])
        for number, (share, observation) in enumerate(zip(shares, seen, strict=True)):
            offset = share * times.lasted[row]
            is_anew = number == 0 and anew[row]
            yield _Look(times.frame[row] + offset, times.wall[row] + offset, observation, is_anew)


def _shares(looks: int, frames: int) -> list[float]:
    """Where in the row each look was, 0..1: on every frame, or else somewhere in the middle."""
    if looks == frames and looks > 1:
        return [number / (looks - 1) for number in range(looks)]
    if frames == 1:
        return [0.0]
    return [(number + 0.5) / looks for number in range(looks)]


def _of_label(cells: Rows, ring: RowRing, label: str, name: str) -> list[float]:
    """A class's mean or highest confidence in each row; 0 where it was none of the likeliest."""
    code = ring.wordings.known(label)
    if code is None:
        return [0.0] * len(cells)
    values = np.where(cells["labels"] == code, cells[name], 0.0).sum(axis=1)
    return list(np.clip(values, 0.0, 1.0).tolist())


def _observations(label: str, counts: tuple[int, int], mean: float, highest: float) -> Sequence[Observation]:
    """Looks of that mean and highest confidence, and unknown ones; their order in a row is not known."""
    known, unknown = counts
    seen: list[Observation] = []
    if known > 1:
        others = min(1.0, max(0.0, (mean * known - highest) / (known - 1)))
        seen += [_look(label, label, others)] * (known - 1)
    if known:
        seen.append(_look(label, label, highest if known > 1 else mean))
    seen += [_look(UNKNOWN, label, 0.0)] * unknown
    return seen or (_NOT_LOOKED,)


def _look(answer: str, label: str, confidence: float) -> Looked:
    return Looked("logged", Classification(answer, {label: confidence}))


_NOT_LOOKED = NotLooked("not looked")


def _begun_anew(rows: Rows, ring: RowRing, rule: str) -> list[bool]:
    """Where rules began anew: the camera did, or one was undecided again after it had decided."""
    anew = rows["is_anew"].copy()
    if rule in ring.rules and len(rows):
        cells, is_known = held(rows["rules"][:, ring.rules.index(rule)])
        is_undecided = (cells["states"] & (1 << _UNDECIDED)) > 0
        had_decided = np.concatenate([[False], cells["state"][:-1] != _UNDECIDED])
        anew |= is_undecided & had_decided & is_known
    return list(anew.tolist())


def _last_time(rows: Rows, active: ActiveTime) -> float:
    return active.seen if active.seen is not None else (float(rows["at"][0]) if len(rows) else 0.0)


def as_time(seconds: float) -> datetime:
    """Wall clock, UTC."""
    return datetime.fromtimestamp(seconds, UTC)
