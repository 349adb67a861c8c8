"""What was counted and measured since the start; the service writes it down for Prometheus."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence

from vedette.values.event import Event, Phase
from vedette.values.observation import Looked, NotLooked
from vedette.values.trail import Trail

FRAME_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)
DISK_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)
DELIVERY_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0, 600.0)


class Histogram:
    """How often a measure fell between two bounds, in Prometheus' manner: each bound is included.

    One thread observes; any may read. A reader may see an observation in `counts` that is not in `total`
    yet: that evens out with the next scrape.
    """

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = tuple(bounds)
        self.counts = [0] * (len(self.bounds) + 1)
        self.total = 0.0

    def observe(self, value: float) -> None:
        """One measure."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value

    def quantile(self, share: float) -> float | None:
        """So much of the measures was no more than this, evenly between its bucket's bounds.

        None before the first measure, and where it is beyond the last bound.
        """
        counts = list(self.counts)
        wanted, below = share * sum(counts), 0.0
        lower = 0.0
        for bound, count in zip(self.bounds, counts, strict=False):
            if count and below + count >= wanted:
                return lower + (bound - lower) * (wanted - below) / count
            below, lower = below + count, bound
        return None


class SharedHistogram(Histogram):
    """A histogram that many threads may observe."""

    __slots__ = ("_turn",)

    def __init__(self, bounds: Sequence[float]) -> None:
        super().__init__(bounds)
        self._turn = threading.Lock()

    def observe(self, value: float) -> None:
        """One measure, from any thread."""
        with self._turn:
            super().observe(value)


class CameraMeasures:
    """One camera's measures, written by its own thread only."""

    __slots__ = ("decision_seconds", "frames", "look_seconds", "looks_failed", "looks_not_served")

    def __init__(self) -> None:
        self.frames = 0
        self.decision_seconds = Histogram(FRAME_SECONDS)
        self.look_seconds = Histogram(FRAME_SECONDS)
        self.looks_not_served = 0
        self.looks_failed = 0

    def refused(self, seen: NotLooked) -> None:
        """A look that was due and could not be; one at a classifier that is missing is nobody's load."""
        self.looks_not_served += seen.cause == "busy"
        self.looks_failed += seen.cause == "failing"


class Metrics:
    """Counts and histograms. It is a watcher of every camera loop, and a listener to every event."""

    def __init__(self) -> None:
        self._cameras: dict[str, CameraMeasures] = {}
        self._events: Counter[tuple[str, str]] = Counter()
        self._turn = threading.Lock()
        self._deliveries: dict[str, SharedHistogram] = {}
        self.store_seconds = SharedHistogram(DISK_SECONDS)

    def __call__(self, trail: Trail) -> None:
        """See `Watcher`. A frame at rest is counted and not measured: nothing was decided on it."""
        measures = self._cameras.get(trail.frame.camera)
        if measures is None:
            measures = self._cameras.setdefault(trail.frame.camera, CameraMeasures())
        measures.frames += 1
        if not trail.seconds:
            return
        measures.decision_seconds.observe(trail.seconds)
        for seen in trail.observations.values():
            if isinstance(seen, Looked):
                measures.look_seconds.observe(seen.seconds)
            elif seen.was_wanted:
                measures.refused(seen)

    def on_event(self, phase: Phase, event: Event, snapshot_jpeg: bytes | None) -> None:  # noqa: ARG002 - the contract's
        """See `EventListener`: counts what was opened."""
        if phase is Phase.OPEN:
            with self._turn:
                self._events[event.camera, event.rule] += 1

    def delivered(self, action: str, seconds: float) -> None:
        """An action was carried out, so long after its event's phase. From any thread."""
        with self._turn:
            histogram = self._deliveries.setdefault(action, SharedHistogram(DELIVERY_SECONDS))
        histogram.observe(seconds)

    def forget(self, camera: str) -> None:
        """The camera is gone from the configuration; its counts begin anew if it comes back."""
        self._cameras.pop(camera, None)

    @property
    def cameras(self) -> Mapping[str, CameraMeasures]:
        """Every camera's measures at this moment."""
        return dict(self._cameras)

    @property
    def events(self) -> Mapping[tuple[str, str], int]:
        """Events that were opened, by camera and rule."""
        with self._turn:
            return dict(self._events)

    @property
    def deliveries(self) -> Mapping[str, Histogram]:
        """Seconds from an event's phase to its delivery, by action."""
        with self._turn:
            return dict(self._deliveries)
