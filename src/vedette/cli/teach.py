"""`vedette teach`: pictures in a folder a class become a classifier."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vedette.errors import PictureError, TeachingError, UsageError

if TYPE_CHECKING:
    from vedette.datasets.collection import Collection
    from vedette.teaching.advice import Advice
    from vedette.teaching.classifier_folder import ClassifierFolder
    from vedette.teaching.manifest import Origin
    from vedette.teaching.report import TeachingReport
    from vedette.teaching.session import TeachingSession
    from vedette.values.geometry import Box


def teach(
    name: Annotated[str, typer.Argument(help="What to call the classifier.")],
    folder: Annotated[Path | None, typer.Argument(help="Holds a folder of pictures a class.")] = None,
    head: Annotated[str, typer.Option(help="auto, ridge, imprint or proxies.")] = "auto",
    region: Annotated[
        str | None, typer.Option(metavar="L,T,R,B", help="Look at this part only, in 0..1 of the picture.")
    ] = None,
    network: Annotated[str, typer.Option(help="The network that embeds, by its catalog name.")] = "",
    engine: Annotated[str, typer.Option(help="litert, openvino or onnxruntime.")] = "",
    device: Annotated[str, typer.Option(help="The engine's device.")] = "",
    replace: Annotated[bool, typer.Option("--replace", help="Start anew instead of adding.")] = False,
    remove: Annotated[list[str] | None, typer.Option(help="A picture to take out: CLASS/FILE.")] = None,
    embed_again: Annotated[
        bool, typer.Option("--embed-again", help="Embed all pictures with another network or engine.")
    ] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Take the last change back.")] = False,
    redo: Annotated[bool, typer.Option("--redo", help="Make the last undone change again.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of tables.")] = False,
) -> None:
    """Teach a classifier from pictures, add to it, take from it, or undo."""
    from vedette.assembly.build import build_embedder
    from vedette.cli.teaching_report import print_report, print_step
    from vedette.datasets.collection import read_collection
    from vedette.folders import classifiers_folder
    from vedette.teaching.classifier_folder import ClassifierFolder
    from vedette.teaching.session import TeachingSession

    classifier = ClassifierFolder(classifiers_folder(), name)
    if undo or redo:
        print_step(*_step(classifier, forward=redo), forward=redo, as_json=as_json)
        return
    box = _box(region)
    collection = read_collection(folder) if folder else None
    if collection is None:
        _refuse_nothing_to_do(classifier, bool(remove) or embed_again or box is not None)
    origin = _origin(classifier, network, engine, device)
    embedder = build_embedder(origin.network, origin.engine, origin.device)
    with TeachingSession(classifier, embedder, origin, lambda: datetime.now(UTC), box) as session:
        if embed_again:
            session.embed_again()
        if replace:
            session.start_anew()
        for each in remove or ():
            session.remove(session.find(each).digest)
        _embed_missing(session)
        remarks = _add(session, collection) if collection else []
        report = session.teach(head)
        session.save()
        print_report(report, _advice(classifier, session, report), remarks, as_json=as_json)


def _step(classifier: ClassifierFolder, *, forward: bool) -> tuple[str, str]:
    """What was undone or redone, and what the classifier is now. Needs no network: heads are kept."""
    classifier.read()
    with classifier.lock():
        before = classifier.read()
        current = classifier.step(before, forward=forward).current
    counts = ", ".join(f"{label} {score.pictures}" for label, score in current.scores.items())
    change = current.change if forward else before.current.change
    return change, f"`{classifier.name}` is now: {counts}; head {current.head}."


def _advice(classifier: ClassifierFolder, session: TeachingSession, report: TeachingReport) -> Advice:
    """What to collect next, as the page says it."""
    from vedette.teaching.advice import advise, counted, lights_by_label
    from vedette.teaching.light import LightNotes

    notes = LightNotes(classifier.path)
    examples = {each.digest: each for each in session.examples}
    lights = notes.of({key: classifier.picture(each).read_bytes for key, each in examples.items()})
    notes.keep(examples.keys())
    labels = {digest: each.label for digest, each in examples.items()}
    return advise(counted(session.taught, report.scores, lights_by_label(labels, lights)))


def _refuse_nothing_to_do(classifier: ClassifierFolder, has_change: bool) -> None:
    classifier.read()
    if not has_change:
        raise UsageError(
            "There is nothing to do.",
            "Name a folder of pictures, or say --remove, --embed-again, --region, --undo or --redo.",
        )


def _origin(classifier: ClassifierFolder, network: str, engine: str, device: str) -> Origin:
    """What was asked for; else what the classifier has; else the defaults."""
    from vedette.teaching.manifest import Origin

    own = classifier.read().current.origin if classifier.exists() else Origin()
    return Origin(network=network or own.network, engine=engine or own.engine, device=device or own.device)


def _box(region: str | None) -> Box | None:
    if region is None:
        return None
    from vedette.values.geometry import Box

    try:
        left, top, right, bottom = (float(edge) for edge in region.split(","))
        return Box(left, top, right, bottom)
    except ValueError as error:
        raise UsageError(
            f"--region {region}: {error}.", "Give left,top,right,bottom in 0..1, such as 0.2,0.4,0.8,1."
        ) from error


def _embed_missing(session: TeachingSession) -> None:
    from vedette.cli.progress import counting_bar

    with counting_bar("embedding again", len(session.examples)) as advance:
        session.embed_missing(lambda _done, _total: advance())


def _add(session: TeachingSession, collection: Collection) -> list[str]:
    """Sentences on the pictures that were passed over.

    Raises:
        TeachingError: a class of which no picture can be read.
    """
    from vedette.cli.progress import counting_bar
    from vedette.teaching.examples import check_label

    named = {label: check_label(label) for label in collection.pictures}
    remarks = list(collection.remarks)
    with counting_bar("embedding", collection.count) as advance:
        for label, paths in collection.pictures.items():
            remarks += _add_class(session, named[label], paths, advance)
            if named[label] not in session.classes:
                raise TeachingError(
                    f"{collection.folder / label}: none of its {len(paths)} pictures can be used.",
                    " ".join(remarks[-3:]),
                )
    return remarks


def _add_class(
    session: TeachingSession, label: str, paths: tuple[Path, ...], advance: Callable[[], None]
) -> list[str]:
    from vedette.teaching.examples import short_name
    from vedette.teaching.reading import picture_bytes
    from vedette.teaching.session import Adding

    remarks = []
    present = 0
    for path in paths:
        try:
            became = session.add(picture_bytes(path), short_name(path), label)
        except PictureError as error:
            remarks.append(f"passed over: {error}")
        else:
            present += became is Adding.ALREADY_THERE
            if became is Adding.OTHER_CLASS:
                remarks.append(f"passed over {short_name(path)}: the same picture is in another class.")
        advance()
    if present:
        remarks.append(f"`{label}`: {present} of {len(paths)} pictures were there already.")
    return remarks
