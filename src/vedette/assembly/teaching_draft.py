"""What was changed about a classifier's pictures and has not been taught yet, on disk.

NAME/draft/
draft.json             replaced last: the moment at which a change has happened
<sha256>.jpg           pictures that were added, as they came
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from vedette.errors import StoreError, TeachingError
from vedette.teaching.classifier_folder import STEPS_KEPT, Stamp, stamp_of
from vedette.teaching.examples import Example
from vedette.teaching.manifest import Origin
from vedette.teaching.session import TeachingSession
from vedette.values.geometry import Box
from vedette.writing import make_folder, write_whole

Region = tuple[float, float, float, float]


class Mark(BaseModel):
    """What a draft says of one picture; by default nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    added: Example | None = Field(default=None, description="It is new.")
    is_removed: bool = Field(default=False, description="It is to go.")
    label: str | None = Field(default=None, description="Its new label.")


class DraftStep(BaseModel):
    """One change, as it can be taken back and made again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    change: str = Field(description="What was changed, in words.")
    before: dict[str, Mark] = Field(default={}, description="What the draft said of these pictures.")
    after: dict[str, Mark] = Field(default={}, description="What it says of them since.")
    region_before: Region | None = Field(default=None, description="The region that was asked for.")
    region_after: Region | None = Field(default=None, description="The one that is asked for since.")


class Draft(BaseModel):
    """Changes since the last teaching. Applied twice, they change nothing more."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    region: Region | None = Field(
        default=None, description="What a new classifier looks at; None: everything, or what it looked at."
    )
    origin: Origin | None = Field(default=None, description="The network of a new classifier.")
    added: tuple[Example, ...] = Field(default=(), description="Pictures that are new.")
    removed: tuple[str, ...] = Field(default=(), description="Digests of pictures that are to go.")
    relabelled: dict[str, str] = Field(default={}, description="New labels by digest.")
    steps: tuple[DraftStep, ...] = Field(default=(), description="How it came about, oldest first.")
    undone: tuple[DraftStep, ...] = Field(default=(), description="What was taken back, next one last.")

    @property
    def box(self) -> Box | None:
        """The region that was asked for."""
        return None if self.region is None else Box(*self.region)

    def examples(self, taught: Sequence[Example]) -> dict[str, Example]:
        """By digest: the pictures that were taught, with these changes."""
        kept = {each.digest: each for each in (*taught, *self.added) if each.digest not in self.removed}
        for digest, label in self.relabelled.items():
            if digest in kept:
                kept[digest] = kept[digest].model_copy(update={"label": label})
        return kept

    def mark(self, digest: str) -> Mark:
        """What is said of a picture."""
        added = next((each for each in self.added if each.digest == digest), None)
        is_removed = digest in self.removed
        return Mark(added=added, is_removed=is_removed, label=self.relabelled.get(digest))

    def changed(self, change: str, marks: Mapping[str, Mark]) -> Draft:
        """With one step more; what was undone is forgotten."""
        before = {digest: self.mark(digest) for digest in marks}
        step = DraftStep(
            change=change,
            before=before,
            after=dict(marks),
            region_before=self.region,
            region_after=self.region,
        )
        return self._with(marks, self.region, (*self.steps, step)[-STEPS_KEPT:], ())

    def looking_at(self, region: Region, change: str) -> Draft:
        """With another region, as one step more."""
        step = DraftStep(change=change, region_before=self.region, region_after=region)
        return self._with({}, region, (*self.steps, step)[-STEPS_KEPT:], ())

    def stepped(self, *, forward: bool) -> Draft:
        """With the last step taken back, or the last that was taken back made again; there must be one."""
        if forward:
            step = self.undone[-1]
            return self._with(step.after, step.region_after, (*self.steps, step), self.undone[:-1])
        step = self.steps[-1]
        return self._with(step.before, step.region_before, self.steps[:-1], (*self.undone, step))

    @property
    def pictures(self) -> frozenset[str]:
        """The digests of those that may be wanted of its folder, also after undo and redo."""
        steps = (*self.steps, *self.undone)
        marks = (mark for step in steps for each in (step.before, step.after) for mark in each.values())
        return frozenset(
            each.digest for each in (*self.added, *(mark.added for mark in marks)) if each is not None
        )

    def _with(
        self,
        marks: Mapping[str, Mark],
        region: Region | None,
        steps: tuple[DraftStep, ...],
        undone: tuple[DraftStep, ...],
    ) -> Draft:
        new = [mark.added for mark in marks.values() if mark.added is not None]
        there = {each.digest for each in self.added}
        staying = [each for each in self.added if each.digest not in marks or marks[each.digest].added]
        relabelled = {digest: label for digest, label in self.relabelled.items() if digest not in marks}
        relabelled |= {digest: mark.label for digest, mark in marks.items() if mark.label is not None}
        fresh = {each.digest: each for each in new}
        return self.model_copy(
            update={
                "region": region,
                "added": (
                    *(fresh.get(each.digest, each) for each in staying),
                    *(each for each in new if each.digest not in there),
                ),
                "removed": (
                    *(digest for digest in self.removed if digest not in marks),
                    *(digest for digest, mark in marks.items() if mark.is_removed),
                ),
                "relabelled": relabelled,
                "steps": steps,
                "undone": undone,
            }
        )


