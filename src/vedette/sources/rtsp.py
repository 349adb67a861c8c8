"""An RTSP camera (RFC 2326), by FFmpeg: over TCP unless it is told otherwise."""

from __future__ import annotations

import random as random_numbers
import re
from collections.abc import Callable, Iterator
from typing import Annotated, Literal

import av
from av.container import InputContainer
from av.error import FFmpegError, InvalidDataError
from pydantic import AfterValidator, Field, SecretStr

from vedette.errors import SourceError
from vedette.sources.clock import Clock
from vedette.sources.container import video_stream
from vedette.sources.live import LiveSettings, LiveSource, Shot
from vedette.sources.packet_feed import PacketFeed
from vedette.sources.packet_ring import KeptPackets, PacketRingSettings
from vedette.sources.protocol import PacketRing
from vedette.sources.refusal import connection_error, mute_error
from vedette.sources.url import RtspUrl

FFMPEG_OPTIONS = {
    "analyzeduration": "how long to look at the stream before decoding, in microseconds",
    "buffer_size": "the socket's receive buffer, in bytes",
    "max_delay": "how long to wait for packets that are out of order, in microseconds (UDP)",
    "max_port": "the highest local port (UDP)",
    "min_port": "the lowest local port (UDP)",
    "probesize": "how many bytes to look at before decoding",
    "reorder_queue_size": "how many packets to keep for reordering (UDP)",
}
"""Every FFmpeg option that may be set, each a whole number. Anything else is refused: options
such as `protocol_whitelist` or `user_agent` reach into files and headers."""


def _allowed(options: dict[str, int]) -> dict[str, int]:
    for name in options:
        if name not in FFMPEG_OPTIONS:
            shown = name if re.fullmatch(r"[A-Za-z0-9_]{1,40}", name) else "this one"
            raise ValueError(
                f"the FFmpeg option {shown} is not allowed; these are: {', '.join(FFMPEG_OPTIONS)}"
            )
    return options


class RtspSettings(LiveSettings):
    """An RTSP camera."""

    kind: Literal["rtsp"] = Field(default="rtsp", description="A camera that speaks RTSP.")
    url: RtspUrl = Field(description="rtsp://name:password@host:554/path, or rtsps:// for TLS.")
    username: str = Field(default="", description="The name, if it does not stand in the url.")
    password: SecretStr = Field(
        default=SecretStr(""), description="The password, if it does not stand in the url."
    )
    transport: Literal["tcp", "udp"] = Field(
        default="tcp", description="How the pictures travel; udp loses some, and few cameras need it."
    )
    fast_decode: bool = Field(
        default=False,
        description="Decode H.264 and H.265 without the loop filter: a quarter less work, blockier pictures.",
    )
    packet_ring: PacketRingSettings = Field(
        default=PacketRingSettings(),
        description="How much of the camera's own stream is held in memory, for clips and live views.",
    )
    ffmpeg_options: Annotated[dict[str, Annotated[int, Field(ge=0)]], AfterValidator(_allowed)] = Field(
        default_factory=dict, description=f"Whole numbers for FFmpeg: {', '.join(FFMPEG_OPTIONS)}."
    )


class RtspSource(LiveSource):
    """Frames of one RTSP camera, for ever. `random` draws the jitter of the waits, in 0..1."""

    def __init__(
        self,
        name: str,
        settings: RtspSettings,
        clock: Clock | None = None,
        random: Callable[[], float] = random_numbers.random,
    ) -> None:
        super().__init__(name, settings, self._open, clock, random)
        self._settings = settings
        self._ring = KeptPackets(settings.packet_ring)
        self._packet_feed = PacketFeed(self._ring, self._timeline, self._book, self._clock)

    @property
    def packets(self) -> PacketRing | None:
        """See `Source`; None once a camera was met whose codec no browser plays."""
        return self._ring if self._ring.is_playable else None

    def _open(self) -> RtspFeed:
        settings = self._settings
        asked, timeout = self._clock.monotonic(), settings.connect_timeout_seconds
        try:
            container = av.open(
                settings.url.revealed(settings.username, settings.password.get_secret_value()),
                format="rtsp",
                options=_options(settings),
                # FFmpeg's parser swallows the first time-out (it flushes what it holds): two make one.
                timeout=(timeout, settings.read_timeout_seconds / 2),
            )
        except InvalidDataError as error:
            # FFmpeg takes an answer that never came for one that makes no sense.
            is_mute = self._clock.monotonic() - asked >= timeout
            where = str(settings.url)
            raise (
                mute_error(where, timeout) if is_mute else connection_error(error, where, timeout)
            ) from None
        except (FFmpegError, OSError) as error:
            raise connection_error(error, str(settings.url), timeout) from None
        return RtspFeed(container, settings, self._packet_feed, self._clock)


class RtspFeed:
    """One RTSP session."""

    def __init__(
        self, container: InputContainer, settings: RtspSettings, packets: PacketFeed, clock: Clock
    ) -> None:
        self._container = container
        self._settings = settings
        self._packets = packets
        self._clock = clock

    def shots(self) -> Iterator[Shot | None]:
        """See `Feed`."""
        settings = self._settings
        stream = video_stream(self._container, fast_decode=settings.fast_decode)
        if stream is None:
            raise SourceError(f"{settings.url} sends no video.", "Check the path in its address.")
        asked = self._clock.monotonic()
        try:
            for shot in self._packets.shots(self._container, stream):
                yield shot
                asked = self._clock.monotonic()
        except (FFmpegError, OSError) as error:
            timeout = settings.read_timeout_seconds
            was_silent = self._clock.monotonic() - asked >= timeout / 2
            raise connection_error(
                TimeoutError() if was_silent else error, str(settings.url), timeout
            ) from None

    def close(self) -> None:
        """See `Feed`."""
        self._container.close()


def _options(settings: RtspSettings) -> dict[str, str]:
    return {
        **{name: str(value) for name, value in settings.ffmpeg_options.items()},
        "rtsp_transport": settings.transport,
        "allowed_media_types": "video",
        # FFmpeg would wait for twenty frames to guess their rate, for which nobody asks: 2 s at 10 a second.
        "fpsprobesize": "0",
        # A server may redirect; never to a file or another protocol.
        "protocol_whitelist": "rtsp,rtsps,rtp,srtp,tcp,udp,tls",
    }
