"""What to collect next, and whether it is enough: one word a class, from its scores, counts and light.

The scores are the ones that are shown: what is recognised well enough there is never asked for more of, and
what is not is never called enough. The learning curve only says whether more of the same would help.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from vedette.teaching.learning_curve import Curve, rise
from vedette.teaching.light import Light
from vedette.teaching.manifest import ClassScore
from vedette.teaching.teach import Taught

FEWEST = 8
"""Different pictures that a class wants before its score says anything: one wrong of eight is 12 %."""

TIMES = 3
"""No class should have more than so many times the pictures of another."""

BALANCED_TO = 60
"""Pictures beyond this do not oblige the other classes."""

GOOD = 0.9
"""The recall that is good enough: decisions over time need no more."""

MOST_AT_ONCE = 24
IN_ONE_LIGHT = 4
"""Pictures that a class wants in each light that others, or the camera, have."""

Verdict = Literal["too few", "more", "mixed up", "enough"]

_IN_WORDS = {
    "dark": "in the dark",
    "bright": "in good light",
    "infrared": "by infrared",
    "colour": "in colour",
}

_OPPOSITES = {
    "dark": ("dark", "bright"),
    "bright": ("dark", "bright"),
    "infrared": ("infrared", "colour"),
    "colour": ("infrared", "colour"),
}
"""Each picture is in one of each pair."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A light of which pictures are missing: `dark`, `bright`, `infrared` or `colour`."""

    name: str
    have: int
    wanted: int

    @property
    def missing(self) -> int:
        """How many more."""
        return self.wanted - self.have


@dataclass(frozen=True, slots=True)
class ClassAdvice:
    """What a class has and wants; `different` are its pictures less near-duplicates.

    `recall` and `confused_with` are the scores'.
    """

    label: str
    have: int
    different: int
    wanted: int
    verdict: Verdict
    sentence: str
    recall: float | None = None
    confused_with: str | None = None
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Advice:
    """Whether it is enough, in one sentence, and each class's own."""

    is_enough: bool
    sentence: str
    classes: tuple[ClassAdvice, ...] = ()


@dataclass(frozen=True, slots=True)
class Counted:
    """What is known of a class. `curve` is there where its recall is not good; `lights` counts pictures."""

    label: str
    have: int
    different: int
    recall: float | None = None
    confused_with: str | None = None
    curve: Curve | None = None
    lights: Mapping[str, int] = field(default_factory=dict)


def counted(
    taught: Taught, scores: Mapping[str, ClassScore], lights: Mapping[str, Mapping[str, int]]
) -> tuple[Counted, ...]:
    """What a teaching knows of its classes, in their order."""
    classes = list(scores)
    answers = taught.choice.taken.fit.leave_one_out.argmax(axis=1)
    known = []
    for number, (label, score) in enumerate(scores.items()):
        given = np.bincount(answers[taught.lesson.labels == number], minlength=len(classes))
        given[number] = 0
        is_good = score.recall is None or score.recall >= GOOD
        known.append(
            Counted(
                label=label,
                have=score.pictures,
                different=score.pictures - score.near_duplicates,
                recall=score.recall,
                confused_with=classes[int(given.argmax())] if given.any() else None,
                curve=None if is_good else rise(taught.lesson, number),
                lights=lights.get(label, {}),
            )
        )
    return tuple(known)


def lights_by_label(labels: Mapping[str, str], lights: Mapping[str, Light]) -> dict[str, Counter[str]]:
    """How many pictures of each label were taken in each light; both arguments are by digest."""
    counts: dict[str, Counter[str]] = {}
    for digest, light in lights.items():
        if digest in labels:
            counts.setdefault(labels[digest], Counter()).update(light.conditions)
    return counts


def advise(classes: Sequence[Counted], now: Light | None = None) -> Advice:
    """Advice for these classes. `now` is the light at the camera."""
    most = min(max((each.different for each in classes), default=0), BALANCED_TO)
    advised = tuple(_of_class(each, classes, most, now) for each in classes)
    if len(classes) < 2:
        return Advice(is_enough=False, sentence=one_more_class(classes), classes=advised)
    wanting = sorted((each for each in advised if each.verdict != "enough"), key=lambda each: each.different)
    if not wanting:
        return Advice(is_enough=True, sentence=_is_enough(advised), classes=advised)
    return Advice(is_enough=False, sentence=" ".join(each.sentence for each in wanting[:2]), classes=advised)


