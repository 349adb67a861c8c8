"""A process's memory, descriptors and threads over time, and whether they grow."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Sample:
    """At `seconds` (monotonic)."""

    seconds: float
    kilobytes: float
    descriptors: int
    threads: int


@dataclass(frozen=True)
class Trend:
    """A straight line by least squares: its slope by the second, its mean, and what it rises in all."""

    slope: float
    mean: float
    rise: float


def sample(pid: int) -> Sample:
    """As the kernel counts: resident memory (VmRSS), open descriptors, threads."""
    process = Path("/proc") / str(pid)
    status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
    return Sample(
        time.monotonic(),
        float(status["VmRSS"].split()[0]),
        len(list((process / "fd").iterdir())),
        int(status["Threads"]),
    )


def trend(samples: list[Sample], what: str, warm_up: float = 1 / 3) -> Trend:
    """Of one of the sample's fields, without the first share of the samples."""
    later = samples[int(len(samples) * warm_up) :]
    seconds = np.array([each.seconds for each in later])
    values = np.array([float(getattr(each, what)) for each in later])
    slope = float(np.polyfit(seconds - seconds[0], values, 1)[0])
    return Trend(slope, float(values.mean()), slope * float(seconds[-1] - seconds[0]))
