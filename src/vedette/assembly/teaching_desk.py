"""Where a running appliance's classifiers are taught: every change is kept, and taught at once or later."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, NamedTuple

from vedette.assembly.classifier_exchange import Imported, export_classifier, import_classifier
from vedette.assembly.classifier_removal import remove_classifier, sweep_removed
from vedette.assembly.described import Described
from vedette.assembly.first_teaching import FirstTeaching
from vedette.assembly.lessons import picture_path
from vedette.assembly.near_duplicates import NearDuplicate
from vedette.assembly.teaching_draft import Draft, Mark
from vedette.assembly.teaching_history import Step, redo, undo
from vedette.assembly.teaching_insight import TeachingInsight
from vedette.assembly.workbench import Seen, Users, Workbench
from vedette.errors import StoreError, TeachingError, UsageError
from vedette.inference.protocol import Embedder
from vedette.pixels.picture import encode_jpeg
from vedette.teaching.advice import Advice
from vedette.teaching.examples import Example, check_label, digest_of, suffix_of
from vedette.teaching.learning_curve import Curve
from vedette.teaching.manifest import Origin, region_tuple
from vedette.teaching.report import TeachingReport
from vedette.teaching.session import MAXIMUM_EXAMPLES, Adding
from vedette.values.frame import Frame
from vedette.values.geometry import Box

_QUALITY = 95


@dataclass(frozen=True, slots=True)
class Outcome:
    """A teaching that was kept. `trouble` says why cameras go on with the old one, if they do."""

    report: TeachingReport
    advice: Advice
    curves: Mapping[str, Curve] | None = None
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """What came of a change. Without `outcome` it was not taught; `note` says why, if it should have been."""

    outcome: Outcome | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a picture, and which ones it nearly equals, nearest first."""

    example: Example
    became: Adding
    near_duplicates: tuple[NearDuplicate, ...] = ()
    kept: Kept = Kept()


@dataclass(frozen=True, slots=True)
class How:
    """How a change is made: without near-duplicates of the same class, and taught at once."""

    drops_near_duplicates: bool = False
    is_taught: bool = False


class _New(NamedTuple):
    """A picture to add, and as it was seen before it was written as JPEG."""

    data: bytes
    label: str
    title: str
    frame: Seen | None = None


LATER = How()
"""Whatever it is, and taught when somebody asks for it."""


