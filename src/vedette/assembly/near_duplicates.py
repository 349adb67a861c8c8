"""Which pictures of a classifier a new one nearly equals: told when it is added, before it is taught."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from vedette.inference.protocol import Embedder
from vedette.teaching.classifier_folder import ClassifierFolder
from vedette.teaching.duplicates import find_duplicates
from vedette.teaching.examples import Example, digest_of
from vedette.teaching.features import FloatArray, features_of
from vedette.teaching.manifest import Manifest, region_tuple
from vedette.teaching.reading import region_pixels
from vedette.values.geometry import Box

_SHOWN = 5
_SAMPLE = 128
_KEPT = 1024


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    """An example that shows nearly the same; `similarity` is a cosine, 1 for equal pictures."""

    example: Example
    similarity: float


@dataclass(frozen=True, slots=True)
class Classified:
    """A classifier's folder as it is, and the examples that count."""

    folder: ClassifierFolder
    manifest: Manifest | None
    examples: Mapping[str, Example]
    region: Box


class NearDuplicates:
    """Compares by the embeddings on disk, and by those of pictures that it was asked about before.

    For one thread at a time.
    """

    def __init__(self) -> None:
        self._asked: OrderedDict[tuple[str, Box, str], FloatArray] = OrderedDict()

    def of(self, data: bytes, classified: Classified, embedder: Embedder) -> tuple[NearDuplicate, ...]:
        """Those that a picture's bytes nearly equal, nearest first, at most five.

        Raises:
            PictureError: not a picture that can be opened.
        """
        known = self._known(classified, embedder.identity)
        region = classified.region
        embedding = embedder.embed(region_pixels(data, "picture", embedder.input_size, region))
        self._asked[embedder.identity, region, digest_of(data)] = embedding
        if len(self._asked) > _KEPT:
            self._asked.popitem(last=False)
        return _near(embedding, known, classified.examples) if known else ()

    def _known(self, classified: Classified, identity: str) -> dict[str, FloatArray]:
        region = classified.region
        known = {
            digest: row
            for (by, of, digest), row in self._asked.items()
            if by == identity and of == region and digest in classified.examples
        }
        if classified.manifest is not None:
            taught = classified.folder.embeddings(classified.manifest, identity, region_tuple(region))
            known.update((digest, row) for digest, row in taught.items() if digest in classified.examples)
        return known


def _near(
    embedding: FloatArray, known: Mapping[str, FloatArray], examples: Mapping[str, Example]
) -> tuple[NearDuplicate, ...]:
    features = features_of(np.stack([*known.values(), embedding]))
    cosines = (features[:-1] @ features[-1]).tolist()
    limit = _limit(features[:-1], [examples[digest].label for digest in known])
    nearest = sorted(zip(cosines, known, strict=True), reverse=True)[:_SHOWN]
    return tuple(
        NearDuplicate(examples[digest], min(cosine, 1.0)) for cosine, digest in nearest if cosine >= 1 - limit
    )


def _limit(features: FloatArray, labels: Iterable[str]) -> float:
    """As teaching sets it, from a sample."""
    _, numbers = np.unique(list(labels), return_inverse=True)
    rows = np.linspace(0, len(features) - 1, min(len(features), _SAMPLE)).astype(np.int64)
    part = features[rows]
    return find_duplicates(part @ part.T, numbers[rows].astype(np.int64)).distance_limit
