"""Undo and redo: one line of changes, from what was not taught yet to how the first teaching came about."""

from __future__ import annotations

from dataclasses import dataclass

from vedette.assembly.described import Described
from vedette.assembly.first_teaching import FirstTeaching
from vedette.assembly.workbench import Workbench
from vedette.errors import TeachingError
from vedette.teaching.classifier_folder import STEPS_KEPT


@dataclass(frozen=True, slots=True)
class Step:
    """A change that was undone or redone. `trouble` says why cameras go on as before, if they do."""

    change: str
    trouble: str | None = None


def undo(bench: Workbench, name: str) -> Step:
    """1. A step of the draft. 2. A teaching, whose head is kept. 3. The last step to the first teaching.

    Raises:
        UsageError: no such classifier.
        TeachingError: nothing to undo, or cameras need what would be gone.
    """
    described = bench.described(name)
    change, draft, manifest = described.undo_change, described.draft, described.manifest
    if change is None:
        raise TeachingError(f"`{name}` has no change to undo.", f"The last {STEPS_KEPT} changes are kept.")
    if draft.steps or manifest is None:
        bench.shelf.draft(name).write(draft.stepped(forward=False))
        return Step(change)
    if manifest.undo:
        return _step(bench, described, change, forward=False)
    bench.users.refuse_used(name)
    folder = bench.shelf.folder(name)
    with folder.lock():
        FirstTeaching(folder.path).take_back(manifest.current)
    bench.users.gone(name)
    return Step(change)


def redo(bench: Workbench, name: str) -> Step:
    """The same way forward.

    Raises:
        UsageError: no such classifier.
        TeachingError: nothing to redo, or cameras need what would be gone.
    """
    described = bench.described(name)
    change, draft, manifest = described.redo_change, described.draft, described.manifest
    if change is None:
        raise TeachingError(f"`{name}` has no change to redo.", "Only what was undone last can be redone.")
    if manifest is not None and manifest.redo:
        return _step(bench, described, change, forward=True)
    folder = bench.shelf.folder(name)
    first = FirstTeaching(folder.path)
    if len(draft.undone) == 1 and first.is_untaught:
        with folder.lock():
            first.restore()
        return Step(change, bench.users.tell(name))
    bench.shelf.draft(name).write(draft.stepped(forward=True))
    return Step(change)


def _step(bench: Workbench, described: Described, change: str, *, forward: bool) -> Step:
    folder = bench.shelf.folder(described.name)
    with folder.lock():
        manifest = folder.read()
        taken = manifest.redo if forward else manifest.undo
        if taken:
            bench.users.permit(described.name, folder.revision(taken[-1]).classes)
        folder.step(manifest, forward=forward)
    return Step(change, bench.users.tell(described.name))
