"""The file that an appliance was started with, as a program reads it and writes it again."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from vedette.config.loading import read_text
from vedette.errors import ConfigurationError
from vedette.writing import make_folder, write_whole

_PRIVATE = 0o600


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
        self._put(self.path.resolve(), page.text.encode())
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

    def _put(self, path: Path, data: bytes) -> None:
        try:
            if not path.exists():
                # Before there is anything in it: it may hold a password.
                os.close(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, _PRIVATE))
            write_whole(path, data)
        except OSError as error:
            raise ConfigurationError(f"{path} cannot be written: {error.strerror}.") from error
