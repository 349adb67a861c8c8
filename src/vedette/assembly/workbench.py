"""What teaching, undoing and asking share: the classifiers on disk, warm sessions, networks, and the turn."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from vedette.assembly.described import Described, Shelf
from vedette.assembly.lessons import Lessons, Permit, Told
from vedette.assembly.near_duplicates import NearDuplicate, NearDuplicates
from vedette.assembly.remembering_embedder import Memory, RememberingEmbedder
from vedette.errors import TeachingError, UsageError, VedetteError
from vedette.inference.protocol import Embedder, Embedding
from vedette.teaching.manifest import Origin
from vedette.teaching.reading import region_pixels
from vedette.teaching.refusals import refuse_stale
from vedette.values.frame import Frame


def _everything(name: str, classes: Collection[str]) -> None:
    """Nobody asks for anything."""


def _nobody(name: str) -> Sequence[str]:  # noqa: ARG001 - nobody uses any
    return ()


@dataclass(frozen=True, slots=True)
class Users:
    """Those who use classifiers: how they hear of a change, whether it may be, and who they are.

    `taught` and `gone` are called with a name after it has changed on disk; `of` gives what the
    configuration has use a classifier, in words; `told` hears how far its pictures are looked at again.
    """

    taught: Callable[[str], None]
    permit: Permit = _everything
    of: Callable[[str], Collection[str]] = _nobody
    gone: Callable[[str], None] = lambda _: None
    told: Told = lambda *_: None

    def tell(self, name: str) -> str | None:
        """Have them use what was taught; why they cannot, if they cannot."""
        try:
            self.taught(name)
        except VedetteError as error:
            return str(error)
        return None

    def refuse_used(self, name: str) -> None:
        """Nothing, if nobody uses it.

        Raises:
            TeachingError: somebody does.
        """
        users = self.of(name)
        if users:
            raise TeachingError(
                f"the classifier `{name}` is used by {', '.join(users)}.",
                "Take it out of the configuration first.",
            )


class Seen(NamedTuple):
    """A picture's raw embedding `[d]`, by which embedder, and what it nearly equals, nearest first."""

    embedding: Embedding
    identity: str
    nearly: tuple[NearDuplicate, ...]


class Workbench:
    """See the parts. All but `shelf` is for whoever holds the `turn`."""

    def __init__(
        self,
        root: Path,
        embedder: Callable[[Origin], Embedder],
        users: Users,
        now: Callable[[], datetime],
        origin: Origin,
    ) -> None:
        self._load = embedder
        self._origin = origin
        self._memory: Memory = Memory()
        self.users = users
        self.turn = threading.RLock()
        self.shelf = Shelf(root)
        self.lessons = Lessons(self.shelf, self.embedder, now, users.told)
        self.duplicates = NearDuplicates()

    def described(self, name: str) -> Described:
        """The classifier of that name.

        Raises:
            UsageError: there is none.
        """
        described = self.shelf.describe(name)
        if described is None:
            raise UsageError(f"there is no classifier `{name}`.", "Create it first.")
        return described

    def origin_of(self, described: Described) -> Origin:
        """The network that a classifier is, or will be, taught with."""
        if described.manifest is not None:
            return described.manifest.current.origin
        return described.draft.origin or self._origin

    def embedder(self, origin: Origin) -> Embedder:
        """That network, which embeds no pixels twice."""
        return RememberingEmbedder(self._load(origin), self._memory)

    def see(self, described: Described, picture: bytes | Frame) -> Seen:
        """Embed a picture, and look what it nearly equals.

        Raises:
            PictureError: not a picture that can be opened.
            StaleClassifierError: taught with another network than its own is now.
        """
        embedder = self.embedder(self.origin_of(described))
        if described.manifest is not None:
            refuse_stale(described.name, described.manifest.current, embedder)
        size, region = embedder.input_size, described.region
        pixels = (
            picture.rgb(size, region)
            if isinstance(picture, Frame)
            else region_pixels(picture, "picture", size, region)
        )
        embedding = embedder.embed(pixels)
        folder = self.shelf.folder(described.name)
        nearly = self.duplicates.of(embedding, described, folder, embedder.identity)
        return Seen(embedding, embedder.identity, nearly)

    def remember(self, digest: str, seen: Sequence[Seen], described: Described) -> None:
        """This picture is among the classifier's now: as it was seen, at least once."""
        embeddings = [each.embedding for each in seen]
        self.duplicates.add(digest, embeddings, described, seen[0].identity)
