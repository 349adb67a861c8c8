"""The clocks of the actions."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Clocks:
    """What the actions go by.

    `now` is the wall clock, for stamps and quiet hours; `monotonic` gives seconds, and everything
    inside the process is scheduled by it, as the wall clock may jump. `chance` gives 0..1. `zone`
    is where quiet hours are local; the machine's own if None.
    """

    now: Callable[[], datetime] = _now
    monotonic: Callable[[], float] = time.monotonic
    chance: Callable[[], float] = random.random
    zone: tzinfo | None = None
