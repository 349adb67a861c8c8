"""What the appliance's work costs beside the least that it could cost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from vedette.benchmarking.comparison import (
    Contestant,
    Figure,
    SelfTimed,
    compare,
    compare_seconds,
    median_milliseconds,
)
from vedette.events.protocol import Unrecorded
from vedette.gates.protocol import Gate
from vedette.inference.protocol import Classifier, Embedder
from vedette.pipeline.attention import Attention, AttentionSettings
from vedette.pipeline.camera_loop import CameraLoop, Stages, Watcher
from vedette.pipeline.inference_queue import InferenceQueue
from vedette.rules.protocol import Rule
from vedette.sources.protocol import Source, SourceStatus
from vedette.teaching.features import features_of
from vedette.teaching.teach import teach
from vedette.values.frame import Frame, UInt8Array
from vedette.values.trail import Trail

_ROUNDS = 15


class Footage:
    """Frames that are decoded already, as a source."""

    is_live = False
    is_endless = False

    def __init__(self, name: str, frames: Sequence[Frame]) -> None:
        self.name = name
        self._frames = frames
        self._plays = 0

    @property
    def status(self) -> SourceStatus:
        """Nothing goes wrong in memory."""
        return SourceStatus()

    @property
    def packets(self) -> None:
        """They were decoded long ago."""

    def frames(self) -> Iterator[Frame]:
        """The frames once, later than all before."""
        later = 1000.0 * self._plays
        self._plays += 1
        return (replace(frame, monotonic_seconds=frame.monotonic_seconds + later) for frame in self._frames)

    def close(self) -> None:
        """There is nothing to close."""


def frame_to_decision(
    frames: Sequence[Frame],
    classifier: Classifier,
    rule: Rule,
    open_gate: Gate,
    floor: tuple[tuple[int, int], Callable[[UInt8Array], object]],
) -> Figure:
    """Decoded frame to the rule's verdict, against resizing the same frames and the bare network call.

    `floor` is the network's input size (width, height) and its bare call. The resizing of the floor is the
    appliance's own, which is the quickest that was found.
    """
    loop = _loop(Footage("bench", frames), open_gate, classifier, rule)
    input_size, network = floor

    def resize_and_call() -> None:
        for frame in frames:
            network(frame.rgb(input_size, classifier.region))

    figure = compare(
        Contestant("frame to decision", loop.run),
        Contestant("resize and bare network", resize_and_call),
        rounds=_ROUNDS,
        goal=1.2,
    )
    return figure.per(len(frames))


@dataclass(frozen=True, slots=True)
class IdleCamera:
    """A clip of `frames` frames that plays for ever, opened anew at each call; and decoded, no more."""

    source: Callable[[], Source]
    gate: Callable[[], Gate]
    decode: Callable[[], object]
    frames: int


def idle_camera(camera: IdleCamera, classifier: Classifier, rule: Rule) -> Figure:
    """Processor time a frame of a camera on which nothing moves, against decoding alone.

    The first pass of the clip, on which the gate learns and the network looks once, does not count.
    """

    def idle() -> float:
        source = camera.source()
        lap = _Lap(source, camera.frames)
        _loop(source, camera.gate(), classifier, rule, lap).run()
        return lap.seconds

    def decoding() -> float:
        started = time.process_time()
        camera.decode()
        return time.process_time() - started

    figure = compare_seconds(
        SelfTimed("idle camera", idle), SelfTimed("decoding alone", decoding), rounds=25, goal=1.05
    )
    return figure.per(camera.frames)


class _Lap:
    """A watcher that times the second pass of a clip and then ends it."""

    def __init__(self, source: Source, frames: int) -> None:
        self._source = source
        self._frames = frames
        self._started = 0.0
        self.seconds = 0.0

    def __call__(self, trail: Trail) -> None:
        if trail.frame.sequence == self._frames:
            self._started = time.process_time()
        elif trail.frame.sequence == 2 * self._frames:
            self.seconds = time.process_time() - self._started
            self._source.close()


def teaching(examples: int = 1000, dimensions: int = 4384, classes: int = 4) -> Figure:
    """Teaching `examples` embedded pictures, one of them new, with choice of head, scores and limits.

    The cosines of the others are known, as they are in a session; those of the new one are part of it.
    """
    random = np.random.default_rng(7)
    labels = np.arange(examples) % classes
    looks = random.standard_normal((classes * 3, dimensions), dtype=np.float32)
    embeddings = looks[labels * 3 + random.integers(0, 3, examples)]
    embeddings = embeddings + 2 * random.standard_normal((examples, dimensions), dtype=np.float32)
    features = features_of(embeddings)
    cosines = features @ features.T
    names = tuple(f"class {number}" for number in range(classes))

    def teach_with_one_more() -> None:
        features[-1:] = features_of(embeddings[-1:])
        cosines[-1] = features @ features[-1]
        cosines[:, -1] = cosines[-1]
        teach(features, labels, names, cosines=cosines)

    return median_milliseconds(
        f"teaching, {examples} embedded examples, one of them new",
        teach_with_one_more,
        rounds=_ROUNDS,
        goal=20,
    )


def embedding(embedder: Embedder, network: Callable[[UInt8Array], object], what: str) -> Figure:
    """A picture at the network's size to its embedding, against the bare network call."""
    width, height = embedder.input_size
    rgb = np.random.default_rng(7).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return compare(
        Contestant(f"embedding, {what}", lambda: embedder.embed(rgb)),
        Contestant("bare network", lambda: network(rgb)),
        rounds=100,
    )


def _loop(source: Source, gate: Gate, classifier: Classifier, rule: Rule, *watchers: Watcher) -> CameraLoop:
    settings = AttentionSettings(check_every_seconds=1e9)
    stages = Stages(source, gate, Attention(settings), [(classifier, InferenceQueue())], [rule], Unrecorded())
    return CameraLoop(stages, watchers)
