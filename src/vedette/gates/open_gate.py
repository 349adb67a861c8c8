"""No gate: every frame is looked at."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from vedette.values.frame import Frame
from vedette.values.observation import GateVerdict


class OpenGateSettings(BaseModel):
    """A gate that is always open."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["none"] = Field(default="none", description="No gate: every frame is looked at.")


class OpenGate:
    """A gate that is always open."""

    def judge(self, frame: Frame) -> GateVerdict:  # noqa: ARG002 - the protocol has it
        """Open, whatever the frame holds."""
        return GateVerdict(is_open=True, reason="no gate")
