"""What the appliance keeps events in: the database that was asked for, or one beside it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Self

from sqlalchemy import Connection

from vedette.errors import StoreError
from vedette.store.claim import Claim
from vedette.store.database import Database, utc_now
from vedette.store.events import EventTable
from vedette.store.failures import InUseError
from vedette.store.media import media_time
from vedette.store.merging import merge
from vedette.store.older_copy import is_older_copy
from vedette.store.outbox import OutboxTable
from vedette.store.postgresql import PostgresqlDatabase
from vedette.store.protocol import OpenDatabase
from vedette.store.reports import Mended, StoreCounts
from vedette.store.reserve import Reserve
from vedette.values.event import Event
from vedette.writing import make_folder

DATABASE_NAME = "events.sqlite"
BESIDE_NAME = "events.beside.sqlite"

PATIENCE_SECONDS = 10.0
"""How long the database may fail before what happens is recorded beside it."""

_log = logging.getLogger(__name__)


class Store:
    """Where events and outbox entries are recorded: at any moment in exactly one place.

    That place is the database at `folder/events.sqlite`, or at `url` (PostgreSQL). One that cannot be
    used is neither changed nor a reason to stop: `folder/events.beside.sqlite` takes its place, at the
    start or after `PATIENCE_SECONDS` of failed writing, until `mend` finds that it serves again and
    moves everything over. `trouble` says so. Reads show the place that is recorded in, not both: a
    server that does not answer must not hold up who asks.

    Where neither can be written, every member of `events` and `outbox` raises StoreError until one can.

    `now` is the wall clock (UTC); `monotonic` gives seconds. Any thread may use it.

    Raises:
        InUseError: another Vedette records in this folder.
    """

    def __init__(
        self,
        folder: Path,
        url: str | None = None,
        *,
        now: Callable[[], datetime] = utc_now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.trouble: str | None = None
        """Why events are not recorded where they were meant to be; None where all is well."""
        self.notice: str | None = None
        """What a person should know of the database, though it serves."""
        self._folder, self._url = folder, url
        self._now, self._monotonic = now, monotonic
        self._turn, self._mending = threading.RLock(), threading.Lock()
        self._primary: OpenDatabase | None = None
        self._beside: Database | None = None
        self._current: OpenDatabase | None = None
        self._failing_since: float | None = None
        self._last_failure = StoreError("")
        self._has_served = self._has_unmerged = self._is_closed = False
        self._claim: Claim | None = None
        self._counts, self._reserve = StoreCounts(), Reserve(folder)
        self._told: dict[str, datetime] = {}
        self.events, self.outbox = EventTable(self), OutboxTable(self, self._remember_told)
        with ExitStack() as opened:
            opened.callback(self.close)
            self._claim = self._claimed()
            self._begin()
            opened.pop_all()

    @classmethod
    def open(cls, folder: Path, url: str | None = None) -> Self:
        """The store of a storage folder, with this machine's clocks."""
        return cls(folder, url)

    @property
    def is_beside(self) -> bool:
        """It does not record where it was meant to."""
        return self._current is None or self._current is not self._primary

    @property
    def made_at(self) -> datetime | None:
        """Since when the database knows what happened; None while it cannot be asked for everything.

        With None nothing may be taken for an orphan.
        """
        primary = self._primary
        return None if self.is_beside or self._has_unmerged or primary is None else primary.made_at

    @property
    def counts(self) -> StoreCounts:
        """What did not go by the book."""
        places = (self._primary, self._beside)
        return replace(self._counts, saved_back=sum(getattr(each, "saved_back", 0) for each in places))

    def orphans(self, identities: Collection[str]) -> set[str]:
        """Which of these ids surely belong to no event: none while the database cannot be asked.

        Raises:
            StoreError: it was asked, and failed.
        """
        with self._turn:
            if self.made_at is None or self._primary is None:
                return set()
            return set(identities) - EventTable(self._primary).known(identities)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """See `Transactions`."""
        place = self._current
        if place is None:
            raise self._nowhere()
        with place.reading() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """See `Transactions`."""
        with self._turn:
            place = self._serving()
            try:
                with place.writing() as connection:
                    yield connection
            except StoreError as error:
                self._note_failure(place, error)
                raise
            if place is self._primary and self._failing_since is not None:
                self._failing_since = self.trouble = None

    def mend(self) -> Mended | None:
        """Look after a database that failed; what was moved there, if it serves again now.

        To be called now and then by a thread that may wait: a dead server takes its time.
        """
        with self._mending:
            if self._is_closed:
                return None
            if not self.is_beside and not self._has_unmerged:
                self._watch()
                self._keep_reserve()
                return None
            try:
                primary = self._primary_proved()
                with self._turn:
                    left_open = () if self._has_served else self._left_open(primary)
                    return Mended(*self._go_back(primary), left_open)
            except StoreError as error:
                _log.debug("still recording beside: %s", error)
                return None

    def verify(self) -> None:
        """Look through the database for damage that no write has met yet; to be called about once a day.

        One that is damaged is left alone from then on: events are recorded beside it.
        """
        with self._mending:
            if self._is_closed or self.is_beside or self._primary is None:
                return
            try:
                self._primary.prove()
            except StoreError as error:
                with self._turn:
                    self._last_failure = error
                    self._go_beside(error)

    def close(self) -> None:
        """Let go of all files and connections. Twice is once."""
        with self._turn:
            for each in (self._primary, self._beside, self._claim):
                if each is not None:
                    each.close()
            self._current, self._is_closed = None, True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _claimed(self) -> Claim | None:
        """The folder, where the database does not lie in it: its pictures have one owner too."""
        if self._url is None:
            return None
        with suppress(OSError):
            make_folder(self._folder)
            return Claim(self._folder / DATABASE_NAME)
        return None

    def _begin(self) -> None:
        try:
            self._primary = self._opened_with_reserve()
            self._go_back(self._primary)
            self._keep_reserve()
        except StoreError as error:
            # A file's lock goes with its process. A server may hold one for a while after its client died.
            if self._url is None and isinstance(error, InUseError):
                raise
            self._last_failure = error
            self._go_beside(error)

    def _opened_with_reserve(self) -> OpenDatabase:
        try:
            return self._opened()
        except StoreError:
            with suppress(OSError):
                if self._reserve.give_up():
                    _log.warning(
                        "the disk of %s is full; the room kept for the database is used", self._folder
                    )
                    return self._opened()
            raise

    def _keep_reserve(self) -> None:
        with suppress(OSError):
            self._reserve.keep()

    def _opened(self) -> OpenDatabase:
        """The database that was asked for. A new one knows nothing of the media that lie there already."""
        media = False

        def made_at() -> datetime:
            nonlocal media
            # A clock that starts in 1970 must not make old pictures look younger than the database.
            newest = media_time(self._folder)
            media = newest is not None
            return max(self._now(), newest) if newest else self._now()

        if self._url is None:
            primary: OpenDatabase = Database(self._folder / DATABASE_NAME, made_at)
        else:
            primary = PostgresqlDatabase(self._url, made_at)
        if media and not EventTable(primary).list(limit=1):
            self.notice = (
                f"{primary.name} was missing, and a new one was made. The pictures and videos already in "
                f"{self._folder} stay there, and belong to no event that it knows."
            )
            _log.warning("%s", self.notice)
        return primary

    def _primary_proved(self) -> OpenDatabase:
        if self._primary is None:
            self._primary = self._opened()
        self._primary.prove()
        return self._primary

    def _left_open(self, primary: OpenDatabase) -> tuple[Event, ...]:
        unclosed = EventTable(primary).unclosed()
        if self._beside is not None:
            known = EventTable(self._beside).known(event.id for event in unclosed)
            unclosed = [event for event in unclosed if event.id not in known]
        return tuple(unclosed)

    def _go_back(self, primary: OpenDatabase) -> tuple[int, int]:
        """Record in the database that was asked for, after what was recorded beside it."""
        moved = (0, 0)
        try:
            if self._beside is None and (self._folder / BESIDE_NAME).exists():
                self._beside = Database(self._folder / BESIDE_NAME, self._now)
            self._look_for_older_copy(primary)
            if self._beside is not None:
                moved = merge(self._beside, primary)
            if self._has_unmerged:
                self._has_unmerged, self.notice = False, None
        except StoreError as error:
            primary.prove()
            self._say_unmerged(error)
        self._tell_what_was_told(primary)
        was_in_trouble, self.trouble = self.trouble, None
        self._primary = self._current = primary
        self._has_served, self._failing_since = True, None
        self._count(merged_events=moved[0], merged_entries=moved[1])
        if was_in_trouble or any(moved):
            _log.warning("%s serves; %d events and %d entries were moved there", primary.name, *moved)
        return moved

    def _look_for_older_copy(self, primary: OpenDatabase) -> None:
        """Its media must not be taken for orphans: it knew them once."""
        if is_older_copy(self._folder, primary, self._beside):
            newest = media_time(self._folder)
            primary.knows_since(max(self._now(), newest) if newest else self._now())
            self.notice = (
                f"{primary.name} is older than pictures and videos in {self._folder}. Was an older copy put "
                "back? They stay there, and belong to no event that it knows."
            )
            _log.warning("%s", self.notice)

    def _remember_told(self, key: str, at: datetime) -> None:
        """An entry that waits in the database that fails was delivered meanwhile."""
        with self._turn:
            if self.is_beside:
                self._told[key] = at

    def _tell_what_was_told(self, primary: OpenDatabase) -> None:
        outbox = OutboxTable(primary)
        while self._told:
            key, at = next(iter(self._told.items()))
            outbox.delivered(key, at)
            del self._told[key]

    def _say_unmerged(self, error: StoreError) -> None:
        if not self._has_unmerged:
            self._has_unmerged = True
            self.notice = f"what was recorded in {BESIDE_NAME} cannot be moved yet: {error.message}"
            _log.error("%s %s", self.notice, error.remedy)

    def _go_beside(self, why: StoreError) -> None:
        """Record beside, if that can be written; if not, where it was, if there is such a place."""
        path = self._folder / BESIDE_NAME
        try:
            if self._beside is None:
                self._beside = Database(path, self._now)
            self._beside.prove()
        except StoreError as error:
            self._say(f"{why.message} Nothing can be recorded: {error.message}", why.remedy)
        else:
            self._current, self._failing_since = self._beside, None
            self._count(times_beside=1)
            self._say(f"{why.message} Events are recorded in {path} until it serves.", why.remedy)

    def _say(self, trouble: str, remedy: str) -> None:
        if trouble != self.trouble:
            self.trouble = trouble
            _log.error("%s %s", trouble, remedy)

    def _watch(self) -> None:
        """A database that failed may serve again, or never."""
        if self._failing_since is None or self._primary is None:
            return
        try:
            self._primary.prove()
            self._failing_since = self.trouble = None
        except StoreError as error:
            self._note_failure(self._primary, error)
            with self._turn:
                self._lose_patience()

    def _serving(self) -> OpenDatabase:
        if self._is_closed:
            raise self._nowhere()
        if self._current is None:
            self._go_beside(self._last_failure)
        elif self._failing_since is not None:
            self._lose_patience()
        if self._current is None:
            raise self._nowhere()
        return self._current

    def _note_failure(self, place: OpenDatabase, error: StoreError) -> None:
        self._count(failed_writes=1)
        if place is self._primary:
            self._last_failure = error
            if self._failing_since is None:
                self._failing_since = self._monotonic()

    def _lose_patience(self) -> None:
        since = self._failing_since
        if since is not None and self._monotonic() - since >= PATIENCE_SECONDS:
            # If there is no way beside either, it is tried again as much later.
            self._failing_since = self._monotonic()
            self._go_beside(self._last_failure)

    def _nowhere(self) -> StoreError:
        return StoreError("the store is closed." if self._is_closed else self.trouble or "nothing serves.")

    def _count(self, **more: int) -> None:
        self._counts = replace(
            self._counts, **{name: getattr(self._counts, name) + number for name, number in more.items()}
        )
