"""A camera's video for those who watch: its packets as fragments, made once, however many there are."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from vedette.sources.orientation import TurnedPlanes
from vedette.sources.protocol import PacketRing, Source
from vedette.values.frame import Frame
from vedette.values.packet import EncodedPacket
from vedette.video.segments import FRAGMENTED, Fragment, Segments

_log = logging.getLogger(__name__)

_PATIENCE_SECONDS = 0.25
"""How long to wait for a packet before looking whether the camera has another source by now."""
_BEHIND_SECONDS = 2.0
"""One who is further behind goes on at the newest key frame, if there is one before him."""
_LARGEST_BYTES = 24_000_000
"""What is kept for those who are slow, at most; a camera keeps as much itself."""


class Strip:
    """The newest fragments, by number from 0: from the key frame before the last one on.

    One thread puts in, any may read.
    """

    def __init__(self, largest_bytes: int = _LARGEST_BYTES) -> None:
        self._largest = largest_bytes
        self._turn = threading.Lock()
        self._fragments: deque[Fragment] = deque()
        self._first = 0
        self._keys: deque[int] = deque()
        self._bytes = 0

    def put(self, fragments: Sequence[Fragment]) -> None:
        """What comes next."""
        with self._turn:
            for each in fragments:
                self._put(each)

    def after(self, number: int) -> tuple[Sequence[Fragment], int]:
        """What comes after that number, and the last one's number. -1 begins at the newest key frame.

        So does one whose next fragment is gone, or who is so far behind that it is better.
        """
        with self._turn:
            following, last = number + 1, self._first + len(self._fragments) - 1
            if not self._keys or following > last:
                return (), min(number, last)
            if self._is_lost(number, following):
                following = self._keys[-1]
            return tuple(self._fragments)[following - self._first :], last

    def _is_lost(self, number: int, following: int) -> bool:
        if number < 0 or following < self._keys[0]:
            return True
        behind = self._fragments[-1].seconds - self._fragments[following - self._first].seconds
        return following < self._keys[-1] and abs(behind) > _BEHIND_SECONDS

    def _put(self, fragment: Fragment) -> None:
        number = self._first + len(self._fragments)
        if fragment.is_keyframe:
            self._keys.append(number)
            if len(self._keys) > 2:
                self._keys.popleft()
                self._drop_before(self._keys[0])
        self._fragments.append(fragment)
        self._bytes += len(fragment.data)
        if self._bytes > self._largest:
            # A run that is larger than memory: the next key frame is waited for.
            self._keys = deque(key for key in self._keys if key > self._keys[0])
            self._drop_before(self._keys[0] if self._keys else number + 1)

    def _drop_before(self, number: int) -> None:
        while self._fragments and self._first < number:
            self._bytes -= len(self._fragments.popleft().data)
            self._first += 1


@dataclass(frozen=True, slots=True)
class Sources:
    """What a screening asks of the cameras: a camera's present source, and its newest frame."""

    source: Callable[[str], Source | None]
    frame: Callable[[str], Frame | None]


class Screening:
    """One camera's video while anybody watches. Its thread ends by itself when nobody does."""

    def __init__(self, camera: str, sources: Sources) -> None:
        self._camera = camera
        self._sources = sources
        self._turn = threading.Lock()
        self._calls: dict[object, Callable[[], None]] = {}
        self._thread: threading.Thread | None = None
        self._begin()

    def watch(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Be woken when there is more; how to end that. `wake` must return at once."""
        key = object()
        with self._turn:
            self._calls[key] = wake
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=f"video: {self._camera}", daemon=True)
                self._thread.start()

        def leave() -> None:
            with self._turn:
                self._calls.pop(key, None)

        return leave

    @property
    def is_running(self) -> bool:
        """Somebody watches, or did a moment ago."""
        return self._thread is not None

    def _begin(self) -> None:
        self._reel: PacketRing | None = None
        self._segments = Segments()
        self._last_sequence = -1
        self.kind: Literal["video", "jpeg"] | None = None
        self.strip = Strip()

    def _run(self) -> None:
        while not self._is_over():
            try:
                self._step()
            except Exception:  # noqa: BLE001 - see below
                # A damaged stream, of a kind that nobody foresaw, must not end the others' watching.
                _log.exception("camera %s: its video cannot be shown, and is begun anew", self._camera)
                self._reel = None
                time.sleep(_PATIENCE_SECONDS)

    def _is_over(self) -> bool:
        with self._turn:
            if self._calls:
                return False
            self._thread = None
            self._begin()
            return True

    def _step(self) -> None:
        if self._reel is None:
            self._find()
            return
        packets = self._reel.after(self._last_sequence, _PATIENCE_SECONDS)
        if packets:
            self._show(packets)
        else:
            self._find()

    def _find(self) -> None:
        """The camera's present packets, if they are others than those that are shown."""
        source = self._sources.source(self._camera)
        reel = None if source is None else source.packets
        frame = self._sources.frame(self._camera)
        if reel is not None and reel is self._reel:
            return
        if reel is None or frame is None:
            self._reel = None
            if source is not None and frame is not None:
                self._is_shown_as("jpeg")
            time.sleep(_PATIENCE_SECONDS)
            return
        turned = frame.planes.rotation if isinstance(frame.planes, TurnedPlanes) else 0
        self._reel, self._segments = reel, Segments(turned)
        newest = reel.since(float("inf"))
        if newest:
            self._show(newest)
        else:
            self._last_sequence = -1

    def _show(self, packets: Sequence[EncodedPacket]) -> None:
        self._last_sequence = packets[-1].sequence
        if packets[-1].format.codec not in FRAGMENTED:
            self._is_shown_as("jpeg")
            return
        made = (self._segments.add(each) for each in packets)
        fragments = [each for each in made if each is not None]
        if fragments:
            self.strip.put(fragments)
            self._is_shown_as("video")
            self._tell()

    def _is_shown_as(self, kind: Literal["video", "jpeg"]) -> None:
        if self.kind != kind:
            self.kind = kind
            self._tell()

    def _tell(self) -> None:
        with self._turn:
            calls = tuple(self._calls.values())
        for wake in calls:
            with suppress(RuntimeError):  # its event loop has ended
                wake()


class Screenings:
    """Every camera's screening; those of cameras that nobody watches cost nothing."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._turn = threading.Lock()
        self._screenings: dict[str, Screening] = {}

    def of(self, camera: str) -> Screening:
        """The camera's."""
        with self._turn:
            known = self._screenings.get(camera)
            if known is None:
                known = self._screenings[camera] = Screening(camera, self._sources)
            return known

    def forget(self, camera: str) -> None:
        """The camera is gone. Who still watches it sees nothing more."""
        with self._turn:
            self._screenings.pop(camera, None)
