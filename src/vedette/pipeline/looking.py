"""One classifier's looks at one camera's frames, and why there was none."""

from __future__ import annotations

import time

from vedette.errors import BackendError
from vedette.inference.protocol import Classifier
from vedette.pipeline.inference_queue import InferenceQueue, NotServed, QueueClosed
from vedette.pipeline.pulse import Pulse
from vedette.values.frame import Frame
from vedette.values.observation import Looked, NotLooked, Observation


class Looking:
    """A classifier, and the queue in which it waits for its network, `patience_seconds` at most."""

    def __init__(
        self, classifier: Classifier, queue: InferenceQueue, pulse: Pulse, patience_seconds: float
    ) -> None:
        self.name = classifier.name
        self._stage = f"the network of {classifier.name}"
        self._classifier = classifier
        self.queue = queue
        self._pulse = pulse
        self._patience_seconds = patience_seconds

    def pass_over(self) -> NotLooked:
        """A look that was wanted and is left out, so that every camera has its share."""
        self._pulse.looks_wanted += 1
        self._pulse.looks_not_served += 1
        return NotLooked("the network was busy with other cameras", was_wanted=True)

    def look(self, frame: Frame, reason: str, started: float) -> Observation:
        """What is seen; `started` is when the frame came, by `time.perf_counter`.

        A network that is busy, gone or failing costs this look, never the camera.
        """
        pulse = self._pulse
        pulse.stage = self._stage
        pulse.looks_wanted += 1
        try:
            seen = self.queue.run(
                frame.camera, lambda: self._classifier.classify(frame), self._patience_seconds
            )
        except QueueClosed:
            pulse.looks_not_served += 1
            return NotLooked("the network is being shut down", was_wanted=True)
        except NotServed:
            pulse.looks_not_served += 1
            return NotLooked("the network was busy with other cameras", was_wanted=True)
        except BackendError as error:
            pulse.looks_failed += 1
            return NotLooked(f"the network failed: {error.message}", was_wanted=True, cause="failing")
        return Looked(reason, seen, time.perf_counter() - started)