class DraftFolder:
    """A classifier's draft on disk; one writer at a time. Nothing there is an empty draft."""

    def __init__(self, classifier: Path) -> None:
        self._path = classifier / "draft"

    def exists(self) -> bool:
        """Something was changed, or the classifier is new."""
        return (self._path / "draft.json").is_file()

    @property
    def stamp(self) -> Stamp | None:
        """The same while nothing is changed; None: there is none."""
        return stamp_of(self._path / "draft.json")

    def read(self) -> Draft:
        """The draft.

        Raises:
            TeachingError: it cannot be read.
        """
        if not self.exists():
            return Draft()
        try:
            return Draft.model_validate_json((self._path / "draft.json").read_bytes())
        except (OSError, ValidationError) as error:
            raise TeachingError(
                f"{self._path}: what was not taught yet cannot be read.", "Remove that folder."
            ) from error

    def write(self, draft: Draft, added: Mapping[str, bytes] | None = None) -> None:
        """Keep it, with the bytes of pictures that were added last, by file name.

        Raises:
            StoreError: it is not on disk.
        """
        try:
            make_folder(self._path)
            for name, data in (added or {}).items():
                write_whole(self._path / name, data, flush_name=False)
            write_whole(self._path / "draft.json", draft.model_dump_json(indent=1).encode())
        except OSError as error:
            raise StoreError(
                f"{self._path}: the change cannot be kept: {error.strerror or error}.",
                "Look at the space and the permissions there.",
            ) from error

    def picture(self, example: Example) -> Path:
        """Where the picture of an added example lies."""
        return self._path / example.file_name

    def sweep(self, draft: Draft) -> None:
        """Take away pictures that nothing leads back to."""
        kept = draft.pictures
        for each in list(self._path.glob("*.*")):
            if each.name != "draft.json" and each.name.partition(".")[0] not in kept:
                each.unlink(missing_ok=True)

    def clear(self) -> None:
        """It was taught: the draft first, so that a kill leaves no draft without its pictures."""
        (self._path / "draft.json").unlink(missing_ok=True)
        for each in list(self._path.glob("*")):
            each.unlink(missing_ok=True)

    def apply(self, draft: Draft, session: TeachingSession, given: Mapping[str, bytes] | None = None) -> None:
        """Make the draft's changes in a session; `given` are bytes by file name that are not on disk.

        Raises:
            TeachingError: a picture is not there any more, or there would be too many.
        """
        wanted = draft.examples(session.examples)
        for example in draft.added:
            if example.digest in wanted:
                data = (given or {}).get(example.file_name) or self._bytes(example)
                session.add(data, example.name, wanted[example.digest].label)
        for example in session.examples:
            if example.digest not in wanted:
                session.remove(example.digest)
            elif wanted[example.digest].label != example.label:
                session.relabel(example.digest, wanted[example.digest].label)

    def _bytes(self, example: Example) -> bytes:
        try:
            return self.picture(example).read_bytes()
        except OSError as error:
            raise TeachingError(
                f"the picture {example.name} that was added is gone.", "Remove it and add it again."
            ) from error
