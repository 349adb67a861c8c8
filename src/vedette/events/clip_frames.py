"""The last seconds of cameras whose own stream no browser plays: a few pictures a second, as JPEG."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Sequence
from fractions import Fraction
from itertools import islice
from threading import Condition, Thread

from pydantic import BaseModel, ConfigDict, Field

from vedette.errors import VedetteError
from vedette.pixels.picture import encode_jpeg
from vedette.values.frame import Frame
from vedette.values.packet import EncodedPacket, StreamFormat

_MILLISECOND = Fraction(1, 1000)
_ROUNDING = 0.9
"""A camera's frames are never exactly as far apart as was asked for."""

_log = logging.getLogger(__name__)


class FrameReelSettings(BaseModel):
    """Pictures held for the videos of cameras without a stream that browsers play."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    frames_per_second: float = Field(
        default=3.0, gt=0, le=15, description="Hold so many pictures a second; each costs a JPEG's encoding."
    )
    seconds: float = Field(default=12.0, gt=0, le=120, description="Hold pictures for so long.")
    megabytes: float = Field(
        default=12.0, gt=0, le=1024, description="Never hold more than this for one camera."
    )
    width: int = Field(
        default=1280, ge=64, le=4096, description="Pictures wider than this are made smaller, in pixels."
    )
    quality: int = Field(default=80, ge=1, le=100, description="JPEG's quality.")


class FrameReel:
    """One camera's pictures. See `Reel`; every packet is a key frame."""

    def __init__(self, settings: FrameReelSettings) -> None:
        self._seconds = settings.seconds
        self._bytes = settings.megabytes * 1_000_000
        self._packets: deque[EncodedPacket] = deque()
        self._held_bytes = 0
        self._sequence = 0
        self._changed = Condition()

    @property
    def newest_seconds(self) -> float | None:
        """See `Reel`."""
        with self._changed:
            return self._packets[-1].seconds if self._packets else None

    def keep(self, jpeg: bytes, size: tuple[int, int], seconds: float) -> None:
        """Put in the next picture, of (width, height)."""
        stream_format = StreamFormat("mjpeg", *size, b"", _MILLISECOND)
        stamp = round(seconds * 1000)
        with self._changed:
            packet = EncodedPacket(
                self._sequence, 0, stream_format, jpeg, stamp, stamp, is_keyframe=True, seconds=seconds
            )
            self._sequence += 1
            self._packets.append(packet)
            self._held_bytes += len(jpeg)
            while self._packets and self._is_too_much(seconds):
                self._held_bytes -= len(self._packets.popleft().data)
            self._changed.notify_all()

    def _is_too_much(self, newest: float) -> bool:
        """Also where the camera has begun anew, from 0."""
        oldest = self._packets[0].seconds
        return self._held_bytes > self._bytes or not 0 <= newest - oldest <= self._seconds

    def since(self, seconds: float) -> Sequence[EncodedPacket]:
        """See `Reel`."""
        with self._changed:
            before = sum(1 for each in self._packets if each.seconds <= seconds)
            return tuple(islice(self._packets, max(0, before - 1), None))

    def after(self, sequence: int, timeout_seconds: float = 0.0) -> Sequence[EncodedPacket]:
        """See `Reel`."""
        with self._changed:
            if timeout_seconds > 0:
                self._changed.wait_for(lambda: self._sequence > sequence + 1, timeout_seconds)
            return tuple(each for each in self._packets if each.sequence > sequence)


class FrameReels:
    """The reels of such cameras, filled by one thread: a camera's own does no more than hand over a frame.

    A camera's newest frame waits; where the thread is late, older ones are left out.
    """

    def __init__(self, settings: FrameReelSettings) -> None:
        self._settings = settings
        self._reels: dict[str, FrameReel] = {}
        self._taken_seconds: dict[str, float] = {}
        self._waiting: dict[str, Frame] = {}
        self._changed = Condition()
        self._is_closed = False
        self._thread = Thread(target=self._run, name="clip pictures", daemon=True)

    def of(self, camera: str) -> FrameReel:
        """This camera's reel; from the first time on that it is asked for, its frames are taken."""
        return self._reels.setdefault(camera, FrameReel(self._settings))

    def forget(self, camera: str) -> None:
        """The camera is gone, or has a stream of its own after all."""
        self._reels.pop(camera, None)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self, timeout_seconds: float = 1.0) -> None:
        """End. Twice is once."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        if self._thread.ident is not None:
            self._thread.join(timeout_seconds)

    def offer(self, frame: Frame) -> None:
        """Any frame of a camera, by the camera's thread; most are not taken, none is converted here."""
        camera, seconds = frame.camera, frame.monotonic_seconds
        taken = self._taken_seconds.get(camera)
        interval = _ROUNDING / self._settings.frames_per_second
        # A camera that begins anew counts from 0 again.
        if camera not in self._reels or (taken is not None and 0 <= seconds - taken < interval):
            return
        self._taken_seconds[camera] = seconds
        with self._changed:
            self._waiting[camera] = frame
            self._changed.notify_all()

    def _run(self) -> None:
        while (frame := self._next()) is not None:
            try:
                self._keep(frame)
            except VedetteError as error:
                _log.warning("camera %s: a picture is missing in its clips: %s", frame.camera, error)
            except Exception:  # noqa: BLE001 - one picture must not end the clips of other cameras
                _log.exception("camera %s: a picture is missing in its clips", frame.camera)

    def _next(self) -> Frame | None:
        with self._changed:
            self._changed.wait_for(lambda: self._is_closed or bool(self._waiting))
            return None if self._is_closed else self._waiting.pop(next(iter(self._waiting)))

    def _keep(self, frame: Frame) -> None:
        reel = self._reels.get(frame.camera)
        if reel is None:
            return
        size = _size_within(frame, self._settings.width)
        jpeg = encode_jpeg(frame.rgb(size), self._settings.quality)
        reel.keep(jpeg, size, frame.monotonic_seconds)


def _size_within(frame: Frame, width: int) -> tuple[int, int]:
    """Even, as the encoder asks for."""
    share = min(1.0, width / frame.width)
    return max(2, round(frame.width * share / 2) * 2), max(2, round(frame.height * share / 2) * 2)
