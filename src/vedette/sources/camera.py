"""What every camera has, whatever kind it is."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class CameraSettings(BaseModel):
    """How the pictures of one camera are taken over."""

    # A value may hold a password: an error must not show it.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    rotation: Literal[0, 90, 180, 270] = Field(
        default=0, description="How far to turn every picture, in degrees clockwise."
    )
    frames_per_second: float | None = Field(
        default=None,
        gt=0,
        le=1000,
        description="Take this many frames a second at most, evenly by the camera's own time.",
    )
