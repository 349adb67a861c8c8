"""The picture of an event: encoded once, on disk before anybody is told of it."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from vedette.errors import StoreError
from vedette.pixels.picture import encode_jpeg
from vedette.values.frame import Frame
from vedette.writing import make_folder, write_whole


class SnapshotFolder:
    """Keeps snapshots below the storage folder, a folder a day (UTC). `quality` is JPEG's, 1..100."""

    def __init__(self, storage: Path, quality: int = 85) -> None:
        self._storage = storage
        self._quality = quality

    def encode(self, frame: Frame) -> bytes:
        """The whole frame as JPEG, at its own size."""
        return encode_jpeg(frame.rgb(), self._quality)

    def keep(self, event_id: str, captured_at: datetime, jpeg: bytes) -> str:
        """Write the event's picture; its path below the storage folder.

        Once this returns, the picture survives a power cut. Doing it again does no harm.

        Raises:
            StoreError: it is not on disk.
        """
        day = captured_at.astimezone(UTC).strftime("snapshots/%Y/%m/%d")
        try:
            make_folder(self._storage / day)
            write_whole(self._storage / day / f"{event_id}.jpg", jpeg)
        except OSError as error:
            raise StoreError(
                f"the picture of event {event_id} cannot be kept: {error.strerror or error}.",
                f"Look at the space and the permissions of {self._storage}.",
            ) from error
        return f"{day}/{event_id}.jpg"

    def forget(self, path: str) -> None:
        """Remove a picture that `keep` wrote and nobody wants; what cannot be removed stays."""
        with suppress(OSError):
            (self._storage / path).unlink()
