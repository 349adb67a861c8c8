"""Files below a folder, opened so that nothing outside of it can be reached, whatever a path says.

Every part of the path is opened from the folder before it, and no link is followed (openat(2) with
O_NOFOLLOW): what was checked is what is read, also if somebody exchanges it meanwhile.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from vedette.web.refusal import Refusal

_LONGEST = 1024


@dataclass(slots=True)
class OpenFile:
    """A regular file that is open. Whoever has it closes it."""

    descriptor: int
    size: int
    modified_seconds: float
    tag: str

    def close(self) -> None:
        """Twice is once."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1


def open_below(folder: Path, relative: str) -> OpenFile:
    """The file at a path below a folder; the folder itself may be a link.

    Raises:
        Refusal: 404, it is not there, is no regular file, or the path leads elsewhere.
    """
    try:
        with _folder_of(folder, relative) as (within, name):
            return _regular(_opened(name, within, os.O_NONBLOCK))
    except OSError:
        raise _gone() from None


def remove_below(folder: Path, relative: str) -> None:
    """Take the file at a path below a folder away; one that is not there is left so.

    Raises:
        Refusal: 404, the path leads elsewhere.
        OSError: it cannot be taken away.
    """
    with suppress(FileNotFoundError), _folder_of(folder, relative) as (within, name):
        os.unlink(name, dir_fd=within)


@contextmanager
def _folder_of(folder: Path, relative: str) -> Iterator[tuple[int, str]]:
    """The descriptor of the folder in which a file lies, and the file's name in it."""
    *above, name = _parts(relative)
    with ExitStack() as held:
        within = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        held.callback(os.close, within)
        for part in above:
            within = _opened(part, within, os.O_DIRECTORY)
            held.callback(os.close, within)
        yield within, name


def _opened(part: str, within: int, flags: int) -> int:
    return os.open(part, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | flags, dir_fd=within)


def _regular(descriptor: int) -> OpenFile:
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        os.close(descriptor)
        raise _gone()
    tag = f'"{found.st_ino:x}-{found.st_mtime_ns:x}-{found.st_size:x}"'
    return OpenFile(descriptor, found.st_size, found.st_mtime, tag)


def _parts(relative: str) -> tuple[str, ...]:
    """The path's parts, if it is plainly a path below.

    Raises:
        Refusal: 404, it is absolute, holds a backslash or NUL, or a part that is `..`.
    """
    parts = PurePosixPath(relative).parts
    is_odd = "\0" in relative or "\\" in relative or len(relative) > _LONGEST
    if is_odd or not parts or relative.startswith("/") or ".." in parts:
        raise _gone()
    return parts


def _gone() -> Refusal:
    return Refusal(404, "the file is not there.", "It may have been given up for space or age.")
