"""What is made of each picture at this moment, for those who watch a camera; free while nobody does."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from vedette.values.geometry import Box
from vedette.values.observation import RuleVerdict
from vedette.values.trail import Trail


class Looker(Protocol):
    """A classifier, as far as an onlooker wants to know it."""

    @property
    def name(self) -> str:
        """As in `vedette teach NAME`."""
        ...

    @property
    def region(self) -> Box:
        """The part of the frame that is looked at."""
        ...


@dataclass(frozen=True, slots=True)
class Look:
    """A trail, where its classifiers look, and the rules' states after the last frame that was judged."""

    trail: Trail
    regions: Mapping[str, Box]
    verdicts: tuple[RuleVerdict, ...]


class Onlooker:
    """One who watches a camera. What is not taken is replaced by what is newer: nothing waits in a queue."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._newest: Look | None = None

    def offer(self, look: Look) -> None:
        """In the camera's thread. A frame at rest does not replace one on which something was decided."""
        waiting = self._newest
        if waiting is not None and waiting.trail.seconds and not look.trail.seconds:
            return
        self._newest = look
        if waiting is None:
            with suppress(RuntimeError):  # its event loop has ended
                self._wake()

    def take(self) -> Look | None:
        """The newest look that was not taken; None if there is none."""
        look, self._newest = self._newest, None
        return look


class Looks:
    """A watcher of every camera loop, for onlookers who come and go."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._onlookers: dict[str, tuple[Onlooker, ...]] = {}
        self._verdicts: dict[str, tuple[RuleVerdict, ...]] = {}

    def watch(self, lookers: Sequence[Looker], trail: Trail) -> None:
        """See `Watcher`; `lookers` are the camera's classifiers, which may be taught anew at any time."""
        camera = trail.frame.camera
        onlookers = self._onlookers.get(camera)
        if trail.verdicts:
            self._verdicts[camera] = trail.verdicts
        if not onlookers:
            return
        regions = {looker.name: looker.region for looker in lookers}
        look = Look(trail, regions, self._verdicts.get(camera, ()))
        for each in onlookers:
            each.offer(look)

    def subscribe(self, camera: str, wake: Callable[[], None]) -> tuple[Onlooker, Callable[[], None]]:
        """Be shown what is made of a camera's pictures from now on; and how to end that.

        `wake` is called in the camera's thread when there is something to take, and must return at once:
        `loop.call_soon_threadsafe` does.
        """
        onlooker = Onlooker(wake)
        with self._turn:
            self._onlookers[camera] = (*self._onlookers.get(camera, ()), onlooker)

        def leave() -> None:
            with self._turn:
                others = tuple(each for each in self._onlookers.get(camera, ()) if each is not onlooker)
                if others:
                    self._onlookers[camera] = others
                else:
                    self._onlookers.pop(camera, None)

        return onlooker, leave

    def forget(self, camera: str) -> None:
        """The camera is gone; who watches it may go on, should it come back."""
        self._verdicts.pop(camera, None)
