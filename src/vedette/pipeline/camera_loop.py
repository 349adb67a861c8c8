"""One camera's way through the house, on one screen: source, gate, network, rules, events."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from vedette.events.protocol import Recorder
from vedette.gates.protocol import Gate
from vedette.inference.protocol import Classifier
from vedette.pipeline.attention import Attention
from vedette.pipeline.inference_queue import InferenceQueue, NotServed
from vedette.rules.protocol import Rule
from vedette.sources.protocol import Source
from vedette.values.frame import Frame
from vedette.values.observation import GateVerdict, Looked, NotLooked, Observation, RuleVerdict
from vedette.values.trail import Trail

Watcher = Callable[[Trail], None]
"""Is shown every frame's trail, in the camera's thread; must be quick and must not raise."""


_RESTING = GateVerdict(is_open=False, reason="nothing moved a moment ago")
_NOT_JUDGED = NotLooked(_RESTING.reason)


@dataclass(frozen=True, slots=True)
class Stages:
    """What one camera's frames pass through."""

    source: Source
    gate: Gate
    attention: Attention
    classifiers: Sequence[tuple[Classifier, InferenceQueue]]
    rules: Sequence[Rule]
    recorder: Recorder


class CameraLoop:
    """Runs one camera's stages, frame after frame, in the caller's thread."""

    def __init__(self, stages: Stages, watchers: Sequence[Watcher] = ()) -> None:
        self._stages = stages
        self._watchers = tuple(watchers)
        self._not_looked = {classifier.name: _NOT_JUDGED for classifier, _ in stages.classifiers}

    def run(self) -> None:
        """To the source's end. Whatever happens, no event is left open.

        Raises:
            SourceError: a finite source that cannot be read.
        """
        end = "the camera stopped unexpectedly"
        try:
            for frame in self._stages.source.frames():
                trail = self._pass_through(frame)
                for watcher in self._watchers:
                    watcher(trail)
            end = "the source ended"
        finally:
            self._stages.recorder.finish(end)

    def _pass_through(self, frame: Frame) -> Trail:
        stages = self._stages
        if stages.attention.is_resting(frame.monotonic_seconds):
            return Trail(frame, _RESTING, self._not_looked, (), 0.0)
        started = time.perf_counter()
        gate = stages.gate.judge(frame)
        wants_looks = any(rule.wants_looks for rule in stages.rules)
        look = stages.attention.decide(frame.monotonic_seconds, gate, wants_looks=wants_looks)
        observations = self._observe(frame, look, started)
        verdicts = tuple(self._judge(rule, frame, observations) for rule in stages.rules)
        return Trail(frame, gate, observations, verdicts, time.perf_counter() - started)

    def _observe(self, frame: Frame, look: str | NotLooked, started: float) -> Mapping[str, Observation]:
        if isinstance(look, NotLooked):
            return {classifier.name: look for classifier, _ in self._stages.classifiers}
        return {
            classifier.name: _look(classifier, queue, frame, look, started)
            for classifier, queue in self._stages.classifiers
        }

    def _judge(self, rule: Rule, frame: Frame, observations: Mapping[str, Observation]) -> RuleVerdict:
        observation = observations[rule.classifier]
        verdict = rule.judge(frame.monotonic_seconds, observation)
        self._stages.recorder.observe(frame, verdict, rule.label)
        return verdict


def _look(
    classifier: Classifier, queue: InferenceQueue, frame: Frame, reason: str, started: float
) -> Observation:
    try:
        classification = queue.run(frame.camera, lambda: classifier.classify(frame))
    except NotServed:
        return NotLooked("the network was busy with other cameras")
    return Looked(reason, classification, time.perf_counter() - started)
