"""What every action has, whatever kind it is."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from vedette.values.event import Phase


class ActionSettings(BaseModel):
    """When an action is carried out."""

    # A value may hold a password: an error must not show it.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    phases: tuple[Phase, ...] = Field(
        default=(Phase.OPEN, Phase.CLOSE),
        min_length=1,
        description="For which phases of an event: open, update (its score has risen), close.",
    )
