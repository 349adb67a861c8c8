"""Figures for the eye, for a program and for the record."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from vedette.benchmarking.comparison import Figure
from vedette.benchmarking.machine import Machine, this_machine

_VERDICTS = {True: "[green]met[/]", False: "[red]missed[/]", None: ""}


def publish(figures: Sequence[Figure], *, as_json: bool, save_to: Path | None) -> None:
    """Print them, and keep them if a file is named: the end of every benchmark."""
    machine, console = this_machine(), Console(width=150)
    if as_json:
        console.print_json(data=as_record(figures, machine))
    else:
        console.print(as_table(figures, machine))
    if save_to:
        save_reference(figures, machine, save_to)


def as_table(figures: Sequence[Figure], machine: Machine) -> Table:
    """One row a figure, its floor beside it."""
    table = Table(title=f"{machine.processor}, {machine.cores} cores, Python {machine.python}")
    for name in ("what", "floor"):
        table.add_column(name, overflow="fold")
    for name in ("median", "floor's", "ratio", "goal"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("")
    for figure in figures:
        table.add_row(
            figure.what,
            figure.floor_what or "",
            _number(figure.value, figure.unit),
            _number(figure.floor_value, figure.unit),
            "" if figure.ratio is None else f"{figure.ratio:.3f}",
            "" if figure.goal is None else f"{figure.goal:g}",
            _VERDICTS[figure.is_met],
        )
    return table


def as_record(figures: Sequence[Figure], machine: Machine) -> dict[str, Any]:
    """The same, ready for JSON."""
    return {
        "machine": asdict(machine),
        "figures": [asdict(figure) | {"is_met": figure.is_met} for figure in figures],
    }


def save_reference(figures: Sequence[Figure], machine: Machine, path: Path) -> None:
    """The record that is kept beside the code: `benchmarks/reference/<machine>.csv`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        file.write(f"# {machine.processor}, {machine.cores} cores, Python {machine.python}\n")
        file.write("# " + ", ".join(f"{name} {version}" for name, version in machine.packages.items()) + "\n")
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["what", "value", "unit", "floor", "floor_value", "ratio", "goal", "rounds"])
        for figure in figures:
            rows.writerow(
                [
                    figure.what,
                    f"{figure.value:.4g}",
                    figure.unit,
                    figure.floor_what or "",
                    "" if figure.floor_value is None else f"{figure.floor_value:.4g}",
                    "" if figure.ratio is None else f"{figure.ratio:.3f}",
                    "" if figure.goal is None else f"{figure.goal:g}",
                    figure.rounds,
                ]
            )


def _number(value: float | None, unit: str) -> str:
    return "" if value is None else f"{value:.3g} {unit}" if value < 100 else f"{value:.0f} {unit}"
