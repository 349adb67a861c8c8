"""Stretches of time in which a rule was active, gathered as one goes along."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """From `since` to `until`, seconds since 1970; an open one had not ended when the log did."""

    since: float
    until: float
    is_open: bool = False

    @property
    def seconds(self) -> float:
        """How long it is; 0 if the clock was set back in it."""
        return max(0.0, self.until - self.since)


class ActiveTime:
    """Spans one after the other. `seen` is the last time that anything was known of."""

    def __init__(self) -> None:
        self._ended: list[Span] = []
        self._since: float | None = None
        self.seen: float | None = None

    def enter(self, at: float) -> None:
        """It is so from here on, if it was not before."""
        if self._since is None:
            self._since = at

    def leave(self, at: float | None) -> None:
        """It is so no longer, if it was before."""
        if self._since is not None and at is not None:
            self._ended.append(Span(self._since, at))
            self._since = None

    def see(self, at: float) -> None:
        """Time has passed."""
        self.seen = at

    @property
    def spans(self) -> tuple[Span, ...]:
        """All of them, the open one last."""
        if self._since is None or self.seen is None:
            return tuple(self._ended)
        return (*self._ended, Span(self._since, self.seen, is_open=True))

    @property
    def seconds(self) -> float:
        """All together."""
        return sum(span.seconds for span in self.spans)

    def differs_by(self, other: ActiveTime) -> float:
        """Seconds in which one is so and the other is not."""
        edges: list[tuple[float, int, int]] = []
        for place, times in enumerate((self, other)):
            for span in times.spans:
                edges += [(span.since, place, 1), (span.until, place, -1)]
        edges.sort()
        depth, apart, before = [0, 0], 0.0, 0.0
        for at, place, step in edges:
            if (depth[0] > 0) != (depth[1] > 0):
                apart += at - before
            depth[place] += step
            before = at
        return apart
