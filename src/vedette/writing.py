"""Files that are whole or not there, whatever happens while they are written."""

from __future__ import annotations

import os
from pathlib import Path

TEMPORARY = ".part-"
"""How a file's name begins until the file is whole; a kill may leave one, the next write takes it over."""


def write_whole(path: Path, data: bytes, *, flush_name: bool = True) -> None:
    """Write under a temporary name, flush to the disk, rename: the old file or the new one, never half.

    Once this returns, bytes and name survive a power cut; with `flush_name` off, for many files of
    one folder, the names do after its `flush_folder`. The folder must exist, and one writer at a
    time be at this path. An existing file's permissions are kept.

    Raises:
        OSError: a disk that is full or may not be written to; nothing is left behind.
    """
    temporary = path.with_name(f"{TEMPORARY}{path.name}")
    try:
        with temporary.open("wb") as file:
            if path.exists():
                os.fchmod(file.fileno(), path.stat().st_mode & 0o7777)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    if flush_name:
        flush_folder(path.parent)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, as lasting as their content will be.

    Raises:
        OSError: it cannot be made.
    """
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    flush_folder(folder.parent)


def flush_folder(folder: Path) -> None:
    """Make the names in a folder as lasting as the bytes.

    Raises:
        OSError: it cannot be opened or flushed.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