class TeachingDesk:
    """Teaches the classifiers below `root`, one writer at a time. Every member blocks; any thread may call.

    `embedder` gives the loaded network of an origin, taking its turns beside the cameras; `looking` is the
    same for those who ask meanwhile, with turns of their own. What is added, relabelled or removed is
    kept in a draft until it is taught; it outlives the process.
    """

    def __init__(
        self,
        root: Path,
        embedder: Callable[[Origin], Embedder],
        users: Users | Callable[[str], None],
        now: Callable[[], datetime],
        origin: Origin = Origin(),  # noqa: B008 - immutable
        *,
        looking: Callable[[Origin], Embedder] | None = None,
    ) -> None:
        self._users = users if isinstance(users, Users) else Users(users)
        self._now = now
        self._bench = Workbench(root, embedder, self._users, now, origin)
        self.insight = TeachingInsight(self._bench, looking or embedder)
        sweep_removed(root)

    @property
    def root(self) -> Path:
        """The folder of the classifiers."""
        return self._bench.shelf.root

    @property
    def names(self) -> tuple[str, ...]:
        """Every classifier, taught or only begun."""
        return self._bench.shelf.names

    def describe(self, name: str) -> Described | None:
        """The classifier of that name, if there is one.

        Raises:
            TeachingError: it cannot be read.
        """
        try:
            return self._bench.shelf.describe(name)
        except UsageError:
            return None

    def picture(self, name: str, digest: str) -> tuple[Example, Path] | None:
        """An example and where its picture lies.

        Raises:
            TeachingError: the classifier cannot be read.
        """
        described = self.describe(name)
        example = described.examples.get(digest) if described else None
        return None if example is None else (example, picture_path(self._bench.shelf, name, example))

    def create(self, name: str, region: Box | None = None, origin: Origin | None = None) -> Described:
        """Begin a classifier.

        Raises:
            UsageError: there is one of that name, or it cannot be one.
            StoreError: it is not on disk.
        """
        with self._bench.turn:
            if self._bench.shelf.describe(name) is not None:
                raise UsageError(f"there is a classifier `{name}` already.", "Choose another name.")
            draft = Draft(region=None if region is None else region_tuple(region), origin=origin)
            self._bench.shelf.draft(name).write(draft)
            return self._bench.described(name)

    def add(self, name: str, picture: bytes | Frame, label: str, title: str, how: How = LATER) -> Added:
        """Add a picture's bytes, or a frame; `title` is what a person recognises it by.

        Raises:
            UsageError: no such classifier, or a label that cannot name a class.
            PictureError: not a picture that can be opened.
            TeachingError: there are too many.
            StaleClassifierError: taught with another network than its own is now.
        """
        label = check_label(label)
        with self._bench.turn:
            described = self._bench.described(name)
            if not isinstance(picture, Frame):
                return self._add(described, _New(picture, label, title), how)
            # Before it is written as JPEG, which costs more than all the rest.
            seen = self._bench.see(described, picture)
            twin = _twin(seen.nearly, label) if how.drops_near_duplicates else None
            if twin is not None:
                return Added(twin, Adding.NEAR_DUPLICATE, seen.nearly, self._kept(described, how))
            data = encode_jpeg(picture.rgb(), _QUALITY)
            return self._add(described, _New(data, label, title, seen), how)

    def relabel(self, name: str, digests: Sequence[str], label: str, how: How = LATER) -> Kept:
        """Say that pictures show something else.

        Raises:
            UsageError: no such classifier or picture, or a label that cannot name a class.
        """
        label = check_label(label)
        with self._bench.turn:
            described = self._bench.described(name)
            draft = described.draft
            wrong = [each for each in (_of(described, digest) for digest in digests) if each.label != label]
            marks = {each.digest: _with_label(draft.mark(each.digest), label) for each in wrong}
            if not marks:
                return self._kept(described, how)
            what = f"{wrong[0].name} from `{wrong[0].label}`" if len(wrong) == 1 else f"{len(wrong)} pictures"
            return self._keep(described, draft.changed(f"relabelled {what} to `{label}`", marks), how)

    def remove(self, name: str, digests: Sequence[str], how: How = LATER) -> Kept:
        """Take pictures out, as one change; undo brings them back.

        Raises:
            UsageError: no such classifier or picture.
        """
        with self._bench.turn:
            described = self._bench.described(name)
            draft = described.draft
            gone = [_of(described, digest) for digest in dict.fromkeys(digests)]
            marks = {each.digest: _removed(draft.mark(each.digest)) for each in gone}
            what = f"{gone[0].name} of `{gone[0].label}`" if len(gone) == 1 else f"{len(gone)} pictures"
            return self._keep(described, draft.changed(f"removed {what}", marks), how)

    def look_at(self, name: str, region: Box, how: How = LATER) -> Kept:
        """Look at another region; teaching embeds every picture again.

        Raises:
            UsageError: no such classifier.
        """
        with self._bench.turn:
            described = self._bench.described(name)
            if region == described.region:
                return self._kept(described, how)
            draft = described.draft.looking_at(region_tuple(region), "changed the region")
            return self._keep(described, draft, how)

    def teach(self, name: str, head: str = "auto", *, has_curves: bool = False) -> Outcome:
        """Teach what was changed, and have the cameras use it.

        Raises:
            UsageError: no such classifier.
            TeachingError: fewer than two classes, a class that a rule asks for is gone, another process
                teaches it, or it is damaged.
            StaleClassifierError: taught with another network than its own is now.
        """
        with self._bench.turn:
            return self._teach(self._bench.described(name), {}, head, has_curves=has_curves)

    def undo(self, name: str) -> Step:
        """See `teaching_history.undo`."""
        with self._bench.turn:
            return undo(self._bench, name)

    def redo(self, name: str) -> Step:
        """See `teaching_history.redo`."""
        with self._bench.turn:
            return redo(self._bench, name)

    def delete(self, name: str) -> None:
        """Delete a classifier with its pictures, for good.

        Raises:
            UsageError: no such classifier.
            TeachingError: somebody uses it, or another process teaches it.
        """
        with self._bench.turn:
            # Not described: a damaged one can be deleted, too.
            if name not in self.names:
                raise UsageError(f"there is no classifier `{name}`.")
            self._users.refuse_used(name)
            remove_classifier(self._bench.shelf.folder(name))
            self._bench.lessons.forget(name)
            self._users.gone(name)

    def export(self, name: str, file: BinaryIO) -> None:
        """See `classifier_exchange.export_classifier`."""
        with self._bench.turn:
            export_classifier(self._bench.shelf, name, file)

    def take_in(self, file: BinaryIO, name: str | None = None) -> Imported:
        """See `classifier_exchange.import_classifier`."""
        with self._bench.turn:
            imported = import_classifier(self._bench.shelf, file, name, self._bench.embedder, self._now)
        self._users.tell(imported.name)
        return imported

    def _add(self, described: Described, new: _New, how: How) -> Added:
        digest, label = digest_of(new.data), new.label
        present = described.examples.get(digest)
        if present is not None:
            became = Adding.ALREADY_THERE if present.label == label else Adding.OTHER_CLASS
            return Added(present, became, kept=self._kept(described, how))
        if len(described.examples) >= MAXIMUM_EXAMPLES:
            raise UsageError(f"a classifier holds at most {MAXIMUM_EXAMPLES} pictures.", "Remove some.")
        seen = self._bench.see(described, new.data)
        nearly = (new.frame or seen).nearly
        twin = _twin(nearly, label) if how.drops_near_duplicates and new.frame is None else None
        if twin is not None:
            return Added(twin, Adding.NEAR_DUPLICATE, nearly, self._kept(described, how))
        example = Example(digest=digest, suffix=suffix_of(new.data), label=label, name=new.title)
        draft = described.draft.changed(f"added 1 of `{label}`", {digest: Mark(added=example)})
        kept = self._keep(described, draft, how, {example.file_name: new.data})
        self._bench.remember(digest, [seen] if new.frame is None else [seen, new.frame], described)
        return Added(example, Adding.ADDED, nearly, kept)

    def _kept(self, described: Described, how: How) -> Kept:
        """Nothing was changed now; what was changed before is taught, if it should be."""
        if not how.is_taught or not described.changes:
            return Kept()
        return self._taught(described, {})

    def _keep(
        self, before: Described, draft: Draft, how: How, pictures: Mapping[str, bytes] | None = None
    ) -> Kept:
        """Keep a change: taught, or as a draft. `pictures` are new ones by file name."""
        given = pictures or {}
        described = Described(before.name, before.manifest, draft)
        kept = self._taught(described, given) if how.is_taught else Kept()
        if kept.outcome is None:
            self._write(before, draft, given)
        return kept

    def _taught(self, described: Described, given: Mapping[str, bytes]) -> Kept:
        """Taught if that can be; otherwise why not."""
        if len(described.labels) < 2:
            return Kept(note=self.insight.advice_on(described).sentence)
        try:
            return Kept(self._teach(described, given))
        except TeachingError as error:
            return Kept(note=f"Not taught: {error.message} {error.remedy}".strip())

    def _teach(
        self,
        described: Described,
        given: Mapping[str, bytes],
        head: str = "auto",
        *,
        has_curves: bool = False,
    ) -> Outcome:
        lessons, origin = self._bench.lessons, self._bench.origin_of(described)
        try:
            report = lessons.teach(described, origin, head, self._users.permit, given)
        except OSError as error:
            raise StoreError(
                f"{self.root / described.name}: it cannot be taught: {error.strerror or error}.",
                "Look at the space and the permissions there.",
            ) from error
        trouble = self._users.tell(described.name)
        now = self._bench.described(described.name)
        known = lessons.known(now, origin)
        advice = lessons.advice(now, known, None)
        return Outcome(report, advice, known.curves if has_curves else None, trouble)

    def _write(self, before: Described, draft: Draft, given: Mapping[str, bytes]) -> None:
        drafts, folder = self._bench.shelf.draft(before.name), self._bench.shelf.folder(before.name)
        drafts.write(draft, given)
        if before.draft.undone:
            drafts.sweep(draft)
        if before.manifest is None:
            FirstTeaching(folder.path).forget_untaught()
        elif before.manifest.redo:
            with folder.lock():
                folder.forget_redo(folder.read())


def _twin(nearly: Sequence[NearDuplicate], label: str) -> Example | None:
    """The nearest of the same class."""
    return next((each.example for each in nearly if each.example.label == label), None)


def _with_label(mark: Mark, label: str) -> Mark:
    return mark.model_copy(update={"label": label})


def _removed(mark: Mark) -> Mark:
    return mark.model_copy(update={"is_removed": True})


def _of(described: Described, digest: str) -> Example:
    example = described.examples.get(digest)
    if example is None:
        raise UsageError(f"`{described.name}` has no picture {digest[:64]}.")
    return example
