"""A stream's own time, made fit to be relied on: it never runs backwards."""

from __future__ import annotations

from collections import deque

SMALLEST_STEP_SECONDS = 0.001
JUMP_SECONDS = 2.0
"""A stamp this much further on than the clock is another clock, not a frame of the future."""
_PATIENCE_SECONDS = 1.0


class FileTimeline:
    """Seconds since a file's first frame, whatever its time stamps are.

    A missing stamp is one frame after the last. Where stamps run backwards (joined recordings,
    a file that is played again) time goes on by one frame from there.
    """

    def __init__(self, frame_seconds: float) -> None:
        self._frame_seconds = frame_seconds
        self._last: float | None = None
        self._offset = 0.0

    def begin(self, stamp: float | None) -> None:
        """The file begins, or begins again, with this packet: its frame follows the last one."""
        if stamp is not None:
            self._offset = (0.0 if self._last is None else self._last + self._frame_seconds) - stamp

    def of(self, stamp: float | None) -> float:
        """The time of a packet whose frame is still to come."""
        if stamp is not None:
            return stamp + self._offset
        return 0.0 if self._last is None else self._last + self._frame_seconds

    def left_out(self, stamp: float | None) -> None:
        """A packet has passed whose frame will not come: its time is over all the same."""
        seconds = self.of(stamp)
        self._last = seconds if self._last is None else max(self._last, seconds)

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


class LiveTimeline:
    """A camera's own clock, laid onto this machine's monotonic clock.

    How late a frame is, is its arrival less its time stamp, against the least of that
    difference over the last `window_seconds`: two clocks drift apart slowly, a backlog comes
    quickly. Once more than `maximum_lateness_seconds` late, every frame is late until a quarter
    of that is left.

    The anchor is set anew after a reconnect, when stamps jump, and when dropping frames for a
    second did not help: then there is no backlog, and the camera's clock stood still.
    """

    def __init__(self, maximum_lateness_seconds: float, window_seconds: float = 30.0) -> None:
        self.maximum_lateness_seconds = self._maximum = maximum_lateness_seconds
        self._window = window_seconds
        self._offsets: deque[tuple[float, float]] = deque()
        self._last: tuple[float, float] | None = None
        self._late_since: tuple[float, float] | None = None
        self._last_seconds = float("-inf")

    def reconnected(self) -> None:
        """What comes now has another clock."""
        self._offsets.clear()
        self._last = self._late_since = None

    def place(self, stamp: float | None, now: float) -> tuple[float, bool]:
        """The frame's time in monotonic seconds, and whether it is late.

        Args:
            stamp: its own time in seconds, from any origin; None if it has none.
            now: when it arrived, monotonic seconds.
        """
        is_late = self.arrived(stamp, now)
        return self.at(stamp, now), is_late

    def arrived(self, stamp: float | None, now: float) -> bool:
        """Take note of a packet, before it is decoded; whether it is late.

        Stamps are to grow from packet to packet: those of the order of decoding do.
        """
        if stamp is None:
            return False
        if self._has_jumped(stamp, now):
            self.reconnected()
        self._last = (stamp, now)
        return self._is_late(stamp, self._lateness(now - stamp, now))

    def of(self, stamp: float | None, now: float) -> float:
        """The monotonic seconds of a stamp, as far as can be told now."""
        return now if stamp is None or not self._offsets else stamp + self._offsets[0][1]

    def at(self, stamp: float | None, now: float) -> float:
        """The time of the next frame, in monotonic seconds: `of`, and later than every frame before."""
        return self._onwards(self.of(stamp, now))

    def _is_late(self, stamp: float, lateness: float) -> bool:
        """The cases, first match wins.

        1. not late so far: late beyond the maximum;
        2. caught up;
        3. a second of frames was dropped and the backlog did not shrink: a new anchor.
        """
        since = self._late_since
        if since is None:
            if lateness > self._maximum:
                self._late_since = (stamp, lateness)
            return lateness > self._maximum
        if lateness <= self._maximum / 4:
            self._late_since = None
            return False
        if (dropped := stamp - since[0]) < _PATIENCE_SECONDS:
            return True
        self._late_since = (stamp, lateness)
        # Frames that wait in a buffer come many times faster than they were taken.
        if since[1] - lateness >= dropped / 4:
            return True
        self._late_since = None
        newest = self._offsets[-1]
        self._offsets.clear()
        self._offsets.append(newest)
        return False

    def _onwards(self, seconds: float) -> float:
        self._last_seconds = max(seconds, self._last_seconds + SMALLEST_STEP_SECONDS)
        return self._last_seconds

    def _has_jumped(self, stamp: float, now: float) -> bool:
        if self._last is None:
            return False
        step = stamp - self._last[0]
        return step < 0 or step > now - self._last[1] + JUMP_SECONDS

    def _lateness(self, offset: float, now: float) -> float:
        """Against the window's least offset, which stands at the left of a monotonic queue."""
        offsets = self._offsets
        while offsets and offsets[0][0] < now - self._window:
            offsets.popleft()
        while offsets and offsets[-1][1] >= offset:
            offsets.pop()
        offsets.append((now, offset))
        return offset - offsets[0][1]
