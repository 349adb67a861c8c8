"""What the gate costs beside decoding, and beside OpenCV's own background model.

    python benchmarks/gate.py [--json]

The finch's clip, 1280x720: it sits on its perch for its first 5.9 s, which are played over and over;
`make bench` measures the whole camera.
"""

from __future__ import annotations

import itertools
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import cv2
from rich.console import Console

from vedette.benchmarking.comparison import Contestant, Figure, compare
from vedette.benchmarking.machine import this_machine
from vedette.benchmarking.report import as_record, as_table
from vedette.catalog.fetch import obtain
from vedette.catalog.library import Library
from vedette.gates.background import BackgroundGate, BackgroundGateSettings
from vedette.sources.planes import planes_of
from vedette.values.frame import Frame

STILL_SECONDS = 5.9
PLAYS = 4
ROUNDS = 9
START = datetime(2026, 1, 1, tzinfo=UTC)


def decoded(clip: Path, until: float) -> Iterator[av.VideoFrame]:
    """The clip's pictures up to that second; one thread, as cameras are decoded."""
    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        stream.thread_count = 1
        yield from itertools.takewhile(lambda picture: picture.time < until, container.decode(stream))


def as_frame(picture: av.VideoFrame, play: int) -> Frame:
    """The picture as a stage sees it."""
    seconds = picture.time + play * STILL_SECONDS
    now = START + timedelta(seconds=seconds)
    return Frame("finch", 0, now, seconds, picture.width, picture.height, planes_of(picture))


def beside_decoding(clip: Path) -> Figure:
    """Processor time a frame on which nothing moves."""

    def decode() -> None:
        for _ in range(PLAYS):
            for _ in decoded(clip, STILL_SECONDS):
                pass

    def judge() -> None:
        gate = BackgroundGate(BackgroundGateSettings())
        for play in range(PLAYS):
            for picture in decoded(clip, STILL_SECONDS):
                gate.judge(as_frame(picture, play))

    figure = compare(
        Contestant("decoding, frame and gate; nothing moves", judge),
        Contestant("decoding alone", decode),
        rounds=ROUNDS,
        goal=1.05,
        clock=time.process_time,
    )
    return per_frame(figure, PLAYS * sum(1 for _ in decoded(clip, STILL_SECONDS)))


def beside_mixture(clip: Path, until: float, what: str) -> Figure:
    """The gate against OpenCV's mixture of Gaussians on a picture of 320x180, with its boxes."""
    frames = [as_frame(picture, 0) for picture in decoded(clip, until)]

    def judge() -> None:
        gate = BackgroundGate(BackgroundGateSettings())
        for frame in frames:
            gate.judge(frame)

    def mixture() -> None:
        model = cv2.createBackgroundSubtractorMOG2(detectShadows=False)
        for frame in frames:
            small = cv2.resize(frame.luma, (320, 180), interpolation=cv2.INTER_NEAREST)
            cv2.connectedComponentsWithStats(cv2.medianBlur(model.apply(small), 3))

    figure = compare(
        Contestant(f"the gate's verdict; {what}", judge),
        Contestant("MOG2 and groups at 320x180", mixture),
        rounds=ROUNDS,
    )
    return per_frame(figure, len(frames))


def per_frame(figure: Figure, frames: int) -> Figure:
    """From a whole play to one frame."""
    return replace(figure, value=figure.value / frames, floor_value=(figure.floor_value or 0.0) / frames)


def main() -> None:
    """Measure and print."""
    clip = obtain("finch", Library.default())
    figures = [
        beside_decoding(clip),
        beside_mixture(clip, STILL_SECONDS, "nothing moves"),
        beside_mixture(clip, 20.0, "the whole clip"),
    ]
    if "--json" in sys.argv:
        print(json.dumps(as_record(figures, this_machine()), indent=2))
    else:
        Console().print(as_table(figures, this_machine()))


if __name__ == "__main__":
    main()
