"""What lies in the storage folder besides the database."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

MEDIA_FOLDERS = ("snapshots", "clips")


def media_time(folder: Path) -> datetime | None:
    """When the newest picture or video was put there, UTC; None where there are none.

    Only folders are looked at: a folder's time is that of the last file put into it.
    """
    newest: float | None = None
    for name in MEDIA_FOLDERS:
        for parent, folders, files in os.walk(folder / name):
            if files or folders:
                newest = max(newest or 0.0, Path(parent).stat().st_mtime)
    return None if newest is None else datetime.fromtimestamp(newest, UTC)
