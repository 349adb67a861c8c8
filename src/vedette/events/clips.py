"""The video of an event: a while before it, all of it, a while after it, as the camera encoded it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from queue import Empty, SimpleQueue

from pydantic import BaseModel, ConfigDict, Field

from vedette.errors import StoreError, VedetteError
from vedette.events.clip_recording import ClipSpan, Recording
from vedette.events.clip_recovery import mend, torn_clips
from vedette.events.clip_reel import Reel
from vedette.values.event import Event, Phase

_LOOK_SECONDS = 0.25
"""How often new packets are fetched; a reel holds many times that."""

_LONGEST_DELAY_SECONDS = 10.0
"""Who tells of an event waits for the disk first. A reel is hardly longer than that."""

_log = logging.getLogger(__name__)


class ClipSettings(BaseModel):
    """The videos of events."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = Field(default=True, description="Keep a video of every event.")
    pre_roll_seconds: float = Field(
        default=5.0, ge=0, le=60, description="How much to keep of what came before the event."
    )
    post_roll_seconds: float = Field(
        default=5.0, ge=0, le=60, description="How much to keep of what came after the event."
    )
    maximum_seconds: float = Field(
        default=120.0, gt=0, le=3600, description="No video is longer, however long the event is."
    )


@dataclass(frozen=True, slots=True)
class ClipCounts:
    """What became of the clips so far. `under_way` are being written."""

    kept: int = 0
    given_up: int = 0
    mended: int = 0
    under_way: int = 0


@dataclass(frozen=True, slots=True)
class ClipClocks:
    """`monotonic` tells how long a camera is silent, `now` (UTC) how long ago an event opened."""

    monotonic: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


