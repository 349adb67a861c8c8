"""One Vedette a storage folder: a lock that the kernel lets go of at a kill."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from vedette.store.failures import InUseError


class Claim:
    """Holds the lock file beside `path` until it is closed.

    A second process would take the first one's open events for those of a crash.

    Raises:
        InUseError: another process holds it.
        OSError: the lock file cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = _claimed(path)

    def renew(self) -> None:
        """Hold the lock file that lies there now: the one held may have been deleted with its folder.

        Raises:
            InUseError: another process was faster.
            OSError: the lock file cannot be made.
        """
        if self._descriptor is None or not _is_at(lock_path(self._path), self._descriptor):
            old, self._descriptor = self._descriptor, _claimed(self._path)
            if old is not None:
                os.close(old)

    def close(self) -> None:
        """Let go. Twice is once."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def lock_path(path: Path) -> Path:
    """The lock file of the database at `path`."""
    return path.with_name(f".{path.name}.lock")


def _claimed(path: Path) -> int:
    descriptor = os.open(lock_path(path), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise InUseError(
            f"{path} is in use by another Vedette.", "Stop that one, or set storage.folder to another folder."
        ) from None
    return descriptor


def _is_at(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False
