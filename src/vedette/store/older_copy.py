"""Whether an older copy of the database was put back: media that are younger than all it knows say so."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from vedette.store.events import EventTable
from vedette.store.media import MEDIA_FOLDERS
from vedette.store.protocol import OpenDatabase

MOST_LEFT_BY_A_KILL = 2
"""Pictures without a row that a kill may leave: it is written just before its row, one after the other."""


def is_older_copy(folder: Path, primary: OpenDatabase, beside: OpenDatabase | None) -> bool:
    """There are pictures or videos in the storage folder that the database once knew, and does not know now.

    A video is begun when its event's row is on disk, so one that is younger than all rows is proof enough.
    What `beside` knows is not meant. An archive without any event gives no answer: nothing is younger.

    Raises:
        StoreError: one of the two does not serve.
    """
    newest = EventTable(primary).list(limit=1)
    if not newest:
        return False
    younger = _younger(folder, newest[0].id, newest[0].opened_at)
    if beside is not None:
        known = EventTable(beside).known(younger)
        younger = {identity: is_video for identity, is_video in younger.items() if identity not in known}
    return any(younger.values()) or len(younger) > MOST_LEFT_BY_A_KILL


def _younger(folder: Path, newest_id: str, newest_at: datetime) -> dict[str, bool]:
    """The ids after this one of which there are whole files, and whether one of these is a video."""
    day, found = f"{newest_at:%Y/%m/%d}", dict[str, bool]()
    for name in MEDIA_FOLDERS:
        root = folder / name
        for parent, folders, files in os.walk(root):
            at = Path(parent).relative_to(root).as_posix()
            folders[:] = [each for each in folders if _is_from(day, each if at == "." else f"{at}/{each}")]
            for file in map(Path, files):
                # A file under way has another name; the ids of events sort by their time.
                if newest_id < file.stem and len(file.stem) == len(newest_id):
                    found[file.stem] = found.get(file.stem, False) or file.suffix != ".jpg"
    return found


def _is_from(day: str, folder: str) -> bool:
    """The folder of a year, month or day holds what is of this day or later."""
    return folder >= day[: len(folder)]
