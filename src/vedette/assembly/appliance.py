"""The appliance as a whole: started, looked after and stopped in the right order."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from vedette.benchmarking.appliance_process import FIRST_DECISION
from vedette.errors import UsageError
from vedette.pipeline.inference_queue import InferenceQueue
from vedette.pipeline.supervisor import Supervisor
from vedette.pixels.picture import decode_picture
from vedette.sources.protocol import Source, SourceStatus
from vedette.sources.push import PushSource
from vedette.store.events import EventTable
from vedette.teaching.taught import TaughtClassifier
from vedette.values.event import Event
from vedette.values.observation import Looked
from vedette.values.prediction import Classification
from vedette.values.trail import Trail

_log = logging.getLogger(__name__)

_POSTED = "http"
"""The turn of posted pictures beside the cameras'; the service asks for one picture at a time."""

_PATIENCE_SECONDS = 5.0


class FirstDecision:
    """Says once that a camera is at work."""

    def __init__(self, camera: str) -> None:
        self._camera = camera
        self._is_told = False

    def __call__(self, trail: Trail) -> None:
        """A watcher of the camera loop."""
        if self._is_told:
            return
        for name, seen in trail.observations.items():
            if isinstance(seen, Looked):
                self._is_told = True
                answer = seen.classification
                _log.info(
                    "camera %s: %s: %s says %s, %.0f %%",
                    self._camera,
                    FIRST_DECISION,
                    name,
                    answer.label,
                    answer.confidence * 100,
                )


@dataclass(frozen=True, slots=True)
class Appliance:
    """Cameras under supervision, the classifiers that they use, and what must be closed at the end."""

    supervisor: Supervisor
    sources: Mapping[str, Source]
    taught: Mapping[str, tuple[TaughtClassifier, InferenceQueue]]
    table: EventTable
    default_classifier: str | None
    built: ExitStack

    def start(self) -> None:
        """Start every camera."""
        self.supervisor.start()

    def stop(self, timeout_seconds: float = 3.0) -> bool:
        """Ask every camera to end, wait, and close what they used; true if all ended in time."""
        self.supervisor.stop()
        ended = self.supervisor.wait(timeout_seconds)
        self.built.close()
        return ended

    @property
    def cameras(self) -> Mapping[str, SourceStatus]:
        """Every camera's health at this moment."""
        return {name: source.status for name, source in self.sources.items()}

    @property
    def classifiers(self) -> tuple[str, ...]:
        """The names of the loaded classifiers."""
        return tuple(self.taught)

    def push_picture(self, camera: str, data: bytes) -> None:
        """Give a picture to a camera that waits for pushed ones.

        Raises:
            PictureError: not a picture, or not one that may be opened.
            UsageError: there is no such camera, or it is of another kind.
        """
        source = self.sources.get(camera)
        if not isinstance(source, PushSource):
            pushed = [name for name, each in self.sources.items() if isinstance(each, PushSource)]
            raise UsageError(
                f"no camera {camera!r} takes pushed pictures.",
                f"These do: {', '.join(pushed)}." if pushed else "Give a camera a source of `kind: push`.",
            )
        source.push(decode_picture(data))

    def events(self) -> Sequence[Event]:
        """Every event in the store, oldest first.

        Raises:
            StoreError: the database cannot be read.
        """
        return list(reversed(self.table.list(limit=None)))

    def classify_picture(self, data: bytes, classifier: str | None = None) -> Classification:
        """The answer for a posted picture; it takes its turn beside the cameras.

        Raises:
            PictureError: not a picture, or not one that may be opened.
            UsageError: no such classifier, or none was chosen.
            NotServed: the device stayed busy for 5 s, or a newer posted picture took this one's turn.
        """
        name = classifier or self.default_classifier
        if name is None:
            raise UsageError(
                f"there are {len(self.taught)} classifiers, and none was chosen.",
                f"Ask with ?classifier=NAME, or set service.classifier to one of {', '.join(self.taught)}.",
            )
        if name not in self.taught:
            raise UsageError(f"no classifier is called {name!r}.", f"There are: {', '.join(self.taught)}.")
        chosen, queue = self.taught[name]
        pixels = chosen.pixels_of(data)
        return queue.run(_POSTED, lambda: chosen.classify_rgb(pixels), _PATIENCE_SECONDS)
