"""Two demonstrations on real clips: what is taught, from which seconds, and what is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vedette.values.geometry import Box


@dataclass(frozen=True, slots=True)
class Lesson:
    """A classifier taught from frames of the clip: seconds by class."""

    classifier: str
    region: Box
    seconds: Mapping[str, tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class Demonstration:
    """A clip, the camera as which it plays, what is taught from it, and the questions asked of it.

    `rules` is what the configuration's `rules` would be; `masks` are polygons that the gate ignores.
    """

    clip: str
    camera: str
    story: str
    lessons: tuple[Lesson, ...]
    rules: tuple[Mapping[str, Any], ...]
    masks: tuple[tuple[tuple[float, float], ...], ...] = ()

    def configuration(self, video: Path, storage: Path, *, is_paced: bool) -> dict[str, Any]:
        """The configuration that a person would have written for it."""
        return {
            "storage": {"folder": str(storage)},
            "cameras": {
                self.camera: {
                    "source": {"kind": "video", "path": str(video), "paced": is_paced},
                    "gate": {"kind": "background", "masks": self.masks},
                    "classifiers": [lesson.classifier for lesson in self.lessons],
                    "rules": [dict(rule) for rule in self.rules],
                }
            },
        }


def _presence(name: str, classifier: str, label: str) -> dict[str, Any]:
    """Is it there? The clips are short and clear, so neighbouring frames count for more than usual."""
    return {
        "kind": "presence",
        "name": name,
        "classifier": classifier,
        "label": label,
        "correlation_seconds": 0.05,
    }


_LAWN = Box(0.1, 0.42, 0.75, 1.0)
_ABOVE_THE_LAWN = ((0.0, 0.0), (1.0, 0.0), (1.0, 0.42), (0.0, 0.42))

PERSON = Demonstration(
    clip="person",
    camera="lawn",
    story=(
        "A lawn, leaves in the wind, a man who waves from a roof (masked: not our business). "
        "Somebody walks in from the right at 2 s; the lawn is empty again at 7.2 s."
    ),
    lessons=(Lesson("lawn", _LAWN, {"background": (0.3, 0.8, 1.3), "person": (2.3, 3.2, 4.2, 5.2, 6.4)}),),
    rules=(_presence("on the lawn", "lawn", "person"),),
    masks=(_ABOVE_THE_LAWN,),
)

FINCH = Demonstration(
    clip="finch",
    camera="aviary",
    story=(
        "A finch sits on the left perch, hops to the right one at 6.3 s and back at 13.7 s, "
        "and lands at the feeder at 17 s, where it stays."
    ),
    lessons=(
        Lesson(
            "feeder",
            Box(0.0, 0.33, 0.25, 0.66),
            {"background": (1.0, 9.0), "feeder": (17.0, 18.0, 19.5)},
        ),
        Lesson(
            "perch",
            Box(0.48, 0.44, 0.66, 0.68),
            {"background": (1.0, 16.5), "perch": (7.0, 10.0, 12.5)},
        ),
    ),
    rules=(
        _presence("at the feeder", "feeder", "feeder"),
        _presence("on the right perch", "perch", "perch"),
    ),
)

DEMONSTRATIONS = {each.clip: each for each in (PERSON, FINCH)}
