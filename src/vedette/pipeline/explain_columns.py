"""Rows laid into the columns of a chart, all at once: a busy hour holds 36,000 of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from vedette.pipeline.explain_reading import Rows
from vedette.pipeline.explain_window import Window

Numbers = np.ndarray[Any, np.dtype[np.float64]]
Places = np.ndarray[Any, np.dtype[np.int64]]

_SHORTEST_GAP_SECONDS = 3.0
_TIMES_THE_USUAL = 4.0
"""A camera that sends a picture a minute is not lost between two of them; see `explain_gaps`."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a window: `count` of them, of equal length."""

    window: Window
    count: int

    @property
    def seconds(self) -> float:
        """How long one is."""
        return self.window.seconds / self.count


@dataclass(frozen=True, slots=True)
class Laid:
    """Which rows lie in which columns: pairs, in the rows' order. A long row lies in many columns."""

    columns: Columns
    row: Places
    column: Places

    def highest(self, values: Numbers) -> Numbers:
        """The highest of the rows' values in each column; NaN where there is none."""
        return self._gathered(np.fmax, values, -np.inf)

    def lowest(self, values: Numbers) -> Numbers:
        """The lowest of the rows' values in each column; NaN where there is none."""
        return self._gathered(np.fmin, values, np.inf)

    def mean(self, values: Numbers) -> Numbers:
        """The mean of the rows' values in each column; NaN where there is none."""
        known = ~np.isnan(values[self.row])
        column, row = self.column[known], self.row[known]
        counts = np.bincount(column, minlength=self.columns.count).astype(np.float64)
        sums = np.bincount(column, values[row], self.columns.count)
        return np.where(counts > 0, sums / np.maximum(counts, 1.0), np.nan)

    def last(self, values: Numbers) -> Numbers:
        """The last row's value in each column; NaN where there is none."""
        found = np.full(self.columns.count, np.nan)
        known = ~np.isnan(values[self.row])
        found[self.column[known]] = values[self.row[known]]
        return found

    def strongest(self, values: Numbers) -> Places:
        """The row of the highest value in each column; -1 where there is none."""
        weight = values[self.row]
        known = ~np.isnan(weight)
        column, row = self.column[known], self.row[known]
        order = np.lexsort((weight[known], column))
        found = np.full(self.columns.count, -1, np.int64)
        found[column[order]] = row[order]
        return found

    def _gathered(self, gather: np.ufunc, values: Numbers, start: float) -> Numbers:
        found = np.full(self.columns.count, start)
        gather.at(found, self.column, values[self.row])
        found[np.isinf(found)] = np.nan
        return found


def laid(rows: Rows, columns: Columns) -> Laid:
    """Every row in the columns in which it lasted: to the next one, unless no frame came for long."""
    first = np.minimum(rows["at"], rows["until"])
    last = _reaching(rows, np.maximum(rows["at"], rows["until"]))
    since, seconds = columns.window.since.timestamp(), columns.seconds
    begin = np.floor((first - since) / seconds).astype(np.int64)
    end = np.maximum(begin, np.ceil((last - since) / seconds).astype(np.int64) - 1)
    inside = np.flatnonzero((end >= 0) & (begin < columns.count))
    begin = np.clip(begin[inside], 0, columns.count - 1)
    counts = np.clip(end[inside], 0, columns.count - 1) - begin + 1
    before = np.cumsum(counts) - counts
    column = np.arange(int(counts.sum())) - np.repeat(before - begin, counts)
    return Laid(columns, np.repeat(inside, counts), column)


def usual_seconds(rows: Rows) -> float:
    """Between two frames; 0 if there are not two rows."""
    if len(rows) < 2:
        return 0.0
    return float(np.median(np.diff(rows["monotonic"]) / np.maximum(1, rows["frames"][:-1])))


def _reaching(rows: Rows, last: Numbers) -> Numbers:
    """Where each row ends: where the next begins, if that is near."""
    usual = usual_seconds(rows)
    near = max(_SHORTEST_GAP_SECONDS, _TIMES_THE_USUAL * usual)
    reaching: Numbers = last.copy()
    following = rows["at"][1:]
    is_near = (following > last[:-1]) & (following - last[:-1] < near)
    reaching[:-1][is_near] = following[is_near]
    # The next frame is on its way.
    reaching[-1:] += 2.0 * usual
    return reaching
