"""An embedder that does not embed the same pixels twice: what was added is taught a moment later."""

from __future__ import annotations

import hashlib
from collections import OrderedDict

from vedette.inference.protocol import Embedder, Embedding
from vedette.values.frame import UInt8Array

KEPT = 1024
"""How many embeddings are kept; of 1280 numbers, 5 MB."""

Memory = OrderedDict[tuple[str, bytes], Embedding]
"""By the embedder's identity and the pixels' hash; an embedder that is loaded anew finds what it knew."""


class RememberingEmbedder:
    """See `vedette.inference.protocol.Embedder`; remembers in `memory`. For one thread at a time."""

    def __init__(self, embedder: Embedder, memory: Memory) -> None:
        self._embedder = embedder
        self._memory = memory

    @property
    def identity(self) -> str:
        """See `Embedder`."""
        return self._embedder.identity

    @property
    def input_size(self) -> tuple[int, int]:
        """See `Embedder`."""
        return self._embedder.input_size

    @property
    def dimensions(self) -> int:
        """See `Embedder`."""
        return self._embedder.dimensions

    def embed(self, rgb: UInt8Array) -> Embedding:
        """See `Embedder`."""
        key = (self.identity, hashlib.blake2b(rgb.tobytes(), digest_size=16).digest())
        known = self._memory.pop(key, None)
        embedding = self._embedder.embed(rgb) if known is None else known
        self._memory[key] = embedding
        if len(self._memory) > KEPT:
            self._memory.popitem(last=False)
        return embedding
