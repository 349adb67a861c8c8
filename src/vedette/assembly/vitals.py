"""What this process takes of the machine, as the kernel tells it; cheap to ask."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_RESIDENT_PAGES = 1
"""The second word of `statm`; see proc_pid_statm(5)."""


@dataclass(frozen=True, slots=True)
class Vitals:
    """Bytes of resident memory, seconds of processor time of all threads since the start, and counts."""

    memory_bytes: int | None = None
    memory_total_bytes: int | None = None
    cpu_seconds: float = 0.0
    cpu_count: int = 1
    threads: int | None = None
    open_files: int | None = None


def vitals(root: Path = Path("/")) -> Vitals:
    """As it is at this moment; None for what nobody tells."""
    times = os.times()
    process = root / "proc/self"
    return Vitals(
        memory_bytes=_resident(process / "statm"),
        memory_total_bytes=_memory_total(root / "proc/meminfo"),
        cpu_seconds=times.user + times.system,
        cpu_count=os.cpu_count() or 1,
        threads=_entries(process / "task"),
        open_files=_entries(process / "fd"),
    )


def _resident(path: Path) -> int | None:
    words = _words(path)
    return int(words[_RESIDENT_PAGES]) * os.sysconf("SC_PAGE_SIZE") if len(words) > 1 else None


def _memory_total(path: Path) -> int | None:
    words = _words(path)
    return int(words[1]) * 1024 if words[:1] == ["MemTotal:"] else None


def _words(path: Path) -> list[str]:
    try:
        return path.read_text("ascii").split(maxsplit=8)
    except (OSError, UnicodeDecodeError):
        return []


def _entries(folder: Path) -> int | None:
    try:
        return sum(1 for _ in folder.iterdir())
    except OSError:
        return None
