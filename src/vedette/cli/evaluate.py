"""`vedette evaluate`: how good a taught classifier is on pictures that it was not taught with."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vedette.errors import PictureError, UsageError

if TYPE_CHECKING:
    from vedette.datasets.collection import Collection
    from vedette.evaluation.classification import Evaluation
    from vedette.teaching.taught import TaughtClassifier


@dataclass(slots=True)
class _Labels:
    """Labels of the pictures that could be read, and sentences on the others."""

    truths: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    best: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def evaluate(
    name: Annotated[str, typer.Argument(help="The classifier, as taught.")],
    folder: Annotated[Path, typer.Argument(help="Holds a folder of pictures a class.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of tables.")] = False,
) -> None:
    """Classify pictures whose class is known, and count."""
    from vedette.cli.classify import open_classifier
    from vedette.datasets.collection import read_collection
    from vedette.evaluation.classification import evaluate_answers

    collection = read_collection(folder)
    classifier = open_classifier(name)
    labels = _answers(classifier, collection)
    if not labels.truths:
        raise UsageError(f"{folder}: none of its {collection.count} pictures can be read.")
    evaluation = evaluate_answers(labels.truths, labels.answers, labels.best, classifier.classes)
    for remark in [*collection.remarks, *labels.remarks]:
        typer.echo(remark, err=True)
    if as_json:
        typer.echo(json.dumps(asdict(evaluation)))
    else:
        _print_tables(name, evaluation)


def _answers(classifier: TaughtClassifier, collection: Collection) -> _Labels:
    from vedette.cli.progress import counting_bar
    from vedette.teaching.reading import picture_bytes
    from vedette.values.prediction import UNKNOWN

    labels = _Labels()
    for stranger in collection.pictures.keys() - set(classifier.classes) - {UNKNOWN}:
        labels.remarks.append(
            f"`{stranger}` was not taught to `{classifier.name}`: its pictures ought to be unknown."
        )
    with counting_bar("classifying", collection.count) as advance:
        for label, paths in collection.pictures.items():
            for path in paths:
                try:
                    timed = classifier.classify_bytes(picture_bytes(path), str(path))
                except PictureError as error:
                    labels.remarks.append(f"passed over: {error}")
                else:
                    labels.truths.append(label)
                    labels.answers.append(timed.classification.label)
                    labels.best.append(timed.classification.best)
                advance()
    return labels


def _print_tables(name: str, evaluation: Evaluation) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    console.print(
        f"{name}: accuracy {_share(evaluation.accuracy)}, balanced {_share(evaluation.balanced_accuracy)}; "
        f"unknown {_share(evaluation.unknown_rate)}, "
        f"accuracy without rejection {_share(evaluation.accuracy_without_rejection)}",
        highlight=False,
    )
    if evaluation.strangers_rejected is not None:
        console.print(
            f"of pictures of other classes, unknown: {_share(evaluation.strangers_rejected)}", highlight=False
        )
    figures = Table(box=None, pad_edge=False)
    for heading in ("class", "pictures", "recall", "precision", "F1", "unknown"):
        figures.add_column(heading, justify="left" if heading == "class" else "right")
    for label, each in evaluation.per_class.items():
        shares = (_share(each.recall), _share(each.precision), _share(each.f1))
        figures.add_row(label, str(each.support), *shares, str(each.unknown))
    console.print(figures)
    console.print(_confusion_table(evaluation))


def _confusion_table(evaluation: Evaluation) -> object:
    from rich.table import Table

    table = Table(title="truth (row) was answered (column)", box=None, pad_edge=False, title_justify="left")
    columns = next(iter(evaluation.confusion.values())).keys()
    table.add_column("")
    for column in columns:
        table.add_column(column, justify="right")
    for true, counts in evaluation.confusion.items():
        table.add_row(true, *(str(count) if count else "." for count in counts.values()))
    return table


def _share(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.1%}"
