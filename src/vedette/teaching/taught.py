"""A taught classifier at work: region, network, head, temperature, limits."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from vedette.inference.protocol import Embedder, Embedding
from vedette.teaching.classifier_folder import ClassifierFolder
from vedette.teaching.judge import Judge
from vedette.teaching.manifest import Revision
from vedette.teaching.reading import Stopwatch, region_pixels
from vedette.teaching.refusals import refuse_stale
from vedette.values.frame import Frame, UInt8Array
from vedette.values.geometry import Box
from vedette.values.prediction import Classification


@dataclass(frozen=True, slots=True)
class TimedClassification:
    """An answer, and the seconds of each stage: read, resize, embed, head."""

    classification: Classification
    seconds: dict[str, float]


class TaughtClassifier:
    """See `vedette.inference.protocol.Classifier`.

    Raises:
        StaleClassifierError: taught with another embedder than this one.
    """

    def __init__(self, name: str, revision: Revision, judge: Judge, embedder: Embedder) -> None:
        refuse_stale(name, revision, embedder)
        self._name = name
        self._region = revision.box
        self._judge = judge
        self._embedder = embedder
        # An embedder is not for two threads at once; the contract of `classify` allows any thread.
        self._turn = threading.Lock()

    @classmethod
    def open(cls, root: Path, name: str, embedder: Embedder) -> TaughtClassifier:
        """The classifier of that name among those in `root`.

        Raises:
            TeachingError: there is none, or it is damaged.
            StaleClassifierError: taught with another embedder than this one.
        """
        folder = ClassifierFolder(root, name)
        revision = folder.read().current
        return cls(name, revision, folder.judge(revision), embedder)

    @property
    def name(self) -> str:
        """See `Classifier`."""
        return self._name

    @property
    def classes(self) -> tuple[str, ...]:
        """See `Classifier`."""
        return self._judge.classes

    @property
    def region(self) -> Box:
        """See `Classifier`."""
        return self._region

    def classify(self, frame: Frame) -> Classification:
        """See `Classifier`."""
        return self.classify_rgb(frame.rgb(self._embedder.input_size, self._region))

    def pixels_of(self, data: bytes, name: str = "picture") -> UInt8Array:
        """A picture's bytes as `classify_rgb` wants them; needs no device.

        Raises:
            PictureError: not a picture that may be opened.
        """
        return region_pixels(data, name, self._embedder.input_size, self._region)

    def classify_rgb(self, rgb: UInt8Array) -> Classification:
        """The answer to `uint8 [height, width, 3]` of the region at the embedder's input size."""
        with self._turn:
            embedding = self._embedder.embed(rgb)
        return self._judge.classify(embedding)

    def classify_embedding(self, embedding: Embedding) -> Classification:
        """The answer to a raw embedding `[dimensions]` by this classifier's embedder."""
        return self._judge.classify(embedding)

    def classify_bytes(self, data: bytes, name: str = "picture") -> TimedClassification:
        """The answer to a picture's bytes, with the time of each stage.

        Raises:
            PictureError: not a picture that may be opened.
        """
        stopwatch = Stopwatch()
        rgb = region_pixels(data, name, self._embedder.input_size, self._region, stopwatch)
        with stopwatch.stage("embed"), self._turn:
            embedding = self._embedder.embed(rgb)
        with stopwatch.stage("head"):
            classification = self._judge.classify(embedding)
        return TimedClassification(classification, stopwatch.seconds)
