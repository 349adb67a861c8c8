"""Whose database a file is, found out without writing a byte to it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from vedette.errors import StoreError

APPLICATION_ID = 0x56454454
"""`PRAGMA application_id` of our databases: "VEDT" (https://www.sqlite.org/fileformat2.html)."""

SCHEMA_VERSION = 3
"""`PRAGMA user_version` that this program writes and reads."""

_MAGIC = b"SQLite format 3\x00"
_NOTHING_LOST = "Nothing was changed or deleted."


def found_version(path: Path) -> int:
    """The schema version of our database that lies there, sound; 0 where one is to be made.

    Raises:
        StoreError: something else lies there: foreign, newer, or damaged. It is left as it is.
    """
    try:
        if not path.exists() or path.stat().st_size == 0:
            return 0
        with path.open("rb") as file:
            if file.read(len(_MAGIC)) != _MAGIC:
                raise _foreign(path, "is not a database")
        return _judge(path)
    except sqlite3.OperationalError as error:
        # Not the file's fault: SQLite needs 32 KB beside it even to read, and the disk may be full.
        raise StoreError(
            f"{path} cannot be opened: {error}. {_NOTHING_LOST}",
            "Is the disk full, or the file read-only or locked?",
        ) from error
    except sqlite3.Error as error:
        raise _damaged(path, str(error)) from error
    except OSError as error:
        raise StoreError(
            f"{path} cannot be read: {error.strerror or error}.", "Check the owner and the permissions."
        ) from error


def _judge(path: Path) -> int:
    address = f"file:{quote(str(path.absolute()))}?mode=ro"
    with closing(sqlite3.connect(address, uri=True, timeout=5.0)) as connection:
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if application == 0 and tables == 0:
            return 0  # a kill before the first table was made
        if application != APPLICATION_ID:
            raise _foreign(path, "is the database of another program")
        if version > SCHEMA_VERSION:
            raise _newer(path, version)
        (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise _damaged(path, verdict)
    return int(version)


def _foreign(path: Path, what: str) -> StoreError:
    return StoreError(
        f"{path} {what}. {_NOTHING_LOST}",
        "Set storage.folder to a folder of Vedette's own, or move the file.",
    )


def _newer(path: Path, version: int) -> StoreError:
    return StoreError(
        f"{path} was written by a newer Vedette (schema {version}; this one knows {SCHEMA_VERSION}). "
        f"{_NOTHING_LOST}",
        "Install that version again, or set storage.folder to another folder.",
    )


def _damaged(path: Path, why: str) -> StoreError:
    return StoreError(
        f"{path} is damaged ({why}). {_NOTHING_LOST}",
        "Move it away to begin a new one, or restore a copy; the pictures beside it stay as they are.",
    )
