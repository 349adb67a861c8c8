"""Small videos, made where a test needs them."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np


def scene(index: int, width: int = 320, height: int = 240) -> np.ndarray:
    """RGB: a white square that moves to the right over a grey ramp, 4 pixels a frame."""
    ramp = np.linspace(40, 160, width, dtype=np.uint8)
    picture = np.repeat(np.broadcast_to(ramp, (height, width))[:, :, None], 3, axis=2)
    left = index * 4 % (width - 40)
    picture[height // 4 : height // 2, left : left + 40] = 255
    return picture


def write_clip(
    path: Path,
    frames: int = 50,
    *,
    size: tuple[int, int] = (320, 240),
    codec: str = "libx264",
    pixel_format: str = "yuv420p",
    options: dict[str, str] | None = None,
    muxing: dict[str, str] | None = None,
) -> Path:
    """A clip of `frames` at 25 a second, with a key frame every 12; the name says the container."""
    with av.open(str(path), "w", options=muxing or {}) as container:
        stream = container.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = *size, pixel_format
        stream.gop_size = 12
        stream.options = options if options is not None else {"preset": "ultrafast", "bf": "0"}
        for index in range(frames):
            frame = av.VideoFrame.from_ndarray(scene(index, *size), format="rgb24")
            frame.pts, frame.time_base = index, Fraction(1, 25)
            container.mux(stream.encode(frame.reformat(format=pixel_format)))
        container.mux(stream.encode())
    return path
