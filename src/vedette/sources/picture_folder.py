"""A folder of pictures that plays like a camera: by name, at a rate of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Literal

from pydantic import Field

from vedette.errors import PictureError, SourceError
from vedette.pixels.picture import SUFFIXES, read_picture
from vedette.pixels.planes import RgbPlanes
from vedette.sources.camera import CameraSettings
from vedette.sources.clock import Clock, SystemClock
from vedette.sources.framing import Framing
from vedette.sources.nearest import missing
from vedette.sources.protocol import PacketRing, SourceStatus
from vedette.sources.status import StatusBook
from vedette.values.frame import Frame


class PictureFolderSettings(CameraSettings):
    """A folder of pictures as a camera."""

    kind: Literal["folder"] = Field(default="folder", description="A folder of pictures.")
    path: Path = Field(description="The folder; its pictures are shown in the order of their names.")
    frames_per_second: float = Field(
        default=1.0, gt=0, le=1000, description="How many pictures a second: the folder's own time."
    )
    paced: bool = Field(
        default=True, description="Wait between the pictures; if not, as fast as the stages take them."
    )
    loop: bool = Field(default=False, description="Begin again at the end, for ever.")


class PictureFolderSource:
    """Frames of a folder's pictures. A picture that cannot be read is skipped, counted and named.

    `monotonic_seconds` counts from 0, one `frames_per_second`-th a picture.
    """

    is_live = False

    def __init__(self, name: str, settings: PictureFolderSettings, clock: Clock | None = None) -> None:
        self.name = name
        self._settings = settings
        self._clock = clock or SystemClock()
        self._closed = Event()
        self._book = StatusBook(self._clock.monotonic)
        self._framing = Framing(name, settings.rotation, self._book)

    @property
    def is_endless(self) -> bool:
        """See `Source`."""
        return self._settings.loop

    @property
    def status(self) -> SourceStatus:
        """See `Source`."""
        return self._book.snapshot()

    @property
    def packets(self) -> PacketRing | None:
        """See `Source`: there is none."""
        return None

    def close(self) -> None:
        """See `Source`; `frames` ends at once."""
        self._closed.set()

    def frames(self) -> Iterator[Frame]:
        """See `Source`."""
        self._book.state = "connecting"
        try:
            pictures = self._pictures()
            self._book.connected()
            yield from self._shown(pictures, self._clock.monotonic(), self._clock.now())
        except SourceError as error:
            self._book.last_error = str(error)
            raise
        finally:
            self._book.state = "closed" if self._closed.is_set() else "ended"

    def _pictures(self) -> list[Path]:
        """The folder's pictures by name, numbers by value (2 before 10).

        Raises:
            SourceError: there are none.
        """
        folder = self._settings.path.expanduser()
        if not folder.exists():
            raise missing(folder)
        if not folder.is_dir():
            raise SourceError(f"{folder} is a file, not a folder of pictures.", "Give the folder.")
        try:
            pictures = [path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES]
        except PermissionError as error:
            raise SourceError(f"{folder} may not be read by this user.", "Change its permissions.") from error
        if not pictures:
            raise SourceError(
                f"{folder} holds no picture.", f"Pictures end in {', '.join(sorted(SUFFIXES))}."
            )
        return sorted(pictures, key=lambda path: _by_number(path.name))

    def _shown(self, pictures: list[Path], started: float, started_at: datetime) -> Iterator[Frame]:
        shown_before = -1
        while self._book.frames > shown_before:
            shown_before = self._book.frames
            for path in pictures:
                seconds = self._book.frames / self._settings.frames_per_second
                planes = self._read(path)
                if planes is None:
                    continue
                if self._is_closed_at(started + seconds):
                    return
                yield self._framing.given(planes, started_at + timedelta(seconds=seconds), seconds)
            if not self._settings.loop:
                break
        if not self._book.frames:
            raise SourceError(
                f"{self._settings.path}: not one of its pictures can be read.", "Look at one of them."
            )

    def _read(self, path: Path) -> RgbPlanes | None:
        try:
            return RgbPlanes(read_picture(path))
        except PictureError as error:
            self._book.spoilt()
            self._book.last_error = str(error)
            return None

    def _is_closed_at(self, due: float) -> bool:
        """Wait until a picture is due; true when `close` was called before."""
        early = due - self._clock.monotonic()
        if self._settings.paced and early > 0:
            return self._clock.wait(self._closed, early)
        return self._closed.is_set()


def _by_number(name: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"([0-9]+)", name.lower())]
