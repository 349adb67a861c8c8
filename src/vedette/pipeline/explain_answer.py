"""What is asked of the explain log, and what it answers."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any

from vedette.pipeline.explain_row import Remark, Stage, State
from vedette.pipeline.explain_window import Window


@dataclass(frozen=True, slots=True)
class Situation:
    """A camera as it is now: the classifiers that its rules ask, and what is wrong with it, if anything."""

    asked: frozenset[str]
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """Why did this camera do what it did in the window?

    `known_since` is the oldest row that is held, None if there is none; `zone` is that of the times in
    the answer, the machine's own if None. `situation` is None where nobody knows it.
    """

    camera: str
    window: Window
    now: datetime
    known_since: datetime | None
    zone: tzinfo | None = None
    situation: Situation | None = None

    def clock(self, at: datetime) -> str:
        """The time as it is told to a person: hours, minutes and seconds."""
        return f"{at.astimezone(self.zone):%H:%M:%S}"

    @property
    def end(self) -> datetime:
        """The window's end, or now if that is still to come."""
        return min(self.window.until, self.now)

    @property
    def trouble(self) -> str | None:
        """What is wrong with the camera now, as part of a sentence."""
        trouble = self.situation and self.situation.trouble
        return trouble.rstrip(".") if trouble else None

    def is_asked(self, classifier: str) -> bool:
        """Whether a rule asks this classifier; where nobody knows, each counts as asked."""
        return self.situation is None or classifier in self.situation.asked


@dataclass(frozen=True, slots=True)
class Sentence:
    """What one stage says."""

    stage: Stage
    text: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A slice of the window in figures: what came, what was looked at, how far it got.

    `energy` and `confidence` (0..1) are the highest; `evidence` is the highest share of what any rule
    asks, 1 where it is entered; `label` is the likeliest class, None where nobody looked.
    """

    at: datetime
    frames: int
    frames_open: int
    energy: float
    looked: int
    refused: int
    label: str | None
    confidence: float
    evidence: float
    state: State


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer: one line, the stages' sentences in their order, and the figures behind them.

    `stopped_by` is the first stage that said no; None if none did, or nothing is known. `missing` are the
    classifiers that rules asked and that are not taught yet, or damaged.
    """

    camera: str
    window: Window
    verdict: str
    stopped_by: Stage | None
    sentences: tuple[Sentence, ...]
    moments: tuple[Moment, ...]
    slice_seconds: float
    remarks: tuple[Remark, ...]
    missing: tuple[str, ...] = ()

    def as_record(self) -> dict[str, Any]:
        """The same, ready for JSON; times in ISO 8601, UTC."""
        return {
            "camera": self.camera,
            "since": self.window.since.isoformat(),
            "until": self.window.until.isoformat(),
            "verdict": self.verdict,
            "stopped_by": self.stopped_by,
            "missing": list(self.missing),
            "sentences": [asdict(sentence) for sentence in self.sentences],
            "slice_seconds": self.slice_seconds,
            "moments": [as_json(asdict(moment)) for moment in self.moments],
            "remarks": [as_json(asdict(remark)) for remark in self.remarks],
        }


def slices(window: Window, most: int = 60) -> tuple[float, tuple[datetime, ...]]:
    """How long each is, and where they begin: a second at least, `most` of them at most."""
    seconds = max(1.0, window.seconds / most)
    count = max(1, min(most, round(window.seconds / seconds)))
    return seconds, tuple(window.since + timedelta(seconds=number * seconds) for number in range(count))


def as_json(value: Any) -> Any:
    """Times as text, figures with five decimals, and the rest as it is, however deep."""
    if isinstance(value, dict):
        return {key: as_json(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [as_json(each) for each in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return round(value, 5) if isinstance(value, float) else value
