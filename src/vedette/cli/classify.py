"""`vedette classify`: what a taught classifier says of pictures, and where the time goes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vedette.errors import PictureError

if TYPE_CHECKING:
    from vedette.teaching.taught import TaughtClassifier, TimedClassification

STAGES = ("read", "resize", "embed", "head")


def classify(
    name: Annotated[str, typer.Argument(help="The classifier, as taught.")],
    pictures: Annotated[list[Path], typer.Argument(help="Picture files.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, one a picture.")] = False,
) -> None:
    """Say what pictures show, with the time of each stage."""
    classifier = open_classifier(name)
    failures: list[PictureError] = []
    for path in pictures:
        try:
            timed = classifier.classify_bytes(_bytes(path), str(path))
        except PictureError as error:
            failures.append(error)
            if as_json:
                typer.echo(json.dumps({"picture": str(path), "error": error.message}))
            continue
        typer.echo(json.dumps(answer(path, timed)) if as_json else sentence(path, timed))
    if failures:
        raise PictureError("\n".join(str(error) for error in failures))


def open_classifier(name: str) -> TaughtClassifier:
    """The classifier with the network and engine that it was taught with."""
    from vedette.assembly.build import build_embedder
    from vedette.folders import classifiers_folder
    from vedette.teaching.classifier_folder import ClassifierFolder
    from vedette.teaching.taught import TaughtClassifier

    origin = ClassifierFolder(classifiers_folder(), name).read().current.origin
    embedder = build_embedder(origin.network, origin.engine, origin.device)
    return TaughtClassifier.open(classifiers_folder(), name, embedder)


def answer(path: Path, timed: TimedClassification) -> dict[str, Any]:
    """What `--json` prints of a picture. Distances are 1 - cosine; no limit is null."""
    classification = timed.classification
    limit = classification.distance_limit
    return {
        "picture": str(path),
        "label": classification.label,
        "confidence": round(classification.confidence, 4),
        "confidences": {label: round(share, 4) for label, share in classification.confidences.items()},
        "distance": round(classification.distance, 4),
        "distance_limit": round(limit, 4) if limit != float("inf") else None,
        "milliseconds": {stage: round(timed.seconds[stage] * 1e3, 3) for stage in STAGES},
    }


def sentence(path: Path, timed: TimedClassification) -> str:
    """One line of text."""
    classification = timed.classification
    label = f"{classification.label} {classification.confidence:.0%}"
    if classification.is_unknown:
        label = f"unknown (nearest {classification.best}, too far from it)"
    times = ", ".join(f"{stage} {timed.seconds[stage] * 1e3:.2f}" for stage in STAGES)
    return f"{path}: {label}  [{times} ms]"


def _bytes(path: Path) -> bytes:
    from vedette.teaching.reading import picture_bytes

    return picture_bytes(path)
