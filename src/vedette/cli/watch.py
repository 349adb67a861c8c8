"""`vedette watch`: what a taught classifier says of a camera, live."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Annotated

import typer

_LOOK_SECONDS = 0.5

if TYPE_CHECKING:
    from vedette.pipeline.camera_loop import Watcher
    from vedette.sources.protocol import Source
    from vedette.values.trail import Trail


def watch(
    source: Annotated[
        str, typer.Argument(help="A video, a folder of pictures, rtsp://, http:// (MJPEG) or /dev/videoN.")
    ],
    classifier: Annotated[list[str], typer.Option(help="A taught classifier; may be given several times.")],
    json_lines: Annotated[bool, typer.Option("--json", help="One decision a line, as JSON.")] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Every frame, with each stage's verdict and reason.")
    ] = False,
    gate: Annotated[bool, typer.Option(help="Look only while something moves.")] = True,
    flat_out: Annotated[bool, typer.Option("--flat-out", help="Play a video as fast as it decodes.")] = False,
) -> None:
    """Show what a taught classifier says of a camera: decisions as a live table, or as JSON lines."""
    from rich.console import Console

    from vedette.assembly.build import build_watch
    from vedette.cli.live_table import LiveTable

    console = Console()
    as_lines = json_lines or not console.is_terminal
    screen: AbstractContextManager[Watcher] = (
        nullcontext(_printer(explain=explain))
        if as_lines
        else LiveTable(console, f"{', '.join(classifier)} watches", explain=explain)
    )
    with screen as watcher:
        shown = _Shown(watcher)
        loop = build_watch(source, classifier, shown, has_gate=gate, is_paced=not flat_out)
        shown.stop = loop.stop
        with _telling_troubles(loop.source):
            loop.run()
    if shown.failure is not None:
        raise shown.failure


class _Shown:
    """What is shown is what this command is for: if it cannot be, the camera is stopped and that is told."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher
        self.stop: Callable[[], None] = _nothing
        self.failure: OSError | None = None

    def __call__(self, trail: Trail) -> None:
        """See `Watcher`."""
        if self.failure is not None:
            return
        try:
            self._watcher(trail)
        except OSError as error:
            self.failure = error
            self.stop()


@contextmanager
def _telling_troubles(source: Source) -> Iterator[None]:
    """While it is entered: why the camera gives no pictures is told on the error output, each reason once."""
    over = threading.Event()

    def tell() -> None:
        told = None
        while not over.wait(_LOOK_SECONDS):
            status = source.status
            if status.state == "waiting" and status.last_error not in {None, told}:
                told = status.last_error
                sys.stderr.write(f"{told} It is tried again until you stop this.\n")
                sys.stderr.flush()

    threading.Thread(target=tell, name="troubles", daemon=True).start()
    try:
        yield
    finally:
        over.set()


def _nothing() -> None:
    """There is no loop yet."""


def _printer(*, explain: bool) -> Watcher:
    from vedette.cli.decisions import decision_record, explained_record

    def show(trail: Trail) -> None:
        record = explained_record(trail) if explain else decision_record(trail)
        if explain or record["looked"]:
            sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")
            sys.stdout.flush()

    return show
