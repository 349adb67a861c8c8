"""A source gives frames for ever, or to its end; what went wrong stands in its status."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from vedette.values.frame import Frame
from vedette.values.packet import EncodedPacket


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """A source's health at this moment.

    `frames` were handed on; `dropped` came late and were not; `corrupt` could not be decoded.
    `last_error` never holds a credential. `last_frame_monotonic_seconds` is the last frame's own time
    (a file's counts from 0); `last_arrival_monotonic_seconds` is when it was handed on, by this
    process's monotonic clock, whatever kind of source it is.
    """

    state: Literal["idle", "connecting", "connected", "waiting", "ended", "closed"] = "idle"
    connects: int = 0
    reconnects: int = 0
    frames: int = 0
    dropped: int = 0
    corrupt: int = 0
    last_error: str | None = None
    last_frame_monotonic_seconds: float | None = None
    last_arrival_monotonic_seconds: float | None = None


class PacketRing(Protocol):
    """The last seconds of a camera's encoded stream; may be read from any thread."""

    @property
    def newest_seconds(self) -> float | None:
        """The newest packet's place in the camera's time; None while nothing is held."""
        ...

    def since(self, seconds: float) -> Sequence[EncodedPacket]:
        """What is still held from the last keyframe at or before `seconds` (the camera's time) on."""
        ...

    def after(self, sequence: int, timeout_seconds: float = 0.0) -> Sequence[EncodedPacket]:
        """Packets with a higher sequence number, oldest first; waits so long for the first one."""
        ...


class Source(Protocol):
    """One camera's frames."""

    @property
    def name(self) -> str:
        """The camera's name, as in `Frame.camera`."""
        ...

    @property
    def is_live(self) -> bool:
        """Live sources reconnect for ever and drop frames that nobody had time for."""
        ...

    @property
    def is_endless(self) -> bool:
        """It ends when it is closed and not before: a live one, or a file that is played again and again."""
        ...

    @property
    def status(self) -> SourceStatus:
        """A snapshot; may be read from any thread."""
        ...

    @property
    def packets(self) -> PacketRing | None:
        """The encoded stream that the frames come from; None where there is none that a browser plays."""
        ...

    def frames(self) -> Iterator[Frame]:
        """Frames in order. Ends when a finite source is done or after `close`.

        Raises:
            SourceError: a finite source that cannot be read. A live one never raises: it waits,
                says so in `status`, and tries again.
        """
        ...

    def close(self) -> None:
        """Ask `frames` to end, from any thread."""
        ...
