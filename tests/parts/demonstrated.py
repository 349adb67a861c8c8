"""The demonstration in a test's own home: taught from the real clip, which a real camera then sends."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av

from vedette.assembly.build import build_clip, build_embedder
from vedette.assembly.demonstration import Demonstration
from vedette.assembly.teaching_demonstration import teach_demonstration
from vedette.teaching.manifest import Origin


def taught(demonstration: Demonstration, clip: Path, home: Path) -> Path:
    """The home, which then knows the demonstration's classifiers."""
    embedder = build_embedder(threads=1)
    clip_source = build_clip(demonstration.clip, clip)
    teach_demonstration(demonstration, clip_source, embedder, Origin(), home / "classifiers")
    embedder.close()
    return home


def as_cameras_send(clip: Path, path: Path, size: tuple[int, int] = (1280, 720), rate: int = 15) -> Path:
    """The clip at half its frames as H.264 with a key frame a second, as most cameras send it."""
    with av.open(str(clip)) as given, av.open(str(path), "w") as written:
        stream = written.add_stream("libx264", rate=rate)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.gop_size = rate
        stream.options = {"preset": "ultrafast", "bf": "0", "crf": "20"}
        for index, frame in enumerate(given.decode(video=0)):
            if index % 2 == 0:
                small = frame.reformat(*size, format="yuv420p")
                small.pts, small.time_base = index // 2, Fraction(1, rate)
                written.mux(stream.encode(small))
        written.mux(stream.encode())
    return path
