"""A video file that plays like a camera, or as fast as it can be decoded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Literal

import av
from av import Packet, VideoFrame
from av.container import InputContainer
from av.error import FFmpegError
from av.video.stream import VideoStream
from pydantic import Field

from vedette.errors import SourceError
from vedette.sources.camera import CameraSettings
from vedette.sources.catching_up import CatchingUp, Fate
from vedette.sources.clock import Clock, SystemClock
from vedette.sources.container import frame_seconds, frames_of, is_cut_short, packets, video_stream
from vedette.sources.framing import Framing
from vedette.sources.nearest import missing
from vedette.sources.pacing import Thinning
from vedette.sources.packet_ring import KeptPackets, PacketRingSettings
from vedette.sources.protocol import PacketRing, SourceStatus
from vedette.sources.status import StatusBook
from vedette.sources.timeline import FileTimeline
from vedette.values.frame import Frame

CONTAINERS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,flv,asf,ogg,gif,apng,"
    "h264,hevc,m4v,obu,ivf,mjpeg,nut,mxf,dv,wtv,yuv4mpegpipe"
)
"""What a video file may be: nothing that is a list of other files or addresses (HLS, concat, SDP)."""

_GIVE_A_VIDEO = "Give a video file, such as MP4, MKV, AVI or TS."


class VideoFileSettings(CameraSettings):
    """A video file as a camera."""

    kind: Literal["video"] = Field(default="video", description="A video file.")
    path: Path = Field(description="The video file.")
    paced: bool = Field(
        default=True, description="Play at the video's own speed; if not, as fast as the stages take frames."
    )
    loop: bool = Field(default=False, description="Begin again at the end, for ever.")
    fast_decode: bool = Field(
        default=False,
        description="Decode H.264 and H.265 without the loop filter: a quarter less work, blockier pictures.",
    )
    maximum_lateness_seconds: float = Field(
        default=1.0,
        gt=0,
        description="When paced, drop frames that are later than this, as a camera would.",
    )
    packet_ring: PacketRingSettings = Field(
        default=PacketRingSettings(),
        description="How much of the file's own stream is held in memory, for clips and live views.",
    )


class VideoFileSource:
    """Frames of one video file. `monotonic_seconds` counts from 0 at its first frame.

    Pictures are turned upright as the file says (telephones), and then by `rotation`.
    `captured_at` is the wall clock at the start plus the frame's own time.
    """

    is_live = False

    def __init__(self, name: str, settings: VideoFileSettings, clock: Clock | None = None) -> None:
        self.name = name
        self._settings = settings
        self._clock = clock or SystemClock()
        self._closed = Event()
        self._book = StatusBook(self._clock.monotonic)
        self._framing = Framing(name, settings.rotation, self._book)
        self._ring = KeptPackets(settings.packet_ring)
        self._catching_up = CatchingUp(settings.maximum_lateness_seconds)

    @property
    def is_endless(self) -> bool:
        """See `Source`."""
        return self._settings.loop

    @property
    def status(self) -> SourceStatus:
        """See `Source`."""
        return self._book.snapshot()

    @property
    def packets(self) -> PacketRing | None:
        """See `Source`; None once a file is open whose codec no browser plays."""
        return self._ring if self._ring.is_playable else None

    def close(self) -> None:
        """See `Source`; `frames` ends before its next frame."""
        self._closed.set()

    def frames(self) -> Iterator[Frame]:
        """See `Source`."""
        self._book.state = "connecting"
        try:
            yield from self._runs()
        except SourceError as error:
            self._book.last_error = str(error)
            raise
        finally:
            self._book.state = "closed" if self._closed.is_set() else "ended"

    def _runs(self) -> Iterator[Frame]:
        """The file once, or again and again, on one time line."""
        playing: _Playing | None = None
        while playing is None or (self._settings.loop and not self._closed.is_set()):
            with closing(_opened(self._settings.path)) as container:
                stream = self._stream(container)
                if playing is None:
                    playing = self._begin(frame_seconds(stream))
                yield from self._play(container, stream, playing)

    def _stream(self, container: InputContainer) -> VideoStream:
        stream = video_stream(container, fast_decode=self._settings.fast_decode)
        if stream is None:
            raise SourceError(f"{self._settings.path}: there is no video in this file.", _GIVE_A_VIDEO)
        return stream

    def _begin(self, seconds_per_frame: float) -> _Playing:
        self._book.connected()
        self._catching_up.restarted()
        return _Playing(
            FileTimeline(seconds_per_frame),
            Thinning(self._settings.frames_per_second),
            self._clock.monotonic(),
            self._clock.now(),
        )

    def _play(self, container: InputContainer, stream: VideoStream, playing: _Playing) -> Iterator[Frame]:
        """One run.

        Raises:
            SourceError: it gave not one frame though all of it was decoded.
        """
        path, first, last = self._settings.path, None, None
        try:
            for picture in self._pictures(container, stream, playing):
                if self._closed.is_set():
                    return
                seconds = playing.timeline.at(picture.time)
                first, last = (seconds if first is None else first), seconds
                if playing.thinning.takes(seconds) and self._is_on_time(playing.started + seconds):
                    captured_at = playing.started_at + timedelta(seconds=seconds)
                    yield self._framing.decoded(picture, captured_at, seconds)
        except FFmpegError as error:
            self._book.last_error = f"{path}: reading stopped: {error.strerror}."
        if playing.has_skipped:
            # What nobody decoded says nothing about the file.
            return
        if first is None or last is None:
            raise SourceError(f"{path}: not one frame of this video can be decoded.", _GIVE_A_VIDEO)
        if is_cut_short(stream, last - first):
            self._book.last_error = f"{path} ends after {last - first:.1f} s, before its time: it is damaged."

    def _pictures(
        self, container: InputContainer, stream: VideoStream, playing: _Playing
    ) -> Iterator[VideoFrame]:
        """What is decoded: nothing of a packet that is too late to be caught up with."""
        self._ring.connected(stream)
        is_first, playing.has_skipped = True, False
        for packet in packets(container, stream, self._book.spoilt):
            stamp = None if packet.pts is None else float(packet.pts * packet.time_base)
            if is_first:
                playing.timeline.begin(stamp)
                is_first = False
            seconds = playing.timeline.of(stamp)
            is_skipped = packet.size > 0 and self._is_skipped(packet, playing.started + seconds)
            if is_skipped:
                playing.has_skipped = True
                playing.timeline.left_out(stamp)
            pictures = () if is_skipped else tuple(frames_of(packet, self._book.spoilt))
            self._ring.keep(packet, seconds)
            yield from (picture for picture in pictures if picture is not None)

    def _is_skipped(self, packet: Packet[VideoStream], due: float) -> bool:
        now, was_skipping = self._clock.monotonic(), self._catching_up.is_skipping
        is_late = self._settings.paced and now - due > self._settings.maximum_lateness_seconds
        fate = self._catching_up.fate(is_late=is_late, is_keyframe=packet.is_keyframe, now=now)
        if fate is Fate.SKIP:
            self._book.missed()
        elif was_skipping:
            # What the decoder still holds is from before the gap.
            packet.stream.codec_context.flush_buffers()
        return fate is Fate.SKIP

    def _is_on_time(self, due: float) -> bool:
        """Wait until the frame is due. False for one that is too late, or that nobody waits for."""
        if not self._settings.paced:
            return True
        early = due - self._clock.monotonic()
        if early > 0:
            return not self._clock.wait(self._closed, early)
        is_late = -early > self._settings.maximum_lateness_seconds
        self._book.dropped += is_late
        return not is_late


@dataclass(slots=True)
class _Playing:
    """Where the file's time is anchored, and whether a part of this run came too late to be decoded."""

    timeline: FileTimeline
    thinning: Thinning
    started: float
    started_at: datetime
    has_skipped: bool = False


def _opened(path: Path) -> InputContainer:
    """The file, as one of `CONTAINERS` and nothing else.

    Raises:
        SourceError: it does not exist, may not be read, or is not a video.
    """
    # An absolute path is never taken for one of FFmpeg's protocols, whatever the file's name.
    absolute = path.expanduser().absolute()
    if absolute.is_dir():
        raise SourceError(f"{path} is a folder.", _GIVE_A_VIDEO)
    if not absolute.exists():
        raise missing(path)
    if not absolute.stat().st_size:
        raise SourceError(f"{path} is empty.", _GIVE_A_VIDEO)
    options = {"format_whitelist": CONTAINERS, "protocol_whitelist": "file"}
    try:
        return av.open(str(absolute), options=options)
    except PermissionError as error:
        raise SourceError(f"{path} may not be read by this user.", "Change its permissions.") from error
    except FFmpegError as error:
        raise SourceError(
            f"{path} is not a video that can be read: {error.strerror}.", _GIVE_A_VIDEO
        ) from error
