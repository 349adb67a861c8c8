"""The appliance as a whole: started, looked after and stopped in the right order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from vedette.errors import UsageError
from vedette.inference.protocol import Classifier
from vedette.pipeline.inference_queue import InferenceQueue
from vedette.pipeline.supervisor import Supervisor
from vedette.sources.protocol import Source, SourceStatus
from vedette.values.prediction import Classification


@dataclass(frozen=True, slots=True)
class Appliance:
    """Cameras under supervision, the classifiers that they use, and what must be closed at the end.

    `read` turns the bytes of a picture into pixels no smaller than a classifier needs, and has it
    classified: `read(data, classifier)`.
    """

    supervisor: Supervisor
    sources: Mapping[str, Source]
    taught: Mapping[str, tuple[Classifier, InferenceQueue]]
    read: Callable[[bytes, Classifier], Classification]
    default_classifier: str | None = None
    closing: Sequence[Callable[[], None]] = field(default=())

    def start(self) -> None:
        """Start every camera."""
        self.supervisor.start()

    def stop(self, timeout_seconds: float = 5.0) -> bool:
        """Ask every camera to end, wait, and close what they used; true if all ended in time."""
        self.supervisor.stop()
        ended = self.supervisor.wait(timeout_seconds)
        for close in self.closing:
            close()
        return ended

    @property
    def cameras(self) -> Mapping[str, SourceStatus]:
        """Every camera's health at this moment."""
        return {name: source.status for name, source in self.sources.items()}

    @property
    def classifiers(self) -> tuple[str, ...]:
        """The names of the loaded classifiers."""
        return tuple(self.taught)

    def classify_picture(self, data: bytes, classifier: str | None = None) -> Classification:
        """The answer for a posted picture; it takes its turn beside the cameras.

        Raises:
            PictureError: not a picture, or not one that may be opened.
            UsageError: no such classifier.
        """
        name = classifier or self.default_classifier
        if name is None or name not in self.taught:
            raise UsageError(f"no classifier is called {name!r}.", f"There are: {', '.join(self.taught)}.")
        chosen, queue = self.taught[name]
        return queue.run("http", lambda: self.read(data, chosen))
