"""A container that FFmpeg opened: its video stream, packet by packet, frame by frame."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import av
from av.container import InputContainer
from av.error import FFmpegError, InvalidDataError
from av.video.stream import VideoStream

MAXIMUM_CORRUPT_READS = 100
"""A container that gives this many unreadable packets in a row gives no more."""


def video_stream(container: InputContainer, *, fast_decode: bool) -> VideoStream | None:
    """The video stream that FFmpeg holds for the best, set up to decode in the caller's thread.

    Measured on H.264 at 1280x720 on two cores: a second decoding thread costs a tenth more
    processor time in all. Several cameras fill the cores better than threads do.
    """
    stream = container.streams.best("video")
    if not isinstance(stream, VideoStream) or stream.codec_context is None:
        return None
    stream.codec_context.thread_count = 1
    if fast_decode:
        stream.codec_context.options = {"skip_loop_filter": "all"}
    return stream


def frame_seconds(stream: VideoStream) -> float:
    """How long one frame is shown, as the container says; 1/25 s if it does not."""
    return float(1 / stream.average_rate) if stream.average_rate else 0.04


def is_cut_short(stream: VideoStream, seconds: float) -> bool:
    """The stream says that it is longer than `seconds`, by more than a second and a twentieth."""
    if stream.duration is None or stream.time_base is None:
        return False
    promised = float(stream.duration * stream.time_base)
    return promised - seconds - frame_seconds(stream) > 1 + promised / 20


def decoded(
    container: InputContainer, stream: VideoStream, on_corrupt: Callable[[], None]
) -> Iterator[av.VideoFrame | None]:
    """Frames in the order of presentation; None for a packet that gave none (not yet, or corrupt).

    Raises:
        FFmpegError: reading failed other than by corrupt data.
    """
    for packet in packets(container, stream, on_corrupt):
        yield from frames_of(packet, on_corrupt)


def packets(
    container: InputContainer, stream: VideoStream, on_corrupt: Callable[[], None]
) -> Iterator[av.Packet[VideoStream]]:
    """Packets in the order of decoding; the last one is empty, for what the decoder still holds.

    Raises:
        FFmpegError: reading failed other than by corrupt data.
    """
    corrupt_reads = 0
    while corrupt_reads < MAXIMUM_CORRUPT_READS:
        try:
            for packet in container.demux(stream):
                corrupt_reads = 0
                yield packet
        except InvalidDataError:
            # The generator is dead, the container is not: the next packet may be sound.
            corrupt_reads += 1
            on_corrupt()
        else:
            return


def frames_of(
    packet: av.Packet[VideoStream], on_corrupt: Callable[[], None]
) -> Iterator[av.VideoFrame | None]:
    """What the decoder gives for one packet; None for nothing (not yet, or corrupt)."""
    try:
        frames = packet.decode()
    except FFmpegError:
        frames = []
        on_corrupt()
    if not frames:
        yield None
    for frame in frames:
        if frame.is_corrupt:
            on_corrupt()
        yield None if frame.is_corrupt else frame
