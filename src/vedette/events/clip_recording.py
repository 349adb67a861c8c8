"""One clip while it is being recorded."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from vedette.errors import StoreError
from vedette.events.clip_encoding import PictureClip
from vedette.events.clip_file import ClipFile
from vedette.events.clip_reel import Reel
from vedette.values.packet import EncodedPacket, StreamFormat

SILENCE_SECONDS = 3.0
"""A camera that sent nothing for so long after its event's end sends no post-roll."""
_GRACE_SECONDS = 60.0
"""How much longer than its longest video a recording waits for a camera that does not come back."""
_BEGUN_ANEW_SECONDS = 2.0
"""Pictures that are sent before their turn step back by less."""
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class ClipSpan:
    """From when on to record, in the camera's time, and how many seconds at most."""

    start_seconds: float
    maximum_seconds: float


class Recording:
    """Fetches an event's packets from a reel and writes them.

    Where packets were missed, since the disk was slower than the reel is long, it goes on at the next
    key frame. `monotonic` tells only how long a camera is silent.
    """

    def __init__(
        self,
        event_id: str,
        folder: Path,
        reel: Reel,
        span: ClipSpan,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.event_id = event_id
        self._folder = folder
        self._reel = reel
        self._span = span
        self._monotonic = monotonic
        self._clip: ClipFile | PictureClip | None = None
        self._first_seconds = 0.0
        self._newest_seconds = float("-inf")
        self._last_sequence = -1
        self._is_torn = False
        self._end_seconds: float | None = None
        self._began_at = self._heard_at = monotonic()

    def end(self, newest_seconds: float | None, post_roll_seconds: float) -> None:
        """The event is closed: record so much more."""
        self._end_seconds = float("-inf") if newest_seconds is None else newest_seconds + post_roll_seconds
        self._heard_at = self._monotonic()

    def is_done(self) -> bool:
        """Write what came meanwhile; whether nothing more is to come.

        Raises:
            StoreError: the clip is given up; nothing of it is left.
        """
        try:
            packets = self._fetched()
            return self._is_written(packets) or self._is_silent(has_packets=bool(packets))
        except StoreError:
            self.abandon()
            raise

    def abandon(self) -> None:
        """Give the clip up: nothing of it is left. Twice is once."""
        if self._clip is not None:
            self._clip.abandon()

    def finish(self) -> Path | None:
        """Give the clip its name; None if there was not one picture.

        Raises:
            StoreError: the clip is given up; nothing of it is left.
        """
        if self._clip is None:
            return None
        try:
            return self._clip.finish()
        except StoreError:
            self.abandon()
            raise

    def _fetched(self) -> Sequence[EncodedPacket]:
        if self._clip is None:
            return self._reel.since(self._span.start_seconds)
        return self._reel.after(self._last_sequence)

    def _is_written(self, packets: Sequence[EncodedPacket]) -> bool:
        """Write these; true at the first one that no longer belongs to the clip."""
        for packet in packets:
            if self._clip is None:
                self._clip = opened(self._folder, self.event_id, packet.format)
                self._first_seconds, self._last_sequence = packet.seconds, packet.sequence - 1
            if self._is_beyond(packet) or not self._clip.takes(packet.format):
                return True
            self._is_torn |= packet.sequence != self._last_sequence + 1
            self._is_torn &= not packet.is_keyframe
            self._last_sequence = packet.sequence
            if not self._is_torn:
                self._clip.add(packet)
        return False

    def _is_beyond(self, packet: EncodedPacket) -> bool:
        """Also where a source has begun anew, from 0."""
        if packet.seconds < self._newest_seconds - _BEGUN_ANEW_SECONDS:
            return True
        self._newest_seconds = packet.seconds
        if self._end_seconds is not None and packet.seconds > self._end_seconds:
            return True
        return packet.seconds - self._first_seconds >= self._span.maximum_seconds

    def _is_silent(self, *, has_packets: bool) -> bool:
        now = self._monotonic()
        if has_packets:
            self._heard_at = now
        if self._end_seconds is not None and now - self._heard_at >= SILENCE_SECONDS:
            return True
        return now - self._began_at >= self._span.maximum_seconds + _GRACE_SECONDS


def opened(folder: Path, event_id: str, stream_format: StreamFormat) -> ClipFile | PictureClip:
    """A clip of this event, remuxed; encoded where the packets are pictures.

    Raises:
        StoreError: it cannot be written, or the id is not fit to be a file's name.
    """
    if not _NAME.fullmatch(event_id):
        raise StoreError(f"{event_id!r:.80} is no name for a clip.", "An event's id has letters and digits.")
    kind = PictureClip if stream_format.codec == "mjpeg" else ClipFile
    return kind(folder, event_id, stream_format)
