"""A claim that is held, rejected or not decided yet, from looks that come as they come."""

from __future__ import annotations

from typing import Literal

from vedette.errors import ConfigurationError
from vedette.rules.evidence import Evidence
from vedette.rules.question import Question
from vedette.values.observation import Looked, NotLooked, Observation
from vedette.values.prediction import Classification

Claim = Literal["there", "gone"]


class Belief:
    """Held from `enter_at` nats of evidence on, rejected from `leave_at` down; in between it stays as it is.

    Only a look changes it. Without one the evidence fades and the belief stays: "not looked" is not
    "looked and saw nothing". An unknown picture is a look of `unknown_confidence` at the label.
    """

    def __init__(self, question: Question, claim: Claim) -> None:
        self._question = question
        self._claim = claim
        self._memory = question.memory
        self.enter_at = question.enter_at
        self.leave_at = question.leave_at
        self._evidence = Evidence()
        self.is_held: bool | None = None
        self.confidence = 0.0
        self.reason = ""

    @property
    def nats(self) -> float:
        """The evidence so far."""
        return self._evidence.nats

    def judge(self, now: float, observation: Observation) -> None:
        """Take in one frame; `confidence` (0 when nobody looked) and `reason` are of that frame.

        Raises:
            ConfigurationError: the classifier does not know the label.
        """
        if isinstance(observation, NotLooked):
            self._evidence = self._evidence.faded(now, self._memory)
            self.confidence = 0.0
            self.reason = f"not looked: {observation.reason}; evidence fades to {_nats(self.nats)}"
            return
        self.confidence = self._confidence(observation.classification)
        self._evidence = self._evidence.with_look(now, self.confidence, self._memory)
        self.reason = self._explain(observation)
        self._decide(observation.classification)

    def _decide(self, seen: Classification) -> None:
        question = self._question
        is_sure = self.confidence >= question.single_frame_confidence and not seen.is_unknown
        if question.decide_on_single_frame and is_sure:
            self._evidence = self._evidence.at_least(self.enter_at)
            if self.is_held is not True:
                self.reason = (
                    f"{self._words} {self.confidence:.2f} on a single frame,"
                    f" {question.single_frame_confidence:.2f} needed"
                )
        if self.nats >= self.enter_at:
            self.is_held = True
        elif self.nats <= self.leave_at:
            self.is_held = False

    def _confidence(self, seen: Classification) -> float:
        question = self._question
        if question.label not in seen.confidences:
            raise ConfigurationError(
                f"rule '{question.name}': classifier '{question.classifier}' does not know"
                f" '{question.label}'; it knows {', '.join(seen.confidences)}.",
                "Correct the rule's label, or teach the classifier that class.",
            )
        there = question.unknown_confidence if seen.is_unknown else seen.confidences[question.label]
        return there if self._claim == "there" else 1.0 - there

    def _explain(self, looked: Looked) -> str:
        seen = "unknown picture, " if looked.classification.is_unknown else ""
        limit = f", ends at {_nats(self.leave_at)}" if self.is_held else f" of {_nats(self.enter_at)} needed"
        return f"{seen}{self._words} {self.confidence:.2f}, evidence {_nats(self.nats)}{limit}"

    @property
    def _words(self) -> str:
        return self._question.label if self._claim == "there" else f"no {self._question.label}"


def _nats(value: float) -> str:
    """One decimal, and no minus before a zero."""
    return f"{round(value, 1) + 0.0:.1f}"
