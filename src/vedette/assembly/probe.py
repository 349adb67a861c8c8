"""A camera that is not configured yet is tried: does it answer, and what does it show?"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from vedette.assembly.build import build_source
from vedette.config.schema import AnySource
from vedette.errors import SourceError, VedetteError
from vedette.pixels.picture import encode_jpeg
from vedette.sources.protocol import Source
from vedette.sources.push import PushSettings
from vedette.sources.url import StreamUrl
from vedette.values.frame import Frame

_PATIENCE_SECONDS = 10.0
_MEASURING_SECONDS = 1.5
_PICTURE_WIDTH = 960
_IN_BROWSERS = frozenset({"h264", "vp8", "vp9", "av1"})


@dataclass(frozen=True, slots=True)
class Probed:
    """What a camera showed. `codec` is FFmpeg's name, None where it sends pictures one by one."""

    width: int
    height: int
    codec: str | None
    frames_per_second: float | None
    plays_in_browser: bool
    picture_jpeg: bytes = field(repr=False)


def probe(settings: AnySource, build: Callable[[str, AnySource], Source] = build_source) -> Probed:
    """Connect, look for a moment, let go. Blocks for ten seconds at most.

    Raises:
        SourceError: why there is no picture; the message holds no credential, and nothing that the
            other side said.
    """
    if isinstance(settings, PushSettings):
        raise SourceError("this camera waits for pictures that others push to it.", "Save it, then push one.")
    url = getattr(settings, "url", None)
    if isinstance(url, StreamUrl):
        _refuse_unknown_host(url)
    source = build("test", settings.model_copy(update={"frames_per_second": None} if url else {}))
    looking = _Looking(source)
    looking.start()
    try:
        return looking.outcome(_PATIENCE_SECONDS)
    finally:
        source.close()


class _Looking(threading.Thread):
    """Takes frames for a moment, in a thread of its own: nobody waits for a camera that hangs."""

    def __init__(self, source: Source) -> None:
        super().__init__(name="camera test", daemon=True)
        self._source = source
        self._changed = threading.Event()
        self._frames: list[float] = []
        self._last: Frame | None = None
        self._error: VedetteError | None = None

    def run(self) -> None:
        began = time.monotonic()
        try:
            for frame in self._source.frames():
                self._last = frame
                self._frames.append(frame.monotonic_seconds)
                if len(self._frames) == 1:
                    began = time.monotonic()
                if time.monotonic() - began > _MEASURING_SECONDS:
                    break
        except VedetteError as error:
            self._error = error
        finally:
            self._changed.set()

    def outcome(self, patience_seconds: float) -> Probed:
        """What was seen in that time.

        Raises:
            SourceError: nothing.
        """
        deadline = time.monotonic() + patience_seconds
        while not self._changed.wait(0.05) and time.monotonic() < deadline:
            status = self._source.status
            # A live source never gives up, a test does.
            if status.state == "waiting" and not self._frames:
                break
        if self._last is None:
            raise self._refusal()
        return self._probed(self._last)

    def _refusal(self) -> SourceError:
        if isinstance(self._error, SourceError):
            return self._error
        why = self._source.status.last_error
        if why:
            return SourceError(why)
        return SourceError(
            "no picture came within ten seconds.", "Is it switched on, and is the address right?"
        )

    def _probed(self, frame: Frame) -> Probed:
        packets = self._source.packets
        held = packets.since(frame.monotonic_seconds) if packets is not None else ()
        codec = held[0].format.codec if held else None
        span = self._frames[-1] - self._frames[0]
        width = min(frame.width, _PICTURE_WIDTH)
        size = (width, max(1, round(width * frame.height / frame.width)))
        return Probed(
            width=frame.width,
            height=frame.height,
            codec=codec,
            frames_per_second=round((len(self._frames) - 1) / span, 1) if span > 0 else None,
            plays_in_browser=codec in _IN_BROWSERS,
            picture_jpeg=encode_jpeg(frame.rgb(size)),
        )


def _refuse_unknown_host(url: StreamUrl) -> None:
    host = urlsplit(str(url)).hostname or ""
    try:
        socket.getaddrinfo(host, None)
    except OSError:
        raise SourceError(
            f"nothing in the network is called {host}.", "Check the address; an IP address always works."
        ) from None
