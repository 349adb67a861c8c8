"""Why did nothing happen? Every stage's sentence in order, and the first stage that said no."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import get_args

from vedette.pipeline.explain_answer import Explanation, Question, Sentence
from vedette.pipeline.explain_gaps import gaps
from vedette.pipeline.explain_moments import moments
from vedette.pipeline.explain_row import ExplainRow, LookCell, Remark, RuleCell, Stage
from vedette.pipeline.explain_sentences import (
    camera_sentences,
    gate_sentence,
    look_sentences,
    percent,
    remark_sentence,
    rule_sentences,
)
from vedette.pipeline.explain_window import Window
from vedette.values.prediction import BACKGROUND

_MOSTLY = 0.5


def explain(question: Question, rows: Sequence[ExplainRow], remarks: Sequence[Remark]) -> Explanation:
    """The answer; rows and remarks reach beyond the window, so that its edges can be told."""
    window = question.window
    inside = [row for row in rows if window.touches(row.at, row.until)]
    said = tuple(each for each in remarks if window.touches(each.at, each.last_at))
    missing = gaps(question, rows)
    sentences = [
        *camera_sentences(question, inside, missing, remarks),
        *_frame_sentences(question, inside),
        *(remark_sentence(question, each) for each in said),
    ]
    stages: tuple[Stage, ...] = get_args(Stage)
    sentences.sort(key=lambda sentence: stages.index(sentence.stage))
    stopped_by, verdict = _Judgement(question, inside, said, missing).verdict()
    slice_seconds, strip = moments(window, inside)
    return Explanation(
        camera=question.camera,
        window=window,
        verdict=_as_sentence(verdict),
        stopped_by=stopped_by,
        sentences=tuple(sentences),
        moments=strip,
        slice_seconds=slice_seconds,
        remarks=said,
        missing=tuple(name for name, cells in _looks(inside).items() if _is_missing(question, name, cells)),
    )


def _frame_sentences(question: Question, rows: Sequence[ExplainRow]) -> Iterator[Sentence]:
    if not rows:
        return
    yield gate_sentence(question, rows)
    for name, cells in _looks(rows).items():
        yield from look_sentences(name, cells)
    for name in dict.fromkeys(name for row in rows for name in row.rules):
        yield from rule_sentences(question, name, rows)


def _looks(rows: Sequence[ExplainRow]) -> dict[str, list[LookCell]]:
    found: dict[str, list[LookCell]] = {}
    for row in rows:
        for name, cell in row.looks.items():
            found.setdefault(name, []).append(cell)
    return found


def _as_sentence(said: str) -> str:
    ended = said if said.endswith(("?", "!")) else f"{said.rstrip('.')}."
    return f"{ended[0].upper()}{ended[1:]}"


def _is_missing(question: Question, name: str, cells: Sequence[LookCell]) -> bool:
    """A rule asked it, and to the end there was no such classifier: it is not taught yet, or damaged."""
    return question.is_asked(name) and cells[-1].missing > 0


class _Judgement:
    """How far what was in front of the camera got through the house."""

    def __init__(
        self,
        question: Question,
        rows: Sequence[ExplainRow],
        remarks: Sequence[Remark],
        missing: Sequence[Window],
    ) -> None:
        self._question = question
        self._rows = rows
        self._remarks = remarks
        self._missing = missing
        self._looks = {name: cells for name, cells in _looks(rows).items() if question.is_asked(name)}
        looks = [cell for cells in self._looks.values() for cell in cells]
        self._looked = sum(cell.looked for cell in looks)
        self._due = sum(cell.due for cell in looks)
        self._failed = sum(cell.failed for cell in looks)
        self._rules = [(name, cell) for row in rows for name, cell in row.rules.items()]
        self._opened = any(row.frames_open for row in rows)

    def verdict(self) -> tuple[Stage | None, str]:
        """The first stage that stopped it, and a sentence. The cases, first match wins.

        1. No frame is known.
        2. A rule was active: it went through; an action may still have failed.
        3. Most of the time no frame came.
        4. No rule asks, or all that is asked is not to be had.
        5. Most looks that were due were refused.
        6. The gate stayed closed, and what was looked at nevertheless convinced nobody.
        7. Nobody looked.
        8. The network did not think so on any frame.
        9. It thought so, but not for long enough.
        """
        if not self._rows:
            return self._unseen()
        active = [name for name, cell in self._rules if "active" in cell.states]
        if active:
            return self._went_through(active[-1])
        absent = sum(gap.seconds for gap in self._missing)
        if absent >= _MOSTLY * self._question.window.seconds:
            return "camera", self._first("camera", "no frames")
        return self._not_asked() or self._refused() or self._judged()

    def _not_asked(self) -> tuple[Stage | None, str] | None:
        if not self._rules and not (self._question.situation and self._question.situation.asked):
            return "rule", "no rule asks anything of this camera: give it one in Set-up"
        missing = {
            name: cells[-1].reason
            for name, cells in self._looks.items()
            if _is_missing(self._question, name, cells)
        }
        if missing and not self._looked and len(missing) == len(self._looks):
            return "network", "; ".join(missing.values())
        return None

    def _refused(self) -> tuple[Stage | None, str] | None:
        refused = self._due - self._looked
        if refused <= self._looked:
            return None
        why = "failed at" if 2 * self._failed > refused else "was too busy for"
        return "network", f"the network {why} {percent(refused / self._due)} of the looks"

    def _judged(self) -> tuple[Stage | None, str]:
        best = max((cell for _, cell in self._rules), key=_confidence, default=None)
        is_convincing = best is not None and best.confidence >= _MOSTLY
        if not self._opened and not is_convincing:
            return "gate", gate_sentence(self._question, self._rows).text
        return self._looked_at(best, is_convincing=is_convincing)

    def _unseen(self) -> tuple[Stage | None, str]:
        question = self._question
        if question.window.since >= question.now:
            return None, "that time is still to come"
        if question.known_since is None:
            return "camera", self._never_seen()
        if question.end <= question.known_since:
            return None, f"nothing is known of that time: the log begins at {self._clock_of_the_first()}"
        return "camera", self._first("camera", "no frames")

    def _never_seen(self) -> str:
        trouble = self._question.trouble
        return f"this camera has not given one frame yet{f': {trouble}' if trouble else ''}"

    def _clock_of_the_first(self) -> str:
        known_since = self._question.known_since
        return "" if known_since is None else self._question.clock(known_since)

    def _went_through(self, rule: str) -> tuple[Stage | None, str]:
        for stage in ("event", "action", "actuator"):
            failed = [each for each in self._remarks if each.stage == stage and each.is_trouble]
            if failed:
                return failed[-1].stage, f"`{rule}` was active, but {failed[-1].text}"
        changed = [row for row in self._rows if rule in row.rules and row.rules[rule].changes]
        entered = next((row for row in changed if "active" in row.rules[rule].states), None)
        if entered is None:
            return None, f"`{rule}` was active all the time: its event was open already"
        return None, f"nothing stopped it: `{rule}` became active at {self._question.clock(entered.at)}"

    def _looked_at(self, best: RuleCell | None, *, is_convincing: bool) -> tuple[Stage | None, str]:
        if not self._looked:
            return "network", "something moved, but no classifier looked"
        if best is None:
            return "rule", "the network looked, and no rule has judged it yet"
        nearest_name, nearest = max(self._rules, key=lambda named: named[1].evidence / named[1].enter_at)
        if not is_convincing:
            return "network", f"the network looked and saw {self._what_was_seen()}; {self._at_most(best)}"
        needed = f"evidence {nearest.evidence:.1f} of {nearest.enter_at:.1f} needed"
        return "rule", f"`{nearest_name}` was not sure for long enough: {needed}"

    def _what_was_seen(self) -> str:
        seen: dict[str, float] = {}
        for row in self._rows:
            for cell in row.looks.values():
                for label, confidence in cell.confidences.items():
                    seen[label] = max(confidence, seen.get(label, 0.0))
        label = max(seen, key=seen.__getitem__)
        return f"{'nothing to report' if label == BACKGROUND else label} ({percent(seen[label])})"

    def _at_most(self, best: RuleCell) -> str:
        name = next(name for name, cell in self._rules if cell is best)
        return f"`{name}` was at most {percent(best.confidence)} sure"

    def _first(self, stage: Stage, otherwise: str) -> str:
        said = camera_sentences(self._question, (), self._missing, self._remarks)
        return next((sentence.text for sentence in said if sentence.stage == stage), otherwise)


def _confidence(cell: RuleCell) -> float:
    return cell.confidence
