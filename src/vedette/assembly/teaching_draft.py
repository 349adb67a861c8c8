"""What was changed about a classifier's pictures and has not been taught yet, on disk.

NAME/draft/
draft.json             replaced last: the moment at which a change has happened
<sha256>.jpg           pictures that were added, as they came
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from vedette.errors import StoreError, TeachingError
from vedette.teaching.examples import Example
from vedette.teaching.manifest import Origin
from vedette.teaching.session import TeachingSession
from vedette.values.geometry import Box
from vedette.writing import make_folder, write_whole


class Draft(BaseModel):
    """Changes since the last teaching. Applied twice, they change nothing more."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    region: tuple[float, float, float, float] | None = Field(
        default=None, description="What a new classifier looks at; None: everything, or what it looked at."
    )
    origin: Origin | None = Field(default=None, description="The network of a new classifier.")
    added: tuple[Example, ...] = Field(default=(), description="Pictures that are new.")
    removed: tuple[str, ...] = Field(default=(), description="Digests of pictures that are to go.")
    relabelled: dict[str, str] = Field(default={}, description="New labels by digest.")

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


class DraftFolder:
    """A classifier's draft on disk; one writer at a time. Nothing there is an empty draft."""

    def __init__(self, classifier: Path) -> None:
        self._path = classifier / "draft"

    def exists(self) -> bool:
        """Something was changed, or the classifier is new."""
        return (self._path / "draft.json").is_file()

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

    def write(self, draft: Draft, added: tuple[Example, bytes] | None = None) -> None:
        """Keep it, with the bytes of a picture that was added last.

        Raises:
            StoreError: it is not on disk.
        """
        try:
            make_folder(self._path)
            if added is not None:
                write_whole(self._path / added[0].file_name, added[1], flush_name=False)
            write_whole(self._path / "draft.json", draft.model_dump_json(indent=1).encode())
        except OSError as error:
            raise StoreError(
                f"{self._path}: the change cannot be kept: {error.strerror or error}.",
                "Look at the space and the permissions there.",
            ) from error

    def picture(self, example: Example) -> Path:
        """Where the picture of an added example lies."""
        return self._path / example.file_name

    def clear(self) -> None:
        """It was taught: the draft first, so that a kill leaves no draft without its pictures."""
        (self._path / "draft.json").unlink(missing_ok=True)
        for each in list(self._path.glob("*")):
            each.unlink(missing_ok=True)

    def apply(self, draft: Draft, session: TeachingSession) -> None:
        """Make the draft's changes in a session.

        Raises:
            TeachingError: a picture is not there any more, or there would be too many.
        """
        wanted = draft.examples(session.examples)
        for example in draft.added:
            if example.digest in wanted:
                session.add(self._bytes(example), example.name, wanted[example.digest].label)
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
