"""A camera that is never given up: connect, watch, lose it, wait, connect again."""

from __future__ import annotations

import random as random_numbers
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from enum import Enum
from threading import Event
from typing import NamedTuple, Protocol

from av import VideoFrame
from pydantic import Field

from vedette.errors import SourceError
from vedette.sources.camera import CameraSettings
from vedette.sources.clock import Clock, SystemClock
from vedette.sources.framing import Framing
from vedette.sources.pacing import Thinning
from vedette.sources.protocol import PacketRing, SourceStatus
from vedette.sources.reconnection import BackOff, ReconnectionSettings
from vedette.sources.status import StatusBook
from vedette.sources.timeline import LiveTimeline
from vedette.values.frame import Frame


class LiveSettings(CameraSettings):
    """What every camera has that can be lost."""

    connect_timeout_seconds: float = Field(
        default=5.0,
        gt=0,
        le=120,
        description="Give up each step of connecting (the answer, then the first pictures) after this long.",
    )
    read_timeout_seconds: float = Field(
        default=5.0,
        gt=0,
        le=120,
        description="Take a camera for lost that gives no frame for this long. Stopping may take as long.",
    )
    maximum_lateness_seconds: float = Field(
        default=0.5,
        gt=0,
        description="Drop frames that are later than this, until the camera has been caught up with.",
    )
    reconnection: ReconnectionSettings = Field(
        default=ReconnectionSettings(), description="How long to wait before trying again."
    )


class Shot(NamedTuple):
    """A picture that has arrived and is decoded only if somebody wants it.

    `time` is the camera's own time stamp in seconds, from any origin. `picture` gives None for
    one that cannot be decoded. `is_late` is None where the feed has not judged of it.
    """

    time: float | None
    picture: Callable[[], VideoFrame | None]
    is_late: bool | None = None


def decoded_shot(picture: VideoFrame, *, is_late: bool | None = None) -> Shot:
    """A picture that is decoded already."""
    return Shot(picture.time, lambda: picture, is_late)


class Feed(Protocol):
    """One connection to a camera."""

    def shots(self) -> Iterator[Shot | None]:
        """Pictures as they arrive; None when something came that was no picture.

        Raises:
            SourceError: the connection is lost.
        """
        ...

    def close(self) -> None:
        """Let go of the connection."""
        ...


class LiveSource:
    """What RTSP, MJPEG and V4L2 cameras share: how they are watched, and found again.

    `connect` makes one connection, or raises SourceError. `random` draws the jitter, 0..1.
    """

    is_live = True
    is_endless = True

    def __init__(
        self,
        name: str,
        settings: LiveSettings,
        connect: Callable[[], Feed],
        clock: Clock | None = None,
        random: Callable[[], float] = random_numbers.random,
    ) -> None:
        self.name = name
        self._read_timeout_seconds = settings.read_timeout_seconds
        self._connect = connect
        self._clock = clock or SystemClock()
        self._closed = Event()
        self._book = StatusBook(self._clock.monotonic)
        self._framing = Framing(name, settings.rotation, self._book)
        self._thinning = Thinning(settings.frames_per_second)
        self._timeline = LiveTimeline(settings.maximum_lateness_seconds)
        self._back_off = BackOff(settings.reconnection, random)
        self._size: tuple[int, int] | None = None

    @property
    def status(self) -> SourceStatus:
        """See `Source`."""
        return self._book.snapshot()

    @property
    def packets(self) -> PacketRing | None:
        """See `Source`: there is none."""
        return None

    def close(self) -> None:
        """See `Source`.

        A wait between two attempts ends at once; a read that waits for the camera ends with its
        time-out (`read_timeout_seconds`, `connect_timeout_seconds`) at the latest.
        """
        self._closed.set()

    def frames(self) -> Iterator[Frame]:
        """See `Source`."""
        try:
            while not self._closed.is_set():
                try:
                    yield from self._connection()
                except SourceError as error:
                    self._book.last_error = str(error)
                if not self._closed.is_set():
                    self._book.state = "waiting"
                    self._clock.wait(self._closed, self._back_off.next_delay())
        finally:
            self._book.state = "closed"

    def _connection(self) -> Iterator[Frame]:
        """Frames of one connection.

        Raises:
            SourceError: it did not come about, or it is lost.
        """
        self._book.state = "connecting"
        with closing(self._connect()) as feed:
            self._book.connected()
            self._timeline.reconnected()
            last_seen = self._clock.monotonic()
            for shot in feed.shots():
                now = self._clock.monotonic()
                if self._closed.is_set():
                    return
                frame = None if shot is None else self._frame(shot, now)
                if isinstance(frame, Frame):
                    yield frame
                if frame is not None:
                    # Not `now`: what the stages did meanwhile is not the camera's silence.
                    last_seen = self._clock.monotonic()
                    self._back_off.frame_arrived(now)
                elif now - last_seen > self._read_timeout_seconds:
                    raise SourceError(
                        f"camera {self.name} sends, but no picture came for {self._read_timeout_seconds:g} s."
                    )
        if not self._closed.is_set():
            raise SourceError(f"camera {self.name} ended the connection.")

    def _frame(self, shot: Shot, now: float) -> Frame | Unwanted | None:
        """The frame; or that it is not wanted; None for a picture that cannot be decoded."""
        is_late = self._timeline.arrived(shot.time, now) if shot.is_late is None else shot.is_late
        seconds = self._timeline.at(shot.time, now)
        if is_late:
            self._book.dropped += 1
            return Unwanted.LATE
        if not self._thinning.takes(seconds):
            return Unwanted.THINNED
        picture = shot.picture()
        if picture is None:
            self._book.spoilt()
            return None
        captured_at = self._clock.now() - timedelta(seconds=now - seconds)
        self._note_size(picture)
        return self._framing.decoded(picture, captured_at, seconds)

    def _note_size(self, picture: VideoFrame) -> None:
        size, before = (picture.width, picture.height), self._size
        self._size = size
        if before not in (size, None):
            self._book.last_error = (
                f"camera {self.name} changed its picture from {before[0]}x{before[1]} to {size[0]}x{size[1]}."
            )


class Unwanted(Enum):
    """Why a sound picture is not handed on."""

    LATE = "late"
    THINNED = "thinned"
