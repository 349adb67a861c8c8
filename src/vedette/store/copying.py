"""A copy of an SQLite database that is in use: whole, or not there."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from vedette.writing import TEMPORARY, flush_folder

SIDES = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a database's file."""


def copy_whole(source: sqlite3.Connection, path: Path) -> None:
    """Everything committed in `source`, by SQLite's online backup (https://www.sqlite.org/backup.html).

    What lies at `path` is replaced at the end, in one step.

    Raises:
        OSError, sqlite3.Error: it cannot be written; nothing is left behind.
    """
    temporary = path.with_name(f"{TEMPORARY}{path.name}")
    _remove(temporary)
    # SQLite would only say that it cannot open the file, not why.
    temporary.touch()
    try:
        with closing(sqlite3.connect(temporary)) as copy:
            source.backup(copy)
            # A file of its own, without a WAL beside it, until somebody opens it to write.
            copy.execute("PRAGMA journal_mode = DELETE").fetchone()
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        _remove(temporary)
    flush_folder(path.parent)


def _remove(temporary: Path) -> None:
    for suffix in ("", *SIDES):
        temporary.with_name(temporary.name + suffix).unlink(missing_ok=True)
