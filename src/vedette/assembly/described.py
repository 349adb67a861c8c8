"""A classifier as it is on disk: what was taught last, and what was changed since; parsed once a change."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from vedette.assembly.first_teaching import FirstTeaching
from vedette.assembly.teaching_draft import Draft, DraftFolder
from vedette.teaching.classifier_folder import ClassifierFolder, Stamp, taught_names
from vedette.teaching.examples import Example
from vedette.teaching.manifest import Manifest
from vedette.values.geometry import WHOLE_FRAME, Box

_KEPT = 16


@dataclass(frozen=True)
class Described:
    """A classifier: as it was taught last (None: never), and what was changed since.

    `undo_change` and `redo_change` say what undo and redo would do; None: there is nothing.
    """

    name: str
    manifest: Manifest | None
    draft: Draft
    undo_change: str | None = None
    redo_change: str | None = None

    @cached_property
    def examples(self) -> Mapping[str, Example]:
        """By digest, with what was changed since."""
        return self.draft.examples(self.manifest.current.examples if self.manifest else ())

    @property
    def region(self) -> Box:
        """What it looks at, with what was changed since."""
        own = self.manifest.current.box if self.manifest else WHOLE_FRAME
        return self.draft.box or own

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The labels that occur, sorted."""
        return tuple(sorted({each.label for each in self.examples.values()}))

    @cached_property
    def changes(self) -> int:
        """Pictures, and the region, that are not as they were taught."""
        taught = {each.digest: each.label for each in self.manifest.current.examples} if self.manifest else {}
        now = {digest: each.label for digest, each in self.examples.items()}
        pictures = len(taught.items() ^ now.items()) - len(
            {digest for digest in taught.keys() & now.keys() if taught[digest] != now[digest]}
        )
        moved = self.manifest is not None and self.region != self.manifest.current.box
        return pictures + moved


class Shelf:
    """The classifiers below `root`, each parsed once for every change. Any thread may ask."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._known: OrderedDict[str, tuple[tuple[Stamp | None, Stamp | None], Described]] = OrderedDict()

    @property
    def names(self) -> tuple[str, ...]:
        """Every classifier, taught or only begun."""
        begun = (path.parent.parent.name for path in self.root.glob("*/draft/draft.json"))
        return tuple(sorted({*taught_names(self.root), *begun}))

    def folder(self, name: str) -> ClassifierFolder:
        """Where it is.

        Raises:
            UsageError: not a name.
        """
        return ClassifierFolder(self.root, name)

    def draft(self, name: str) -> DraftFolder:
        """Where its changes are."""
        return DraftFolder(self.folder(name).path)

    def describe(self, name: str) -> Described | None:
        """The classifier of that name, if there is one.

        Raises:
            UsageError: not a name.
            TeachingError: it cannot be read.
        """
        folder, draft = self.folder(name), self.draft(name)
        stamps = (folder.stamp, draft.stamp)
        if stamps == (None, None):
            self._known.pop(name, None)
            return None
        known = self._known.get(name)
        if known is not None and known[0] == stamps:
            return known[1]
        described = _described(folder, draft)
        # The stamps are older than what was read: what changed meanwhile is read once more.
        self._known[name] = (stamps, described)
        if len(self._known) > _KEPT:
            self._known.popitem(last=False)
        return described


def _described(folder: ClassifierFolder, drafts: DraftFolder) -> Described:
    manifest = folder.read() if folder.exists() else None
    draft = drafts.read()
    return Described(
        folder.name,
        manifest,
        draft,
        undo_change=_undo_change(folder, manifest, draft),
        redo_change=_redo_change(folder, manifest, draft),
    )


def _undo_change(folder: ClassifierFolder, manifest: Manifest | None, draft: Draft) -> str | None:
    """1. What was not taught. 2. A teaching. 3. The last step to the first teaching."""
    if draft.steps:
        return draft.steps[-1].change
    if manifest is None:
        return None
    if manifest.undo:
        return manifest.current.change
    first = FirstTeaching(folder.path).draft_of(manifest.current)
    return first.steps[-1].change if first else None


def _redo_change(folder: ClassifierFolder, manifest: Manifest | None, draft: Draft) -> str | None:
    """1. A teaching. 2. What was not taught."""
    if manifest is not None and manifest.redo:
        return folder.revision(manifest.redo[-1]).change
    return draft.undone[-1].change if draft.undone else None
