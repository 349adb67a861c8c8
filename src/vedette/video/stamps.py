"""A video's own time: from 0, never backwards, whatever a camera's stamps do."""

from __future__ import annotations

from vedette.values.packet import EncodedPacket

TICKS_PER_SECOND = 90_000
_BELIEVED_SECONDS = 10.0
"""A stamp that differs by more from the camera's monotonic time is another clock. It may well differ
by some seconds: many servers begin with a burst of what they held."""


class Stamps:
    """Places packets in a video, in ticks of 1/90000 s from its first packet.

    Within a connection the camera's own stamps tell the distance of two packets. The camera's
    monotonic time takes over at a new connection, where stamps jump, and where there are none.
    """

    def __init__(self) -> None:
        self._first_seconds: float | None = None
        self._connection = -1
        self._offset = 0
        self._last_stamp = 0
        self._last_dts = -1

    def place(self, packet: EncodedPacket) -> tuple[int, int]:
        """The packet's (pts, dts) in the video; dts grows from packet to packet, pts is never before it."""
        if self._first_seconds is None:
            self._first_seconds = packet.seconds
        expected = max(round((packet.seconds - self._first_seconds) * TICKS_PER_SECOND), self._last_dts + 1)
        decoded_at = _ticks(packet, packet.pts if packet.dts is None else packet.dts)
        if decoded_at is None:
            dts = expected
        else:
            if self._is_another_clock(packet, decoded_at, expected):
                self._connection, self._offset = packet.connection, expected - decoded_at
            self._last_stamp = decoded_at
            dts = max(decoded_at + self._offset, self._last_dts + 1)
        self._last_dts = dts
        shown_at = _ticks(packet, packet.pts)
        return max(dts, dts if shown_at is None else shown_at + self._offset), dts

    def _is_another_clock(self, packet: EncodedPacket, decoded_at: int, expected: int) -> bool:
        if packet.connection != self._connection or decoded_at < self._last_stamp:
            return True
        return abs(decoded_at + self._offset - expected) > _BELIEVED_SECONDS * TICKS_PER_SECOND


def _ticks(packet: EncodedPacket, stamp: int | None) -> int | None:
    return None if stamp is None else round(stamp * packet.format.time_base * TICKS_PER_SECOND)
