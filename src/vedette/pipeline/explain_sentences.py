"""What each stage has to say of a stretch of time, in words that a person understands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from vedette.pipeline.explain_answer import Question, Sentence
from vedette.pipeline.explain_row import ExplainRow, LookCell, Remark, RuleCell
from vedette.pipeline.explain_window import Window

_GATE_SAYS = {
    "too brief": "something moved, but too briefly for the gate",
    "too small": "something moved, but less than the gate asks",
    "lighting change": "the light changed, which the gate does not take for movement",
    "learning the scene": "the gate was learning the scene, and stays closed meanwhile",
}
"""The gate's reasons, the one that came nearest to opening first."""

_STILL = timedelta(minutes=1)
"""A gap that reaches so near to now has not ended."""


def percent(share: float) -> str:
    """0.97 is 97 %, 0.0042 is 0.42 %."""
    value = share * 100
    return f"{value:.0f} %" if value >= 10 else f"{value:.2g} %"


def camera_sentences(
    question: Question, rows: Sequence[ExplainRow], gaps: Sequence[Window], remarks: Sequence[Remark]
) -> Iterator[Sentence]:
    """How many frames came, and where none did and why."""
    frames = sum(row.frames for row in rows)
    seconds = (question.end - question.window.since).total_seconds() - sum(gap.seconds for gap in gaps)
    if frames:
        yield Sentence("camera", f"{frames} frames came, {frames / max(1.0, seconds):.3g} a second")
    for gap in gaps:
        since, until = question.clock(gap.since), question.clock(gap.until)
        yield Sentence("camera", f"no frames between {since} and {until}{_why(question, gap, remarks)}")


def _why(question: Question, gap: Window, remarks: Sequence[Remark]) -> str:
    """What was said of the camera around then; of one that is away still, what is wrong with it now."""
    said = [
        each.text
        for each in remarks
        if each.stage == "camera" and each.is_trouble and gap.wider().touches(each.at, each.last_at)
    ]
    if not said and question.trouble and question.now - gap.until < _STILL:
        said = [question.trouble]
    return f": {'; '.join(list(dict.fromkeys(said))[-3:])}" if said else ""


def gate_sentence(question: Question, rows: Sequence[ExplainRow]) -> Sentence:
    """What moved, and whether it was enough."""
    opened = [row for row in rows if row.frames_open]
    if not opened:
        return Sentence("gate", _closed(rows))
    if all(not row.threshold for row in opened):
        return Sentence("gate", "there is no gate: every frame may be looked at")
    share = sum(row.frames_open for row in rows) / sum(row.frames for row in rows)
    largest = max(opened, key=_energy)
    return Sentence(
        "gate",
        f"something moved from {question.clock(opened[0].at)} to {question.clock(opened[-1].until)}: the gate"
        f" was open on {percent(share)} of the frames ({_sizes(largest)})",
    )


def _closed(rows: Sequence[ExplainRow]) -> str:
    for reason, says in _GATE_SAYS.items():
        among = [row for row in rows if row.gate_reason == reason]
        if among:
            sizes = f" ({_sizes(max(among, key=_energy))})" if reason.startswith("too") else ""
            return f"{says}{sizes}"
    return "nothing moved"


def _sizes(row: ExplainRow) -> str:
    return f"{percent(row.energy)} of the picture, {percent(row.threshold)} needed"


def _energy(row: ExplainRow) -> float:
    return row.energy


def look_sentences(name: str, cells: Sequence[LookCell]) -> Iterator[Sentence]:
    """How often one classifier looked, was refused, and what it saw."""
    looked, due = sum(cell.looked for cell in cells), sum(cell.due for cell in cells)
    if looked:
        seen = ", ".join(f"{label} at most {percent(share)}" for label, share in highest(cells).items())
        unknown = sum(cell.unknown for cell in cells)
        strange = f"; {times(unknown)} it was like none of its classes" if unknown else ""
        yield Sentence("network", f"`{name}` looked {times(looked)}: {seen}{strange}")
    elif cells[-1].missing:
        yield Sentence("network", cells[-1].reason)
    elif not due:
        yield Sentence("network", f"`{name}` did not look: {cells[-1].reason}")
    if due > looked:
        why = next(cell.reason for cell in reversed(cells) if cell.refused > cell.missing)
        share = percent((due - looked) / due)
        yield Sentence("network", f"`{name}` got no answer to {share} of its looks: {why}")


def highest(cells: Sequence[LookCell]) -> dict[str, float]:
    """The highest confidence that each class had, the likeliest first."""
    found: dict[str, float] = {}
    for cell in cells:
        for label, confidence in cell.confidences.items():
            found[label] = max(confidence, found.get(label, 0.0))
    return dict(sorted(found.items(), key=lambda item: item[1], reverse=True))


def rule_sentences(question: Question, name: str, rows: Sequence[ExplainRow]) -> Iterator[Sentence]:
    """How far one rule's evidence came, and every change of its state."""
    cells = [(row, row.rules[name]) for row in rows if name in row.rules]
    for row, cell in cells:
        if cell.changes:
            yield Sentence("rule", _change(question, name, row, cell))
    best = max((cell for _, cell in cells), key=_evidence)
    if all(cell.states == ("active",) for _, cell in cells):
        text = "was active all the time: its event was open already"
    else:
        text = (
            f"was at most {percent(max(cell.confidence for _, cell in cells))} sure on one frame;"
            f" evidence {best.evidence:.1f} of {best.enter_at:.1f} needed"
        )
    yield Sentence("rule", f"`{name}` {text}")


def _change(question: Question, name: str, row: ExplainRow, cell: RuleCell) -> str:
    often = f", the last of {cell.changes} changes" if cell.changes > 1 else ""
    return f"`{name}` became {cell.state} at {question.clock(row.at)}{often} ({cell.reason})"


def _evidence(cell: RuleCell) -> float:
    return cell.evidence


def remark_sentence(question: Question, remark: Remark) -> Sentence:
    """One remark with its time."""
    often = f" ({remark.times} times until {question.clock(remark.last_at)})" if remark.times > 1 else ""
    return Sentence(remark.stage, f"{question.clock(remark.at)} {remark.text}{often}")


def times(count: int) -> str:
    """Once, twice, 12 times."""
    return {1: "once", 2: "twice"}.get(count, f"{count} times")
