"""What a clip costs, against copying its bytes to the disk."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from vedette.events.clip_file import ClipFile
from vedette.values.packet import EncodedPacket


@dataclass(frozen=True, slots=True)
class ClipCost:
    """Medians of one clip, in seconds; both end with the bytes flushed to the disk.

    The processor's share is what is left of a core for cameras; the rest is the disk's.
    """

    bytes: int
    remux_seconds: float
    copy_seconds: float
    remux_processor_seconds: float
    copy_processor_seconds: float

    @property
    def ratio(self) -> float:
        """How many times as long as copying the bytes a clip takes."""
        return self.remux_seconds / self.copy_seconds


def clip_cost(packets: Sequence[EncodedPacket], folder: Path, repeats: int = 5) -> ClipCost:
    """Write a clip of these packets and a plain file of the same bytes, in turn; both are removed.

    Raises:
        StoreError: the disk does not take the clip.
        OSError: it does not take the plain file.
    """
    remuxes, copies = [], []
    for _ in range(repeats):
        remuxes.append(_measured(lambda: _remux(packets, folder)))
        copies.append(_measured(lambda: _copy(packets, folder)))
    return ClipCost(
        sum(len(each.data) for each in packets),
        median(wall for wall, _ in remuxes),
        median(wall for wall, _ in copies),
        median(processor for _, processor in remuxes),
        median(processor for _, processor in copies),
    )


def _measured(write: Callable[[], Path]) -> tuple[float, float]:
    wall, processor = time.perf_counter(), time.thread_time()
    path = write()
    took = time.perf_counter() - wall, time.thread_time() - processor
    path.unlink()
    return took


def _remux(packets: Sequence[EncodedPacket], folder: Path) -> Path:
    clip = ClipFile(folder, "cost", packets[0].format)
    for packet in packets:
        clip.add(packet)
    return clip.finish()


def _copy(packets: Sequence[EncodedPacket], folder: Path) -> Path:
    path = folder / "cost.bytes"
    with path.open("wb") as file:
        for packet in packets:
            file.write(packet.data)
        file.flush()
        os.fsync(file.fileno())
    return path
