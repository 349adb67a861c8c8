"""Files that a kill left behind go; whatever might belong to somebody stays."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from vedette.events.identity import event_time
from vedette.events.media import MediaFile, media_files, remove
from vedette.events.protocol import EventArchive, MediaOwner

GRACE = timedelta(hours=1)
"""A younger file may still be waiting for its row, or be written."""

MOST_ORPHANS = 250
"""More at once were not left by kills: somebody put an older database back."""

_SHOWN = 20

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep did and saw.

    `refused` orphans were too many to be believed. `given_back` files lay there whole, and their rows did
    not name them. `missing` are ids of events whose row names a file that is not there. `was_off`: the
    database cannot be asked for everything, and nothing was touched.
    """

    orphans: int = 0
    partials: int = 0
    freed_bytes: int = 0
    refused: int = 0
    given_back: int = 0
    missing: tuple[str, ...] = ()
    was_off: bool = False


class Sweep:
    """Removes files below `snapshots/` and `clips/` that belong to no event; names those that no row names.

    Only plain files that are named as ours are, of events younger than the database and older than
    `GRACE`; never while the database is in trouble, and none of an event that `is_held` (the journal's
    `holds`). To be run now and then by one thread.
    """

    def __init__(
        self, storage: Path, archive: EventArchive, owner: MediaOwner, is_held: Callable[[str], bool]
    ) -> None:
        self._storage = storage
        self._archive = archive
        self._owner = owner
        self._is_held = is_held
        self._was_refused = False
        self._said_missing: tuple[str, ...] = ()

    def run(self, now: datetime) -> Swept:
        """Sweep once; `now` is the wall clock.

        Raises:
            StoreError: the database does not serve.
            OSError: a folder that cannot be read.
        """
        made_at = self._owner.made_at
        if made_at is None:
            return Swept(was_off=True)
        files = [file for file in media_files(self._storage) if self._may_go(file, made_at, now)]
        unowned = self._owner.orphans({file.event_id for file in files})
        going = [file for file in files if _is_waste(file, unowned)]
        orphans = [file for file in going if not file.is_partial]
        refused = len(orphans) if len(orphans) > MOST_ORPHANS else 0
        self._say_refused(refused)
        gone = [file for file in going if not (refused and not file.is_partial) and remove(file)]
        partials = sum(file.is_partial for file in gone)
        freed = sum(file.bytes for file in gone)
        given_back = self._give_back({file.event_id: file for file in files if _is_clip(file)})
        swept = Swept(len(gone) - partials, partials, freed, refused, given_back, self._missing())
        self._say(swept)
        return swept

    def _may_go(self, file: MediaFile, made_at: datetime, now: datetime) -> bool:
        try:
            happened_at = event_time(file.event_id)
        except ValueError:
            return False
        # Asked before the database is: what is not held any more has its row.
        if self._is_held(file.event_id):
            return False
        is_old = datetime.fromtimestamp(file.modified, UTC) < now - GRACE
        return is_old and made_at < happened_at < now - GRACE

    def _give_back(self, clips: Mapping[str, MediaFile]) -> int:
        """A kill, or a database that did not serve, came between a video's end and the word of it."""
        if not clips:
            return 0
        unnamed = [event for event in self._archive.every() if event.clip is None and event.id in clips]
        return sum(
            self._archive.set_clip(event.id, clips[event.id].path.relative_to(self._storage).as_posix())
            for event in unnamed
        )

    def _missing(self) -> tuple[str, ...]:
        return tuple(
            event.id
            for event in self._archive.every()
            if any(path and not (self._storage / path).exists() for path in (event.snapshot, event.clip))
        )

    def _say(self, swept: Swept) -> None:
        if swept.orphans or swept.partials:
            _log.info(
                "%d files without an event and %d unfinished ones were removed: %.1f MB",
                swept.orphans,
                swept.partials,
                swept.freed_bytes / 1e6,
            )
        if swept.missing and swept.missing != self._said_missing:
            shown = ", ".join(swept.missing[:_SHOWN])
            _log.warning("%d events have lost a picture or video: %s", len(swept.missing), shown)
        self._said_missing = swept.missing

    def _say_refused(self, refused: int) -> None:
        if refused and not self._was_refused:
            _log.error(
                "%d files below %s belong to no event, too many to have been left by accident: all are kept. "
                "Was an older database put back?",
                refused,
                self._storage,
            )
        self._was_refused = refused > 0


def _is_clip(file: MediaFile) -> bool:
    return not file.is_partial and file.path.suffix != ".jpg"


def _is_waste(file: MediaFile, unowned: set[str]) -> bool:
    """An unfinished picture is never finished; an unfinished video of an event can still be mended."""
    return file.event_id in unowned or (file.is_partial and file.path.suffix == ".jpg")
