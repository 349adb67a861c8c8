"""A stream's own time, made fit to be relied on: it never runs backwards."""

from __future__ import annotations

SMALLEST_STEP_SECONDS = 0.001


class FileTimeline:
    """Seconds since a file's first frame, whatever its time stamps are.

    A missing stamp is one frame after the last. Where stamps run backwards (joined recordings,
    a file that is played again) time goes on by one frame from there.
    """

    def __init__(self, frame_seconds: float) -> None:
        self._frame_seconds = frame_seconds
        self._last: float | None = None
        self._offset = 0.0

    def at(self, stamp: float | None) -> float:
        """The time of the next frame, whose stamp is `stamp` seconds."""
        if self._last is None:
            self._offset = -(stamp or 0.0)
            self._last = 0.0
            return 0.0
        follows = self._last + self._frame_seconds
        time = follows if stamp is None else stamp + self._offset
        if time < self._last + SMALLEST_STEP_SECONDS:
            time = follows
            if stamp is not None:
                self._offset = time - stamp
        self._last = time
        return time
