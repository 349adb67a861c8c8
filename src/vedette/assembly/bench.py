"""What `vedette bench` and `make bench` measure: a real clip, a taught classifier, the real network."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
from ruamel.yaml import YAML

from vedette.assembly.build import (
    DEFAULT_NETWORK,
    build_backend,
    build_clip,
    build_embedder,
    build_gate,
    build_rule,
    build_source,
)
from vedette.assembly.demonstration import FINCH, Lesson
from vedette.assembly.teaching_demonstration import teach_demonstration
from vedette.benchmarking import measures
from vedette.benchmarking.appliance_process import appliance_figures
from vedette.benchmarking.comparison import Figure
from vedette.catalog.fetch import obtain
from vedette.gates.background_settings import BackgroundGateSettings
from vedette.gates.open_gate import OpenGateSettings
from vedette.pixels.picture import encode_jpeg
from vedette.rules.presence import PresenceSettings
from vedette.rules.protocol import Rule
from vedette.sources.protocol import Source
from vedette.sources.video_file import VideoFileSettings
from vedette.teaching.manifest import Origin
from vedette.teaching.taught import TaughtClassifier
from vedette.values.frame import Frame, UInt8Array
from vedette.values.geometry import WHOLE_FRAME

_FRAMES = 40
_THE_BIRD = ((0.0, 0.3), (1.0, 0.3), (1.0, 0.8), (0.0, 0.8))
"""Where it hops; masked, the rest of the clip is a still scene with a real camera's noise."""

_WHOLE_PICTURE = Lesson("whole", WHOLE_FRAME, {"background": (1.0, 9.0), "feeder": (17.0, 18.0, 19.5)})
"""What a posted picture is asked: a cat door's camera looks at nothing but the door."""

ORIGIN = Origin(network=DEFAULT_NETWORK, engine="litert")


class Bench:
    """Made below `scratch`. The camera is the finch clip: 1280x720, H.264, 25 frames a second."""

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self.home = scratch / "data"
        self._video = obtain(FINCH.clip)
        self._embedder = build_embedder()
        self._backend = build_backend()
        root = self.home / "classifiers"
        for each in (FINCH, replace(FINCH, lessons=(_WHOLE_PICTURE,))):
            teach_demonstration(each, self._source(), self._embedder, ORIGIN, root)
        self._classifier = TaughtClassifier.open(root, "feeder", self._embedder)

    def figures(self) -> list[Figure]:
        """What needs no peer, one after another."""
        size = self._embedder.input_size
        return [
            measures.embedding(self._embedder, self._network, "EfficientNet-Lite0 int8, LiteRT"),
            measures.frame_to_decision(
                self._frames(),
                self._classifier,
                self._rule(),
                build_gate(OpenGateSettings()),
                (size, self._network),
            ),
            measures.idle_camera(self._idle_camera(), self._classifier, self._rule()),
            measures.teaching(dimensions=self._embedder.dimensions),
            *appliance_figures(self._appliance_file(), self.home),
        ]

    def jpeg(self, size: tuple[int, int]) -> bytes:
        """A frame of the clip as a JPEG of that size (width, height)."""
        return encode_jpeg(self._frames()[0].rgb(size), 90)

    def http_configuration(self, port: int) -> dict[str, Any]:
        """An appliance without cameras that answers posted pictures."""
        return {
            "storage": {"folder": str(self._scratch / "http")},
            "service": {"port": port, "classifier": _WHOLE_PICTURE.classifier},
        }

    def _network(self, rgb: UInt8Array) -> object:
        return self._backend.run([rgb[None]])

    def _source(self, name: str = "bench") -> Source:
        return build_clip(name, self._video)

    def _rule(self) -> Rule:
        return build_rule(PresenceSettings.model_validate(FINCH.rules[0]))

    def _frames(self) -> list[Frame]:
        """The last frames of the clip, decoded; the bird is in the region."""
        return list(deque(self._source().frames(), maxlen=_FRAMES))

    def _idle_camera(self) -> measures.IdleCamera:
        gate = BackgroundGateSettings(masks=(_THE_BIRD,))
        source = VideoFileSettings(path=self._video, paced=False, loop=True)
        return measures.IdleCamera(
            lambda: build_source("bench", source), lambda: build_gate(gate), self._decode, self._decode()
        )

    def _decode(self) -> int:
        """The clip decoded as the source does it, and no more; the number of frames."""
        with av.open(str(self._video)) as container:
            stream = container.streams.video[0]
            stream.thread_count = 1
            return sum(1 for _ in container.decode(stream))

    def _appliance_file(self) -> Path:
        path = self._scratch / "appliance.yaml"
        source = {"kind": "video", "path": str(self._video), "loop": True}
        configuration = {
            "storage": {"folder": str(self._scratch / "appliance")},
            "service": {"port": 0},
            "cameras": {
                "finch": {"source": source, "classifiers": ["feeder"], "rules": [dict(FINCH.rules[0])]}
            },
        }
        YAML().dump(configuration, path)
        return path
