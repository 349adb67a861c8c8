"""Where a camera's loop is, written by its own thread and read by those who look after it."""

from __future__ import annotations

SOURCE = "the source"
GATE = "the gate"
RULES = "the rules"
RECORDER = "the recorder"
WATCHERS = "the watchers"

_LONGEST_STEP_SECONDS = 1.0


class Pulse:
    """One loop's stage and counts since it began.

    Plain attributes with one writer: a few hundred nanoseconds would be paid for locks and clocks on
    every frame, so who reads brings the clock (see `Stillness`).

    `stage` is where the loop is now: `SOURCE` while it waits for a frame. `frames` have passed
    through. Of the looks that were `looks_wanted`, `looks_not_served` had no turn at the network in
    time and `looks_failed` had one that failed. `watcher_failures` counts watchers that raised.
    """

    __slots__ = ("frames", "looks_failed", "looks_not_served", "looks_wanted", "stage", "watcher_failures")

    def __init__(self) -> None:
        self.stage = SOURCE
        self.frames = 0
        self.looks_wanted = 0
        self.looks_not_served = 0
        self.looks_failed = 0
        self.watcher_failures = 0

    @property
    def beat(self) -> tuple[int, str]:
        """Changes whenever the loop goes on."""
        return self.frames, self.stage


class Stillness:
    """How long a value has been the same, as far as one can tell who looks now and then.

    A look that comes late counts for a second at most: a process that was stopped, or that waited
    for its memory, must not take its threads for stuck when it wakes up.
    """

    def __init__(self) -> None:
        self._value: object = None
        self._looked_at: float | None = None
        self._seconds = 0.0

    def look(self, value: object, now: float) -> float:
        """Seconds for which the value has not changed; 0 when it is new. `now` is monotonic."""
        is_new = self._looked_at is None or value != self._value
        elapsed = 0.0 if self._looked_at is None else now - self._looked_at
        self._seconds = 0.0 if is_new else self._seconds + min(elapsed, _LONGEST_STEP_SECONDS)
        self._value, self._looked_at = value, now
        return self._seconds
