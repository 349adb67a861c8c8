"""How many cameras this machine holds: frames a second, lateness and evenness for 1, 2, 4 ... cameras.

    python benchmarks/load.py
    python benchmarks/load.py --cameras 1,2,4,8 --json
    python benchmarks/load.py --save NAME    # writes benchmarks/reference/NAME-load.csv

Each is a paced 1280x720 camera, 25 frames a second, of a real clip: source, gate, two classifiers on one
network, two rules. On half of the clip's frames something moves.
"""

from __future__ import annotations

import argparse
import csv
import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path

from rich.console import Console
from rich.table import Table

from vedette.assembly.build import build_clip, build_embedder, build_gate, build_rule, build_source
from vedette.assembly.demonstration import FINCH
from vedette.assembly.teaching_demonstration import teach_demonstration
from vedette.benchmarking.crowd import Crowd, MakeCamera, measure_crowd
from vedette.benchmarking.machine import Machine, this_machine
from vedette.catalog.fetch import obtain
from vedette.events.protocol import Unrecorded
from vedette.gates.background_settings import BackgroundGateSettings
from vedette.pipeline.attention import Attention, AttentionSettings
from vedette.pipeline.camera_loop import CameraLoop, Stages, Watcher
from vedette.pipeline.load import EvenQueue
from vedette.rules.presence import PresenceSettings
from vedette.sources.protocol import Source
from vedette.sources.video_file import VideoFileSettings
from vedette.teaching.manifest import Origin
from vedette.teaching.taught import TaughtClassifier

HERE = Path(__file__).parent
COLUMNS = {
    "cameras": "cameras",
    "rate": "frames/s",
    "slowest": "slowest",
    "fastest": "fastest",
    "late_median": "late, ms",
    "late_most": "99 %, ms",
    "looks": "looks/s",
    "cores": "cores",
    "megabytes": "MB",
}


def main() -> None:
    """Measure, print, and keep if asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cameras", default="1,2,4,6,8,12,16", help="how many, one run each")
    parser.add_argument(
        "--seconds", type=float, default=20.0, help="how long each run counts: a clip's length"
    )
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--save", metavar="NAME")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        make = cameras_of_the_clip(Path(scratch))
        counts = [int(each) for each in asked.cameras.split(",")]
        crowds = [measure_crowd(make, each, settle_seconds=5, seconds=asked.seconds) for each in counts]
    machine = this_machine()
    if asked.json:
        print(json.dumps({"machine": asdict(machine), "crowds": [asdict(each) for each in crowds]}, indent=2))
    else:
        Console(width=120).print(as_table(crowds, machine))
    if asked.save:
        save(crowds, machine, HERE / "reference" / f"{asked.save}-load.csv")


def cameras_of_the_clip(scratch: Path) -> MakeCamera:
    """Cameras that share one network, as the appliance's do."""
    video, root = obtain(FINCH.clip), scratch / "classifiers"
    embedder, queue = build_embedder(), EvenQueue()
    teach_demonstration(FINCH, build_clip("finch", video), embedder, Origin(), root)
    taught = [TaughtClassifier.open(root, lesson.classifier, embedder) for lesson in FINCH.lessons]

    def make(name: str, watcher: Watcher) -> tuple[CameraLoop, Source]:
        source = build_source(name, VideoFileSettings(path=video, loop=True))
        stages = Stages(
            source,
            build_gate(BackgroundGateSettings()),
            Attention(AttentionSettings()),
            [(each, queue) for each in taught],
            [build_rule(PresenceSettings.model_validate(rule)) for rule in FINCH.rules],
            Unrecorded(),
        )
        return CameraLoop(stages, [watcher]), source

    return make


def as_table(crowds: Sequence[Crowd], machine: Machine) -> Table:
    """One row a number of cameras."""
    title = f"{machine.processor}, {machine.cores} cores: 1280x720, 25 frames a second"
    table = Table(title=title, title_justify="left")
    for title in COLUMNS.values():
        table.add_column(title, justify="right")
    for crowd in crowds:
        values = asdict(crowd)
        table.add_row(*(f"{values[name]:.3g}" for name in COLUMNS))
    return table


def save(crowds: Sequence[Crowd], machine: Machine, path: Path) -> None:
    """The record that is kept beside the code."""
    with path.open("w", newline="") as file:
        file.write(f"# {machine.processor}, {machine.cores} cores, Python {machine.python}\n")
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow([field.name for field in fields(Crowd)])
        rows.writerows([f"{value:.4g}" for value in asdict(crowd).values()] for crowd in crowds)


if __name__ == "__main__":
    main()
