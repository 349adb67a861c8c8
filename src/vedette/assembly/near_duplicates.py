"""Which pictures of a classifier a new one nearly equals: told when it is added, before it is taught."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from vedette.assembly.described import Described
from vedette.teaching.classifier_folder import ClassifierFolder
from vedette.teaching.duplicates import find_duplicates
from vedette.teaching.examples import Example
from vedette.teaching.features import FloatArray, features_of
from vedette.teaching.manifest import region_tuple

_SHOWN = 5
_SAMPLE = 128
_CLASSIFIERS = 4
_GROWN = 1.25
"""The limit is set anew when there are so many times the pictures that it was set from."""


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    """An example that shows nearly the same; `similarity` is a cosine, 1 for equal pictures."""

    example: Example
    similarity: float


class NearDuplicates:
    """Compares by the embeddings on disk, and by those of pictures that were added since.

    For one thread at a time.
    """

    def __init__(self) -> None:
        self._shelves: OrderedDict[tuple[object, ...], _Rows] = OrderedDict()

    def of(
        self, embedding: FloatArray, described: Described, folder: ClassifierFolder, identity: str
    ) -> tuple[NearDuplicate, ...]:
        """Those that a picture nearly equals, nearest first, at most five; `embedding` is raw `[d]`."""
        rows = self._rows(described, folder, identity)
        return rows.near(embedding, described.examples)

    def add(self, digest: str, embeddings: Sequence[FloatArray], described: Described, identity: str) -> None:
        """This one is among the classifier's pictures now.

        A camera's frame has two embeddings: its JPEG's is as far from its own (.003 to .01 on two clips,
        1280x720 and larger) as from a frame's a moment later, and the next frame is to be known again.
        """
        rows = self._shelves.get(_key(described, identity))
        if rows is not None:
            rows.add([(digest, embedding) for embedding in embeddings])

    def _rows(self, described: Described, folder: ClassifierFolder, identity: str) -> _Rows:
        key = _key(described, identity)
        rows = self._shelves.pop(key, None) or _Rows()
        self._shelves[key] = rows
        if len(self._shelves) > _CLASSIFIERS:
            self._shelves.popitem(last=False)
        manifest = described.manifest
        if manifest is not None and rows.revision != manifest.current.number:
            taught = [each.digest for each in manifest.current.examples]
            if any(digest not in rows for digest in taught):
                known = folder.embeddings(manifest, identity, region_tuple(described.region))
                rows.add([(each, known[each]) for each in taught if each in known and each not in rows])
            rows.revision = manifest.current.number
        return rows


class _Rows:
    """Unit features by digest; those of pictures that were removed stay, and are passed over."""

    def __init__(self) -> None:
        self.revision: int | None = None
        self._places: dict[str, list[int]] = {}
        self._count = 0
        self._features: FloatArray = np.empty((0, 0), np.float32)
        self._limit = (0, 0.0)

    def __contains__(self, digest: str) -> bool:
        return digest in self._places

    def add(self, embeddings: Sequence[tuple[str, FloatArray]]) -> None:
        """A row each."""
        if not embeddings:
            return
        features = features_of(np.stack([embedding for _, embedding in embeddings]))
        count, end = self._count, self._count + len(features)
        if end > len(self._features):
            grown = np.empty((2 * end, features.shape[1]), np.float32)
            grown[:count] = self._features[:count] if count else 0
            self._features = grown
        self._features[count:end] = features
        self._count = end
        for place, (digest, _) in enumerate(embeddings, start=count):
            self._places.setdefault(digest, []).append(place)

    def near(self, embedding: FloatArray, examples: Mapping[str, Example]) -> tuple[NearDuplicate, ...]:
        """See `NearDuplicates.of`."""
        known = [digest for digest in examples if digest in self._places]
        if not known:
            return ()
        cosines = (self._features[: self._count] @ features_of(embedding[None])[0]).tolist()
        least = 1 - self._limit_of(known, examples)
        near = [(max(cosines[place] for place in self._places[digest]), digest) for digest in known]
        found = sorted((each for each in near if each[0] >= least), reverse=True)[:_SHOWN]
        return tuple(NearDuplicate(examples[digest], min(cosine, 1.0)) for cosine, digest in found)

    def _limit_of(self, known: list[str], examples: Mapping[str, Example]) -> float:
        """As teaching sets it, from a sample."""
        count, limit = self._limit
        if count and count <= len(known) <= count * _GROWN:
            return limit
        sample = np.linspace(0, len(known) - 1, min(len(known), _SAMPLE)).astype(np.int64)
        chosen = [known[place] for place in sample]
        part = self._features[[self._places[digest][0] for digest in chosen]]
        _, numbers = np.unique([examples[digest].label for digest in chosen], return_inverse=True)
        limit = find_duplicates(part @ part.T, numbers.astype(np.int64)).distance_limit
        self._limit = (len(known), limit)
        return limit


def _key(described: Described, identity: str) -> tuple[object, ...]:
    return (described.name, described.region, identity)
