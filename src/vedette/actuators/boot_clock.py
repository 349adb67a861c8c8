"""Seconds since the machine was started: the same for every process, and counted in its sleep too."""

from __future__ import annotations

import time

_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def boot_seconds() -> float:
    """A heartbeat from before the machine slept is an old one; `time.monotonic` would not tell."""
    return time.clock_gettime(_CLOCK)
