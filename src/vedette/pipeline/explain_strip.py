"""A stretch of time as a chart shows it: one value a column for each stage, as a screen has room for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np

from vedette.pipeline.explain_columns import Columns, Laid, Numbers, Places, laid, usual_seconds
from vedette.pipeline.explain_fold import STATES
from vedette.pipeline.explain_reading import Rows, held
from vedette.pipeline.explain_ring import RowRing
from vedette.pipeline.explain_window import Window

Pieces = Sequence[tuple[Rows, RowRing]]

MOST_CLASSES = 6
MOST_CHANGES = 300

_REACH = timedelta(seconds=90)
"""A camera that sends a picture a minute fills the time between two of them."""
_ACTIVE = STATES.index("active")
_FIGURES = 5


class Words:
    """Sentences by number, each told once; -1 is none."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def number(self, text: str) -> int:
        """The sentence's number."""
        return self._numbers.setdefault(text, len(self._numbers))

    @property
    def all(self) -> tuple[str, ...]:
        """By number."""
        return tuple(self._numbers)


@dataclass(slots=True)
class GateLane:
    """What moved: shares of the picture 0..1, and of frames that found the gate open."""

    energy: Numbers
    threshold: Numbers
    open_share: Numbers
    reason: Places


@dataclass(slots=True)
class LookLane:
    """One classifier: the highest confidence 0..1 of each class; where nobody looked, why (`reason`).

    `looked` and `refused` are 1 where there was a look or a refusal, `unknown` where the picture was like
    none of the classes.
    """

    classes: dict[str, Numbers]
    looked: Numbers
    refused: Numbers
    unknown: Numbers
    reason: Places


@dataclass(frozen=True, slots=True)
class Change:
    """A rule's state has changed, in the row that began at `at`."""

    at: datetime
    state: str
    reason: str


@dataclass(slots=True)
class RuleLane:
    """One rule: nats of evidence, the highest, lowest and last; the state, the strongest one seen.

    `state` is 0 undecided, 1 active, 2 inactive. The newest changes are told in words.
    """

    highest: Numbers
    lowest: Numbers
    enter_at: Numbers
    leave_at: Numbers
    confidence: Numbers
    state: Numbers
    changes: tuple[Change, ...]


@dataclass(slots=True)
class Strip:
    """The lanes, each with one value a column; NaN where no frame came. Words are numbered."""

    columns: Columns
    words: Words
    rate: Numbers
    gate: GateLane
    looks: dict[str, LookLane] = field(default_factory=dict)
    rules: dict[str, RuleLane] = field(default_factory=dict)


def reach(window: Window) -> Window:
    """What is to be read for a window: a row lasts until the next one, however far that is."""
    return Window(window.since - _REACH, window.until + _REACH)


def strip(pieces: Pieces, columns: Columns) -> Strip:
    """The lanes of the rows; where classifiers or rules were exchanged, the newer ones go before."""
    words, empty = Words(), np.full(columns.count, np.nan)
    nothing = np.full(columns.count, -1, np.int64)
    whole = Strip(columns, words, empty, GateLane(empty, empty, empty, nothing))
    for rows, ring in pieces:
        if len(rows):
            _add(whole, _Piece(rows, ring, laid(rows, columns), words))
    return whole


