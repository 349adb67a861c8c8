"""`vedette demo`: a real clip plays as a camera, and everything happens that happens at home."""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from vedette.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.console import Console

    from vedette.assembly.demonstration import Demonstration
    from vedette.pipeline.camera_loop import Watcher
    from vedette.teaching.report import TeachingReport
    from vedette.values.event import Event
    from vedette.values.trail import Trail


_INTERRUPTED = 130
"""What a shell reports of a process that Ctrl+C ended."""


def demo(
    clip: Annotated[str, typer.Option(help="person or finch.")] = "person",
    once: Annotated[
        bool, typer.Option("--once", help="Play to the end without a screen, print the events, stop.")
    ] = False,
) -> None:
    """Teach from a few frames of a real clip, then watch it: gate, decisions, events, page.

    The clip plays again and again until Ctrl+C; the page is at the address that is printed.
    """
    from rich.console import Console

    from vedette.assembly.demonstration import DEMONSTRATIONS
    from vedette.folders import data_folder

    if clip not in DEMONSTRATIONS:
        raise UsageError(f"no demonstration is called {clip!r}.", f"There are: {', '.join(DEMONSTRATIONS)}.")
    demonstration = DEMONSTRATIONS[clip]
    console = Console()
    console.print(f"[bold]{clip}[/]: {demonstration.story}", highlight=False)
    start = Start()
    screen = nullcontext(start.ignore) if once else _screen(console, demonstration, start)
    folder = data_folder() / "demo" / clip
    video = prepare(demonstration, console, folder)
    if once:
        events = play(demonstration, video, folder, console, start, screen)
    else:
        from vedette.cli.demo_page import show

        events = show(demonstration, video, folder, console, screen, start)
    print_events(console, events, start.at)
    for picture in (folder / event.snapshot for event in events if event.snapshot):
        console.print(f"[dim]{picture}[/]", soft_wrap=True, highlight=False)
    if not once:
        raise typer.Exit(_INTERRUPTED)
    if not events:
        raise typer.Exit(1)


def _screen(console: Console, demonstration: Demonstration, start: Start) -> AbstractContextManager[Watcher]:
    """A table that follows, where it can be drawn."""
    from vedette.cli.live_table import LiveTable

    if not console.is_terminal:
        return nullcontext(start.ignore)
    return LiveTable(console, f"{demonstration.camera}, as a camera", explain=False)


class Start:
    """When the clip's second 0 was, by the wall clock of its frames."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def __call__(self, trail: Trail) -> None:
        """A watcher of the camera loop."""
        if trail.frame.sequence == 0:
            self.at = trail.frame.captured_at - timedelta(seconds=trail.frame.monotonic_seconds)

    def ignore(self, trail: Trail) -> None:
        """A watcher without a screen."""


def prepare(demonstration: Demonstration, console: Console, folder: Path) -> Path:
    """The clip, fetched if need be; its classifiers taught below `folder`, which is emptied first."""
    import shutil

    from vedette.catalog.fetch import obtain
    from vedette.cli.models import progress_bar

    logging.getLogger("vedette").setLevel(logging.ERROR)
    with progress_bar(demonstration.clip) as progress:
        video = obtain(demonstration.clip, progress=progress)
    shutil.rmtree(folder, ignore_errors=True)
    _teach(demonstration, video, folder / "classifiers", console)
    return video


def play(
    demonstration: Demonstration,
    video: Path,
    folder: Path,
    console: Console,
    start: Start,
    screen: AbstractContextManager[Watcher],
) -> Sequence[Event]:
    """Watch the clip once, as fast as it goes; the events, oldest first."""
    from vedette.assembly.assemble import build_appliance
    from vedette.config.schema import Config

    config = Config.model_validate(demonstration.configuration(video, folder, is_paced=False))
    with screen as watcher:
        appliance = build_appliance(config, watchers=[start, watcher], classifiers=folder / "classifiers")
        appliance.start()
        try:
            appliance.supervisor.wait()
            appliance.settle()
            events = list(reversed(appliance.events.list(limit=None)))
        finally:
            appliance.stop()
    for failure in appliance.supervisor.failures.values():
        console.print(f"[red]{failure}[/]")
    return events


def _teach(demonstration: Demonstration, video: Path, root: Path, console: Console) -> None:
    from vedette.assembly.build import DEFAULT_NETWORK, build_clip, build_embedder
    from vedette.assembly.teaching_demonstration import teach_demonstration
    from vedette.cli.models import progress_bar
    from vedette.teaching.manifest import Origin

    with progress_bar(DEFAULT_NETWORK) as progress:
        embedder = build_embedder(progress=progress)
    clip = build_clip(demonstration.clip, video)
    origin = Origin(network=DEFAULT_NETWORK, engine="litert")
    reports = teach_demonstration(demonstration, clip, embedder, origin, root)
    embedder.close()
    for lesson, report in zip(demonstration.lessons, reports, strict=True):
        frames = "; ".join(
            f"{label} at {', '.join(f'{second:g}' for second in seconds)} s"
            for label, seconds in lesson.seconds.items()
        )
        console.print(
            f"[bold]{lesson.classifier}[/] taught from {report.pictures} frames ({frames}) "
            f"in {report.embedding_seconds + report.teaching_seconds:.2f} s: {_score(report)}",
            highlight=False,
        )


def _score(report: TeachingReport) -> str:
    return f"{report.head}, leave-one-out {report.balanced_accuracy:.0%}"


def print_events(console: Console, events: Sequence[Event], start: datetime) -> None:
    """When each event began and ended, in seconds of the clip."""
    from rich.table import Table

    table = Table(title="Events", title_justify="left", expand=False)
    for name in ("rule", "label", "from", "to", "score", "closed because"):
        table.add_column(name, justify="right" if name in {"from", "to", "score"} else "left")
    for event in events:
        opened = (event.opened_at - start).total_seconds()
        closed = None if event.closed_at is None else (event.closed_at - start).total_seconds()
        table.add_row(
            event.rule,
            event.label,
            f"{opened:.1f} s",
            "open" if closed is None else f"{closed:.1f} s",
            f"{event.score:.2f}",
            event.close_reason or "",
        )
    console.print(table)
