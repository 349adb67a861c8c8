"""May an actuator leave its safe state? Asked and answered without a clock, a thread or a pin."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from vedette.actuators.binding import Binding, RuleReference
from vedette.actuators.camera_watch import CameraWatch
from vedette.values.observation import Looked, Observation, RuleVerdict
from vedette.values.trail import Trail


@dataclass(frozen=True, slots=True)
class Choice:
    """What an actuator is to do, and why."""

    is_acting: bool
    reason: str


@dataclass(slots=True)
class _Word:
    """What a rule said. `is_fresh`: a look since the last fault has decided it; `last` is never undecided."""

    state: Literal["undecided", "active", "inactive"] = "undecided"
    is_fresh: bool = False
    last: Literal["active", "inactive"] | None = None


class Decision:
    """One actuator's.

    It acts only while all of these hold, and is safe in every other case:

    - a rule that names it is active (or, with `release_while: inactive`, all of them are inactive),
    - every interlock is inactive,
    - each of these rules was decided by a look at a frame that came after the start and the last fault,
    - its cameras give frames, and looks that were due were served,
    - it has not acted for longer than `maximum_hold_seconds` since the rule entered that state.

    A camera that is lost or overloaded is a fault of every actuator that depends on it. Times are this
    machine's monotonic clock, in seconds; they never run backwards. One thread at a time.
    """

    def __init__(self, binding: Binding, now: float) -> None:
        settings = binding.settings
        self._binding = binding
        self._wanted = settings.release_while
        hold = settings.maximum_hold_seconds
        self._maximum_hold = float("inf") if hold == "unlimited" else hold
        self._words = {each: _Word() for each in (*binding.rules, *binding.interlocks)}
        self._watches = {
            camera: CameraWatch(camera, settings.freshness_seconds, settings.overload_seconds, now)
            for camera in binding.cameras
        }
        self._classifiers = frozenset(each.classifier for each in self._words)
        self._acted_since: float | None = None
        self._trouble = "it has just started"
        self._trouble_at = now
        self.choice = Choice(is_acting=False, reason=f"{self._trouble}: no fresh decision yet")

    @property
    def cameras(self) -> Iterable[str]:
        """Every camera that it depends on."""
        return self._watches.keys()

    def wants_looks(self, camera: str) -> bool:
        """A look at this camera's scene, still or not, would tell what is not known since the last fault."""
        return any(each.camera == camera and not word.is_fresh for each, word in self._words.items())

    def observe(self, trail: Trail, now: float) -> Choice:
        """A frame has passed through one of its cameras."""
        watch = self._watches.get(trail.frame.camera)
        if watch is None:
            return self.choice
        if loss := watch.passed(trail, self._classifiers, now):
            self._distrust(loss.reason, loss.at)
        for reference, word in self._words.items():
            if reference.camera == trail.frame.camera:
                self._hear(reference, word, trail, is_usable=watch.is_fresh(trail), now=now)
        return self.evaluate(now)

    def fault(self, camera: str | None, reason: str, now: float) -> Choice:
        """Something failed; None for everything. Safe, until looks at later frames have decided anew."""
        if camera is None or camera in self._watches:
            self._distrust(reason, now)
        return self.evaluate(now)

    def evaluate(self, now: float) -> Choice:
        """What is to be done now; also when nothing came.

        The cases, first match wins:
        1. a camera was lost, or looks were not served: a fault (which 2 and 3 then tell of);
        2. an interlock is not known to be inactive;
        3. no rule is known to be in the wanted state;
        4. it has acted for as long as it may;
        5. it acts.
        """
        for watch in self._watches.values():
            if loss := watch.check(now):
                self._distrust(loss.reason, loss.at)
        if self._has_let_go():
            self._acted_since = None
        self.choice = self._choose(now)
        return self.choice

    def _choose(self, now: float) -> Choice:
        for each in self._binding.interlocks:
            if not self._is(each, "inactive"):
                return Choice(is_acting=False, reason=self._why_not(each, "inactive"))
        refusal = self._refusal()
        if refusal is not None:
            return Choice(is_acting=False, reason=refusal)
        if self._acted_since is None:
            self._acted_since = now
        if now - self._acted_since >= self._maximum_hold:
            held = (
                f"it has acted for {self._maximum_hold:g} s, the most that it may; a new decision is needed"
            )
            return Choice(is_acting=False, reason=held)
        return Choice(is_acting=True, reason=self._why())

    def _refusal(self) -> str | None:
        """Why the rules do not let it act. One active rule does; inactive they must be all."""
        rules = self._binding.rules
        if not rules:
            return "no rule names it"
        missing = [each for each in rules if not self._is(each, self._wanted)]
        is_let = not missing if self._wanted == "inactive" else len(missing) < len(rules)
        return None if is_let else self._why_not(missing[0], self._wanted)

    def _is(self, reference: RuleReference, state: str) -> bool:
        word = self._words[reference]
        return word.is_fresh and word.state == state

    def _why(self) -> str:
        ruling = [str(each) for each in self._binding.rules if self._is(each, self._wanted)]
        return f"{' and '.join(ruling)} {'is' if len(ruling) == 1 else 'are'} {self._wanted}"

    def _why_not(self, reference: RuleReference, wanted: str) -> str:
        word = self._words[reference]
        if not word.is_fresh:
            return f"{self._trouble}: no fresh decision of {reference} yet"
        return f"{reference} is {word.state}, not {wanted}"

    def _has_let_go(self) -> bool:
        """The state in which it may act was left; that nothing is known of it is not enough."""
        last = [self._words[each].last for each in self._binding.rules]
        return "active" in last if self._wanted == "inactive" else "active" not in last

    def _distrust(self, reason: str, at: float) -> None:
        self._trouble = reason
        self._trouble_at = max(at, self._trouble_at)
        for word in self._words.values():
            word.is_fresh = False

    def _hear(
        self, reference: RuleReference, word: _Word, trail: Trail, *, is_usable: bool, now: float
    ) -> None:
        seen = trail.observations.get(reference.classifier)
        for verdict in trail.verdicts:
            if verdict.rule != reference.rule:
                continue
            came_after = now - trail.seconds > self._trouble_at
            if is_usable and came_after and _decides(verdict, seen):
                word.is_fresh = True
            elif verdict.state != word.state:
                word.is_fresh = False
            word.state = verdict.state
            word.last = word.last if verdict.state == "undecided" else verdict.state


def _decides(verdict: RuleVerdict, seen: Observation | None) -> bool:
    """The look bears the state by itself: not one that is left over from before, held by two thresholds.

    The evidence is beyond a threshold now, and this look speaks for that side of it. An unknown picture
    speaks for neither.
    """
    if verdict.state == "undecided" or not isinstance(seen, Looked) or seen.classification.is_unknown:
        return False
    if verdict.evidence >= verdict.enter_at:
        return verdict.confidence > 0.5
    return verdict.evidence <= verdict.leave_at and verdict.confidence < 0.5
