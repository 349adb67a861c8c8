"""Networks that are loaded, each once, with the queue in which cameras take turns at it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from vedette.assembly.live_classifier import LiveClassifier
from vedette.errors import TeachingError
from vedette.inference.protocol import Embedder
from vedette.pipeline.inference_queue import InferenceQueue
from vedette.pipeline.load import EvenQueue
from vedette.teaching.classifier_folder import ClassifierFolder
from vedette.teaching.manifest import Origin
from vedette.teaching.taught import TaughtClassifier

_log = logging.getLogger(__name__)


class LoadedEmbedder(Embedder, Protocol):
    """An embedder that holds a device."""

    def close(self) -> None:
        """Give the device back."""
        ...


class Networks:
    """Opens classifiers; those taught with the same network, engine and device share it and its queue.

    Every member may be called from any thread.
    """

    def __init__(self, root: Path, load: Callable[[Origin], LoadedEmbedder]) -> None:
        self._root = root
        self._load = load
        self._turn = threading.RLock()
        self._loaded: dict[Origin, tuple[LoadedEmbedder, InferenceQueue]] = {}
        self._classifiers: dict[str, tuple[LiveClassifier, Origin]] = {}
        self._revisions: dict[str, datetime] = {}
        self._missing: dict[str, str] = {}

    @property
    def root(self) -> Path:
        """The folder of the classifiers."""
        return self._root

    def queues(self) -> Mapping[str, InferenceQueue]:
        """The queues of the loaded networks, by network and device."""
        loaded = dict(self._loaded)
        return {f"{origin.network} on {origin.device}": queue for origin, (_, queue) in loaded.items()}

    @property
    def missing(self) -> Mapping[str, str]:
        """The classifiers that somebody asked for in vain, and why."""
        return dict(self._missing)

    def available(
        self, names: Sequence[str]
    ) -> tuple[list[tuple[LiveClassifier, InferenceQueue]], dict[str, str]]:
        """Those that are taught, with their queues; and why the others are not to be had.

        Raises:
            CatalogError: a network is not to be had.
            BackendError: a network cannot be loaded.
        """
        found, missing = [], {}
        for name in names:
            try:
                found.append(self.classifier(name))
            except TeachingError as error:
                missing[name] = self._why_missing(name, error)
        return found, missing

    def classifier(self, name: str) -> tuple[LiveClassifier, InferenceQueue]:
        """The taught classifier and the queue of its network. All who ask for a name share it.

        Raises:
            TeachingError: there is none of that name, or it is damaged.
            StaleClassifierError: its network or engine has changed since.
            CatalogError: its network is not to be had.
            BackendError: its network cannot be loaded.
        """
        with self._turn:
            if name not in self._classifiers:
                revision = ClassifierFolder(self._root, name).read().current
                origin = revision.origin
                embedder, _ = self.network(origin)
                self._revisions[name] = revision.taught_at
                live = LiveClassifier(TaughtClassifier.open(self._root, name, embedder))
                self._classifiers[name] = (live, origin)
                self._missing.pop(name, None)
            live, origin = self._classifiers[name]
            return live, self._loaded[origin][1]

    def network(self, origin: Origin) -> tuple[LoadedEmbedder, InferenceQueue]:
        """The network of that origin, loaded if it is not, and its queue.

        Raises:
            CatalogError: it is not to be had.
            BackendError: it cannot be loaded.
        """
        with self._turn:
            if origin not in self._loaded:
                self._loaded[origin] = (self._load(origin), EvenQueue())
            return self._loaded[origin]

    def taught_elsewhere(self) -> tuple[str, ...]:
        """The classifiers that were taught, undone or redone by somebody else since they were loaded.

        Raises:
            TeachingError: one of them is damaged.
        """
        with self._turn:
            there = (name for name in self._classifiers if ClassifierFolder(self._root, name).exists())
            anew = (
                name
                for name in there
                if ClassifierFolder(self._root, name).read().current.taught_at != self._revisions[name]
            )
            return (*anew, *(name for name in self._missing if ClassifierFolder(self._root, name).exists()))

    def taught_anew(self, name: str) -> bool:
        """A classifier was taught: those who use it get the new one with their next picture.

        True if they must ask for it again, because it is of another network now.

        Raises:
            TeachingError: it is damaged.
            BackendError: it is now of a network that cannot be loaded.
        """
        with self._turn:
            if name not in self._classifiers:
                return name in self._missing
            live, origin = self._classifiers[name]
            revision = ClassifierFolder(self._root, name).read().current
            self._revisions[name] = revision.taught_at
            if revision.origin != origin:
                # Another network has another queue: whoever asks next gets both.
                del self._classifiers[name]
                return True
            live.become(TaughtClassifier.open(self._root, name, self._loaded[origin][0]))
            return False

    def forget(self, name: str) -> None:
        """A classifier is gone, which nobody uses any more."""
        with self._turn:
            self._classifiers.pop(name, None)
            self._revisions.pop(name, None)

    def replace(self, queue: InferenceQueue) -> tuple[str, ...]:
        """Load the network of this queue anew; names the classifiers that it served, to be asked for again.

        Who waits in the old queue is sent away. The old network is not closed: somebody may be
        inside its native code, and would take the process along. If this raises, nothing has changed.

        Raises:
            CatalogError: it is not to be had any more.
            BackendError: it cannot be loaded.
        """
        origins = [origin for origin, (_, its) in dict(self._loaded).items() if its is queue]
        # Without the lock: a device that hangs may hang again, and must take nobody along.
        fresh = {origin: (self._load(origin), EvenQueue()) for origin in origins}
        with self._turn:
            queue.close()
            self._loaded.update(fresh)
            served = tuple(name for name, (_, origin) in self._classifiers.items() if origin in fresh)
            for name in served:
                del self._classifiers[name]
            for name in served:
                self.classifier(name)
            return served

    def _why_missing(self, name: str, error: TeachingError) -> str:
        is_begun = ClassifierFolder(self._root, name).exists()
        why = str(error) if is_begun else f"`{name}` is not taught yet: teach it in the page."
        with self._turn:
            if self._missing.get(name) != why:
                _log.warning("%s What asks it decides nothing.", why)
            self._missing[name] = why
        return why

    def close(self) -> None:
        """Send away who waits and give the devices back."""
        if not self._turn.acquire(timeout=1.0):
            return  # somebody loads a network and hangs: the process ends without it
        try:
            for embedder, queue in self._loaded.values():
                queue.close()
                if queue.holding is None:  # else somebody is inside its native code
                    embedder.close()
            self._loaded.clear()
            self._classifiers.clear()
        finally:
            self._turn.release()
