"""An actuator as the configuration describes it: what is on which pin, and when it may move."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Pin = Annotated[int, Field(ge=2, le=27, description="The pin by its GPIO (BCM) number, 2 to 27.")]
Level = Literal["low", "high"]


class _Device(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class RelaySettings(_Device):
    """A relay, or anything else that a level switches."""

    kind: Literal["relay"] = Field(description="A level switches it.")
    pin: Pin
    safe: Level = Field(description="The pin's level in the safe state; the other one is acting.")


class LockSettings(_Device):
    """An electric lock."""

    kind: Literal["lock"] = Field(description="A level locks it, the other one unlocks it.")
    pin: Pin
    locked_at: Level = Field(description="The pin's level at which it is locked.")
    safe: Literal["locked", "unlocked"] = Field(description="What it is in the safe state.")


class ServoSettings(_Device):
    """A servo that is set to one of two angles. Pulse widths are its data sheet's."""

    kind: Literal["servo"] = Field(description="A pulse's width sets its angle.")
    pin: Pin
    safe_degrees: float = Field(ge=-180, le=180, description="Its angle in the safe state.")
    acting_degrees: float = Field(ge=-180, le=180, description="Its angle when it acts.")
    minimum_degrees: float = Field(default=-90, ge=-180, le=180, description="The angle at the least pulse.")
    maximum_degrees: float = Field(default=90, ge=-180, le=180, description="The angle at the widest pulse.")
    minimum_pulse_seconds: float = Field(default=0.001, ge=0.0003, le=0.003, description="The least pulse.")
    maximum_pulse_seconds: float = Field(default=0.002, ge=0.0003, le=0.003, description="The widest pulse.")
    travel_seconds: float = Field(
        default=0.5,
        ge=0,
        le=2,
        description="How long it takes from one angle to the other; the end waits for it.",
    )

    @model_validator(mode="after")
    def _reaches_its_angles(self) -> Self:
        if self.minimum_degrees >= self.maximum_degrees:
            raise ValueError("minimum_degrees must be below maximum_degrees")
        if self.minimum_pulse_seconds >= self.maximum_pulse_seconds:
            raise ValueError("minimum_pulse_seconds must be below maximum_pulse_seconds")
        for angle in (self.safe_degrees, self.acting_degrees):
            if not self.minimum_degrees <= angle <= self.maximum_degrees:
                raise ValueError("both angles must lie between minimum_degrees and maximum_degrees")
        if self.safe_degrees == self.acting_degrees:
            raise ValueError("safe_degrees and acting_degrees must differ")
        return self


AnyDevice = Annotated[RelaySettings | LockSettings | ServoSettings, Field(discriminator="kind")]


class GpioSettings(BaseModel):
    """Something on a pin that leaves its safe state on a fresh decision and for no other reason."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    kind: Literal["gpio"] = Field(description="Moves something on a pin.")
    device: AnyDevice = Field(description="What is on the pin, and its safe state.")
    release_while: Literal["active", "inactive"] = Field(
        default="active",
        description=(
            "Leave the safe state while a rule that names this action is active; or while all of them"
            " are known to be inactive."
        ),
    )
    interlocks: tuple[str, ...] = Field(
        default=(),
        description="Rules (`rule`, or `camera/rule`) that must be known to be inactive, or it stays safe.",
    )
    maximum_hold_seconds: Annotated[float, Field(gt=0, le=86400)] | Literal["unlimited"] = Field(
        default=60.0,
        description="Safe after so long; then the rule must leave its state and enter it again.",
    )
    freshness_seconds: float = Field(
        default=2.0, gt=0, le=60, description="Safe when a camera has given no frame for so long."
    )
    overload_seconds: float = Field(
        default=1.0, gt=0, le=60, description="Safe when a look was due for so long and no network looked."
    )

    @model_validator(mode="after")
    def _says_how_long_it_stands_open(self) -> Self:
        if self.release_while == "inactive" and "maximum_hold_seconds" not in self.model_fields_set:
            raise ValueError(
                "with release_while: inactive it leaves its safe state for as long as nothing happens:"
                " say maximum_hold_seconds, as a number or as unlimited"
            )
        return self
