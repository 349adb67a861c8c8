"""The way back behind the first teaching: how its pictures came, and what it had made of them.

NAME/first.json        the draft that was taught first, with its steps
NAME/untaught.json     the manifest that was taken back; redo makes it the manifest again
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from vedette.assembly.teaching_draft import Draft, DraftFolder, DraftStep
from vedette.errors import StoreError, TeachingError
from vedette.teaching.examples import Example
from vedette.teaching.manifest import Revision
from vedette.writing import flush_folder, write_whole


class _First(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    taught_at: datetime = Field(description="Of the teaching that it became.")
    draft: Draft = Field(description="As it was then.")


class FirstTeaching:
    """Of one classifier; within its lock, where it changes anything."""

    def __init__(self, classifier: Path) -> None:
        self._classifier = classifier
        self._path = classifier / "first.json"
        self._manifest = classifier / "manifest.json"
        self._untaught = classifier / "untaught.json"

    def keep(self, draft: Draft, revision: Revision) -> None:
        """This draft became this revision, the first. Without steps there is no way back to keep."""
        kept = {each.digest for each in revision.examples}
        steps: list[DraftStep] = []
        for step in reversed(draft.steps):
            # Of a picture that was removed before it was ever taught, nothing is left.
            if not _added(step) <= kept:
                break
            steps.insert(0, step)
        if steps:
            known = draft.model_copy(update={"steps": tuple(steps), "undone": ()})
            first = _First(taught_at=revision.taught_at, draft=known)
            write_whole(self._path, first.model_dump_json().encode())
        self.forget_untaught()

    def draft_of(self, revision: Revision) -> Draft | None:
        """What that revision was made of, if it is the first, and that is known."""
        if revision.number != 1:
            return None
        try:
            first = _First.model_validate_json(self._path.read_bytes())
        except (OSError, ValidationError):
            return None
        return first.draft if first.taught_at == revision.taught_at else None

    def take_back(self, revision: Revision) -> Draft:
        """Not taught any more, and the last step to it taken back.

        Raises:
            TeachingError: it is not known how it came about.
            StoreError: it is not on disk.
        """
        draft = self.draft_of(revision)
        if draft is None:
            raise TeachingError("There is nothing to undo.")
        known = {each.digest: each for each in (*draft.added, *revision.examples)}
        pictures = {
            known[digest].file_name: self._bytes(known[digest])
            for digest in draft.pictures & known.keys()
            if self._picture(known[digest]).is_file()
        }
        # A kill after this leaves a draft that says nothing new of what is taught.
        DraftFolder(self._classifier).write(draft.stepped(forward=False), pictures)
        self._manifest.replace(self._untaught)
        flush_folder(self._classifier)
        return draft

    @property
    def is_untaught(self) -> bool:
        """The teaching was taken back, and can be had again."""
        return self._untaught.is_file() and not self._manifest.exists()

    def restore(self) -> None:
        """Taught again, as it was."""
        self._untaught.replace(self._manifest)
        flush_folder(self._classifier)
        DraftFolder(self._classifier).clear()

    def forget_untaught(self) -> None:
        """Something else was changed: what was taken back cannot be made again."""
        self._untaught.unlink(missing_ok=True)

    def _picture(self, example: Example) -> Path:
        return self._classifier / "pictures" / example.file_name

    def _bytes(self, example: Example) -> bytes:
        try:
            return self._picture(example).read_bytes()
        except OSError as error:
            raise StoreError(f"{self._picture(example)}: {error.strerror or error}.") from error


def _added(step: DraftStep) -> set[str]:
    marks = (*step.before.values(), *step.after.values())
    return {mark.added.digest for mark in marks if mark.added is not None}
