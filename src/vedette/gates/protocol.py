"""A gate judges each frame's luma plane: open, or closed with a reason."""

from __future__ import annotations

from typing import Protocol

from vedette.values.frame import Frame
from vedette.values.observation import GateVerdict


class Gate(Protocol):
    """Keeps what it has learnt of one camera's scene."""

    def judge(self, frame: Frame) -> GateVerdict:
        """Frames come in order; a change of size starts the learning anew."""
        ...
