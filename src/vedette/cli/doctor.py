"""`vedette doctor`: what this machine has, and what to do where something is wanting."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from vedette.assembly.finding import Finding

STYLES = {"ok": "green", "warn": "yellow", "missing": "dim"}


def doctor(
    json_output: Annotated[bool, typer.Option("--json", help="One JSON array instead of a table.")] = False,
) -> None:
    """Say what this machine has: accelerators, cameras, permissions, disk, temperature; and what to do."""
    from vedette.assembly.machine import inspect_machine

    findings = inspect_machine()
    if json_output:
        typer.echo(json.dumps([asdict(finding) for finding in findings], indent=2, ensure_ascii=False))
    else:
        _print_table(findings)


def _print_table(findings: list[Finding]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column()
    for finding in findings:
        told = Text(finding.detail)
        if finding.remedy:
            told.append(f"\n→ {finding.remedy}", style="dim")
        table.add_row(finding.topic, Text(finding.state, style=STYLES[finding.state]), told)
    Console().print(table)
