"""Where a running appliance's classifiers are taught: every change kept at once, taught on demand."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from vedette.assembly.near_duplicates import Classified, NearDuplicate, NearDuplicates
from vedette.assembly.remembering_embedder import Memory, RememberingEmbedder
from vedette.assembly.teaching_draft import Draft, DraftFolder
from vedette.errors import UsageError, VedetteError
from vedette.inference.protocol import Embedder
from vedette.teaching.classifier_folder import ClassifierFolder, taught_names
from vedette.teaching.enough import Enough
from vedette.teaching.examples import Example, check_label, digest_of, suffix_of
from vedette.teaching.manifest import Manifest, Origin, Revision
from vedette.teaching.refusals import refuse_stale
from vedette.teaching.report import TeachingReport
from vedette.teaching.session import MAXIMUM_EXAMPLES, Adding, TeachingSession
from vedette.values.geometry import WHOLE_FRAME, Box


@dataclass(frozen=True, slots=True)
class Described:
    """A classifier: as it was taught last (None: never), and what was changed since."""

    name: str
    manifest: Manifest | None
    draft: Draft

    @property
    def examples(self) -> Mapping[str, Example]:
        """By digest, with what was changed since."""
        return self.draft.examples(self.manifest.current.examples if self.manifest else ())

    @property
    def region(self) -> Box:
        """What it looks at."""
        own = self.manifest.current.box if self.manifest else WHOLE_FRAME
        return self.draft.box or own


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a picture, and which ones it nearly equals, nearest first."""

    example: Example
    became: Adding
    near_duplicates: tuple[NearDuplicate, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """A teaching that was kept. `trouble` says why cameras go on with the old one, if they do."""

    report: TeachingReport
    enough: Mapping[str, Enough]
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A change that was undone or redone, and the classifier as it is now."""

    change: str
    revision: Revision
    trouble: str | None = None


Permit = Callable[[str, Collection[str]], None]
"""Is given a classifier and the classes that it is to know; raises TeachingError if it may not be so."""


def _everything(name: str, classes: Collection[str]) -> None:
    """Nobody asks for anything."""


class TeachingDesk:
    """Teaches the classifiers below `root`, one writer at a time. Every member blocks; any thread may call.

    `embedder` gives the loaded network of an origin, taking its turns beside the cameras. `on_taught` is
    called with a classifier's name after it has changed on disk. What is added, relabelled or removed is
    kept in a draft until `teach`; it outlives the process.
    """

    def __init__(
        self,
        root: Path,
        embedder: Callable[[Origin], Embedder],
        on_taught: Callable[[str], None],
        now: Callable[[], datetime],
        origin: Origin = Origin(),  # noqa: B008 - immutable
        *,
        permit: Permit = _everything,
    ) -> None:
        self._root = root
        self._load = embedder
        self._on_taught = on_taught
        self._now = now
        self._origin = origin
        self._permit = permit
        self._turn = threading.Lock()
        self._memory: Memory = Memory()
        self._duplicates = NearDuplicates()

    @property
    def names(self) -> tuple[str, ...]:
        """Every classifier, taught or only begun."""
        begun = (path.parent.parent.name for path in self._root.glob("*/draft/draft.json"))
        return tuple(sorted({*taught_names(self._root), *begun}))

    def describe(self, name: str) -> Described | None:
        """The classifier of that name, if there is one.

        Raises:
            TeachingError: it cannot be read.
        """
        if name not in self.names:
            return None
        folder = ClassifierFolder(self._root, name)
        manifest = folder.read() if folder.exists() else None
        return Described(name, manifest, DraftFolder(folder.path).read())

    def picture(self, name: str, digest: str) -> tuple[Example, Path] | None:
        """An example and where its picture lies.

        Raises:
            TeachingError: the classifier cannot be read.
        """
        described = self.describe(name)
        example = described.examples.get(digest) if described else None
        if example is None:
            return None
        folder = ClassifierFolder(self._root, name)
        drafted = DraftFolder(folder.path).picture(example)
        return example, drafted if drafted.is_file() else folder.picture(example)

    def create(self, name: str, region: Box | None = None, origin: Origin | None = None) -> Described:
        """Begin a classifier.

        Raises:
            UsageError: there is one of that name, or it cannot be one.
            StoreError: it is not on disk.
        """
        folder = ClassifierFolder(self._root, name)
        with self._turn:
            if name in self.names:
                raise UsageError(f"there is a classifier `{name}` already.", "Choose another name.")
            asked = None if region is None else (region.left, region.top, region.right, region.bottom)
            draft = Draft(region=asked, origin=origin)
            DraftFolder(folder.path).write(draft)
            return Described(name, None, draft)

    def add(self, name: str, data: bytes, label: str, title: str) -> Added:
        """Add a picture's bytes; `title` is what a person recognises it by.

        Raises:
            UsageError: no such classifier, or a label that cannot name a class.
            PictureError: not a picture that can be opened.
            TeachingError: there are too many.
            StaleClassifierError: taught with another network than its own is now.
        """
        check_label(label)
        with self._turn:
            described = self._described(name)
            digest = digest_of(data)
            present = described.examples.get(digest)
            if present is not None:
                same = present.label == label
                return Added(present, Adding.ALREADY_THERE if same else Adding.OTHER_CLASS)
            if len(described.examples) >= MAXIMUM_EXAMPLES:
                raise UsageError(f"a classifier holds at most {MAXIMUM_EXAMPLES} pictures.", "Remove some.")
            example = Example(digest=digest, suffix=suffix_of(data), label=label, name=title)
            nearly = self._near(described, data)
            draft = described.draft
            changed = draft.model_copy(
                update={
                    "added": (*(each for each in draft.added if each.digest != digest), example),
                    "removed": tuple(each for each in draft.removed if each != digest),
                    "relabelled": {key: to for key, to in draft.relabelled.items() if key != digest},
                }
            )
            self._draft(name).write(changed, (example, data))
            return Added(example, Adding.ADDED, nearly)

    def relabel(self, name: str, digest: str, label: str) -> Example:
        """Say that a picture shows something else.

        Raises:
            UsageError: no such classifier or picture, or a label that cannot name a class.
        """
        check_label(label)
        with self._turn:
            described = self._described(name)
            example = _of(described, digest)
            relabelled = {**described.draft.relabelled, digest: label}
            self._draft(name).write(described.draft.model_copy(update={"relabelled": relabelled}))
            return example.model_copy(update={"label": label})

    def remove(self, name: str, digest: str) -> None:
        """Take a picture out; once taught, undo brings it back.

        Raises:
            UsageError: no such classifier or picture.
        """
        with self._turn:
            described = self._described(name)
            _of(described, digest)
            removed = (*described.draft.removed, digest)
            self._draft(name).write(described.draft.model_copy(update={"removed": removed}))

    def teach(self, name: str, head: str = "auto") -> Outcome:
        """Teach with what was changed, keep it, and have the cameras use it.

        Raises:
            UsageError: no such classifier.
            TeachingError: fewer than two classes, a class that a rule asks for is gone, another process
                teaches it, or it is damaged.
            StaleClassifierError: taught with another network than its own is now.
        """
        with self._turn:
            described = self._described(name)
            folder, draft = ClassifierFolder(self._root, name), described.draft
            origin = self._origin_of(described)
            with TeachingSession(folder, self._embedder(origin), origin, self._now, draft.box) as session:
                self._draft(name).apply(draft, session)
                self._permit(name, session.classes)
                report = session.teach(head)
                curves = session.enough()
                session.save()
            self._draft(name).clear()
        return Outcome(report, curves, self._tell(name))

    def undo(self, name: str) -> Step:
        """Take the last teaching back; what was not taught yet stays in the draft.

        Raises:
            UsageError: no such classifier.
            TeachingError: nothing to undo.
        """
        return self._step(name, forward=False)

    def redo(self, name: str) -> Step:
        """Make the last undone teaching again.

        Raises:
            UsageError: no such classifier.
            TeachingError: nothing to redo.
        """
        return self._step(name, forward=True)

    def _step(self, name: str, *, forward: bool) -> Step:
        folder = ClassifierFolder(self._root, name)
        with self._turn:
            self._described(name)
            with folder.lock():
                before = folder.read()
                current = folder.step(before, forward=forward).current
        step = Step(current.change if forward else before.current.change, current)
        return replace(step, trouble=self._tell(name))

    def _tell(self, name: str) -> str | None:
        try:
            self._on_taught(name)
        except VedetteError as error:
            return str(error)
        return None

    def _described(self, name: str) -> Described:
        described = self.describe(name)
        if described is None:
            raise UsageError(f"there is no classifier `{name}`.", "Create it first.")
        return described

    def _draft(self, name: str) -> DraftFolder:
        return DraftFolder(ClassifierFolder(self._root, name).path)

    def _origin_of(self, described: Described) -> Origin:
        if described.manifest is not None:
            return described.manifest.current.origin
        return described.draft.origin or self._origin

    def _embedder(self, origin: Origin) -> Embedder:
        return RememberingEmbedder(self._load(origin), self._memory)

    def _near(self, described: Described, data: bytes) -> tuple[NearDuplicate, ...]:
        embedder = self._embedder(self._origin_of(described))
        if described.manifest is not None:
            refuse_stale(described.name, described.manifest.current, embedder)
        folder = ClassifierFolder(self._root, described.name)
        classified = Classified(folder, described.manifest, described.examples, described.region)
        return self._duplicates.of(data, classified, embedder)


def _of(described: Described, digest: str) -> Example:
    example = described.examples.get(digest)
    if example is None:
        raise UsageError(f"`{described.name}` has no picture {digest[:64]}.")
    return example
