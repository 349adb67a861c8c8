"""Active while something is there."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from vedette.rules.belief import Belief
from vedette.rules.question import Question
from vedette.values.observation import Observation, RuleVerdict


class PresenceSettings(Question):
    """Is it there?"""

    kind: Literal["presence"] = Field(default="presence", description="Active while the label is there.")


class Presence:
    """Active from enough evidence for its label until enough against it."""

    def __init__(self, settings: PresenceSettings) -> None:
        self._settings = settings
        self._is_there = Belief(settings, "there")

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
        """The label is there."""
        return self._is_there.is_held is True

    @property
    def wants_looks(self) -> bool:
        """Until the label is known not to be there."""
        return self._is_there.is_held is not False

    def judge(self, monotonic_seconds: float, observation: Observation) -> RuleVerdict:
        """See `vedette.rules.protocol.Rule`."""
        belief = self._is_there
        before = belief.is_held
        belief.judge(monotonic_seconds, observation)
        return RuleVerdict(
            rule=self.name,
            state=_STATES[belief.is_held],
            has_changed=belief.is_held != before,
            evidence=belief.nats,
            enter_at=belief.enter_at,
            leave_at=belief.leave_at,
            confidence=belief.confidence,
            reason=belief.reason,
        )


_STATES: dict[bool | None, Literal["undecided", "active", "inactive"]] = {
    None: "undecided",
    True: "active",
    False: "inactive",
}