def one_more_class(classes: Sequence[Counted]) -> str:
    """Why nothing can be taught yet."""
    if not classes:
        return "Two classes are needed: `background` is a good first one."
    return f"One more class is needed: only `{classes[0].label}` has pictures."


def _of_class(each: Counted, classes: Sequence[Counted], most: int, now: Light | None) -> ClassAdvice:
    conditions = _conditions(each, classes, now)
    few = max(FEWEST - each.different, math.ceil(most / TIMES) - each.different, 0)
    in_light = max((condition.missing for condition in conditions), default=0)
    is_good = each.recall is None or each.recall >= GOOD
    would_help = not is_good and each.different >= FEWEST and (each.curve is None or each.curve.is_rising)
    rising = min(each.different, MOST_AT_ONCE) if would_help else 0
    missing = max(few, in_light, rising)
    advice = ClassAdvice(
        label=each.label,
        have=each.have,
        different=each.different,
        wanted=each.have + missing,
        verdict=_verdict(few, missing, is_good=is_good),
        sentence="",
        recall=each.recall,
        confused_with=each.confused_with,
        conditions=conditions,
    )
    return replace(advice, sentence=_sentence(advice, missing, each.curve if would_help else None))


def _verdict(few: int, missing: int, *, is_good: bool) -> Verdict:
    if few:
        return "too few"
    if missing:
        return "more"
    return "enough" if is_good else "mixed up"


def _conditions(each: Counted, classes: Sequence[Counted], now: Light | None) -> tuple[Condition, ...]:
    """The lights that another class, or the camera at this hour, has and this class has not.

    A class that has few pictures, half of them in a light, lacks pictures and not that light.
    """
    at_camera = now.conditions if now else ()
    missing = []
    for name in _IN_WORDS:
        others = max((other.lights.get(name, 0) for other in classes if other is not each), default=0)
        have = each.lights.get(name, 0)
        is_usual = 2 * have >= sum(each.lights.get(light, 0) for light in _OPPOSITES[name]) > 0
        if have < IN_ONE_LIGHT and not is_usual and (others >= IN_ONE_LIGHT or name in at_camera):
            missing.append(Condition(name, have, IN_ONE_LIGHT))
    return tuple(missing)


def _sentence(advice: ClassAdvice, missing: int, curve: Curve | None) -> str:
    name = f"`{advice.label}`"
    if advice.verdict == "enough":
        told = "" if advice.recall is None else f": {advice.recall:.0%} are recognised"
        return f"{name} has enough{told}."
    if advice.verdict == "mixed up":
        other = f"taken for `{advice.confused_with}`" if advice.confused_with else "not recognised"
        return (
            f"{1 - (advice.recall or 0):.0%} of {name} are {other}, and more of the same will hardly help: "
            f"look at the doubtful pictures, or show what tells them apart."
        )
    repeated = 2 * advice.different <= advice.have
    more = f"{missing} more {'different pictures ' if repeated else ''}of {name}"
    return f"{more}{_in_light(advice.conditions, missing)}{_because(advice, curve)}."


def _in_light(conditions: Sequence[Condition], missing: int) -> str:
    parts = [
        _IN_WORDS[each.name] if each.missing == missing else f"{each.missing} of them {_IN_WORDS[each.name]}"
        for each in conditions
    ]
    if not parts:
        return ""
    return (" " if conditions[0].missing == missing else ", ") + " and ".join(parts)


def _because(advice: ClassAdvice, curve: Curve | None) -> str:
    other = f", {1 - (advice.recall or 0):.0%} are taken for `{advice.confused_with}`"
    confused = other if advice.confused_with and (advice.recall or 0) < GOOD else ""
    if curve is None or len(curve.sizes) < 2:
        return confused
    return (
        f"{confused}: more have helped so far (from {curve.recalls[0]:.0%} right to {curve.recalls[-1]:.0%})"
    )


def _is_enough(advised: Sequence[ClassAdvice]) -> str:
    recalls = [each.recall for each in advised if each.recall is not None]
    told = f": every class is recognised in at least {min(recalls):.0%} of its pictures" if recalls else ""
    return f"That is enough{told}."
