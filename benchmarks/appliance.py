"""Every figure that the README promises, side by side in one run, the peer's included.

    make bench                       # or: python benchmarks/appliance.py
    make bench ARGS=--json
    make bench ARGS="--save NAME"    # writes benchmarks/reference/NAME.csv

The peer is `flask_peer.py`: Flask and Pillow on the same network file.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from ruamel.yaml import YAML

from vedette.assembly.bench import Bench
from vedette.benchmarking.appliance_process import free_port
from vedette.benchmarking.comparison import Contestant, Figure, SelfTimed, compare, compare_seconds
from vedette.benchmarking.report import publish
from vedette.catalog.fetch import obtain

HERE = Path(__file__).parent
GOAL = 0.6
IN_A_ROW = 50
PAUSE_SECONDS = 0.1


def main() -> None:
    """Measure, print, and keep if asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--save", metavar="NAME")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        bench = Bench(Path(scratch))
        figures = [*bench.figures(), *posted_pictures(bench, Path(scratch))]
    save_to = HERE / "reference" / f"{asked.save}.csv" if asked.save else None
    publish(figures, as_json=asked.json, save_to=save_to)


def posted_pictures(bench: Bench, scratch: Path) -> list[Figure]:
    """POST /api/image of a 640x480 JPEG, a connection each, against the peer: hot, and after a pause."""
    jpeg = bench.jpeg((640, 480))
    port, peer_port = free_port(), free_port()
    configuration = scratch / "http.yaml"
    YAML().dump(bench.http_configuration(port), configuration)
    vedette = [sys.executable, "-m", "vedette", "run", str(configuration)]
    peer = [sys.executable, str(HERE / "flask_peer.py"), str(obtain("efficientnet-lite0")), str(peer_port)]
    with serving(vedette, port, bench.home), serving(peer, peer_port, bench.home):
        back_to_back = compare(
            Contestant("POST /api/image, 640x480 JPEG, back to back", partial(post, port, jpeg, IN_A_ROW)),
            Contestant("Flask + Pillow, same network", partial(post, peer_port, jpeg, IN_A_ROW)),
            rounds=9,
            goal=GOAL,
        ).per(IN_A_ROW)
        paced = compare_seconds(
            SelfTimed("POST /api/image, ten a second", partial(post_after_a_pause, port, jpeg)),
            SelfTimed("Flask + Pillow, same network", partial(post_after_a_pause, peer_port, jpeg)),
            rounds=50,
        )
    return [back_to_back, paced]


def post_after_a_pause(port: int, body: bytes) -> float:
    """Seconds of one request to a server that has slept."""
    time.sleep(PAUSE_SECONDS)
    started = time.perf_counter()
    post(port, body)
    return time.perf_counter() - started


def post(port: int, body: bytes, times: int = 1) -> None:
    """Requests one after another, each on a connection of its own, as a camera's script makes them."""
    for _ in range(times):
        post_once(port, body)


def post_once(port: int, body: bytes) -> None:
    """One request, whose answer must be one."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("POST", "/api/image", body, {"Content-Type": "image/jpeg"})
    answer = connection.getresponse()
    tags = json.loads(answer.read())
    connection.close()
    if answer.status != 200 or "tags" not in tags:
        raise RuntimeError(f"port {port} answered {answer.status}: {tags}")


@contextmanager
def serving(command: list[str], port: int, home: Path) -> Iterator[None]:
    """The server, from when it answers on its port until it is ended."""
    environment = os.environ | {"VEDETTE_HOME": str(home)}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            if process.poll() is not None:
                raise RuntimeError(f"ended before it served: {' '.join(command)}")
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(20)


if __name__ == "__main__":
    main()
