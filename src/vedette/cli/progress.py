"""A bar for work on many pictures; shown only on a terminal, and only once it has taken a second."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

PATIENCE_SECONDS = 1.0


@contextmanager
def counting_bar(what: str, total: int) -> Iterator[Callable[[], None]]:
    """Call what is given once for each picture that is done."""
    import time

    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    task = bar.add_task(what, total=total)
    started = time.monotonic()

    def advance() -> None:
        bar.advance(task)
        if time.monotonic() - started > PATIENCE_SECONDS:
            bar.start()

    try:
        yield advance
    finally:
        bar.stop()
