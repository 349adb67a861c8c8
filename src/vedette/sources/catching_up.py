"""What becomes of a packet of a stream that is late, decided before it is decoded."""

from __future__ import annotations

from enum import Enum


class Fate(Enum):
    """What is done with a packet."""

    SHOW = "decoded and handed on"
    DECODE = "decoded, since the pictures after it build on it, and dropped"
    SKIP = "dropped"


class CatchingUp:
    """Gives up frames until a stream is on time again: as few as it takes.

    Decoding a backlog is mostly many times faster than the stages are, and then only the late frames
    are lost. A machine on which it is not has `patience_seconds` of trying, and then leaves out whole
    runs: what follows a packet that was not decoded cannot be shown before the next key frame.
    """

    def __init__(self, patience_seconds: float) -> None:
        self._patience = patience_seconds
        self._late_since: float | None = None
        self._is_skipping = False

    def restarted(self) -> None:
        """What comes now is another stream."""
        self._late_since = None
        self._is_skipping = False

    @property
    def is_skipping(self) -> bool:
        """The last packet was not decoded."""
        return self._is_skipping

    def fate(self, *, is_late: bool, is_keyframe: bool, now: float) -> Fate:
        """Of the next packet, which arrived at `now` (monotonic seconds). First match wins.

        1. skipping: until a key frame that is on time;
        2. on time;
        3. late for less than the patience;
        4. late for longer.
        """
        if self._is_skipping:
            self._is_skipping = is_late or not is_keyframe
            return Fate.SKIP if self._is_skipping else Fate.SHOW
        if not is_late:
            self._late_since = None
            return Fate.SHOW
        if self._late_since is None:
            self._late_since = now
        if now - self._late_since <= self._patience:
            return Fate.DECODE
        self._is_skipping, self._late_since = True, None
        return Fate.SKIP
