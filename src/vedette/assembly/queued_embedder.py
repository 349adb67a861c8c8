"""An embedder that takes its turns beside the cameras."""

from __future__ import annotations

from vedette.inference.protocol import Embedder, Embedding
from vedette.pipeline.inference_queue import InferenceQueue
from vedette.values.frame import UInt8Array

TEACHING = "teaching"
LOOKING = "looking"
"""Whose turns they are: a newer request of the same name takes an older one's place."""

_PATIENCE_SECONDS = 10.0


class QueuedEmbedder:
    """See `Embedder`: one picture a turn, so that teaching a thousand of them delays no camera for long."""

    def __init__(self, embedder: Embedder, queue: InferenceQueue, who: str = TEACHING) -> None:
        self.input_size = embedder.input_size
        self.dimensions = embedder.dimensions
        self.identity = embedder.identity
        self._embedder = embedder
        self._queue = queue
        self._who = who

    def embed(self, rgb: UInt8Array) -> Embedding:
        """See `Embedder`.

        Raises:
            NotServed: the device stayed busy for 10 s, or is being shut down.
        """
        return self._queue.run(self._who, lambda: self._embedder.embed(rgb), _PATIENCE_SECONDS)
