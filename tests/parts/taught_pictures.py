"""A tiny embedder and pictures of plain colours with noise, for teaching without a network."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from vedette.pixels.picture import encode_jpeg

COLOURS = {"background": (210, 200, 190), "cat": (200, 80, 40), "dog": (40, 90, 200), "mouse": (60, 200, 60)}


@dataclass(frozen=True, slots=True)
class ColourEmbedder:
    """Mean colours of a 4 x 4 grid, less the middle grey: 48 dimensions."""

    identity: str = "colours | 1"
    input_size: tuple[int, int] = (16, 16)
    dimensions: int = 48

    def embed(self, rgb):
        assert rgb.shape == (16, 16, 3)
        cells = rgb.reshape(4, 4, 4, 4, 3).mean(axis=(1, 3), dtype=np.float32)
        return (cells.reshape(-1) - np.float32(100)) / np.float32(100)


def picture(label: str, seed: int, size: tuple[int, int] = (48, 32)) -> np.ndarray:
    """RGB of a class's colour, a blot and noise of its own."""
    random = np.random.default_rng([seed, *label.encode()])
    width, height = size
    pixels = np.tile(np.array(COLOURS[label], dtype=np.float64), (height, width, 1))
    pixels += random.normal(0, 25, 3)
    left, top = random.integers(0, width // 2), random.integers(0, height // 2)
    pixels[top : top + height // 2, left : left + width // 2] += random.normal(0, 60, 3)
    return np.clip(pixels + random.normal(0, 6, pixels.shape), 0, 255).astype(np.uint8)


def jpeg(label: str, seed: int) -> bytes:
    """A picture as a JPEG file's bytes."""
    return encode_jpeg(picture(label, seed))


def write_collection(folder: Path, counts: dict[str, int], first_seed: int = 0) -> Path:
    """A folder a class with that many pictures."""
    for label, count in counts.items():
        (folder / label).mkdir(parents=True, exist_ok=True)
        for seed in range(first_seed, first_seed + count):
            (folder / label / f"{seed:03}.jpg").write_bytes(jpeg(label, seed))
    return folder


def noon() -> datetime:
    """A clock that stands still."""
    return datetime(2024, 5, 1, 12, tzinfo=UTC)


def clusters_on_sphere(
    random: np.random.Generator, sizes: list[int], dimensions: int = 40, spread: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """Unit features `[n, d]` of classes about random directions, and labels `[n]`, classes mixed."""
    labels = random.permutation(np.repeat(np.arange(len(sizes)), sizes))
    directions = random.standard_normal((len(sizes), dimensions))
    rows = directions[labels] + spread * random.standard_normal((len(labels), dimensions))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32), labels
