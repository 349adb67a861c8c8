"""How a teaching is told on a terminal, or as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from vedette.teaching.advice import Advice
    from vedette.teaching.report import TeachingReport


def print_report(report: TeachingReport, advice: Advice, remarks: Sequence[str], *, as_json: bool) -> None:
    """What was taught, how well, and what would help."""
    everything = (*remarks, *report.remarks)
    if as_json:
        typer.echo(json.dumps(_as_json(report, advice, everything)))
        return
    from rich.console import Console

    console = Console(highlight=False, markup=False)
    console.print(f"{report.name}: {report.change}.")
    console.print(_class_table(report))
    console.print(
        f"balanced accuracy {report.balanced_accuracy:.1%} by leave-one-out "
        f"(near-duplicates left out together)"
    )
    console.print(f"head: {report.reason}")
    console.print(
        f"unknown: {report.false_rejects} of {report.pictures} own pictures would be turned away "
        f"({report.false_rejects / report.pictures:.1%})"
    )
    if report.worst:
        console.print("pictures that fit their label worst:")
        for each in report.worst:
            console.print(f"  {each.name}: looks like {each.looks_like} ({each.label} {each.confidence:.0%})")
    for remark in everything:
        console.print(f"note: {remark}")
    console.print("enough? " + " ".join(each.sentence for each in advice.classes))
    console.print(
        f"embedded {report.embedded} pictures in {report.embedding_seconds:.2f} s; "
        f"taught in {report.teaching_seconds * 1e3:.1f} ms"
    )


def print_step(change: str, state: str, *, forward: bool, as_json: bool) -> None:
    """What was undone or redone."""
    if as_json:
        typer.echo(json.dumps({"redone" if forward else "undone": change, "now": state}))
    else:
        typer.echo(f"{'Redone' if forward else 'Undone'}: {change}.\n{state}")


def _class_table(report: TeachingReport) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("class", "pictures", "near-duplicates", "recall", "precision", "turned away"):
        table.add_column(heading, justify="left" if heading == "class" else "right")
    for label, score in report.scores.items():
        shares = ("-" if value is None else f"{value:.1%}" for value in (score.recall, score.precision))
        counts = (str(score.pictures), str(score.near_duplicates))
        table.add_row(label, *counts, *shares, str(score.false_rejects))
    return table


def _as_json(report: TeachingReport, advice: Advice, remarks: Sequence[str]) -> dict[str, object]:
    return {
        **asdict(report),
        "scores": {label: score.model_dump() for label, score in report.scores.items()},
        "false_reject_rate": report.false_rejects / report.pictures,
        "remarks": list(remarks),
        "advice": asdict(advice),
    }
