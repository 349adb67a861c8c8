"""Networks that are loaded, each once, with the queue in which cameras take turns at it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from vedette.inference.protocol import Embedder
from vedette.pipeline.inference_queue import InferenceQueue
from vedette.teaching.classifier_folder import ClassifierFolder
from vedette.teaching.manifest import Origin
from vedette.teaching.taught import TaughtClassifier


class LoadedEmbedder(Embedder, Protocol):
    """An embedder that holds a device."""

    def close(self) -> None:
        """Give the device back."""
        ...


class Networks:
    """Opens classifiers; those taught with the same network, engine and device share it and its queue."""

    def __init__(self, root: Path, load: Callable[[Origin], LoadedEmbedder]) -> None:
        self._root = root
        self._load = load
        self._loaded: dict[Origin, tuple[LoadedEmbedder, InferenceQueue]] = {}

    def classifier(self, name: str) -> tuple[TaughtClassifier, InferenceQueue]:
        """The taught classifier and the queue of its network.

        Raises:
            TeachingError: there is none of that name, or it is damaged.
            StaleClassifierError: its network or engine has changed since.
            CatalogError: its network is not to be had.
            BackendError: its network cannot be loaded.
        """
        origin = ClassifierFolder(self._root, name).read().current.origin
        if origin not in self._loaded:
            self._loaded[origin] = (self._load(origin), InferenceQueue())
        embedder, queue = self._loaded[origin]
        return TaughtClassifier.open(self._root, name, embedder), queue

    def close(self) -> None:
        """Send away who waits and give the devices back."""
        for embedder, queue in self._loaded.values():
            queue.close()
            embedder.close()
        self._loaded.clear()
