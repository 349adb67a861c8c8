"""Active while something that should be there is not: the bicycle has left."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from vedette.rules.belief import Belief
from vedette.rules.evidence import probability
from vedette.rules.question import Question
from vedette.values.observation import Looked, Observation, RuleVerdict

State = Literal["undecided", "active", "inactive"]


class AbsenceSettings(Question):
    """Is it gone? Probabilities and confidences are of its being gone."""

    kind: Literal["absence"] = Field(default="absence", description="Active while the label is gone.")
    after_seconds: float = Field(default=5.0, ge=0, description="How long it must have been gone.")
    is_expected: bool = Field(
        default=False, description="Gone counts from the start, even if it was never seen."
    )


class Absence:
    """Active once the label, seen before or expected, has been gone for `after_seconds`.

    It is gone from enough evidence of that on, until there is enough against it. The state changes on
    looks only: seconds in which nobody looked count once the next look finds it gone still.
    """

    def __init__(self, settings: AbsenceSettings) -> None:
        self._settings = settings
        self._is_gone = Belief(settings, "gone")
        self._is_missed = settings.is_expected
        self._gone_since: float | None = None
        self._state: State = "undecided"

    @property
    def name(self) -> str:
        """As in the configuration."""
        return self._settings.name

    @property
    def classifier(self) -> str:
        """The classifier whose observations are judged."""
        return self._settings.classifier

    @property
    def label(self) -> str:
        """What its events are labelled with."""
        return self._settings.label

    @property
    def is_active(self) -> bool:
        """The label is gone."""
        return self._state == "active"

    @property
    def wants_looks(self) -> bool:
        """Until the first decision, and from the moment when a label that is missed seems gone."""
        return self._state == "undecided" or self._gone_since is not None

    def judge(self, monotonic_seconds: float, observation: Observation) -> RuleVerdict:
        """See `vedette.rules.protocol.Rule`."""
        before, belief = self._state, self._is_gone
        belief.judge(monotonic_seconds, observation)
        reason = belief.reason
        if isinstance(observation, Looked):
            reason += self._decide(monotonic_seconds)
        has_entered = self._state == "active" != before
        return RuleVerdict(
            rule=self.name,
            state=self._state,
            has_changed=self._state != before,
            evidence=belief.nats,
            enter_at=belief.enter_at,
            leave_at=belief.leave_at,
            # It is entered for the time that has passed: the look that comes then may say little.
            confidence=max(belief.confidence, probability(belief.nats)) if has_entered else belief.confidence,
            reason=reason,
        )

    def _decide(self, now: float) -> str:
        """Find the state; gives what is to be added to the reason.

        The cases:
        1. undecided whether it is gone: nothing changes;
        2. it is there: inactive, and missed from now on;
        3. it is gone, but was never there: inactive;
        4. it is gone and missed: active after `after_seconds`.
        """
        if self._is_gone.is_held is None:
            return ""
        if not self._is_gone.is_held:
            self._state, self._gone_since, self._is_missed = "inactive", None, True
            return ""
        if not self._is_missed:
            self._state = "inactive"
            return f"; {self.label} was not there yet"
        return self._wait(now)

    def _wait(self, now: float) -> str:
        if self._gone_since is None or now < self._gone_since:
            self._gone_since = now
        gone = now - self._gone_since
        if gone >= self._settings.after_seconds:
            self._state = "active"
        return f"; gone for {gone:.0f} s of {self._settings.after_seconds:g} s"
