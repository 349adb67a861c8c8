"""Does asking the service make cameras late? Two cameras run; wrk asks the API, and does not, in turns.

    python benchmarks/api_load.py
    python benchmarks/api_load.py --path /api/v1/events --json
    python benchmarks/api_load.py --save NAME    # writes benchmarks/reference/NAME-api.csv

The appliance is that of `vedette run`, in this process, so that its frames' lateness can be seen. wrk is
a process of its own; on Debian it is installed by `apt-get install wrk`.
"""

from __future__ import annotations

import argparse
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import uvicorn

from vedette.assembly.assemble import build_appliance
from vedette.assembly.bench import ORIGIN
from vedette.assembly.build import build_clip, build_embedder
from vedette.assembly.demonstration import FINCH
from vedette.assembly.teaching_demonstration import teach_demonstration
from vedette.benchmarking.comparison import Figure
from vedette.benchmarking.crowd import Crowd, FrameCounter, count_frames
from vedette.benchmarking.report import publish
from vedette.catalog.fetch import obtain
from vedette.config.schema import Config
from vedette.values.trail import Trail
from vedette.web.app import create_app

HERE = Path(__file__).parent
CAMERAS = ("left", "right")
CONNECTIONS = 8
GOAL = 1.5
"""How many times later the latest frame in a hundred may be while the API is asked."""


def main() -> None:
    """Measure, print, and keep if asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--path", default="/api/v1/cameras", help="what wrk asks for")
    parser.add_argument("--seconds", type=float, default=20.0, help="of each turn: a clip's length")
    parser.add_argument("--rounds", type=int, default=2, help="of one turn without wrk and one with it")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--save", metavar="NAME")
    asked = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("wrk is not installed: `apt-get install wrk` on Debian.")
    with tempfile.TemporaryDirectory() as scratch:
        figures = measure(Path(scratch), asked)
    save_to = HERE / "reference" / f"{asked.save}-api.csv" if asked.save else None
    publish(figures, as_json=asked.json, save_to=save_to)


def measure(scratch: Path, asked: argparse.Namespace) -> list[Figure]:
    """Turns without and with wrk, A B B A, on one running appliance."""
    quiet: list[Crowd] = []
    busy: list[Crowd] = []
    rates: list[float] = []
    with serving(scratch) as (port, counters):
        time.sleep(5)
        for turn in range(2 * asked.rounds):
            if turn % 4 in {0, 3}:
                quiet.append(count_frames(counters, asked.seconds))
            else:
                with wrk(port, asked.path, asked.seconds) as requests:
                    busy.append(count_frames(counters, asked.seconds))
                rates.append(requests[0])
    return [
        lateness("median", quiet, busy, "late_median"),
        lateness("99 %", quiet, busy, "late_most"),
        Figure(f"requests a second, GET {asked.path}", float(np.median(rates)), "/s", rounds=len(rates)),
    ]


def lateness(what: str, quiet: Sequence[Crowd], busy: Sequence[Crowd], name: str) -> Figure:
    """A frame's lateness while the API is asked, against while it is not."""
    with_it = [float(asdict(each)[name]) for each in busy]
    without = [float(asdict(each)[name]) for each in quiet]
    ratio = float(np.median([one / other for one, other in zip(with_it, without, strict=True)]))
    return Figure(
        f"a frame's lateness beside wrk, {what}, {len(CAMERAS)} cameras",
        float(np.median(with_it)),
        "ms",
        "the same without wrk",
        float(np.median(without)),
        ratio,
        GOAL,
        len(with_it),
    )


@contextmanager
def serving(scratch: Path) -> Iterator[tuple[int, list[FrameCounter]]]:
    """The appliance at work and its service; the port, and each camera's counter."""
    counters = {name: FrameCounter() for name in CAMERAS}

    def watch(trail: Trail) -> None:
        counters[trail.frame.camera](trail)

    appliance = build_appliance(configuration(scratch), [watch], scratch / "classifiers")
    server = uvicorn.Server(uvicorn.Config(create_app(appliance), log_config=None, access_log=False))
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        thread = threading.Thread(target=server.run, args=([listener],), name="service")
        try:
            appliance.start()
            thread.start()
            yield int(listener.getsockname()[1]), list(counters.values())
        finally:
            server.should_exit = True
            thread.join(20)
            appliance.stop()


def configuration(scratch: Path) -> Config:
    """Two paced cameras of the clip with their classifiers, which are taught first."""
    video = obtain(FINCH.clip)
    embedder = build_embedder()
    teach_demonstration(FINCH, build_clip("finch", video), embedder, ORIGIN, scratch / "classifiers")
    embedder.close()
    camera: dict[str, Any] = {
        "source": {"kind": "video", "path": str(video), "loop": True},
        "classifiers": [lesson.classifier for lesson in FINCH.lessons],
        "rules": [dict(rule) for rule in FINCH.rules],
    }
    return Config.model_validate(
        {"storage": {"folder": str(scratch / "storage")}, "cameras": dict.fromkeys(CAMERAS, camera)}
    )


@contextmanager
def wrk(port: int, path: str, seconds: float) -> Iterator[list[float]]:
    """Ask for a path by wrk meanwhile; afterwards the list holds its requests a second.

    Raises:
        RuntimeError: it was not answered, or with other than success.
    """
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds:.0f}s", f"http://127.0.0.1:{port}{path}"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    requests: list[float] = []
    yield requests
    said, _ = process.communicate(timeout=seconds + 30)
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    if process.returncode or found is None or "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError(f"wrk was not answered well: {said}")
    requests.append(float(found[1]))


if __name__ == "__main__":
    main()
