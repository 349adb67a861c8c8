"""One device, many cameras: turns are taken round robin, and only a camera's newest request waits."""

from __future__ import annotations

import threading
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
    """What became of one camera's requests so far; `is_waiting` is of this moment."""

    served: int
    superseded: int
    timed_out: int
    is_waiting: bool


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
    """

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._holder: int | None = None
        self._waiting: dict[str, _Ticket] = {}
        self._is_closed = False
        self._served: Counter[str] = Counter()
        self._superseded: Counter[str] = Counter()
        self._timed_out: Counter[str] = Counter()

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
            return work()
        finally:
            self._pass_on(camera)

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
                return
            if self._holder == caller:
                raise RuntimeError("work in the inference queue must not ask the same queue")
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
        raise TurnTimeout(f"camera {camera}: the device stayed busy with other cameras.")

    def _pass_on(self, camera: str) -> None:
        with self._mutex:
            self._served[camera] += 1
            self._free()

    def _free(self) -> None:
        """Give the device to the camera that waits longest; it is never seen free in between."""
        first = next(iter(self._waiting), None)
        if first is None:
            self._holder = None
        else:
            self._holder = _NOBODY_YET
            self._waiting.pop(first).decide("granted")


_NOBODY_YET = 0
"""No thread's identifier: the turn was granted, and its thread has not woken up yet."""


def _closed(camera: str) -> QueueClosed:
    return QueueClosed(f"camera {camera}: the network is being shut down.")
