"""Which machine a figure was measured on, in the words that matter for comparing it."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from vedette import __version__


@dataclass(frozen=True, slots=True)
class Machine:
    """Processor, cores that may be used, Python and the versions that decide speed."""

    processor: str
    cores: int
    python: str
    vedette: str
    packages: dict[str, str]


_DECISIVE = ("ai-edge-litert", "av", "numpy", "opencv-python-headless", "openvino", "onnxruntime")


def this_machine(root: Path = Path("/")) -> Machine:
    """What this process runs on."""
    return Machine(
        processor=_processor(root),
        cores=len(os.sched_getaffinity(0)),
        python=platform.python_version(),
        vedette=__version__,
        packages={name: version for name in _DECISIVE if (version := _version(name)) is not None},
    )


def _processor(root: Path) -> str:
    """The model's name from the kernel: a board's device tree, or /proc/cpuinfo."""
    board = root / "proc/device-tree/model"
    if board.exists():
        return board.read_text(errors="replace").strip("\0 \n")
    try:
        lines = (root / "proc/cpuinfo").read_text(errors="replace").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
