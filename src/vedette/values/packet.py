"""A piece of a camera's stream as the camera encoded it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class StreamFormat:
    """What a player must know before the first packet.

    `codec` is FFmpeg's name (`h264`, `hevc`, `mjpeg`, `vp9`); `extradata` its configuration record or
    parameter sets, empty where they travel in the packets; `time_base` the unit of the stamps.
    """

    codec: str
    width: int
    height: int
    extradata: bytes
    time_base: Fraction


@dataclass(frozen=True, slots=True)
class EncodedPacket:
    """One packet. `seconds` is its place in the camera's own monotonic time, as `Frame.monotonic_seconds`.

    `sequence` counts a camera's packets over all connections, from 0. `pts` and `dts` are in
    `format.time_base` and begin anew with each connection; a packet of another connection has another
    `connection`.
    """

    sequence: int
    connection: int
    format: StreamFormat
    data: bytes
    pts: int | None
    dts: int | None
    is_keyframe: bool
    seconds: float
