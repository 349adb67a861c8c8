"""The settings of the gate that learns the scene."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from vedette.values.geometry import Polygon

Corners = tuple[tuple[float, float], ...]


class BackgroundGateSettings(BaseModel):
    """What counts as motion. Areas are shares of the frame, seconds are of the frames' own time."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["background"] = Field(default="background", description="Learns the scene.")
    masks: tuple[Corners, ...] = Field(
        default=(),
        description="Polygons that are not watched: lists of [x, y], 0..1 of the frame, y downwards.",
    )
    minimum_area: float = Field(
        default=0.0005, gt=0, le=1, description="Smaller things are ignored: share of the frame."
    )
    minimum_seconds: float = Field(default=0.1, ge=0, description="Briefer motion is ignored.")
    hold_seconds: float = Field(default=0.5, ge=0, description="How long to stay open after the last motion.")
    learn_seconds: float = Field(default=1.0, ge=0, description="How long the scene is learnt at the start.")
    adapt_seconds: float = Field(
        default=4.0, gt=0, description="How slowly the scene follows slow changes (time constant)."
    )
    absorb_seconds: float = Field(
        default=2.0, gt=0, description="After how long a thing that stopped moving belongs to the scene."
    )
    sway_seconds: float = Field(
        default=10.0, gt=0, description="After how long what keeps moving on one spot, like leaves, is noise."
    )
    forget_seconds: float = Field(
        default=60.0,
        gt=0,
        description="How slowly a place that was restless is trusted again (time constant).",
    )
    contrast: int = Field(
        default=12, ge=1, le=200, description="Least difference that counts, in grey levels of 0..255."
    )
    noise_factor: float = Field(
        default=3.0, ge=0, description="How many times a place's own noise a difference must exceed."
    )
    samples_across: int = Field(
        default=320, ge=32, le=1920, description="Samples looked at along the frame's longer side."
    )

    @field_validator("masks", mode="before")
    @classmethod
    def _read_masks(cls, masks: Any) -> tuple[Corners, ...]:
        if not isinstance(masks, list | tuple):
            raise ValueError("masks must be a list of polygons, each a list of [x, y].")  # noqa: TRY004 - pydantic's way
        return tuple(_read_mask(number, mask) for number, mask in enumerate(masks, 1))


def _read_mask(number: int, mask: Any) -> Corners:
    try:
        return Polygon(tuple((float(x), float(y)) for x, y in mask)).corners
    except TypeError as error:
        raise ValueError(
            f"mask {number} must be a list of at least three [x, y] pairs, got {mask!r}."
        ) from error
    except ValueError as error:
        raise ValueError(f"mask {number}: {error}; give [x, y] as shares of width and height.") from error
