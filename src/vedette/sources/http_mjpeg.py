"""A camera that sends JPEG pictures one after another in one HTTP answer (`multipart/x-mixed-replace`)."""

from __future__ import annotations

import random as random_numbers
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Literal

from av import CodecContext, Packet, VideoFrame
from av.error import FFmpegError
from pydantic import Field, SecretStr

from vedette.pixels.header import picture_size
from vedette.pixels.picture import MAXIMUM_BYTES, MAXIMUM_PIXELS
from vedette.sources.clock import Clock
from vedette.sources.jpeg_stream import JpegStream
from vedette.sources.live import LiveSettings, LiveSource, Shot
from vedette.sources.url import HttpUrl

if TYPE_CHECKING:
    from vedette.sources.http_stream import HttpStream


class MjpegSettings(LiveSettings):
    """An HTTP camera that sends MJPEG."""

    kind: Literal["mjpeg"] = Field(default="mjpeg", description="A camera that sends MJPEG over HTTP.")
    url: HttpUrl = Field(description="http://name:password@host/path, or https://.")
    username: str = Field(default="", description="The name, if it does not stand in the url.")
    password: SecretStr = Field(
        default=SecretStr(""), description="The password, if it does not stand in the url."
    )
    verify_certificate: bool = Field(
        default=True,
        description="Check the camera's certificate (https); a camera that signed its own fails.",
    )


class MjpegSource(LiveSource):
    """Frames of one MJPEG camera, for ever. Pictures carry no time: it is that of their arrival.

    A picture is late when a newer one has arrived whole: it is dropped without being decoded.
    """

    def __init__(
        self,
        name: str,
        settings: MjpegSettings,
        clock: Clock | None = None,
        random: Callable[[], float] = random_numbers.random,
    ) -> None:
        super().__init__(name, settings, self._open, clock, random)
        self._settings = settings

    def _open(self) -> MjpegFeed:
        from vedette.sources.http_stream import HttpStream  # noqa: PLC0415 - httpx only where it is used

        settings = self._settings
        stream = HttpStream(
            settings.url,
            (
                settings.username or settings.url.username,
                settings.password.get_secret_value() or settings.url.password,
            ),
            (settings.connect_timeout_seconds, settings.read_timeout_seconds),
            verify_certificate=settings.verify_certificate,
        )
        return MjpegFeed(stream, self._book.missed, self._book.spoilt)


class MjpegFeed:
    """One answer that never ends. Planes come from the JPEG decoder as they are, unconverted."""

    def __init__(
        self, stream: HttpStream, on_dropped: Callable[[], None], on_corrupt: Callable[[], None]
    ) -> None:
        self._stream = stream
        self._on_dropped = on_dropped
        self._on_corrupt = on_corrupt
        self._pictures = JpegStream(MAXIMUM_BYTES)

    def shots(self) -> Iterator[Shot | None]:
        """See `Feed`."""
        for data in self._stream.chunks():
            discarded = self._pictures.discarded
            newest: bytes | None = None
            for picture in self._pictures.feed(data):
                if newest is not None:
                    self._on_dropped()
                newest = picture
            for _ in range(self._pictures.discarded - discarded):
                self._on_corrupt()
            yield None if newest is None else Shot(None, partial(_decoded, newest))

    def close(self) -> None:
        """See `Feed`."""
        self._stream.close()


def _decoded(data: bytes) -> VideoFrame | None:
    """The picture, by a decoder of its own: one that follows a damaged picture owes it nothing."""
    size = picture_size(data)
    if size is None or size[0] * size[1] > MAXIMUM_PIXELS:
        return None
    try:
        decoder = CodecContext.create("mjpeg", "r")
        frames = decoder.decode(Packet(data))
    except FFmpegError:
        return None
    return frames[0] if frames else None