class ClipRecorder:
    """An `EventListener` that keeps a clip of each event; one thread writes those of all cameras.

    `reels` gives a camera's packets at this moment, None where there are none. `on_kept` is called
    once for each clip that is whole on the disk, with the event's id and the path below `storage`,
    by the clips' thread.

    A clip lies at `clips/YYYY/MM/DD/<event id>.mp4` (or `.webm`), by the event's opening in UTC. One
    that cannot be written is given up, said and counted; nobody else is held up.

    Where the camera's format changes in mid-event, the clip ends: what was recorded is kept. After
    a reconnect in the same format it goes on in the same file.
    """

    def __init__(
        self,
        settings: ClipSettings,
        storage: Path,
        reels: Callable[[str], Reel | None],
        on_kept: Callable[[str, str], object],
        clocks: ClipClocks | None = None,
    ) -> None:
        self._settings = settings
        self._storage = storage
        self._reels = reels
        self._on_kept = on_kept
        self._clocks = clocks or ClipClocks()
        self._words: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._recordings: dict[str, Recording] = {}
        self._counts = {"kept": 0, "given_up": 0, "mended": 0}
        self._torn: list[Path] = []
        self._thread = threading.Thread(target=self._run, name="clips", daemon=True)

    @property
    def counts(self) -> ClipCounts:
        """A snapshot; any thread may ask."""
        return ClipCounts(**self._counts, under_way=len(self._recordings))

    @property
    def is_alive(self) -> bool:
        """Its thread is there, as far as it was started."""
        return self._thread.ident is None or self._thread.is_alive()

    def start(self) -> None:
        """Begin. What an earlier run left half written is mended when there is time."""
        self._torn = torn_clips(self._storage / "clips")
        self._thread.start()

    def close(self, timeout_seconds: float = 2.0) -> None:
        """End every clip where it is, and the thread. Twice is once."""
        self._words.put(None)
        if self._thread.ident is not None:
            self._thread.join(timeout_seconds)

    def __call__(self, phase: Phase, event: Event, snapshot_jpeg: bytes | None) -> None:  # noqa: ARG002 - a listener's signature
        """See `EventListener`. The event's time is the camera's newest, less what the telling took."""
        if not self._settings.enabled or phase is Phase.UPDATE:
            return
        reel = self._reels(event.camera)
        newest = None if reel is None else reel.newest_seconds
        if phase is Phase.CLOSE:
            self._words.put(lambda: self._end(event.id, newest))
        elif reel is not None and newest is not None:
            start = newest - self._settings.pre_roll_seconds - self._delay(event)
            span = ClipSpan(start, self._settings.maximum_seconds)
            self._words.put(lambda: self._begin(event, reel, span))

    def _delay(self, event: Event) -> float:
        """How long ago it opened; a wall clock that was set meanwhile makes a longer pre-roll at most."""
        seconds = (self._clocks.now() - event.opened_at).total_seconds()
        return min(max(0.0, seconds), _LONGEST_DELAY_SECONDS)

    def _run(self) -> None:
        is_open = True
        while is_open:
            is_open = self._hear()
            try:
                self._go_on(is_last=not is_open)
            except Exception:  # noqa: BLE001 - one clip must not end those of other cameras
                _log.exception("the clips: an error that should not happen")

    def _go_on(self, *, is_last: bool) -> None:
        for recording in tuple(self._recordings.values()):
            self._advance(recording, is_last=is_last)
        if self._torn and not is_last:  # one at a time: a reel holds many times what that takes
            self._mend(self._torn.pop())

    def _hear(self) -> bool:
        """Take in every word that was said, waiting a moment for the first; false after the last."""
        wait: float | None = _LOOK_SECONDS if self._recordings or self._torn else None
        try:
            while (word := self._words.get(timeout=wait)) is not None:
                self._do(word)
                wait = 0.0
        except Empty:
            return True
        return False

    def _do(self, word: Callable[[], None]) -> None:
        try:
            word()
        except Exception:  # noqa: BLE001 - as above
            _log.exception("the clips: an error that should not happen")

    def _begin(self, event: Event, reel: Reel, span: ClipSpan) -> None:
        day = event.opened_at.astimezone(UTC).strftime("clips/%Y/%m/%d")
        if event.id not in self._recordings:
            self._recordings[event.id] = Recording(
                event.id, self._storage / day, reel, span, self._clocks.monotonic
            )

    def _end(self, event_id: str, newest_seconds: float | None) -> None:
        if recording := self._recordings.get(event_id):
            recording.end(newest_seconds, self._settings.post_roll_seconds)

    def _advance(self, recording: Recording, *, is_last: bool) -> None:
        event_id = recording.event_id
        try:
            if not recording.is_done() and not is_last:
                return
            del self._recordings[event_id]
            path = recording.finish()
        except StoreError as error:
            self._give_up(recording, str(error))
        except Exception as error:  # noqa: BLE001 - one camera's oddity must not end the clips of the others
            _log.exception("the clip of event %s: an error that should not happen", event_id)
            self._give_up(recording, type(error).__name__)
        else:
            self._kept(event_id, path)

    def _kept(self, event_id: str, path: Path | None) -> None:
        if path is None:
            return
        self._counts["kept"] += 1
        try:
            self._on_kept(event_id, path.relative_to(self._storage).as_posix())
        except VedetteError as error:
            _log.error("the clip of event %s lies at %s, and is not noted: %s", event_id, path, error)
        except Exception:  # noqa: BLE001 - whoever keeps the books must not end the clips
            _log.exception("the clip of event %s lies at %s, and is not noted", event_id, path)

    def _give_up(self, recording: Recording, why: str) -> None:
        self._recordings.pop(recording.event_id, None)
        recording.abandon()
        self._counts["given_up"] += 1
        _log.error("event %s has no clip: %s", recording.event_id, why)

    def _mend(self, torn: Path) -> None:
        try:
            event_id, path = mend(torn)
        except (StoreError, OSError) as error:
            _log.warning("%s", error)
            return
        self._counts["mended"] += 1
        self._kept(event_id, path)
