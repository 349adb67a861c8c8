"""A classifier that cameras go on using while it is taught anew."""

from __future__ import annotations

from vedette.teaching.taught import TaughtClassifier
from vedette.values.frame import Frame, UInt8Array
from vedette.values.geometry import Box
from vedette.values.prediction import Classification


class LiveClassifier:
    """See `vedette.inference.protocol.Classifier`; `become` exchanges what it knows between two frames."""

    def __init__(self, taught: TaughtClassifier) -> None:
        self.name = taught.name
        self._taught = taught

    def become(self, taught: TaughtClassifier) -> None:
        """From the next picture on, answer as this one does. From any thread."""
        self._taught = taught

    @property
    def classes(self) -> tuple[str, ...]:
        """See `Classifier`."""
        return self._taught.classes

    @property
    def region(self) -> Box:
        """See `Classifier`."""
        return self._taught.region

    def classify(self, frame: Frame) -> Classification:
        """See `Classifier`."""
        return self._taught.classify(frame)

    def pixels_of(self, data: bytes) -> UInt8Array:
        """See `TaughtClassifier`."""
        return self._taught.pixels_of(data)

    def classify_rgb(self, rgb: UInt8Array) -> Classification:
        """See `TaughtClassifier`."""
        return self._taught.classify_rgb(rgb)
