"""From an embedding to an answer: head, temperature and limits, with everything computed beforehand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vedette.inference.protocol import Embedding
from vedette.teaching.calibration import confidences
from vedette.teaching.features import FloatArray, IntArray, features_of
from vedette.teaching.heads.protocol import Head
from vedette.teaching.rejection import Rejection
from vedette.values.prediction import UNKNOWN, Classification


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers to n pictures.

    `labels` `[n]`, -1 for unknown; `best` `[n]`, whether or not it was rejected; `confidences`
    `[n, class_count]`; `distances` and `limits` `[n]` of the best class.
    """

    labels: IntArray
    best: IntArray
    confidences: FloatArray
    distances: FloatArray
    limits: FloatArray


@dataclass(frozen=True, slots=True)
class Judge:
    """What a teaching leaves behind to answer with. `recipe` is the feature recipe's name."""

    classes: tuple[str, ...]
    recipe: str
    head: Head
    temperature: float
    rejection: Rejection

    def answers(self, embeddings: FloatArray) -> Answers:
        """Raw embeddings `[n, d]` to answers."""
        features = features_of(embeddings, self.recipe)
        shares = confidences(self.head.scores(features), self.temperature)
        best = shares.argmax(axis=1)
        distances = self.rejection.distances(features)[np.arange(len(best)), best]
        limits = self.rejection.limits[best]
        return Answers(np.where(distances > limits, -1, best), best, shares, distances, limits)

    def classify(self, embedding: Embedding) -> Classification:
        """The answer to one raw embedding `[d]`."""
        answers = self.answers(embedding[None])
        label = int(answers.labels[0])
        return Classification(
            label=UNKNOWN if label < 0 else self.classes[label],
            confidences=dict(zip(self.classes, answers.confidences[0].tolist(), strict=True)),
            distance=float(answers.distances[0]),
            distance_limit=float(answers.limits[0]),
        )
