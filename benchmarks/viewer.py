"""What does one who watches cost? The service's processor time with one viewer, against none, in turns.

    python benchmarks/viewer.py
    python benchmarks/viewer.py --seconds 10 --rounds 3 --json
    python benchmarks/viewer.py --save NAME    # writes benchmarks/reference/NAME-viewer.csv

One camera of 1280x720 in H.264 at 25 frames a second, with its classifiers and rules, in `vedette run`.
The viewer is in this process, so that only the service is measured: by the page's own WebSocket, once for
the camera's own video, which is not encoded again, once for JPEG, which is what video spares.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from vedette.assembly.bench import ORIGIN
from vedette.assembly.build import build_clip, build_embedder
from vedette.assembly.demonstration import FINCH
from vedette.assembly.teaching_demonstration import teach_demonstration
from vedette.benchmarking.appliance_process import ApplianceProcess, free_port
from vedette.benchmarking.comparison import Figure, SelfTimed, compare_seconds
from vedette.benchmarking.report import publish
from vedette.catalog.fetch import obtain

HERE = Path(__file__).parent
GOAL = 1.1
FRAMES_A_SECOND = 25


def main() -> None:
    """Measure, print, and keep if asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=20.0, help="of each turn: the clip's length")
    parser.add_argument("--rounds", type=int, default=4, help="of one turn without a viewer and one with it")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--save", metavar="NAME")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        figures = measure(Path(scratch), asked)
    save_to = HERE / "reference" / f"{asked.save}-viewer.csv" if asked.save else None
    publish(figures, as_json=asked.json, save_to=save_to)


def measure(scratch: Path, asked: argparse.Namespace) -> list[Figure]:
    """Turns without and with a viewer, A B B A, on one running appliance; milliseconds a frame."""
    port = free_port()
    figures = []
    with ApplianceProcess(configuration(scratch, port), scratch) as appliance:
        appliance.seconds_to_first_decision()

        def turn(pictures: str | None) -> float:
            with watching(port, pictures):
                before = appliance.processor_seconds()
                time.sleep(asked.seconds)
                return appliance.processor_seconds() - before

        for pictures, goal in (("video", GOAL), ("jpeg", None)):
            figure = compare_seconds(
                SelfTimed(f"a camera with one viewer, {pictures}, a frame", partial(turn, pictures)),
                SelfTimed("without a viewer", partial(turn, None)),
                rounds=asked.rounds,
                goal=goal,
            )
            figures.append(figure.per(round(asked.seconds * FRAMES_A_SECOND)))
    return figures


@contextmanager
def watching(port: int, pictures: str | None) -> Iterator[None]:
    """One who watches and throws away what comes; nobody if no pictures are named.

    Raises:
        RuntimeError: no pictures came.
    """
    if pictures is None:
        yield
        return
    came = 0
    address = f"ws://127.0.0.1:{port}/api/v1/cameras/{FINCH.camera}/watch?pictures={pictures}"
    with connect(address, max_size=None, compression=None, open_timeout=60) as viewer:

        def watch() -> None:
            nonlocal came
            try:
                for message in viewer:
                    came += isinstance(message, bytes)
            except ConnectionClosed:
                return

        thread = threading.Thread(target=watch, name="viewer")
        thread.start()
        # What a viewer costs once, at the beginning, is not what is measured.
        time.sleep(1)
        yield
    thread.join()
    if came < 10:
        raise RuntimeError(f"{came} pictures came")


def configuration(scratch: Path, port: int) -> Path:
    """The finch's camera, whose classifiers are taught first."""
    video = obtain(FINCH.clip)
    embedder = build_embedder()
    teach_demonstration(FINCH, build_clip("finch", video), embedder, ORIGIN, scratch / "classifiers")
    embedder.close()
    described: dict[str, Any] = FINCH.configuration(video, scratch / "storage", is_paced=True)
    described["cameras"][FINCH.camera]["source"]["loop"] = True
    described["service"] = {"port": port, "access": "anyone"}
    path = scratch / "viewer.yaml"
    YAML().dump(described, path)
    return path


if __name__ == "__main__":
    main()
