"""Room that is kept for the database: on a full disk SQLite cannot open one even to read it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

RESERVE_BYTES = 1 << 20
_NAME = ".events.reserve"


class Reserve:
    """A file in the storage folder that is given up when nothing else is left.

    Without it a Vedette that starts on a full disk could not find out which media are the oldest, and
    so never make room.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / _NAME

    def keep(self) -> None:
        """Take the room, if it is not taken and there is plenty.

        Raises:
            OSError: the folder cannot be written.
        """
        if self._is_kept() or self._free_bytes() < 4 * RESERVE_BYTES:
            return
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.posix_fallocate(descriptor, 0, RESERVE_BYTES)
        finally:
            os.close(descriptor)

    def give_up(self) -> bool:
        """Give the room back if the disk is full; whether there was any.

        Raises:
            OSError: it cannot be told, or not be removed.
        """
        if not self._path.exists() or self._free_bytes() >= RESERVE_BYTES:
            return False
        self._path.unlink()
        return True

    def _is_kept(self) -> bool:
        return self._path.exists() and self._path.stat().st_size == RESERVE_BYTES

    def _free_bytes(self) -> int:
        return shutil.disk_usage(self._path.parent).free
