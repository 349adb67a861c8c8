"""One camera's way through the house, on one screen: source, gate, network, rules, events."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from vedette.events.protocol import Recorder
from vedette.gates.protocol import Gate
from vedette.inference.protocol import Classifier
from vedette.pipeline.attention import Attention
from vedette.pipeline.inference_queue import InferenceQueue
from vedette.pipeline.looking import Looking
from vedette.pipeline.pulse import GATE, RECORDER, RULES, SOURCE, WATCHERS, Pulse
from vedette.pipeline.severable_recorder import SeverableRecorder
from vedette.rules.protocol import Rule
from vedette.sources.protocol import Source
from vedette.values.frame import Frame
from vedette.values.observation import GateVerdict, NotLooked, Observation, RuleVerdict
from vedette.values.trail import Trail

_log = logging.getLogger(__name__)

Watcher = Callable[[Trail], None]
"""Is shown every frame's trail, in the camera's thread; must be quick. What it raises is counted."""


_RESTING = GateVerdict(is_open=False, reason="nothing moved a moment ago")
_NOT_JUDGED = NotLooked(_RESTING.reason)


@dataclass(frozen=True, slots=True)
class Forgetting:
    """After `after_seconds` without a picture nothing is known any more: `rules` makes them anew.

    A rule's evidence fades with time, its state does not; what was so before an outage would stand
    as decided on the first picture after it.
    """

    after_seconds: float
    rules: Callable[[], Sequence[Rule]]


@dataclass(frozen=True, slots=True)
class Stages:
    """What one camera's frames pass through.

    `wants_look`, if there is one, says that somebody waits for a fresh decision, gate or no gate; it
    is asked in the camera's thread and must be quick. `missing` are classifiers that rules ask and that
    are not to be had, and why: what they are asked stays undecided.
    """

    source: Source
    gate: Gate
    attention: Attention
    classifiers: Sequence[tuple[Classifier, InferenceQueue]]
    rules: Sequence[Rule]
    recorder: Recorder
    wants_look: Callable[[], bool] = bool
    forgetting: Forgetting | None = None
    missing: Mapping[str, str] = field(default_factory=dict)


class CameraLoop:
    """Runs one camera's stages, frame after frame, in the caller's thread. See `CameraRun`."""

    def __init__(self, stages: Stages, watchers: Sequence[Watcher] = ()) -> None:
        self.pulse = Pulse()
        self.source = stages.source
        self._stages = stages
        self._rules = stages.rules
        self._recorder = SeverableRecorder(stages.recorder)
        self._watchers = tuple(watchers)
        self._faulty: set[int] = set()
        patience = stages.attention.patience_seconds
        self._lookings = [Looking(each, queue, self.pulse, patience) for each, queue in stages.classifiers]
        self._queues = tuple(dict.fromkeys(queue for _, queue in stages.classifiers))
        self._missing = {
            name: NotLooked(why.rstrip("."), was_wanted=True, cause="missing")
            for name, why in stages.missing.items()
        }
        self._not_looked = {**{each.name: _NOT_JUDGED for each in self._lookings}, **self._missing}
        self._forget_at = float("inf")
        self._is_abandoned = False
        self._is_stopped = False

    def run(self) -> None:
        """To the source's end. Whatever happens, no event is left open.

        Raises:
            SourceError: a finite source that cannot be read.
        """
        end = "the camera stopped unexpectedly"
        pulse = self.pulse
        try:
            for frame in self.source.frames():
                trail = self._pass_through(frame)
                if self._is_abandoned:
                    return
                pulse.stage = WATCHERS
                self._show(trail)
                pulse.frames += 1
                pulse.stage = SOURCE
            end = "the camera was stopped" if self._is_stopped else "the source ended"
        finally:
            pulse.stage = RECORDER
            self._recorder.finish(end)

    def stop(self) -> None:
        """Ask `run` to end, from any thread."""
        self._is_stopped = True
        self.source.close()

    def abandon(self, reason: str) -> None:
        """See `CameraRun`. It takes a second if the recorder itself hangs."""
        self._is_abandoned = True
        try:
            self._recorder.sever(reason)
        finally:
            self.source.close()

    def _pass_through(self, frame: Frame) -> Trail:
        stages = self._stages
        if stages.forgetting is not None:
            self._forget_after_a_gap(frame, stages.forgetting)
        if stages.attention.is_resting(frame.monotonic_seconds):
            return Trail(frame, _RESTING, self._not_looked, (), 0.0)
        started = time.perf_counter()
        self.pulse.stage = GATE
        gate = stages.gate.judge(frame)
        wants_looks = any(rule.wants_looks for rule in self._rules)
        look = stages.attention.decide(
            frame.monotonic_seconds, gate, wants_looks=wants_looks, is_awaited=stages.wants_look()
        )
        observations = self._observe(frame, look, started)
        verdicts = tuple(self._judge(rule, frame, observations) for rule in self._rules)
        return Trail(frame, gate, observations, verdicts, time.perf_counter() - started)

    def _forget_after_a_gap(self, frame: Frame, forgetting: Forgetting) -> None:
        seconds = frame.monotonic_seconds
        if seconds > self._forget_at:
            self._recorder.finish(f"no picture for {forgetting.after_seconds:g} s")
            self._rules = forgetting.rules()
        self._forget_at = seconds + forgetting.after_seconds

    def _observe(self, frame: Frame, look: str | NotLooked, started: float) -> Mapping[str, Observation]:
        if isinstance(look, NotLooked):
            return {**{looking.name: look for looking in self._lookings}, **self._missing}
        due = {queue: queue.is_due(frame.camera) for queue in self._queues}
        looked = {
            looking.name: looking.look(frame, look, started) if due[looking.queue] else looking.pass_over()
            for looking in self._lookings
        }
        return {**looked, **self._missing}

    def _judge(self, rule: Rule, frame: Frame, observations: Mapping[str, Observation]) -> RuleVerdict:
        observation = observations[rule.classifier]
        self.pulse.stage = RULES
        verdict = rule.judge(frame.monotonic_seconds, observation)
        self.pulse.stage = RECORDER
        self._recorder.observe(frame, verdict, rule.label)
        return verdict

    def _show(self, trail: Trail) -> None:
        for watcher in self._watchers:
            try:
                watcher(trail)
            except Exception:  # noqa: BLE001 - who looks on must not end what he looks at
                self.pulse.watcher_failures += 1
                if id(watcher) not in self._faulty:
                    self._faulty.add(id(watcher))
                    _log.exception("camera %s: a watcher failed, and may again", trail.frame.camera)
