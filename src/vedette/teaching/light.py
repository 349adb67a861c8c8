"""In what light a picture was taken: dark or bright, in colour or by infrared; told of each picture once."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vedette.errors import PictureError
from vedette.pixels.picture import decode_picture
from vedette.values.frame import UInt8Array

DARK = 60.0
"""Mean luma, 0..255, below which a picture counts as dark. Set by eye: advice hangs on it, no decision."""

COLOURLESS = 6.0
"""Mean spread of red, green and blue, 0..255, that a picture by infrared stays below. Set by eye, too."""

_SIZE = (64, 36)
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)


@dataclass(frozen=True, slots=True)
class Light:
    """`luma` is a mean (BT.601), `colour` the mean spread of a pixel's three channels; both 0..255."""

    luma: float
    colour: float

    @property
    def conditions(self) -> tuple[str, str]:
        """`dark` or `bright`, and `infrared` or `colour`."""
        return (
            "dark" if self.luma < DARK else "bright",
            "infrared" if self.colour < COLOURLESS else "colour",
        )


def light_of(rgb: UInt8Array) -> Light:
    """The light of `uint8 [height, width, 3]`, from about 64 x 36 of its pixels."""
    steps = [max(1, length // wanted) for length, wanted in zip(rgb.shape, reversed(_SIZE), strict=False)]
    sample = rgb[:: steps[0], :: steps[1]].astype(np.float32)
    colour = sample.max(axis=2) - sample.min(axis=2)
    return Light(float((sample @ _LUMA).mean()), float(colour.mean()))


class LightNotes:
    """The light of a classifier's pictures, by digest; beside them on disk, and made again if it is not."""

    def __init__(self, classifier: Path) -> None:
        self._path = classifier / "light.json"
        self._known = _read(self._path)
        self._is_new = False

    def of(self, wanted: Mapping[str, Callable[[], bytes]]) -> dict[str, Light]:
        """By digest; a picture that is not known yet is read. One that cannot be is left out."""
        lights = {}
        for digest, read in wanted.items():
            light = self._known.get(digest) or self._measured(digest, read)
            if light is not None:
                lights[digest] = light
        return lights

    def keep(self, digests: Collection[str]) -> None:
        """Remember those for the next process, and no others."""
        known = {digest: self._known[digest] for digest in digests if digest in self._known}
        if not self._is_new and len(known) == len(self._known):
            return
        noted = {digest: (round(light.luma, 1), round(light.colour, 1)) for digest, light in known.items()}
        temporary = self._path.with_suffix(".new")
        # Nothing is lost without it: no disk is waited for, and none complained of.
        with suppress(OSError):
            temporary.write_text(json.dumps(noted))
            temporary.replace(self._path)
            self._is_new = False

    def _measured(self, digest: str, read: Callable[[], bytes]) -> Light | None:
        try:
            light = light_of(decode_picture(read(), _SIZE))
        except (OSError, PictureError):
            return None
        self._known[digest] = light
        self._is_new = True
        return light


def _read(path: Path) -> dict[str, Light]:
    try:
        return {
            str(digest): Light(float(luma), float(colour))
            for digest, (luma, colour) in json.loads(path.read_bytes()).items()
        }
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
