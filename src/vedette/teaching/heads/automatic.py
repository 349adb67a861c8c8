"""`auto`: fit every kind of head, keep the one that leave-one-out speaks for, and say why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from vedette.errors import UsageError
from vedette.teaching.calibration import PRIOR_TEMPERATURES, fit_temperature, negative_log_likelihood
from vedette.teaching.features import FloatArray
from vedette.teaching.heads.imprint import Imprint
from vedette.teaching.heads.protocol import Fit, HeadKind
from vedette.teaching.heads.proxies import Looks, Proxies
from vedette.teaching.heads.ridge import Ridge
from vedette.teaching.lesson import Lesson

AUTO = "auto"


@dataclass(frozen=True, slots=True)
class Trial:
    """A head on the examples it had not seen.

    `balanced_accuracy` 0..1; `loss` is the class-balanced negative log-likelihood at
    `temperature`, in nats: what its confidences would lose by betting on them.
    """

    fit: Fit
    temperature: float
    balanced_accuracy: float
    loss: float


@dataclass(frozen=True, slots=True)
class Choice:
    """The head that was taken, all that were tried by kind, and why in one sentence."""

    taken: Trial
    tried: Mapping[str, Trial]
    reason: str


def kinds(looks: Looks) -> Mapping[str, HeadKind]:
    """Every kind of head by name."""
    return {"ridge": Ridge(), "imprint": Imprint(), "proxies": Proxies(looks)}


def choose_head(lesson: Lesson, looks: Looks, name: str = AUTO) -> Choice:
    """Fit the head of that name, or with `auto` all, and keep the one with the least loss.

    The loss, not the accuracy: at few examples accuracies tie, and confidences are what
    decisions over time are made from.

    Raises:
        UsageError: no head of that name.
    """
    known = kinds(looks)
    if name != AUTO and name not in known:
        raise UsageError(f"There is no head `{name}`.", f"Heads are {', '.join((AUTO, *known))}.")
    names = tuple(known) if name == AUTO else (name,)
    tried = {each: _try(known[each], lesson) for each in names}
    best = min(tried, key=lambda each: tried[each].loss)
    return Choice(tried[best], tried, _reason(best, tried))


def _try(kind: HeadKind, lesson: Lesson) -> Trial:
    fit = kind.fit(lesson)
    scores, labels, weights = fit.leave_one_out, lesson.labels, lesson.weights
    temperature = fit_temperature(scores, labels, weights, PRIOR_TEMPERATURES[kind.name])
    return Trial(
        fit=fit,
        temperature=temperature,
        balanced_accuracy=_balanced_accuracy(scores, lesson),
        loss=negative_log_likelihood(scores, labels, weights, temperature),
    )


def _balanced_accuracy(scores: FloatArray, lesson: Lesson) -> float:
    is_right = scores.argmax(axis=1) == lesson.labels
    right = np.bincount(lesson.labels, weights=is_right, minlength=lesson.class_count)
    return float((right / lesson.class_sizes).mean())


def _reason(best: str, tried: Mapping[str, Trial]) -> str:
    if len(tried) == 1:
        return f"{best}, as asked."
    figures = "; ".join(
        f"{name} {trial.balanced_accuracy:.1%} at {trial.loss:.3f} nats" for name, trial in tried.items()
    )
    return f"{best}: least leave-one-out loss ({figures})."
