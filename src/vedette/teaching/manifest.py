"""What a classifier's folder says of itself, as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from vedette.teaching.examples import Example
from vedette.values.geometry import WHOLE_FRAME, Box

_FILE = r"^[0-9a-z-]+\.(npz|npy|json)$"


class Origin(BaseModel):
    """Which network made the embeddings, as it was asked for; `identity` is what it turned out to be."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    network: str = Field(
        default="efficientnet-lite0", description="Name in the catalog, or path of a network."
    )
    engine: str = Field(default="litert", description="Runtime that embeds: litert, openvino or onnxruntime.")
    device: str = Field(default="cpu", description="Device that embeds.")


class ClassScore(BaseModel):
    """How a class does by leave-one-out. None: undefined, as nothing was answered so."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pictures: int = Field(description="Examples of the class.")
    near_duplicates: int = Field(description="Of these, nearly the same picture as another one.")
    recall: float | None = Field(description="Share of its pictures that were recognised, 0..1.")
    precision: float | None = Field(description="Share of the answers of this class that were right, 0..1.")
    false_rejects: int = Field(description="Of its pictures, left out, turned away as unknown.")
    distance_limit: float | None = Field(description="Beyond it a picture is unknown; None: never.")
    is_flattered: bool = Field(description="All are near-duplicates of one another: the score says little.")


class Revision(BaseModel):
    """The classifier after one change. Files that it names are never changed again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int = Field(ge=1, description="Grows by one with each change.")
    change: str = Field(description="What was changed, in words.")
    taught_at: datetime = Field(description="When, UTC.")
    version: str = Field(description="The Vedette that taught it.")
    origin: Origin = Field(description="The network as it was asked for.")
    embedder: str = Field(description="The embedder's identity: network, engine and recipe.")
    region: tuple[float, float, float, float] = Field(
        description="Left, top, right, bottom of what is looked at."
    )
    recipe: str = Field(description="How an embedding becomes a feature.")
    classes: tuple[str, ...] = Field(description="In the order of the head's scores.")
    examples: tuple[Example, ...] = Field(description="Every picture with its label.")
    head: str = Field(description="The kind of head.")
    asked_head: str = Field(description="The head that was asked for: a kind, or auto.")
    reason: str = Field(description="Why this head.")
    temperature: float = Field(gt=0, description="Scores are divided by it before the softmax.")
    balanced_accuracy: float = Field(description="By leave-one-out, 0..1.")
    scores: dict[str, ClassScore] = Field(description="By leave-one-out, a class.")
    head_file: str = Field(pattern=_FILE, description="The arrays of head and rejection.")

    @property
    def box(self) -> Box:
        """The region."""
        return Box(*self.region)


class Segment(BaseModel):
    """A file of embeddings, `float32 [pictures, dimensions]`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str = Field(pattern=_FILE, description="Its name.")
    embedder: str = Field(description="The identity of the embedder that made them.")
    region: tuple[float, float, float, float] = Field(description="The region that was embedded.")
    digests: tuple[str, ...] = Field(description="The picture of each row.")


class Manifest(BaseModel):
    """The folder's whole content. Replacing this file is what makes a change happen."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = Field(default=1, description="Of this file.")
    current: Revision = Field(description="The classifier as it is.")
    undo: tuple[int, ...] = Field(default=(), description="Revisions before it, oldest first.")
    redo: tuple[int, ...] = Field(default=(), description="Revisions that were undone, next one last.")
    segments: tuple[Segment, ...] = Field(default=(), description="Where the embeddings are.")


def region_tuple(region: Box = WHOLE_FRAME) -> tuple[float, float, float, float]:
    """A box as the manifest keeps it."""
    return (region.left, region.top, region.right, region.bottom)
