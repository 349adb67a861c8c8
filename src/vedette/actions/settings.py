"""What every action has, whatever kind it is."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from vedette.actions.quiet_hours import QuietHours
from vedette.values.event import Phase

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def _hours(text: str) -> str:
    QuietHours.parse(text)
    return text


class RetrySettings(BaseModel):
    """How an action that failed is tried again."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    first_seconds: float = Field(default=1.0, gt=0, le=3600, description="Pause after the first failure.")
    factor: float = Field(default=2.0, ge=1, le=10, description="Every further pause is so much longer.")
    maximum_seconds: float = Field(default=60.0, gt=0, le=86400, description="No pause is longer.")
    jitter: float = Field(
        default=0.2, ge=0, le=1, description="Up to this share of a pause is left out by chance, 0 to 1."
    )
    give_up_after_seconds: float = Field(
        default=86400.0,
        gt=0,
        description="What cannot be done for so long is a dead letter: kept, shown, and tried no more.",
    )
    maximum_attempts: int | None = Field(
        default=None, ge=1, description="A dead letter after so many attempts; no limit if left out."
    )


class ActionSettings(BaseModel):
    """When an action is carried out."""

    # A value may hold a password: an error must not show it.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    phases: tuple[Phase, ...] = Field(
        default=(Phase.OPEN, Phase.CLOSE),
        min_length=1,
        description="For which phases of an event: open, update (its score has risen), close.",
    )
    cameras: tuple[str, ...] = Field(
        default=(), description="Only for events of these cameras; of all if left out."
    )
    rules: tuple[str, ...] = Field(default=(), description="Only for events of these rules.")
    labels: tuple[str, ...] = Field(default=(), description="Only for events with these labels.")
    minimum_score: float = Field(
        default=0.0, ge=0, le=1, description="Only for events that began at least so sure, 0 to 1."
    )
    cooldown_seconds: float = Field(
        default=0.0,
        ge=0,
        description="After one event of a camera's rule, the next ones are passed over for so long.",
    )
    quiet_hours: tuple[Annotated[str, AfterValidator(_hours)], ...] = Field(
        default=(),
        description='Local times at which no event is begun or updated: "22:00-07:00", over midnight too.',
    )
    days: tuple[Day, ...] = Field(
        default=(), description="Only for events that begin on these days (local time); on all if left out."
    )
    retry: RetrySettings = Field(
        default=RetrySettings(), description="How it is tried again when it fails; `log` never is."
    )
