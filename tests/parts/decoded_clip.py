"""A clip as a browser sees it: its boxes, its stream, its pictures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np


@dataclass(frozen=True)
class DecodedClip:
    """`pictures` are RGB, `times` in seconds from the container's beginning."""

    pictures: list[np.ndarray]
    times: list[float]
    stamps: list[int]
    codec: str
    tag: str
    pixel_format: str
    size: tuple[int, int]
    begins_with_keyframe: bool
    seconds: float


def decoded_clip(path: Path, *, passes_over_damage: bool = False) -> DecodedClip:
    """`passes_over_damage`: what cannot be decoded is left out, as a player does with a damaged stream."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        packets = [packet for packet in container.demux(stream) if packet.size]
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        frames = [
            frame for packet in container.demux(stream) for frame in _frames(packet, passes_over_damage)
        ]
        context = stream.codec_context
        return DecodedClip(
            [frame.to_ndarray(format="rgb24") for frame in frames],
            [frame.time for frame in frames],
            [packet.dts for packet in packets],
            context.name,
            context.codec_tag,
            context.pix_fmt,
            (context.width, context.height),
            packets[0].is_keyframe,
            (container.duration or 0) / 1e6,
        )


def _frames(packet: av.Packet[av.VideoStream], passes_over_damage: bool) -> list[av.VideoFrame]:
    try:
        return packet.decode()
    except av.error.InvalidDataError:
        if not passes_over_damage:
            raise
        return []


def boxes(path: Path) -> list[str]:
    """The names of an MP4's outer boxes, in order; whatever does not fill its box shows as `torn`."""
    data, position, names = path.read_bytes(), 0, []
    while position + 8 <= len(data):
        length = int.from_bytes(data[position : position + 4], "big")
        names.append(data[position + 4 : position + 8].decode("latin-1"))
        if length == 1:
            length = int.from_bytes(data[position + 8 : position + 16], "big")
        position += max(8, length)
    return names if position == len(data) else [*names, "torn"]
