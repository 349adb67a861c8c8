"""The file that an appliance was started with, as a program reads it and writes it again."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from vedette.config.loading import read_text
from vedette.errors import ConfigurationError
from vedette.writing import make_folder, write_whole

_PRIVATE = 0o600
_MOST_BYTES = 1 << 20
"""What is larger is no configuration."""

# As `vedette.config.drafting` calls what it lays beside the file; other names are the owner's.
_SECRET = re.compile(r"secrets/(?:camera|action)-[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Page:
    """A text; `mark` is another for every other text."""

    text: str = field(repr=False)

    @property
    def mark(self) -> str:
        """What who changes it must show, so that nobody changes what he has not seen."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:24]


class Notebook:
    """A configuration file, and the secrets beside it. One writer at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def former(self) -> Path:
        """Where the text before the last change lies."""
        return self.path.with_name(f"{self.path.name}.before")

    def read(self) -> Page:
        """The file as it is.

        Raises:
            ConfigurationError: it cannot be read.
        """
        return Page(read_text(self.path))

    def write(self, text: str, before: Page) -> None:
        """Exchange the text, whole or not at all; the one before is kept beside it.

        Raises:
            ConfigurationError: the disk refuses.
        """
        self._put(self.former, before.text.encode())
        self._put(self.path.resolve(), text.encode())

    def restore(self, page: Page, secrets: Mapping[str, bytes | None]) -> None:
        """Text and secrets as they were.

        Raises:
            ConfigurationError: the disk refuses.
        """
        try:
            self._put(self.path.resolve(), page.text.encode())
        finally:
            self.restore_secrets(secrets)

    def keep_secrets(self, secrets: Mapping[str, str]) -> dict[str, bytes | None]:
        """Write each into a file of its own below the file's folder; gives what was there before.

        Raises:
            ConfigurationError: the disk refuses; then all is as it was.
        """
        before: dict[str, bytes | None] = {}
        for name, secret in secrets.items():
            path = self.path.absolute().parent / name
            try:
                before[name] = path.read_bytes() if path.exists() else None
                make_folder(path.parent)
                path.parent.chmod(0o700)
                self._put(path, secret.encode())
            except (OSError, ConfigurationError) as error:
                self.restore_secrets(before)
                raise ConfigurationError(f"{path} cannot be written.", "Look at its folder.") from error
        return before

    def restore_secrets(self, before: Mapping[str, bytes | None]) -> None:
        """As `keep_secrets` found them."""
        for name, data in before.items():
            path = self.path.absolute().parent / name
            if data is None:
                path.unlink(missing_ok=True)
            else:
                self._put(path, data)

    def read_former(self) -> str:
        """The text before the last change; empty if there is none."""
        try:
            return self.former.read_text()
        except (OSError, UnicodeDecodeError):
            return ""

    def drop_secrets(self, forgotten: str) -> None:
        """Delete the secrets that a text speaks of which is kept no more, and no file in the folder does.

        `forgotten` is what stood beside the file before the last change. What cannot be read or deleted
        stays: a secret too many does less harm than one too few.
        """
        folder = self.path.absolute().parent
        with suppress(OSError):
            spent = set(_SECRET.findall(forgotten))
            for path in folder.iterdir() if spent else ():
                if path.is_file() and path.stat().st_size <= _MOST_BYTES:
                    spent -= set(_SECRET.findall(path.read_text(errors="replace")))
            for name in spent:
                (folder / name).unlink(missing_ok=True)

    def _put(self, path: Path, data: bytes) -> None:
        try:
            if not path.exists():
                # Before there is anything in it: it may hold a password.
                os.close(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, _PRIVATE))
            owner = path.stat()
            write_whole(path, data)
            # Who runs the service may be root, and the file somebody's who edits it, too.
            if os.geteuid() == 0:
                os.chown(path, owner.st_uid, owner.st_gid)
        except OSError as error:
            raise ConfigurationError(f"{path} cannot be written: {error.strerror}.") from error
