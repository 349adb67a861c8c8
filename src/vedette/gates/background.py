"""The gate that learns the scene: what differs from it, is large enough and lasts, moves."""

from __future__ import annotations

from vedette.gates.background_settings import BackgroundGateSettings
from vedette.gates.persistence import Persistence
from vedette.gates.view import Sight, View
from vedette.values.frame import Frame
from vedette.values.geometry import Box
from vedette.values.observation import GateVerdict

__all__ = ["BackgroundGate", "BackgroundGateSettings"]

_REASONS = {
    "learning": "learning the scene",
    "lighting": "lighting change",
    "still": "nothing moves",
    "small": "too small",
    "brief": "too brief",
    "held": "moved just now",
    "moving": "moving",
}


class BackgroundGate:
    """Opens for what differs from the learnt scene; every verdict says why."""

    def __init__(self, settings: BackgroundGateSettings) -> None:
        self._settings = settings
        self._persistence = Persistence(settings.minimum_seconds, settings.hold_seconds)
        self._view: View | None = None
        self._boxes: tuple[Box, ...] = ()

    def judge(self, frame: Frame) -> GateVerdict:
        """See `vedette.gates.protocol.Gate`. `energy` is the largest group's share of what is watched."""
        sight = self._look(frame)
        phase = self._persistence.observe(frame.monotonic_seconds, sight.kind == "moving")
        if sight.kind == "moving":
            self._boxes = sight.boxes
        is_open = phase in ("moving", "held")
        return GateVerdict(
            is_open=is_open,
            reason=_REASONS[sight.kind if phase == "still" else phase],
            energy=sight.energy,
            threshold=self._settings.minimum_area,
            boxes=self._boxes if is_open else sight.boxes,
        )

    def _look(self, frame: Frame) -> Sight:
        if self._view is None or self._view.size != (frame.width, frame.height):
            self._view = View(frame, self._settings)
            return Sight("learning")
        return self._view.look(frame)
