"""Deleting a classifier for good: gone in one moment, its files a moment later."""

from __future__ import annotations

import shutil
from pathlib import Path
from uuid import uuid4

from vedette.errors import StoreError
from vedette.teaching.classifier_folder import ClassifierFolder
from vedette.writing import flush_folder, make_folder

_DOOMED = ".deleted"


def remove_classifier(folder: ClassifierFolder) -> None:
    """Delete it with its pictures.

    Raises:
        TeachingError: somebody teaches it.
        StoreError: the disk does not let it go.
    """
    doomed = folder.path.parent / _DOOMED
    try:
        with folder.lock():
            make_folder(doomed)
            # Renamed first: a kill leaves a whole classifier, or none that anybody sees.
            folder.path.rename(doomed / f"{folder.name}-{uuid4().hex}")
            flush_folder(folder.path.parent)
    except OSError as error:
        raise StoreError(f"{folder.path}: cannot be deleted: {error.strerror or error}.") from error
    sweep_removed(folder.path.parent)


def sweep_removed(root: Path) -> None:
    """Delete the files of what was deleted, also by a process that was killed meanwhile."""
    shutil.rmtree(root / _DOOMED, ignore_errors=True)
