"""A rule turns a stream of observations into a state."""

from __future__ import annotations

from typing import Protocol

from vedette.values.observation import Observation, RuleVerdict


class Rule(Protocol):
    """One question about one camera; keeps its state between frames."""

    @property
    def name(self) -> str:
        """As in the configuration."""
        ...

    @property
    def classifier(self) -> str:
        """The classifier whose observations this rule judges."""
        ...

    @property
    def label(self) -> str:
        """What an event of this rule is labelled with."""
        ...

    @property
    def is_active(self) -> bool:
        """The state has been entered and not left."""
        ...

    @property
    def wants_looks(self) -> bool:
        """Looking at a still scene now and then would tell something: active, undecided, or waiting."""
        ...

    def judge(self, monotonic_seconds: float, observation: Observation) -> RuleVerdict:
        """The state after a frame at that time (the frame's own). Times never run backwards."""
        ...
