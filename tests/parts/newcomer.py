"""Somebody who never read a manual, at the page: sees what a camera shows, and holds buttons."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np
from playwright.sync_api import Locator, Page, expect

from vedette.assembly.demonstration import PERSON

_WIDTH, _HEIGHT = 320, 180
_STANDS_OUT = 25
_SOMEBODY = 0.011
"""Share of the lawn that differs from the empty one: at most .006 while nobody is there, else over .017."""

PATIENCE_SECONDS = 90
LAWN = PERSON.lessons[0].region


class Eyes:
    """Tell whether somebody is on the lawn, as a person sees it at a glance."""

    def __init__(self, film: Path) -> None:
        with av.open(str(film)) as container:
            first = next(container.decode(video=0)).to_ndarray(format="gray")
        self._empty = _small(first)

    def see_somebody(self, page: Page, camera: str) -> bool:
        """Whether somebody is there now."""
        shown = page.request.get(f"/api/v1/cameras/{camera}/snapshot?width={_WIDTH}")
        assert shown.ok, shown.text()
        picture = cv2.imdecode(np.frombuffer(shown.body(), np.uint8), cv2.IMREAD_GRAYSCALE)
        return float(np.mean(np.abs(_small(picture) - self._empty) > _STANDS_OUT)) > _SOMEBODY


def _small(picture: np.ndarray) -> np.ndarray:
    """The lawn in it."""
    small = cv2.resize(picture, (_WIDTH, _HEIGHT), interpolation=cv2.INTER_AREA).astype(np.int16)
    left, right = round(LAWN.left * _WIDTH), round(LAWN.right * _WIDTH)
    return small[round(LAWN.top * _HEIGHT) : round(LAWN.bottom * _HEIGHT), left:right]


@dataclass(frozen=True)
class Newcomer:
    """Works at Teach, for one classifier and one camera."""

    page: Page
    eyes: Eyes
    classifier: str
    camera: str

    def count(self, label: str) -> int:
        """How many pictures of it there are."""
        described = self.page.request.get(f"/api/v1/classifiers/{self.classifier}").json()
        return int(described["examples"].get(label, 0))

    def collect(self, label: str, enough: int, *, with_somebody: bool) -> None:
        """Hold the class's button whenever the scene is as it should be, until there is enough of it."""
        button = self.page.get_by_role("button", name=f"{label}: hold to collect")
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.count(label) < enough:
            assert time.monotonic() < deadline, f"no {enough} pictures of {label}"
            if self._is_as(with_somebody):
                self._hold(button, label, enough, with_somebody)

    def _hold(self, button: Locator, label: str, enough: int, with_somebody: bool) -> None:
        button.scroll_into_view_if_needed()
        box = button.bounding_box()
        assert box is not None
        self.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        self.page.mouse.down()
        while self._is_as(with_somebody) and self.count(label) < enough:
            pass
        self.page.mouse.up()
        expect(button).to_have_attribute("aria-pressed", "false")

    def _is_as(self, with_somebody: bool) -> bool:
        return self.eyes.see_somebody(self.page, self.camera) is with_somebody

    def draw_region(self) -> None:
        """A box around the lawn, by the mouse."""
        self.page.get_by_role("button", name="Draw a region").click()
        picture = self.page.get_by_role("img", name=f"What {self.camera} sees now")
        box = picture.bounding_box()
        assert box is not None
        at = [
            (box["x"] + x * box["width"], box["y"] + y * box["height"])
            for x, y in ((LAWN.left, LAWN.top), (LAWN.right, LAWN.bottom - 0.01))
        ]
        self.page.mouse.move(*at[0])
        self.page.mouse.down()
        self.page.mouse.move(*at[1], steps=5)
        self.page.mouse.up()
        self.page.get_by_role("button", name="Look here").click()
        expect(self.page.get_by_role("button", name="Change region")).to_be_visible()
