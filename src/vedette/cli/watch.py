"""`vedette watch`: what a taught classifier says of a camera, live."""

from __future__ import annotations

import json
import sys
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from vedette.pipeline.camera_loop import Watcher
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
        loop = build_watch(source, classifier, watcher, has_gate=gate, is_paced=not flat_out)
        loop.run()


def _printer(*, explain: bool) -> Watcher:
    from vedette.cli.decisions import decision_record, explained_record

    def show(trail: Trail) -> None:
        record = explained_record(trail) if explain else decision_record(trail)
        if explain or record["looked"]:
            sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")
            sys.stdout.flush()

    return show
