"""The last decisions as a table that stays where it is on the screen."""

from __future__ import annotations

from collections import deque
from types import TracebackType
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from vedette.values.observation import Looked, Observation
from vedette.values.trail import Trail

_ROWS = 12
_STATE_STYLES = {"active": "bold green", "inactive": "dim", "undecided": "yellow"}


class LiveTable:
    """A context manager that shows trails as they come; a watcher of the camera loop."""

    def __init__(self, console: Console, title: str, *, explain: bool) -> None:
        self._console = console
        self._title = title
        self._explain = explain
        self._rows: deque[Trail] = deque(maxlen=_ROWS)
        self._frames = 0
        self._looks = 0
        self._live = Live(console=console, refresh_per_second=10, get_renderable=self.render)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def __call__(self, trail: Trail) -> None:
        """Take note of one frame; what is drawn, is drawn ten times a second by another thread."""
        looked = any(isinstance(seen, Looked) for seen in trail.observations.values())
        self._frames += 1
        self._looks += looked
        if looked or self._explain or any(verdict.has_changed for verdict in trail.verdicts):
            self._rows.append(trail)

    def render(self) -> Group:
        """What is on the screen at this moment."""
        # Rich cannot lay out a table whose least width is far beyond the terminal's.
        least = min(76, self._console.width)
        table = Table(title=self._title, title_justify="left", expand=False, min_width=least)
        for name in ("second", "gate", "network", "state", "ms"):
            table.add_column(name, justify="right" if name in {"second", "ms"} else "left")
        for trail in list(self._rows):
            table.add_row(*_cells(trail))
        return Group(table, Text(f"{self._frames} frames, {self._looks} looked at", style="dim"))


def _cells(trail: Trail) -> tuple[Text | str, ...]:
    return (
        f"{trail.frame.monotonic_seconds:.2f}",
        Text(trail.gate.reason, style="green" if trail.gate.is_open else "dim"),
        Text("\n").join(_network_cell(name, seen) for name, seen in trail.observations.items()),
        Text("\n").join(
            Text(f"{verdict.rule}: {verdict.state}", style=_STATE_STYLES[verdict.state])
            for verdict in trail.verdicts
        ),
        f"{trail.seconds * 1000:.1f}",
    )


def _network_cell(classifier: str, seen: Observation) -> Text:
    if not isinstance(seen, Looked):
        return Text(f"not looked: {seen.reason}", style="dim")
    answer = seen.classification
    bar = "█" * round(answer.confidence * 10)
    text = f"{classifier}: {answer.label} {answer.confidence:.2f} "
    return Text(text).append(f"{bar:<10}", style="cyan")
