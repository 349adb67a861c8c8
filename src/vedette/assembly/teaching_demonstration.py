"""Teach a demonstration's classifiers from the frames of its own clip, and say which ones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from vedette.assembly.demonstration import Demonstration, Lesson
from vedette.errors import SourceError
from vedette.inference.protocol import Embedder
from vedette.pixels.picture import encode_jpeg
from vedette.sources.protocol import Source
from vedette.teaching.classifier_folder import ClassifierFolder
from vedette.teaching.manifest import Origin
from vedette.teaching.report import TeachingReport
from vedette.teaching.session import TeachingSession

_QUALITY = 95


def teach_demonstration(
    demonstration: Demonstration, clip: Source, embedder: Embedder, origin: Origin, root: Path
) -> list[TeachingReport]:
    """One classifier a lesson below `root`, taught anew from frames of `clip`, which plays flat out.

    Raises:
        SourceError: a clip that is shorter than a lesson's seconds.
    """
    pictures = _pictures(clip, {second for _, _, second in _examples(demonstration)})
    return [_teach(lesson, pictures, embedder, origin, root) for lesson in demonstration.lessons]


def _examples(demonstration: Demonstration) -> Iterator[tuple[Lesson, str, float]]:
    for lesson in demonstration.lessons:
        for label, seconds in lesson.seconds.items():
            for second in seconds:
                yield lesson, label, second


def _pictures(clip: Source, wanted: set[float]) -> dict[float, bytes]:
    """The first frame at or after each wanted second, as JPEG."""
    pending = sorted(wanted)
    pictures: dict[float, bytes] = {}
    for frame in clip.frames():
        while pending and frame.monotonic_seconds >= pending[0]:
            pictures[pending.pop(0)] = encode_jpeg(frame.rgb(), _QUALITY)
        if not pending:
            return pictures
    raise SourceError(f"the clip {clip.name} ends before second {pending[0]:g}.", "Fetch it again.")


def _teach(
    lesson: Lesson, pictures: dict[float, bytes], embedder: Embedder, origin: Origin, root: Path
) -> TeachingReport:
    folder = ClassifierFolder(root, lesson.classifier)
    with TeachingSession(folder, embedder, origin, lambda: datetime.now(UTC), lesson.region) as session:
        session.start_anew()
        for label, seconds in lesson.seconds.items():
            for second in seconds:
                session.add(pictures[second], f"{label}/second {second:g}", label)
        report = session.teach()
        session.save()
    return report
