"""One device, many cameras: turns are taken round robin, and only a camera's newest request waits."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from vedette.errors import BackendError

Result = TypeVar("Result")


class NotServed(BackendError):  # noqa: N818 - said of a request, like the three below
    """The device did not look at this request."""


class Superseded(NotServed):
    """A newer request of the same camera took its place in the queue."""


class TurnTimeout(NotServed):
    """The device was busy with others for as long as the caller would wait."""


class QueueClosed(NotServed):
    """The queue was closed before the request's turn came."""


@dataclass(frozen=True, slots=True)
class CameraStatistics:
    """What became of one camera's requests so far; `is_waiting` is of this moment.

    `served` had a turn; the work of those that `failed` raised something.
    """

    served: int
    superseded: int
    timed_out: int
    is_waiting: bool
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Holding:
    """The work that has the device now: whose it is, and for how long already."""

    camera: str
    seconds: float


@dataclass(slots=True)
class _Ticket:
    """A place in the queue. `turn` is held until the ticket's fate is known."""

    turn: threading.Lock = field(default_factory=threading.Lock)
    fate: Literal["waiting", "granted", "superseded", "closed"] = "waiting"

    def decide(self, fate: Literal["granted", "superseded", "closed"]) -> None:
        self.fate = fate
        self.turn.release()


class InferenceQueue:
    """Takes turns at one device.

    The work runs in its caller's own thread while that holds the turn: nothing is handed over, and
    a camera that is alone pays two lock operations. A freed device goes straight to the camera
    that waits longest, so that nobody slips in before it; with one request a camera, that is round
    robin. A newer request of a waiting camera takes over the older one's place.

    Who comes with a time-out while the present work has run for longer than that, and than a second,
    is sent away at once: a device that hangs must not cost every frame of every camera its time-out.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._mutex = threading.Lock()
        self._holder: int | None = None
        self._waiting: dict[str, _Ticket] = {}
        self._is_closed = False
        self._served: Counter[str] = Counter()
        self._superseded: Counter[str] = Counter()
        self._timed_out: Counter[str] = Counter()
        self._failed: Counter[str] = Counter()
        self._failures_in_a_row = 0
        self._last_failure: str | None = None
        self._work: tuple[str, float] | None = None

    def run(self, camera: str, work: Callable[[], Result], timeout_seconds: float | None = None) -> Result:
        """`work()`, when it is this camera's turn. What it raises passes through, and the device is free.

        `timeout_seconds`, 0 or more, limits the wait for the turn, not the work; None waits for ever.

        Raises:
            Superseded: a newer request of the same camera came while this one waited.
            TurnTimeout: the turn did not come in time.
            QueueClosed: the queue was closed first.
            RuntimeError: `work` itself asks the same queue, and would wait for itself.
        """
        self._take_turn(camera, timeout_seconds)
        try:
            result = work()
        except Exception as error:
            self._failed[camera] += 1
            self._failures_in_a_row += 1
            self._last_failure = str(error)
            raise
        else:
            self._failures_in_a_row = 0
            return result
        finally:
            self._pass_on(camera)

    @property
    def holding(self) -> Holding | None:
        """The work that is under way; None while the device is free."""
        work = self._work
        return None if work is None else Holding(work[0], max(0.0, self._monotonic() - work[1]))

    @property
    def holding_seconds(self) -> float:
        """How long the present work has run; 0 while the device is free."""
        holding = self.holding
        return 0.0 if holding is None else holding.seconds

    @property
    def failures_in_a_row(self) -> int:
        """How often work has failed since it last went well."""
        return self._failures_in_a_row

    @property
    def last_failure(self) -> str | None:
        """What the work said that failed last."""
        return self._last_failure

    @property
    def is_closed(self) -> bool:
        """Nobody is served any more."""
        return self._is_closed

    def is_due(self, camera: str) -> bool:  # noqa: ARG002 - who shares evenly asks (`EvenQueue`)
        """Whether this frame of the camera may be looked at; to be asked once for a frame that should be."""
        return True

    @property
    def statistics(self) -> Mapping[str, CameraStatistics]:
        """By camera; a snapshot that may be taken from any thread."""
        with self._mutex:
            cameras = {*self._served, *self._superseded, *self._timed_out, *self._waiting}
            return {
                camera: CameraStatistics(
                    served=self._served[camera],
                    superseded=self._superseded[camera],
                    timed_out=self._timed_out[camera],
                    is_waiting=camera in self._waiting,
                    failed=self._failed[camera],
                )
                for camera in sorted(cameras)
            }

    def close(self) -> None:
        """Send away all who wait and all who come; work that has begun ends in peace. Twice is once."""
        with self._mutex:
            self._is_closed = True
            for ticket in self._waiting.values():
                ticket.decide("closed")
            self._waiting.clear()

    def _take_turn(self, camera: str, timeout_seconds: float | None) -> None:
        caller = threading.get_ident()
        with self._mutex:
            if self._is_closed:
                raise _closed(camera)
            if self._holder is None:
                self._holder = caller
                self._work = (camera, self._monotonic())
                return
            if self._holder == caller:
                raise RuntimeError("work in the inference queue must not ask the same queue")
            if timeout_seconds is not None and self.holding_seconds > max(timeout_seconds, _HANGS_SECONDS):
                self._timed_out[camera] += 1
                raise _busy(camera)
            ticket = self._enqueue(camera)
        self._wait(camera, ticket, timeout_seconds)
        if ticket.fate == "superseded":
            raise Superseded(f"camera {camera}: a newer request took this one's place.")
        if ticket.fate == "closed":
            raise _closed(camera)
        self._holder = caller

    def _enqueue(self, camera: str) -> _Ticket:
        ticket = _Ticket()
        ticket.turn.acquire()
        older = self._waiting.get(camera)
        if older is not None:
            older.decide("superseded")
            self._superseded[camera] += 1
        # A key that is there keeps its place in a dict.
        self._waiting[camera] = ticket
        return ticket

    def _wait(self, camera: str, ticket: _Ticket, timeout_seconds: float | None) -> None:
        """Until the ticket's fate is decided.

        A time-out or a Ctrl+C may come in the same moment as the turn: the time-out then takes it,
        and the interrupted one passes it on, so that the device is never left to nobody.
        """
        try:
            is_decided = ticket.turn.acquire(timeout=-1 if timeout_seconds is None else timeout_seconds)
        except BaseException:
            with self._mutex:
                if ticket.fate == "waiting":
                    del self._waiting[camera]
                elif ticket.fate == "granted":
                    self._free()
            raise
        if is_decided:
            return
        with self._mutex:
            if ticket.fate != "waiting":
                return
            del self._waiting[camera]
            self._timed_out[camera] += 1
        raise _busy(camera)

    def _pass_on(self, camera: str) -> None:
        with self._mutex:
            self._served[camera] += 1
            self._free()

    def _free(self) -> None:
        """Give the device to the camera that waits longest; it is never seen free in between."""
        first = next(iter(self._waiting), None)
        if first is None:
            self._holder = None
            self._work = None
        else:
            self._holder = _NOBODY_YET
            self._work = (first, self._monotonic())
            self._waiting.pop(first).decide("granted")


_HANGS_SECONDS = 1.0

_NOBODY_YET = 0
"""No thread's identifier: the turn was granted, and its thread has not woken up yet."""


def _busy(camera: str) -> TurnTimeout:
    return TurnTimeout(f"camera {camera}: the device stayed busy with other cameras.")


def _closed(camera: str) -> QueueClosed:
    return QueueClosed(f"camera {camera}: the network is being shut down.")
