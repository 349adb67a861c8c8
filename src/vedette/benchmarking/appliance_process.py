"""The appliance as a process of its own: how soon it decides, how much memory it holds."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

from vedette.benchmarking.comparison import Figure
from vedette.errors import VedetteError

FIRST_DECISION = "first decision"
"""What the running appliance logs once for each camera."""

_PATIENCE_SECONDS = 60.0


class ApplianceProcess:
    """`vedette run CONFIG` from its start to its end, with its data in `home`; a context manager."""

    def __init__(self, configuration: Path, home: Path) -> None:
        self._started = time.perf_counter()
        self._process = subprocess.Popen(  # noqa: S603 - ourselves, with a path as its own argument
            [sys.executable, "-m", "vedette", "run", str(configuration)],
            env=os.environ | {"VEDETTE_HOME": str(home)},
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(_PATIENCE_SECONDS)

    def seconds_to_first_decision(self) -> float:
        """From before the process exists to its first decision.

        Raises:
            VedetteError: it ended before it decided anything.
        """
        assert self._process.stderr is not None
        said = ""
        for line in self._process.stderr:
            if FIRST_DECISION in line:
                return time.perf_counter() - self._started
            said = line.strip() or said
        raise VedetteError(f"the appliance ended before it decided anything: {said}")

    def resident_megabytes(self) -> float:
        """The most memory it has held so far (VmHWM of proc(5))."""
        for line in Path(f"/proc/{self._process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
        raise VedetteError("the kernel does not tell how much memory the appliance holds.")

    def processor_seconds(self) -> float:
        """Processor time of all its threads so far (proc(5), stat)."""
        # The name, in brackets, may hold anything.
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def appliance_figures(
    configuration: Path, home: Path, *, starts: int = 5, watch_seconds: float = 10.0
) -> list[Figure]:
    """Cold start to the first decision, median of `starts`, and memory after `watch_seconds` of work."""
    seconds = []
    megabytes = 0.0
    for start in range(starts):
        with ApplianceProcess(configuration, home) as process:
            seconds.append(process.seconds_to_first_decision())
            if start == 0:
                time.sleep(watch_seconds)
                megabytes = process.resident_megabytes()
    return [
        Figure("cold start to first decision", sorted(seconds)[starts // 2], "s", goal=1.5, rounds=starts),
        Figure("resident memory, one 1280x720 camera", megabytes, "MB", goal=220),
    ]


def free_port() -> int:
    """A port that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
