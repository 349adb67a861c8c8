"""`vedette bench`: what the work costs on this machine, beside the least that it could cost."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Annotated

import typer


def bench(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Measure this machine: frame to decision, idle camera, teaching, cold start, memory. About a minute."""
    from rich.console import Console

    from vedette.assembly.bench import Bench
    from vedette.benchmarking.machine import this_machine
    from vedette.benchmarking.report import as_record, as_table

    console = Console(stderr=True)
    with tempfile.TemporaryDirectory() as scratch, console.status("measuring, about a minute"):
        figures = Bench(Path(scratch)).figures()
    if as_json:
        typer.echo(json.dumps(as_record(figures, this_machine()), indent=2))
    else:
        Console().print(as_table(figures, this_machine()))
