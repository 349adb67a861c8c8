"""When a network looks: while something moves, a little longer, and now and then.

A closed gate is not an empty scene. So after the gate closes the network keeps looking for a
moment, which is when it sees that the visitor has left; and a state that somebody relies on is
checked again at intervals, gate or no gate.
"""

from __future__ import annotations

from math import inf

from pydantic import BaseModel, ConfigDict, Field

from vedette.values.observation import GateVerdict, NotLooked

AWAITED = "an actuator waits for a fresh decision"


class AttentionSettings(BaseModel):
    """How long and how often the network looks beyond what moves."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rest_seconds: float = Field(
        default=0.15,
        ge=0,
        description="While nothing moves, how long to rest between two judgements; 0 judges every frame.",
    )
    linger_seconds: float = Field(
        default=1.0, ge=0, description="How long to go on looking after the gate has closed."
    )
    check_every_seconds: float = Field(
        default=2.0,
        gt=0,
        description="How often to look at a still scene while a rule is active, undecided or waiting.",
    )
    look_every_seconds: float | None = Field(
        default=None, gt=0, description="How often to look at a still scene in any case; never if left out."
    )
    patience_seconds: float = Field(
        default=0.5,
        gt=0,
        description="Give a look up whose turn at a busy network does not come within this time.",
    )


class Attention:
    """Decides for one camera, on the frames' own time, whether to look and why."""

    def __init__(self, settings: AttentionSettings) -> None:
        self._settings = settings
        self._last_open: float | None = None
        self._last_look: float | None = None
        self._rests_until = -inf

    @property
    def patience_seconds(self) -> float:
        """How long a look may wait for its turn at the network."""
        return self._settings.patience_seconds

    def is_resting(self, now: float) -> bool:
        """A moment ago nothing moved and nobody looked: this frame need not be judged."""
        return now < self._rests_until

    def decide(
        self, now: float, gate: GateVerdict, *, wants_looks: bool, is_awaited: bool = False
    ) -> str | NotLooked:
        """A reason to look, or why not.

        `wants_looks`: a rule would learn from a still scene. `is_awaited`: somebody does nothing
        before there is a fresh decision.

        The cases, first match wins:
        1. the gate is open;
        2. it closed less than `linger_seconds` ago;
        3. somebody waits for a fresh decision, and the last look is `rest_seconds` old;
        4. a rule wants looks, and the last look is `check_every_seconds` old;
        5. the last look is `look_every_seconds` old, or there was none.
        """
        reason = self._reason(now, gate, wants_looks=wants_looks, is_awaited=is_awaited)
        if reason is None:
            # A gate that is about to open (motion too small, too brief) is not left alone.
            quiet = gate.energy <= gate.threshold
            self._rests_until = now + self._settings.rest_seconds if quiet else -inf
            return NotLooked(gate.reason)
        self._rests_until = -inf
        self._last_look = now
        return reason

    def _reason(self, now: float, gate: GateVerdict, *, wants_looks: bool, is_awaited: bool) -> str | None:
        settings = self._settings
        if gate.is_open:
            self._last_open = now
            return gate.reason
        if self._last_open is not None and now - self._last_open <= settings.linger_seconds:
            return "it moved a moment ago"
        since_look = float("inf") if self._last_look is None else now - self._last_look
        if is_awaited and since_look >= settings.rest_seconds:
            return AWAITED
        if wants_looks and since_look >= settings.check_every_seconds:
            return "checking the state"
        if self._last_look is None or since_look >= (settings.look_every_seconds or float("inf")):
            return "a look at the still scene"
        return None
