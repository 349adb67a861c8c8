"""What is given up when it is old or the disk runs full: the least important and oldest first."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field

from vedette.errors import StoreError
from vedette.events.media import files_of, media_files, remove
from vedette.events.protocol import EventArchive, MediaOwner
from vedette.values.event import Event

STEADY_SECONDS = 3600.0
"""A clock that jumped must run evenly for so long before anything is given up for its age."""

_JUMP_SECONDS = 60.0
_CHUNK = 100

_FULL_BYTES = 2**20
"""With less than this free a database may be unable to write even that a row is gone."""

_LAST_RESERVE_BYTES = 64 * 2**20
"""What stays free while the database does not show its old events: the newest are not to go for them."""

_log = logging.getLogger(__name__)


class RetentionSettings(BaseModel):
    """How long events are kept. Favourites and open events stay whatever is set here."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    keep_days: float | None = Field(
        default=30,
        ge=1,
        le=36_500,
        description="Events older than this are deleted; null keeps them for ever.",
    )
    keep_free_bytes: int = Field(
        default=10**9,
        ge=0,
        description="So much of the disk stays free, or `keep_free_percent` of it, whichever is less.",
    )
    keep_free_percent: float = Field(
        default=5.0,
        ge=0,
        le=90,
        description="So much of the disk stays free, or `keep_free_bytes`, whichever is less.",
    )
    maximum_bytes: int | None = Field(
        default=None, ge=0, description="Pictures and videos take no more than this; null sets no limit."
    )


class DiskUsage(Protocol):
    """As `shutil.disk_usage` gives it, in bytes."""

    @property
    def total(self) -> int:
        """The disk's size."""
        ...

    @property
    def free(self) -> int:
        """What may still be written."""
        ...


@dataclass(frozen=True, slots=True)
class GivenUp:
    """What one run did. `still_wanted_bytes` could not be given back: nothing expendable is left."""

    by_age: int = 0
    by_space: int = 0
    freed_bytes: int = 0
    still_wanted_bytes: int = 0


class Retention:
    """Gives events up with their files; to be run now and then by one thread.

    The row goes first: a kill in between leaves files without a row, which the sweep removes. Only on a
    disk so full that no row can be changed the files of one event go first.

    Age is judged only after the wall clock has run evenly with the monotonic one for `STEADY_SECONDS`: a
    clock that jumps to another year must not empty the archive.

    While the database cannot be asked for everything (`owner.made_at` is None), nothing goes for its age,
    and the space that was to stay free is used up first, down to 64 MB.
    """

    def __init__(
        self,
        storage: Path,
        archive: EventArchive,
        owner: MediaOwner,
        settings: RetentionSettings,
        disk_usage: Callable[[Path], DiskUsage] = shutil.disk_usage,
    ) -> None:
        self._storage = storage
        self._archive = archive
        self._owner = owner
        self._settings = settings
        self._disk_usage = disk_usage
        self._clock: tuple[datetime, float] | None = None
        self._steady_since = 0.0
        self._halves: list[str] = []
        self._is_short = False

    def run(self, now: datetime, monotonic_seconds: float) -> GivenUp:
        """Give up what is too old, then what there is no room for; the time by both clocks.

        Raises:
            StoreError: the database does not serve; what was given up before stays given up.
            OSError: the storage folder cannot be read.
        """
        self._finish_halves()
        may_age = self._is_clock_steady(now, monotonic_seconds) and self._owner.made_at is not None
        given_up = self._make_room(self._give_up_old(now) if may_age else GivenUp())
        if given_up.by_age or given_up.by_space:
            _log.info(
                "%d events were given up for their age and %d for space: %.1f MB",
                given_up.by_age,
                given_up.by_space,
                given_up.freed_bytes / 1e6,
            )
        self._say_short(given_up.still_wanted_bytes)
        return given_up

    def _is_clock_steady(self, now: datetime, seconds: float) -> bool:
        if self._clock is None:
            self._steady_since = seconds
        else:
            was_now, was_seconds = self._clock
            if abs((now - was_now).total_seconds() - (seconds - was_seconds)) > _JUMP_SECONDS:
                self._steady_since = seconds
        self._clock = (now, seconds)
        return seconds - self._steady_since >= STEADY_SECONDS

    def _give_up_old(self, now: datetime) -> GivenUp:
        count, freed = 0, 0
        if self._settings.keep_days is not None:
            before = now - timedelta(days=self._settings.keep_days)
            while page := self._archive.expendable(_CHUNK, before):
                gone = [self._give_up(event) for event in page if self._archive.delete(event.id)]
                if not gone:
                    break
                count, freed = count + len(gone), freed + sum(gone)
        return GivenUp(by_age=count, freed_bytes=freed)

    def _make_room(self, so_far: GivenUp) -> GivenUp:
        wanted, count, freed, limit = self._wanted_bytes(), 0, 0, _CHUNK
        tried: set[str] = set()
        while freed < wanted:
            page = self._archive.expendable(limit)
            new = [event for event in page if event.id not in tried]
            if not new and len(page) < limit:
                break
            # What frees nothing stays, and stands before what does: look further each time.
            limit += 0 if new else limit
            for event in new:
                tried.add(event.id)
                if freed < wanted and files_of(self._storage, event):
                    freed += self._give_up_for_space(event)
                    count += 1
        return replace(
            so_far,
            by_space=count,
            freed_bytes=so_far.freed_bytes + freed,
            still_wanted_bytes=max(0, wanted - freed),
        )

    def _wanted_bytes(self) -> int:
        settings, usage = self._settings, self._disk_usage(self._storage)
        keep_free = min(settings.keep_free_bytes, int(usage.total * settings.keep_free_percent / 100))
        if self._owner.made_at is None:
            return min(keep_free, _LAST_RESERVE_BYTES) - usage.free
        wanted = keep_free - usage.free
        if settings.maximum_bytes is not None:
            taken = sum(file.bytes for file in media_files(self._storage))
            wanted = max(wanted, taken - settings.maximum_bytes)
        return wanted

    def _give_up_for_space(self, event: Event) -> int:
        try:
            self._archive.delete(event.id)
        except StoreError:
            if self._disk_usage(self._storage).free >= _FULL_BYTES:
                raise
            freed = self._give_up(event)
            self._halves.append(event.id)
            self._finish_halves()
            return freed
        return self._give_up(event)

    def _finish_halves(self) -> None:
        """The rows of events whose files went first."""
        while self._halves:
            self._archive.delete(self._halves[-1])
            self._halves.pop()

    def _give_up(self, event: Event) -> int:
        return sum(file.bytes for file in files_of(self._storage, event) if remove(file))

    def _say_short(self, wanted: int) -> None:
        if wanted and not self._is_short:
            _log.warning(
                "%.1f MB more should be free on the disk of %s, and no event is left to give up. "
                "Free some space, or unmark favourites.",
                wanted / 1e6,
                self._storage,
            )
        self._is_short = wanted > 0
