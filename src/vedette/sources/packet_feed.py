"""From a live camera's packets to its pictures: judged and kept before they are decoded."""

from __future__ import annotations

from collections.abc import Iterator

from av import Packet
from av.container import InputContainer
from av.video.stream import VideoStream

from vedette.sources.catching_up import CatchingUp, Fate
from vedette.sources.clock import Clock
from vedette.sources.container import frames_of, packets
from vedette.sources.live import Shot, decoded_shot
from vedette.sources.packet_ring import KeptPackets
from vedette.sources.status import StatusBook
from vedette.sources.timeline import LiveTimeline

_LONGEST_REORDERING_SECONDS = 1.0
"""No camera sends a picture so much before its turn; a stamp that says so is damaged."""


class PacketFeed:
    """One camera's packets over all its connections: all go into the ring, too late ones not to the decoder.

    Lateness is judged by the order of decoding, in which packets come.
    """

    def __init__(self, ring: KeptPackets, timeline: LiveTimeline, book: StatusBook, clock: Clock) -> None:
        self._ring = ring
        self._timeline = timeline
        self._book = book
        self._clock = clock
        self._catching_up = CatchingUp(timeline.maximum_lateness_seconds)
        self._reordering = 0.0

    def shots(self, container: InputContainer, stream: VideoStream) -> Iterator[Shot | None]:
        """The pictures of one connection. See `Feed`.

        Raises:
            FFmpegError: reading failed.
        """
        self._ring.connected(stream)
        self._catching_up.restarted()
        self._reordering = 0.0
        for packet in packets(container, stream, self._book.spoilt):
            yield from self._shots_of(packet)

    def _shots_of(self, packet: Packet[VideoStream]) -> Iterator[Shot | None]:
        now, was_skipping = self._clock.monotonic(), self._catching_up.is_skipping
        is_late = self._timeline.arrived(self._decoded_at(packet), now)
        fate = self._catching_up.fate(is_late=is_late, is_keyframe=packet.is_keyframe, now=now)
        shown_at = _seconds(packet, packet.pts)
        if fate is Fate.SKIP:
            self._ring.keep(packet, self._timeline.of(shown_at, now))
            yield Shot(shown_at, _nothing, is_late=True)
            return
        if was_skipping:
            # What the decoder still holds is from before the gap.
            packet.stream.codec_context.flush_buffers()
        pictures = list(frames_of(packet, self._book.spoilt))
        # Only now does the decoder know of a change of size.
        self._ring.keep(packet, self._timeline.of(shown_at, now))
        for picture in pictures:
            yield None if picture is None else decoded_shot(picture, is_late=fate is Fate.DECODE)

    def _decoded_at(self, packet: Packet[VideoStream]) -> float | None:
        """The packet's turn, on the line of the stamps of presentation: never after its arrival."""
        decoded_at, shown_at = _seconds(packet, packet.dts), _seconds(packet, packet.pts)
        if decoded_at is None or shown_at is None:
            return shown_at if decoded_at is None else decoded_at
        if self._reordering < shown_at - decoded_at < _LONGEST_REORDERING_SECONDS:
            self._reordering = shown_at - decoded_at
        return decoded_at + self._reordering


def _seconds(packet: Packet[VideoStream], stamp: int | None) -> float | None:
    return None if stamp is None else float(stamp * packet.time_base)


def _nothing() -> None:
    return None
