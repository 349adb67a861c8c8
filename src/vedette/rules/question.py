"""What every question has: of which classifier and label it is, and how sure the answer must be."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from vedette.rules.evidence import Memory, log_odds


class Question(BaseModel):
    """The settings that all rules share. Seconds are of the frames' own time."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, description="Name of the rule, as events carry it.")
    classifier: str = Field(min_length=1, description="The taught classifier that is asked.")
    label: str = Field(min_length=1, description="The class that the rule is about.")
    enter_probability: float = Field(
        default=0.9, gt=0.5, le=0.95, description="How sure to be, over time, before it begins."
    )
    leave_probability: float = Field(
        default=0.3, ge=0.05, lt=0.95, description="How unsure to be, over time, before it ends."
    )
    half_life_seconds: float = Field(
        default=5.0,
        gt=0,
        description="After how long evidence counts half; at least the time between two looks.",
    )
    correlation_seconds: float = Field(
        default=0.15,
        gt=0,
        description="How long one picture resembles the next: a second holds half of its inverse in looks.",
    )
    decide_on_single_frame: bool = Field(
        default=False, description="Enter on one frame that is sure enough: for doors."
    )
    single_frame_confidence: float = Field(
        default=0.9, gt=0, le=1, description="How sure that one frame must be."
    )
    unknown_confidence: float = Field(
        default=0.25,
        ge=0,
        le=0.5,
        description="An unknown picture counts as the label with this confidence; 0.5 says nothing.",
    )
    actions: tuple[str, ...] = Field(
        default=("log",), description="Names of the actions that its events set off."
    )
    importance: Literal["low", "normal", "high"] = Field(
        default="normal", description="Which events give way first when the disk is full: low ones."
    )

    @model_validator(mode="after")
    def _leaves_below_enters(self) -> Self:
        if self.leave_probability >= self.enter_probability:
            raise ValueError(
                f"leave_probability {self.leave_probability:g} must be below"
                f" enter_probability {self.enter_probability:g}, or the state would flap."
            )
        return self

    @property
    def enter_at(self) -> float:
        """Nats of evidence at which the state is entered."""
        return log_odds(self.enter_probability)

    @property
    def leave_at(self) -> float:
        """Nats of evidence at which the state is left."""
        return log_odds(self.leave_probability)

    @property
    def memory(self) -> Memory:
        """How evidence is gathered and fades."""
        return Memory(self.half_life_seconds, self.correlation_seconds)
