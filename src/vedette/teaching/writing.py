"""Files that are whole or not there, whatever happens while they are written."""

from __future__ import annotations

import os
from pathlib import Path

TEMPORARY = ".part-"
"""How a file is called that is not finished; a kill leaves it, the next save sweeps it away."""


def write_whole(path: Path, data: bytes) -> None:
    """Write under a temporary name, flush to the disk, rename: the old file or the new one, never half."""
    temporary = path.with_name(f"{TEMPORARY}{path.name}")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def flush_folder(folder: Path) -> None:
    """Make the names in a folder as lasting as the bytes."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