@dataclass(frozen=True, slots=True)
class _Piece:
    """Rows that have the same classifiers and rules."""

    rows: Rows
    ring: RowRing
    laid: Laid
    words: Words

    def rate(self) -> Numbers:
        """Frames a second, on average."""
        usual = usual_seconds(self.rows)
        lasted = np.append(np.diff(self.rows["monotonic"]), np.nan)
        # The unfinished row has no length yet.
        rates = np.where(lasted > 0, self.rows["frames"] / np.maximum(lasted, 1e-3), np.nan)
        if len(rates):
            rates[-1] = rates[-2] if len(rates) > 1 else (1.0 / usual if usual else 1.0)
        return self.laid.mean(rates)

    def gate(self) -> GateLane:
        rows = self.rows
        energy = rows["energy"].astype(np.float64)
        shares = rows["frames_open"] / np.maximum(1, rows["frames"])
        threshold = np.where(rows["threshold"] > 0, rows["threshold"], np.nan).astype(np.float64)
        # Of rows that say nothing of energy, the last one's reason.
        strongest = self.laid.strongest(energy + 2.0 * shares)
        return GateLane(
            self.laid.highest(energy),
            self.laid.highest(threshold),
            self.laid.highest(shares),
            self._sentences(strongest, rows["gate_reason"], rows["gate_numbers"]),
        )

    def looks(self, place: int) -> LookLane:
        cells = self.rows["looks"][:, place]
        looked = (cells["looked"] > 0).astype(np.float64)
        refused = (cells["refused"] > 0).astype(np.float64)
        unknown = (cells["unknown"] > 0).astype(np.float64)
        strongest = self.laid.strongest(refused + 2.0 * looked)
        return LookLane(
            self._classes(cells),
            self.laid.highest(looked),
            self.laid.highest(refused),
            self.laid.highest(unknown),
            self._sentences(strongest, cells["reason"], cells["numbers"]),
        )

    def _classes(self, cells: Rows) -> dict[str, Numbers]:
        found: dict[str, Numbers] = {}
        for code in np.unique(cells["labels"]):
            if code:
                values = np.where(cells["labels"] == code, cells["confidences"], np.nan)
                lines = np.fmax.reduce(values.astype(np.float64), axis=1)
                found[self.ring.wordings.sentence(int(code))] = self.laid.highest(lines)
        return found

    def rule(self, place: int) -> RuleLane:
        cells, is_there = held(self.rows["rules"][:, place])

        def told(name: str) -> Numbers:
            return np.where(is_there, cells[name], np.nan).astype(np.float64)

        # Active shows through a column that saw other states as well.
        rank = np.where(cells["states"] & (1 << _ACTIVE), 3.0, cells["state"].astype(np.float64))
        state = self.laid.highest(np.where(is_there, rank, np.nan))
        return RuleLane(
            self.laid.highest(told("evidence")),
            self.laid.lowest(told("last_evidence")),
            self.laid.last(told("enter_at")),
            self.laid.last(told("leave_at")),
            self.laid.highest(told("confidence")),
            np.where(state == 3.0, float(_ACTIVE), state),
            tuple(self._changes(cells)),
        )

    def _changes(self, cells: Rows) -> Iterator[Change]:
        window = self.laid.columns.window
        since, until = window.since.timestamp(), window.until.timestamp()
        at = self.rows["at"]
        changed = np.flatnonzero((cells["changes"] > 0) & (at >= since) & (at < until))
        for number in changed[-MOST_CHANGES:]:
            cell = cells[number]
            reason = self.ring.wordings.sentence(cell["reason"], cell["numbers"].tolist())
            yield Change(datetime.fromtimestamp(float(at[number]), UTC), STATES[cell["state"]], reason)

    def _sentences(self, chosen: Places, codes: Rows, numbers: Rows) -> Places:
        """The number of each chosen row's sentence. One of figures is told with those of its first row."""
        found = np.full(len(chosen), -1, np.int64)
        is_some = chosen >= 0
        told = codes[chosen[is_some]]
        places = np.zeros(len(told), np.int64)
        for code in np.unique(told):
            row = chosen[is_some][np.argmax(told == code)]
            sentence = self.ring.wordings.sentence(int(code), numbers[row].tolist())
            places[told == code] = self.words.number(sentence)
        found[is_some] = places
        return found


def _add(whole: Strip, piece: _Piece) -> None:
    """Lay a newer piece over what is there."""
    whole.rate = _over(piece.rate(), whole.rate)
    gate, older = piece.gate(), whole.gate
    whole.gate = GateLane(
        _over(gate.energy, older.energy),
        _over(gate.threshold, older.threshold),
        _over(gate.open_share, older.open_share),
        np.where(gate.reason >= 0, gate.reason, older.reason),
    )
    for place, name in enumerate(piece.ring.classifiers):
        lane = piece.looks(place)
        whole.looks[name] = _looks_over(lane, whole.looks.get(name))
    for place, name in enumerate(piece.ring.rules):
        whole.rules[name] = _rule_over(piece.rule(place), whole.rules.get(name))


def _over(newer: Numbers, older: Numbers) -> Numbers:
    return np.where(np.isnan(newer), older, newer)


def _looks_over(newer: LookLane, older: LookLane | None) -> LookLane:
    if older is None:
        return newer
    nothing = np.full(len(newer.looked), np.nan)
    names = dict.fromkeys((*newer.classes, *older.classes))
    return LookLane(
        {name: _over(newer.classes.get(name, nothing), older.classes.get(name, nothing)) for name in names},
        _over(newer.looked, older.looked),
        _over(newer.refused, older.refused),
        _over(newer.unknown, older.unknown),
        np.where(newer.reason >= 0, newer.reason, older.reason),
    )


def _rule_over(newer: RuleLane, older: RuleLane | None) -> RuleLane:
    if older is None:
        return newer
    names = ("highest", "lowest", "enter_at", "leave_at", "confidence", "state")
    lanes = {name: _over(getattr(newer, name), getattr(older, name)) for name in names}
    return RuleLane(**lanes, changes=(*older.changes, *newer.changes)[-MOST_CHANGES:])


def likeliest(classes: Mapping[str, Numbers]) -> dict[str, Numbers]:
    """The classes that were most confident at any time, at most `MOST_CLASSES`, in the order of names."""
    best = sorted(classes, key=lambda name: float(np.nanmax(classes[name], initial=0.0)), reverse=True)
    return {name: classes[name] for name in sorted(best[:MOST_CLASSES])}


def as_numbers(values: Numbers, figures: int = _FIGURES) -> list[float | None]:
    """For JSON: rounded, and None where there is nothing."""
    rounded = np.round(values, figures).tolist()
    return [None if value != value else value for value in rounded]  # noqa: PLR0124 - NaN is not itself
