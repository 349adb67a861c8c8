"""Many paced cameras on one machine: what they still get of their frames, how late, and how evenly."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from vedette.pipeline.camera_loop import CameraLoop, Watcher
from vedette.sources.protocol import Source
from vedette.values.observation import Looked
from vedette.values.trail import Trail

MakeCamera = Callable[[str, Watcher], tuple[CameraLoop, Source]]
"""A camera of that name, shown to that watcher, whose source plays for ever at its own speed."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """What so many cameras got. Rates are frames a second that went through all stages.

    `slowest` and `fastest` are those of single cameras. Lateness runs from when a frame was due to when
    its last rule had judged it, in milliseconds. `looks` are those of the networks, a second and camera.
    `cores` is the processor time a second, `megabytes` what the process holds.
    """

    cameras: int
    rate: float
    slowest: float
    fastest: float
    late_median: float
    late_most: float
    looks: float
    cores: float
    megabytes: float


class FrameCounter:
    """A watcher of one camera's loop; counts only while `is_counting`."""

    def __init__(self) -> None:
        self.is_counting = False
        self.frames = 0
        self.looks = 0
        self.late: list[float] = []

    def begin(self) -> None:
        """Count from now on, from nothing."""
        self.frames = self.looks = 0
        self.late = []
        self.is_counting = True

    def __call__(self, trail: Trail) -> None:
        """Take note of one frame."""
        if not self.is_counting:
            return
        self.frames += 1
        self.looks += any(isinstance(seen, Looked) for seen in trail.observations.values())
        self.late.append((datetime.now(UTC) - trail.frame.captured_at).total_seconds() * 1000)


def measure_crowd(make: MakeCamera, cameras: int, *, settle_seconds: float, seconds: float) -> Crowd:
    """Run so many cameras at once, each in its thread, for `seconds` after they have settled."""
    counters = [FrameCounter() for _ in range(cameras)]
    made = [make(f"camera {number}", counter) for number, counter in enumerate(counters)]
    threads = [threading.Thread(target=loop.run, name="crowd", daemon=True) for loop, _ in made]
    for thread in threads:
        thread.start()
        # Real cameras do not send their frames in one moment.
        time.sleep(1.0 / 25 / cameras)
    try:
        time.sleep(settle_seconds)
        return count_frames(counters, seconds)
    finally:
        for _, source in made:
            source.close()
        for thread in threads:
            thread.join(10)


def count_frames(counters: Sequence[FrameCounter], seconds: float) -> Crowd:
    """What cameras that are running get, during so many seconds."""
    started, worked = time.perf_counter(), time.process_time()
    for counter in counters:
        counter.begin()
    time.sleep(seconds)
    for counter in counters:
        counter.is_counting = False
    elapsed, worked = time.perf_counter() - started, time.process_time() - worked
    rates = np.array([counter.frames for counter in counters]) / elapsed
    late = np.concatenate([counter.late for counter in counters] or [[]])
    return Crowd(
        cameras=len(counters),
        rate=float(rates.mean()),
        slowest=float(rates.min()),
        fastest=float(rates.max()),
        late_median=float(np.median(late)) if len(late) else float("inf"),
        late_most=float(np.percentile(late, 99)) if len(late) else float("inf"),
        looks=sum(counter.looks for counter in counters) / elapsed / len(counters),
        cores=worked / elapsed,
        megabytes=resident_megabytes(),
    )


def resident_megabytes() -> float:
    """What this process holds at this moment (VmRSS of proc(5)); 0 where the kernel does not tell."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")), 0.0)
