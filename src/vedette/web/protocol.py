"""What the service needs of the appliance, and nothing else of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from vedette.sources.protocol import SourceStatus
from vedette.values.prediction import Classification


class Appliance(Protocol):
    """Cameras and classifiers at work; every member may be used from any thread."""

    @property
    def cameras(self) -> Mapping[str, SourceStatus]:
        """Every camera's health at this moment, by name."""
        ...

    @property
    def classifiers(self) -> tuple[str, ...]:
        """The names of the loaded classifiers."""
        ...

    def classify_picture(self, data: bytes, classifier: str | None = None) -> Classification:
        """The answer to a picture's bytes; None asks the classifier that the configuration names.

        Raises:
            PictureError: not a picture, or not one that may be opened.
            UsageError: no such classifier, or none is named and there is more than one.
            NotServed: the device was busy for too long, or is being shut down.
        """
        ...

    def push_picture(self, camera: str, data: bytes) -> None:
        """Give a picture to a camera that waits for pushed ones.

        Raises:
            PictureError: not a picture, or not one that may be opened.
            UsageError: the camera is of another kind.
        """
        ...
