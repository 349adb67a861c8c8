"""How far each picture is to be doubted: what a head that has not seen it says of its label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vedette.teaching.calibration import confidences
from vedette.teaching.examples import Example
from vedette.teaching.features import IntArray
from vedette.teaching.teach import Taught

WORST_SHOWN = 5

_WORTH_SAYING = 0.2
"""Another class that is less likely than this is not named."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A picture, and what a head that has not seen it says of it.

    `confidence` is that of its own label, 0..1. `is_suspect`: another class is more likely. `why` is a
    sentence without its full stop. `twin` is the digest of nearly the same picture with another label.
    """

    digest: str
    name: str
    label: str
    looks_like: str
    confidence: float
    is_suspect: bool
    why: str
    twin: str | None = None


def doubts_of(taught: Taught, examples: Sequence[Example], classes: Sequence[str]) -> tuple[Doubt, ...]:
    """Every example, the most doubtful first; `examples` in the order in which they were taught."""
    said = _Said(taught, examples, classes)
    return tuple(said.doubt(row) for row in said.order)


def worst(
    taught: Taught, examples: Sequence[Example], classes: Sequence[str], most: int = WORST_SHOWN
) -> tuple[Doubt, ...]:
    """The first suspects of `doubts_of`."""
    said = _Said(taught, examples, classes)
    suspects = [row for row in said.order if said.best[row] != taught.lesson.labels[row]]
    return tuple(said.doubt(row) for row in suspects[:most])


class _Said:
    """What a head that has not seen them says of the examples."""

    def __init__(self, taught: Taught, examples: Sequence[Example], classes: Sequence[str]) -> None:
        self._taught = taught
        self._examples = examples
        self._classes = classes
        trial, labels = taught.choice.taken, taught.lesson.labels
        self._shares = confidences(trial.fit.leave_one_out, trial.temperature)
        self._own = self._shares[np.arange(len(labels)), labels]
        # A picture of which two classes are equally likely keeps its label: argmax would take the first.
        is_own = self._own >= self._shares.max(axis=1)
        self.best: IntArray = np.where(is_own, labels, self._shares.argmax(axis=1))
        self.order: list[int] = np.argsort(self._own, kind="stable").tolist()
        pairs = taught.duplicates.conflicts
        self._twin = {**{second: first for first, second in pairs}, **dict(pairs)}

    def doubt(self, row: int) -> Doubt:
        """Of the example in that row."""
        example, best = self._examples[row], int(self.best[row])
        return Doubt(
            digest=example.digest,
            name=example.name,
            label=example.label,
            looks_like=self._classes[best],
            confidence=float(self._own[row]),
            is_suspect=bool(best != self._taught.lesson.labels[row]),
            why=self._reason(row, best),
            twin=self._examples[self._twin[row]].digest if row in self._twin else None,
        )

    def _reason(self, row: int, best: int) -> str:
        """1. Nearly the same picture has another label. 2. Another class fits better. 3. It is like no other.

        4. Another class is likely, too. 5. It fits.
        """
        own = int(self._taught.lesson.labels[row])
        twin = self._twin.get(row)
        if twin is not None:
            other = self._examples[twin]
            return f"nearly the same picture as `{other.name}`, which is of `{other.label}`"
        if best != own:
            return f"looks like `{self._classes[best]}` ({self._shares[row, best]:.0%})"
        rejection = self._taught.rejection
        if rejection.left_out_distances[row] > rejection.limits[own]:
            return f"unlike the other pictures of `{self._classes[own]}`"
        others = self._shares[row].copy()
        others[own] = -1
        second = int(others.argmax())
        if others[second] >= _WORTH_SAYING:
            return f"could be `{self._classes[second]}`, too ({others[second]:.0%})"
        return f"fits `{self._classes[own]}`"
