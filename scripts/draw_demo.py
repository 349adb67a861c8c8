"""Draw docs/pictures/demo.svg: the demonstration as a terminal shows it, at its most telling second.

python scripts/draw_demo.py docs/pictures/demo.svg
"""

from __future__ import annotations

import io
import re
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path

from rich.console import Console

from vedette.assembly.demonstration import PERSON
from vedette.cli import demo
from vedette.cli.live_table import LiveTable
from vedette.values.trail import Trail

_TELLING_SECONDS = (1.9, 2.6)


def main(picture: Path) -> None:
    """Play the clip and keep what the screen shows when the person walks in."""
    console = Console(record=True, width=112, file=io.StringIO(), force_terminal=True)
    table = LiveTable(console, "person, as a camera", explain=False)

    def show(trail: Trail) -> None:
        if trail.frame.monotonic_seconds <= _TELLING_SECONDS[1]:
            table(trail)

    console.print("[bold]$ make demo[/]", highlight=False)
    start = demo.Start()
    with tempfile.TemporaryDirectory() as folder:
        video = demo.prepare(PERSON, console, Path(folder))
        events = demo.play(PERSON, video, Path(folder), console, start, nullcontext(show))
        console.print(table.render())
        demo.print_events(console, events, start.at)
    picture.write_text(_without_foreign_fonts(console.export_svg(title="Vedette")))


def _without_foreign_fonts(svg: str) -> str:
    """A picture in a README asks no other host for its letters."""
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    return svg.replace("Fira Code", "DejaVu Sans Mono")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
