"""A teaching session: add, remove, relabel, undo, redo, teach, save. Nothing here prints."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from enum import StrEnum
from types import TracebackType
from typing import Self

import numpy as np

from vedette import __version__
from vedette.errors import TeachingError, UsageError
from vedette.inference.protocol import Embedder
from vedette.teaching.changes import in_short
from vedette.teaching.classifier_folder import ClassifierFolder, Embeddings, Stamp
from vedette.teaching.doubts import worst
from vedette.teaching.examples import Example, check_label, digest_of, suffix_of
from vedette.teaching.features import FloatArray
from vedette.teaching.finding import find_example
from vedette.teaching.manifest import Manifest, Origin, Revision, region_tuple
from vedette.teaching.reading import region_pixels, regions_ahead
from vedette.teaching.refusals import refuse_stale, refuse_too_few
from vedette.teaching.report import TeachingReport, class_scores, remarks_on
from vedette.teaching.similarity import Similarity
from vedette.teaching.teach import Asked, Taught, teach
from vedette.values.frame import UInt8Array
from vedette.values.geometry import WHOLE_FRAME, Box

MAXIMUM_EXAMPLES = 5000
"""Cosines of that many take 100 MB; with more pictures, training pays."""

Progress = Callable[[int, int], None]
"""Called with (done, total) while pictures are embedded."""


class Adding(StrEnum):
    """What became of a picture that was added."""

    ADDED = "added"
    ALREADY_THERE = "already there"
    OTHER_CLASS = "already there in another class"
    NEAR_DUPLICATE = "near duplicate"


class TeachingSession:
    """One classifier being taught; holds its lock from `with` to its end.

    It may be entered again: what it knows is kept while nobody else teaches the classifier.
    Changes count from `teach` on and last from `save` on. `region` None keeps the classifier's
    own; another one has every picture embedded again.

    Raises:
        TeachingError: another session has the classifier, or its folder is damaged.
    """

    def __init__(
        self,
        folder: ClassifierFolder,
        embedder: Embedder,
        origin: Origin,
        now: Callable[[], datetime],
        region: Box | None = None,
    ) -> None:
        self._folder = folder
        self._embedder = embedder
        self._origin = origin
        self._now = now
        self._asked_region = region
        self._examples: dict[str, Example] = {}
        self._embeddings: dict[str, FloatArray] = {}
        self._changes: list[str] = []
        self._added: Counter[str] = Counter()
        self._asked = Asked()
        self._held = ExitStack()
        self._similarity = Similarity(self._asked.recipe)
        self._manifest: Manifest | None = None
        self._stamp: Stamp | None = None
        self._outcome: tuple[Taught, TeachingReport] | None = None
        self._is_embedding_again = False
        self._begin(None)

    def __enter__(self) -> Self:
        self._held.enter_context(self._folder.lock())
        try:
            self._take_up()
        except BaseException:
            self._held.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._held.close()

    @property
    def examples(self) -> tuple[Example, ...]:
        """All pictures with their labels, in the order in which they came."""
        return tuple(self._examples.values())

    @property
    def classes(self) -> tuple[str, ...]:
        """The labels that occur, sorted."""
        return tuple(sorted({example.label for example in self._examples.values()}))

    @property
    def region(self) -> Box:
        """What is looked at."""
        return self._region

    @property
    def can_redo(self) -> bool:
        """An undone change can be made again."""
        return self._manifest is not None and bool(self._manifest.redo)

    def embed_with(self, embedder: Embedder) -> bool:
        """Take this one from now on, if it embeds as the present one does; false if it does not."""
        if embedder.identity != self._embedder.identity:
            return False
        self._embedder = embedder
        return True

    def know(self, embeddings: Embeddings) -> None:
        """These were made by this embedder, of this region: pictures of these digests are not embedded."""
        self._embeddings.update(embeddings)

    def start_anew(self) -> None:
        """Forget all examples; saved, it can be undone like any change."""
        self._examples.clear()
        self._changes.append("started anew")

    def embed_again(self) -> None:
        """Let this embedder replace the one that the classifier was taught with."""
        self._is_embedding_again = True
        self._changes.append("embedded again")

    def add(self, data: bytes, name: str, label: str) -> Adding:
        """Add a picture's bytes; it is decoded and embedded now, unless it was before.

        Raises:
            PictureError: not a picture that can be opened.
            UsageError: a label that cannot name a class.
            StaleClassifierError: taught with another embedder.
        """
        label = check_label(label)
        self._refuse_stale()
        digest = digest_of(data)
        present = self._examples.get(digest)
        if present is not None:
            return Adding.ALREADY_THERE if present.label == label else Adding.OTHER_CLASS
        if len(self._examples) >= MAXIMUM_EXAMPLES:
            raise TeachingError(
                f"A classifier holds at most {MAXIMUM_EXAMPLES} pictures.", "Remove some first."
            )
        example = Example(digest=digest, suffix=suffix_of(data), label=label, name=name)
        if digest not in self._embeddings:
            started = time.perf_counter()
            self._embed(example, region_pixels(data, name, self._embedder.input_size, self._region))
            self._embedding_seconds += time.perf_counter() - started
        self._folder.keep_picture(example, data)
        self._examples[digest] = example
        self._added[label] += 1
        return Adding.ADDED

    def remove(self, digest: str) -> None:
        """Take a picture out.

        Raises:
            UsageError: no such picture.
        """
        example = self._example(digest)
        del self._examples[digest]
        self._changes.append(f"removed {example.name} of `{example.label}`")

    def remove_class(self, label: str) -> None:
        """Take a class with all its pictures out.

        Raises:
            UsageError: no such class.
        """
        kept = {digest: each for digest, each in self._examples.items() if each.label != label}
        if len(kept) == len(self._examples):
            raise UsageError(f"There is no class `{label}`.", f"Classes are {', '.join(self.classes)}.")
        self._changes.append(f"removed the class `{label}`")
        self._examples = kept

    def relabel(self, digest: str, label: str) -> None:
        """Say that a picture shows something else.

        Raises:
            UsageError: no such picture, or a label that cannot name a class.
        """
        example = self._example(digest)
        self._examples[digest] = example.model_copy(update={"label": check_label(label)})
        self._changes.append(f"relabelled {example.name} from `{example.label}` to `{label}`")

    def undo(self) -> Revision:
        """Take the last saved change back, at once and on disk; unsaved changes are dropped.

        Raises:
            TeachingError: nothing to undo.
        """
        return self._step(forward=False)

    def redo(self) -> Revision:
        """Make the last undone change again, at once and on disk; unsaved changes are dropped.

        Raises:
            TeachingError: nothing to redo.
        """
        return self._step(forward=True)

    def embed_missing(self, progress: Progress | None = None) -> None:
        """Embed what this embedder has not embedded of this region: after `embed_again`, or a new region.

        Raises:
            PictureError: a kept picture that cannot be read any more.
            StaleClassifierError: taught with another embedder.
        """
        self._refuse_stale()
        missing = [each for each in self._examples.values() if each.digest not in self._embeddings]
        files = [(each.name, self._folder.picture(each)) for each in missing]
        started = time.perf_counter()
        pixels = regions_ahead(files, self._embedder.input_size, self._region)
        for done, (example, seen) in enumerate(zip(missing, pixels, strict=True), 1):
            self._embed(example, seen)
            if progress:
                progress(done, len(missing))
        self._embedding_seconds += time.perf_counter() - started

    def teach(self, head: str = "auto", progress: Progress | None = None) -> TeachingReport:
        """Fit and score; `save` keeps it. `progress` is told of what has to be embedded first.

        Raises:
            TeachingError: fewer than two classes.
            StaleClassifierError: taught with another embedder.
        """
        self.embed_missing(progress)
        classes = self.classes
        refuse_too_few(classes)
        started = time.perf_counter()
        asked = Asked(head=head)
        taught = self._teach(classes, asked)
        report = self._report(taught, classes, time.perf_counter() - started)
        self._outcome = (taught, report)
        self._asked = asked
        return report

    @property
    def taught(self) -> Taught:
        """The numbers of what was taught last.

        Raises:
            TeachingError: nothing has been taught.
        """
        if self._outcome is None:
            raise TeachingError("There is nothing to tell.", "Teach first.")
        return self._outcome[0]

    def save(self) -> Revision:
        """Make what was taught last the classifier: whole, or not at all.

        Raises:
            TeachingError: nothing has been taught.
        """
        if self._outcome is None:
            raise TeachingError("There is nothing to save.", "Teach first.")
        taught, report = self._outcome
        revision = self._revision(taught, report)
        manifest = self._folder.save(self._manifest, revision, taught.judge, self._embeddings)
        self._begin(manifest, self._embeddings)
        return revision

    def find(self, name: str) -> Example:
        """The picture of that digest, name, or end of a name; or with the bytes of that file.

        Raises:
            UsageError: none, or several.
        """
        return find_example(self.examples, name, self._folder.name)

    def _take_up(self) -> None:
        """Begin from what is on disk; a session that is entered again knows it, if nobody else taught."""
        self._outcome = None
        if self._manifest is not None and self._folder.stamp == self._stamp:
            self._begin(self._manifest, self._embeddings)
            return
        self._similarity.forget()
        self._begin(self._folder.read() if self._folder.exists() else None)

    def _begin(self, manifest: Manifest | None, embeddings: dict[str, FloatArray] | None = None) -> None:
        """Begin from a manifest on disk, whose `embeddings` may be known."""
        current = manifest.current if manifest else None
        own = current.box if current else WHOLE_FRAME
        self._region = self._asked_region or own
        self._manifest = manifest
        self._is_embedding_again = False
        self._examples = {each.digest: each for each in current.examples} if current else {}
        self._changes = []
        self._added = Counter()
        self._embedded, self._embedding_seconds = 0, 0.0
        self._embeddings = embeddings or {}
        self._stamp = self._folder.stamp
        if manifest is None:
            return
        if embeddings is None:
            region = region_tuple(self._region)
            self._embeddings = self._folder.embeddings(manifest, self._embedder.identity, region)
        if self._region != own:
            self._changes.append("changed the region")

    def _refuse_stale(self) -> None:
        current = self._manifest.current if self._manifest else None
        if current is None or not self._examples or self._is_embedding_again:
            return
        refuse_stale(self._folder.name, current, self._embedder)

    def _example(self, digest: str) -> Example:
        if digest not in self._examples:
            raise UsageError(f"`{self._folder.name}` has no picture {digest}.")
        return self._examples[digest]

    def _embed(self, example: Example, pixels: UInt8Array) -> None:
        embedding = self._embedder.embed(pixels)
        if not np.isfinite(embedding).all():
            raise TeachingError(
                f"{example.name}: the network's answer holds numbers that are none (NaN or infinity).",
                "Use another network or engine.",
            )
        self._embeddings[example.digest] = embedding
        self._embedded += 1

    def _teach(self, classes: tuple[str, ...], asked: Asked) -> Taught:
        examples = self.examples
        number = {label: index for index, label in enumerate(classes)}
        labels = np.array([number[each.label] for each in examples], dtype=np.int64)
        features, cosines = self._similarity.of(list(self._examples), self._embeddings)
        return teach(features, labels, classes, asked, cosines)

    def _report(self, taught: Taught, classes: tuple[str, ...], seconds: float) -> TeachingReport:
        choice = taught.choice
        return TeachingReport(
            name=self._folder.name,
            change=self._change(),
            classes=classes,
            scores=class_scores(taught, classes),
            balanced_accuracy=choice.taken.balanced_accuracy,
            head=choice.taken.fit.draft.kind,
            reason=choice.reason,
            temperature=choice.taken.temperature,
            worst=worst(taught, self.examples, classes),
            remarks=remarks_on(taught, self.examples, classes),
            tried={name: trial.balanced_accuracy for name, trial in choice.tried.items()},
            embedded=self._embedded,
            embedding_seconds=self._embedding_seconds,
            teaching_seconds=seconds,
        )

    def _change(self) -> str:
        added = [f"added {count} of `{label}`" for label, count in self._added.items()]
        return "; ".join([*in_short(self._changes), *added]) or "taught again"

    def _revision(self, taught: Taught, report: TeachingReport) -> Revision:
        number = self._folder.next_number(self._manifest)
        return Revision(
            number=number,
            change=report.change,
            taught_at=self._now(),
            version=__version__,
            origin=self._origin,
            embedder=self._embedder.identity,
            region=region_tuple(self._region),
            recipe=taught.judge.recipe,
            classes=report.classes,
            examples=self.examples,
            head=report.head,
            asked_head=self._asked.head,
            reason=report.reason,
            temperature=report.temperature,
            balanced_accuracy=report.balanced_accuracy,
            scores=report.scores,
            head_file=f"{number:06}.npz",
        )

    def _step(self, *, forward: bool) -> Revision:
        if self._manifest is None:
            self._folder.read()
            raise TeachingError("There is nothing to undo or redo.")
        self._asked_region = None
        self._outcome = None
        self._similarity.forget()
        manifest = self._folder.step(self._manifest, forward=forward)
        self._begin(manifest)
        return manifest.current
