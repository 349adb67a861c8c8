"""Two ways to do a thing, timed in turns, so that a machine that drifts does not decide."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of a benchmark.

    `value` in `unit`; with a floor, `ratio` is the median of the ratios pair by pair, which is not
    the ratio of the medians. `goal` bounds the ratio, or the value where there is no floor.
    """

    what: str
    value: float
    unit: str
    floor_what: str | None = None
    floor_value: float | None = None
    ratio: float | None = None
    goal: float | None = None
    rounds: int = 1

    @property
    def is_met(self) -> bool | None:
        """Whether the goal holds; None without one."""
        if self.goal is None:
            return None
        return (self.value if self.ratio is None else self.ratio) <= self.goal

    def per(self, items: int) -> Figure:
        """The same for one of the `items` that each round had."""
        floor = None if self.floor_value is None else self.floor_value / items
        return replace(self, value=self.value / items, floor_value=floor)


@dataclass(frozen=True, slots=True)
class Contestant:
    """A name and the work that is timed."""

    what: str
    work: Callable[[], object]


@dataclass(frozen=True, slots=True)
class SelfTimed:
    """A name and work that says itself how many seconds of it count."""

    what: str
    seconds: Callable[[], float]


def compare(
    candidate: Contestant,
    floor: Contestant,
    *,
    rounds: int,
    goal: float | None = None,
    clock: Clock = time.perf_counter,
) -> Figure:
    """Time both in turns, A B B A, after one round that does not count; milliseconds."""
    candidate_timed, floor_timed = (
        SelfTimed(each.what, partial(_timed, each.work, clock)) for each in (candidate, floor)
    )
    return compare_seconds(candidate_timed, floor_timed, rounds=rounds, goal=goal)


def compare_seconds(
    candidate: SelfTimed, floor: SelfTimed, *, rounds: int, goal: float | None = None
) -> Figure:
    """As `compare`, of work that times itself."""
    candidate.seconds()
    floor.seconds()
    seconds = np.empty((rounds, 2))
    for turn in range(rounds):
        for place in (0, 1) if turn % 2 == 0 else (1, 0):
            seconds[turn, place] = (candidate, floor)[place].seconds()
    medians = np.median(seconds, axis=0) * 1000
    ratio = float(np.median(seconds[:, 0] / seconds[:, 1]))
    return Figure(candidate.what, float(medians[0]), "ms", floor.what, float(medians[1]), ratio, goal, rounds)


def median_milliseconds(what: str, work: Callable[[], object], *, rounds: int, goal: float | None) -> Figure:
    """Time one thing; the first round does not count."""
    work()
    seconds = [_timed(work, time.perf_counter) for _ in range(rounds)]
    return Figure(what, float(np.median(seconds)) * 1000, "ms", goal=goal, rounds=rounds)


def _timed(work: Callable[[], object], clock: Clock) -> float:
    started = clock()
    work()
    return clock() - started
