"""The file of people and tokens: read at the start, written whole at each change, no database."""

from __future__ import annotations

import fcntl
import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from vedette.errors import StoreError
from vedette.people.book import Book
from vedette.writing import TEMPORARY, make_folder, write_whole

_log = logging.getLogger(__name__)

_PRIVATE = 0o600

_Stamp = tuple[int, int, int] | None


class Register:
    """The book in memory and on disk. For any thread; commands of other processes may change it, too.

    A file that cannot be understood lets nobody in: `trouble` says why, until it is mended or removed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.trouble: str | None = None
        self._lock = threading.Lock()
        self._stamp: _Stamp = None
        self._listeners: set[Callable[[], None]] = set()
        self._book = Book()
        self.refresh()

    @property
    def book(self) -> Book:
        """As it is now."""
        return self._book

    @property
    def is_claimed(self) -> bool:
        """Somebody has a password here, or had one: of a damaged file nobody knows."""
        return bool(self._book.people) or self.trouble is not None

    def refresh(self) -> None:
        """Read the file again if it is another one."""
        with self._lock:
            try:
                if self.trouble is None and self._stamped() == self._stamp:
                    return
                book, stamp = self._read()
                self._take(book, stamp)
            except StoreError as error:
                if self.trouble == error.message:
                    return
                _log.error("nobody can log in: %s", error)
                self.trouble = error.message
        self._tell()

    def change(self, edit: Callable[[Book], Book]) -> Book:
        """What `edit` makes of the book, once that is on disk; its errors pass through and change nothing.

        Raises:
            StoreError: the file is damaged or cannot be written.
        """
        with self._lock, self._alone():
            book, _ = self._read()
            changed = edit(book)
            if changed != book or not self.path.exists():
                self._write(changed)
            self._take(changed, self._stamped())
        self._tell()
        return changed

    def forget(self, edit: Callable[[Book], Book]) -> None:
        """A change that takes something away: if the disk takes nothing, it holds until the end."""
        try:
            self.change(edit)
        except StoreError as error:
            _log.warning("this holds until Vedette ends, and not after: %s", error)
            with self._lock:
                self._book = edit(self._book)
            self._tell()

    def subscribe(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Call `wake`, in any thread, after each change; what is returned ends that."""
        self._listeners.add(wake)
        return lambda: self._listeners.discard(wake)

    def _take(self, book: Book, stamp: _Stamp) -> None:
        self._book, self._stamp, self.trouble = book, stamp, None

    def _tell(self) -> None:
        for wake in tuple(self._listeners):
            wake()

    def _read(self) -> tuple[Book, _Stamp]:
        """The file's book; if there is none, what is in memory, as long as nobody is in it."""
        stamp = self._stamped()
        if stamp is None and self._book.people:
            raise StoreError(
                f"{self.path}, the file of people and tokens, is gone.",
                "Put it back. Was it removed on purpose? Then start Vedette again.",
            )
        if stamp is None:
            return self._book, None
        try:
            if self.path.stat().st_mode & 0o077:
                self.path.chmod(_PRIVATE)
            return Book.model_validate_json(self.path.read_bytes()), stamp
        except OSError as error:
            raise self._unreadable(error) from error
        except (ValidationError, ValueError) as error:
            raise StoreError(
                f"{self.path}, the file of people and tokens, is damaged.",
                "Put a copy in its place. If there is none, move it away: then the next start of Vedette "
                "prints a link for the first admin.",
            ) from error

    def _stamped(self) -> _Stamp:
        """Differs after every change: a file that is written whole is another one."""
        try:
            status = self.path.stat()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._unreadable(error) from error
        return status.st_ino, status.st_size, status.st_mtime_ns

    def _unreadable(self, error: OSError) -> StoreError:
        return StoreError(
            f"{self.path} cannot be read: {error.strerror}.", "Make it readable for whoever runs Vedette."
        )

    def _write(self, book: Book) -> None:
        try:
            # Private from its first byte on, whatever this process lets others read.
            temporary = self.path.with_name(f"{TEMPORARY}{self.path.name}")
            os.close(os.open(temporary, os.O_CREAT | os.O_WRONLY, _PRIVATE))
            temporary.chmod(_PRIVATE)
            write_whole(self.path, book.model_dump_json(indent=1).encode())
        except OSError as error:
            raise StoreError(
                f"{self.path} cannot be written: {error.strerror}; nothing has changed.",
                "Is there room, and may this user write there?",
            ) from error

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No other process changes the file meanwhile."""
        try:
            make_folder(self.path.parent)
            descriptor = os.open(self.path.with_suffix(".lock"), os.O_CREAT | os.O_RDWR, _PRIVATE)
        except OSError as error:
            raise StoreError(
                f"{self.path.parent} cannot be written to: {error.strerror}.",
                "Is there room, and may this user write there?",
            ) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def people_file(storage: Path) -> Path:
    """Where the people of an appliance are kept: beside its events, in no database."""
    return storage / "people.json"
