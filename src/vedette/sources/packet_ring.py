"""The last seconds of a camera's stream as the camera encoded it: for clips, and for live views."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from fractions import Fraction
from itertools import islice
from threading import Condition

from av import Packet
from av.video.stream import VideoStream
from pydantic import BaseModel, ConfigDict, Field

from vedette.values.packet import EncodedPacket, StreamFormat

PLAYABLE = frozenset({"h264", "hevc", "vp8", "vp9", "av1"})
"""Codecs by FFmpeg's names that an MP4 or a WebM holds and a browser plays."""


_BEGUN_ANEW_SECONDS = 2.0
"""A file that is opened anew counts from 0; pictures that are sent before their turn step back by less."""


class PacketRingSettings(BaseModel):
    """How much of a camera's own stream is held in memory."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seconds: float = Field(
        default=12.0, gt=0, le=120, description="Hold at least so many seconds, from a key frame on."
    )
    megabytes: float = Field(
        default=24.0, gt=0, le=1024, description="Never hold more than this, however few seconds it is."
    )


class KeptPackets:
    """See `vedette.sources.protocol.PacketRing`. One thread puts in, any thread reads.

    It always begins at a key frame. Runs from key frame to key frame are let go whole: the oldest
    as soon as `settings.seconds` are held without it, and at once where memory ends. A single run
    that is larger than that is let go, and the next key frame is waited for.
    """

    def __init__(self, settings: PacketRingSettings) -> None:
        self._seconds = settings.seconds
        self._bytes = int(settings.megabytes * 1_000_000)
        self._packets: deque[EncodedPacket] = deque()
        self._keyframes: deque[EncodedPacket] = deque()
        self._held_bytes = 0
        self._sequence = 0
        self._connection = -1
        self._format: StreamFormat | None = None
        self._changed = Condition()
        self.is_playable = True

    def connected(self, stream: VideoStream) -> None:
        """Another connection: its stamps begin anew. A codec that no browser plays is not kept."""
        self._connection += 1
        self.is_playable = _codec_of(stream) in PLAYABLE
        self._format = _format_of(stream) if self.is_playable else None

    def keep(self, packet: Packet[VideoStream], seconds: float) -> None:
        """Put in the stream's next packet, after it was decoded; `seconds` in the camera's own time."""
        if not self.is_playable or not packet.size:
            return
        kept = EncodedPacket(
            self._sequence,
            self._connection,
            self._current_format(packet.stream),
            bytes(packet),
            packet.pts,
            packet.dts,
            packet.is_keyframe,
            seconds,
        )
        self._sequence += 1
        with self._changed:
            self._put(kept)
            self._changed.notify_all()

    @property
    def newest_seconds(self) -> float | None:
        """See `PacketRing`."""
        with self._changed:
            return self._packets[-1].seconds if self._packets else None

    @property
    def held_bytes(self) -> int:
        """How much memory the packets take; never more than was allowed."""
        return self._held_bytes

    def since(self, seconds: float) -> Sequence[EncodedPacket]:
        """See `PacketRing`."""
        with self._changed:
            if not self._keyframes:
                return ()
            first = next((each for each in reversed(self._keyframes) if each.seconds <= seconds), None)
            return self._from((first or self._keyframes[0]).sequence)

    def after(self, sequence: int, timeout_seconds: float = 0.0) -> Sequence[EncodedPacket]:
        """See `PacketRing`."""
        with self._changed:
            if timeout_seconds > 0:
                self._changed.wait_for(lambda: self._has_after(sequence), timeout_seconds)
            return self._from(sequence + 1)

    def _put(self, kept: EncodedPacket) -> None:
        if self._packets and kept.seconds < self._packets[-1].seconds - _BEGUN_ANEW_SECONDS:
            self._clear()
        if kept.is_keyframe:
            self._keyframes.append(kept)
        elif not self._packets:
            return
        self._packets.append(kept)
        self._held_bytes += len(kept.data)
        while self._is_too_much(kept.seconds):
            self._let_go()

    def _clear(self) -> None:
        self._packets.clear()
        self._keyframes.clear()
        self._held_bytes = 0

    def _is_too_much(self, newest: float) -> bool:
        if self._held_bytes > self._bytes:
            return True
        return len(self._keyframes) > 1 and newest - self._keyframes[1].seconds >= self._seconds

    def _let_go(self) -> None:
        """The oldest run, up to the next key frame."""
        self._keyframes.popleft()
        end = self._keyframes[0] if self._keyframes else None
        while self._packets and self._packets[0] is not end:
            self._held_bytes -= len(self._packets.popleft().data)

    def _has_after(self, sequence: int) -> bool:
        return bool(self._packets) and self._packets[-1].sequence > sequence

    def _from(self, sequence: int) -> tuple[EncodedPacket, ...]:
        """Held packets follow each other without a gap: what is let go is always the oldest."""
        if not self._has_after(sequence - 1):
            return ()
        return tuple(islice(self._packets, max(0, sequence - self._packets[0].sequence), None))

    def _current_format(self, stream: VideoStream) -> StreamFormat:
        """The stream's format now: a camera may change its size in mid-stream."""
        held, decoder = self._format, stream.codec_context
        if held is None or (held.width, held.height) != (decoder.width, decoder.height):
            # The first parameter sets are out of date: the packets carry the new ones.
            held = _format_of(stream, is_first=held is None or not held.width)
            self._format = held
        return held


def _format_of(stream: VideoStream, *, is_first: bool = True) -> StreamFormat:
    decoder = stream.codec_context
    extradata = (decoder.extradata or b"") if is_first else b""
    return StreamFormat(
        _codec_of(stream),
        decoder.width,
        decoder.height,
        extradata,
        stream.time_base or Fraction(1, 90000),
    )


def _codec_of(stream: VideoStream) -> str:
    """What is encoded; a decoder by another library bears that library's name."""
    name = stream.codec_context.name
    return {"libdav1d": "av1", "libaom-av1": "av1", "libvpx": "vp8", "libvpx-vp9": "vp9"}.get(name, name)
