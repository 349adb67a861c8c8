"""A lawn on which somebody comes and goes without rest: an event every moment, at a camera's own pace."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from vedette.assembly.demonstration import PERSON

RATE = 30
TURN = 5
"""So many frames is the lawn empty, then as many is somebody on it: three events a second."""

_EMPTY_SECONDS = (0.2, 1.6)
_TAKEN_SECONDS = (3.0, 6.0)
_SIZE = (640, 360)


def restless_film(clip: Path, path: Path, turns: int = 3) -> Path:
    """Pictures of the demonstration's clip in turns, as H.264 with a key frame every turn."""
    empty, taken = _pictures(clip)
    with av.open(str(path), "w") as written:
        stream = written.add_stream("libx264", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = *_SIZE, "yuv420p"
        stream.gop_size = TURN
        stream.options = {"preset": "ultrafast", "bf": "0", "crf": "23"}
        for number in range(2 * turns * TURN):
            shown = taken if number // TURN % 2 else empty
            frame = shown[(number // (2 * TURN) * TURN + number % TURN) % len(shown)]
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            written.mux(stream.encode(frame))
        written.mux(stream.encode())
    return path


def restless_rule(*actions: str, **more: Any) -> dict[str, Any]:
    """The demonstration's question, asked by somebody who makes up his mind at once."""
    return {
        **PERSON.rules[0],
        "enter_probability": 0.7,
        "leave_probability": 0.4,
        "half_life_seconds": 0.2,
        "correlation_seconds": 0.02,
        "actions": list(actions),
        **more,
    }


def _pictures(clip: Path) -> tuple[list[av.VideoFrame], list[av.VideoFrame]]:
    empty, taken = [], []
    with av.open(str(clip)) as given:
        for frame in given.decode(video=0):
            for shown, (since, until) in ((empty, _EMPTY_SECONDS), (taken, _TAKEN_SECONDS)):
                if since <= frame.time < until:
                    shown.append(frame.reformat(*_SIZE, format="yuv420p"))
    return empty, taken
