"""The files that belong to events: what they are called, and which may be touched."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from vedette.events.identity import is_event_id
from vedette.values.event import Event
from vedette.writing import TEMPORARY

MEDIA_FOLDERS = ("snapshots", "clips")
SUFFIXES = frozenset({".jpg", ".mp4", ".webm", ".mkv"})

_DEPTH = 3
"""Year, month, day."""


@dataclass(frozen=True, slots=True)
class MediaFile:
    """One of ours. `modified` is seconds since 1970; `is_partial` was left by a kill, or is being written."""

    path: Path
    event_id: str
    bytes: int
    modified: float
    is_partial: bool


def media_files(storage: Path) -> Iterator[MediaFile]:
    """Every picture and video below the storage folder by its name; no link is followed.

    Raises:
        OSError: a folder that cannot be read.
    """
    for name in MEDIA_FOLDERS:
        if _is_real_folder(storage / name):
            yield from _below(storage / name, _DEPTH)


def files_of(storage: Path, event: Event) -> list[MediaFile]:
    """What is there of the event's own picture and video, where its row says."""
    paths = (_own_path(storage, event.id, relative) for relative in (event.snapshot, event.clip))
    found = (_described(path) for path in paths if path is not None)
    return [file for file in found if file is not None]


def remove(file: MediaFile) -> bool:
    """Remove it; false if it could not be removed, or somebody else did."""
    try:
        file.path.unlink()
    except OSError:
        return False
    return True


def _below(folder: Path, depth: int) -> Iterator[MediaFile]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if depth and entry.name.isdecimal():
                    yield from _below(Path(entry), depth - 1)
            elif file := _described(Path(entry)):
                yield file


def _described(path: Path) -> MediaFile | None:
    """None for what is not there, no plain file, or not named as ours are."""
    name = path.name.removeprefix(TEMPORARY)
    identity, suffix = os.path.splitext(name)  # noqa: PTH122 - a name, not a path
    if suffix not in SUFFIXES or not is_event_id(identity):
        return None
    try:
        found = path.lstat()
    except OSError:
        return None
    if not stat.S_ISREG(found.st_mode):
        return None
    # What a file takes is whole blocks; some file systems tell that late.
    size = max(found.st_size, found.st_blocks * 512)
    return MediaFile(path, identity, size, found.st_mtime, name != path.name)


def _own_path(storage: Path, identity: str, relative: str | None) -> Path | None:
    """The path, if it is one that this event may have: a row must never name another's file."""
    if relative is None:
        return None
    parts = PurePosixPath(relative).parts
    if len(parts) < 2 or parts[0] not in MEDIA_FOLDERS or ".." in parts:
        return None
    path = storage.joinpath(*parts)
    folders = [storage.joinpath(*parts[:count]) for count in range(1, len(parts))]
    is_own = path.name.partition(".")[0] == identity and all(map(_is_real_folder, folders))
    return path if is_own else None


def _is_real_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()
