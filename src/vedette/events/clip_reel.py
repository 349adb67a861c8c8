"""Where a clip's pictures come from: the last seconds of a camera, encoded, and what comes after."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from vedette.values.packet import EncodedPacket


class Reel(Protocol):
    """A camera's packets, read by the clips' thread. A source's `PacketRing` is one, `FrameReel` another."""

    @property
    def newest_seconds(self) -> float | None:
        """The newest packet's place in the camera's time; None while nothing is held."""
        ...

    def since(self, seconds: float) -> Sequence[EncodedPacket]:
        """What is still held from the last key frame at or before `seconds` (the camera's time) on."""
        ...

    def after(self, sequence: int, timeout_seconds: float = 0.0) -> Sequence[EncodedPacket]:
        """Packets with a higher sequence number, oldest first; waits so long for the first one."""
        ...
