"""Bring a network or clip here: publisher first, mirror second, and only the right bytes."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from vedette.catalog.library import Library, has_right_bytes
from vedette.catalog.manifest import Manifest
from vedette.catalog.ways import Patience, Progress, WayError, from_copy, from_mirror, from_publisher
from vedette.errors import CatalogError

Way = Callable[[Manifest, Path, Progress, Patience], None]
NamedWay = tuple[str, Way]


def silent(way: str, done: int, total: int | None) -> None:
    """Progress that nobody watches."""


def obtain(name: str, library: Library | None = None, progress: Progress = silent) -> Path:
    """The file of a network or clip with the right bytes: found, else fetched.

    Raises:
        CatalogError: an unknown name, a local file with other bytes than its manifest says, or nobody has it.
    """
    library = library or Library.default()
    holding = library.holding(name)
    if holding.is_usable and holding.path is not None:
        return holding.path
    if name not in library.names:
        raise CatalogError(
            f"{name} has other bytes than its manifest says.",
            "If you changed the file on purpose, correct `sha256` and `size` in the manifest beside it.",
        )
    return fetch(holding.manifest, library.cache, progress)


def fetch(
    manifest: Manifest,
    folder: Path,
    progress: Progress = silent,
    patience: Patience | None = None,
    copy: Path | None = None,
) -> Path:
    """Bring the file into `folder` under its name, unless it is there already.

    The name appears only when all bytes are on disk and are the right ones. Two processes may fetch
    at once: the second waits and finds the file. A `copy` that is on this machine already comes before
    publisher and mirror.

    Raises:
        CatalogError: no way brought it; says each way and why it failed, and how to put the file by hand.
    """
    final = folder / manifest.file
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _sole_fetcher(folder, manifest.file):
            if not (final.is_file() and has_right_bytes(final, manifest)):
                _bring(manifest, final, list(_ways(manifest, copy)), progress, patience or Patience())
    except OSError as error:
        raise CatalogError(
            f"'{manifest.name}' could not be written to {folder}: {error.strerror or error}.",
            "Make room or give write permission, or set VEDETTE_CACHE to another folder.",
        ) from error
    return final


def _bring(
    manifest: Manifest, final: Path, ways: Sequence[NamedWay], progress: Progress, patience: Patience
) -> None:
    failures = []
    for address, way in ways:
        with tempfile.TemporaryDirectory(prefix=_work_prefix(manifest.file), dir=final.parent) as work:
            part = Path(work) / manifest.file
            try:
                way(manifest, part, progress, patience)
            except WayError as error:
                failures.append(f"{address}: {error}")
                continue
            part.replace(final)
            return
    tried = "; ".join(failures) or "the catalog names no place to get it"
    raise CatalogError(
        f"'{manifest.name}' could not be fetched. Tried {tried}.",
        f"Try again with a connection, or put the file at {final} by hand: "
        f"it counts if its sha256 is {manifest.sha256}.",
    )


def _ways(manifest: Manifest, copy: Path | None) -> Iterator[NamedWay]:
    if copy is not None:
        yield f"the copy ({copy})", partial(from_copy, copy)
    if manifest.publisher is not None:
        yield f"the publisher ({manifest.publisher})", from_publisher
    if manifest.mirror is not None:
        yield f"the mirror ({manifest.mirror.package} {manifest.mirror.version})", from_mirror


def _work_prefix(file: str) -> str:
    return f".{file}.fetching-"


@contextmanager
def _sole_fetcher(folder: Path, file: str) -> Iterator[None]:
    """The folder's lock, held by one process at a time; the kernel lets go of it however that one ends."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        # Whoever left a work folder here was killed: with the lock held, nobody else is at work.
        for left_over in folder.glob(f"{_work_prefix(file)}*"):
            shutil.rmtree(left_over, ignore_errors=True)
        yield
        os.fsync(handle)  # the new name is on disk too
    finally:
        os.close(handle)
