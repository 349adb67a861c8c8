"""Where a database's file lies, and whether it still lies there."""

from __future__ import annotations

import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from vedette.store.copying import SIDES, copy_whole
from vedette.writing import make_folder


class FilePlace:
    """The file at `path` as it was when it was opened.

    SQLite goes on writing to a file that was deleted or replaced, without a word, and all of it is
    gone with the last descriptor (https://www.sqlite.org/howtocorrupt.html, section 4).
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._held = path.stat()
        self._sides = {suffix: _status(_beside(path, suffix)) for suffix in SIDES}

    def is_in_place(self) -> bool:
        """The file at the path is the one that is held. What cannot be told is taken for true."""
        try:
            return os.path.samestat(self.path.stat(), self._held)
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError:
            return True

    def save_back(self, held: sqlite3.Connection) -> Path | None:
        """Put what the held file has back to the path; where what lay there was moved to, if anything did.

        Raises:
            OSError, sqlite3.Error: it cannot be written; what is held is still held.
        """
        make_folder(self.path.parent)
        aside = self._make_way()
        copy_whole(held, self.path)
        return aside

    def _make_way(self) -> Path | None:
        """A WAL of the lost file must go: it would be played into the new one. Its descriptors stay good."""
        aside = _free_name(self.path) if self.path.exists() else None
        for suffix in SIDES:
            side = _beside(self.path, suffix)
            found, own = _status(side), self._sides[suffix]
            if found is None:
                continue
            if aside is None or (own is not None and os.path.samestat(found, own)):
                side.unlink()
            else:
                side.rename(_beside(aside, suffix))
        if aside is not None:
            self.path.rename(aside)
        return aside


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _free_name(path: Path) -> Path:
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    number = 0
    while (aside := path.with_name(f"{path.name}.replaced-{stamp}-{number}")).exists():
        number += 1
    return aside
