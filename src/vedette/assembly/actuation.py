"""The actuators that the cameras know, whichever board drives them at the moment; there may be none."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Protocol

from vedette.actuators.protocol import Actuators, ActuatorStatus
from vedette.values.trail import Trail


class Board(Actuators, Protocol):
    """Actuators that are started and closed; see `ActuatorBoard`."""

    @property
    def is_running(self) -> bool:
        """The heartbeat is written; if not, everything is safe and stays so."""
        ...

    @property
    def restarts(self) -> int:
        """How often a guardian was lost and another took its place."""
        ...

    def start(self) -> None:
        """Begin, in the safe states."""
        ...

    def close(self) -> None:
        """Enter the safe states, and end."""
        ...


class Actuation:
    """See `Board`. A reload exchanges the board: safe states first, and a fresh decision for each anew."""

    def __init__(self, board: Board | None = None) -> None:
        self._board = board
        self._turn = threading.Lock()
        self._is_missing = False
        self._is_closed = False
        self._restarts = 0

    def observe(self, trail: Trail) -> None:
        """See `Actuators`; a watcher of every camera's loop."""
        board = self._board
        if board is not None:
            board.observe(trail)

    def fault(self, camera: str | None, reason: str) -> None:
        """See `Actuators`."""
        board = self._board
        if board is not None:
            board.fault(camera, reason)

    def wants_looks(self, camera: str) -> bool:
        """See `Board`."""
        board = self._board
        return board is not None and board.wants_looks(camera)

    @property
    def status(self) -> Mapping[str, ActuatorStatus]:
        """See `Actuators`."""
        board = self._board
        return {} if board is None else board.status

    @property
    def is_running(self) -> bool:
        """There is nothing to drive, or it is being driven."""
        board = self._board
        return not self._is_missing and (board is None or board.is_running)

    @property
    def restarts(self) -> int:
        """How often a guardian was lost and another took its place, of all boards so far."""
        board = self._board
        return self._restarts + (0 if board is None else board.restarts)

    def start(self) -> None:
        """Begin, in the safe states.

        Raises:
            ActuatorError: the pins are not to be had.
        """
        if self._board is not None:
            self._board.start()

    def exchange(self, board: Board | None) -> None:
        """From now on by this one; the old one's pins are free, and safe, before it starts.

        Raises:
            ActuatorError: the new one cannot be driven; there are no actuators then, all are safe.
        """
        with self._turn:
            self._end_present()
            if board is None or self._is_closed:
                self._is_missing = False
                return
            self._is_missing = True
            board.start()
            self._board, self._is_missing = board, False

    def close(self) -> None:
        """Enter the safe states, and end; nothing is driven any more. Twice is once."""
        self._is_closed = True
        board = self._board
        if board is not None:
            # Before anybody is waited for who may be exchanging it.
            board.fault(None, "the appliance is stopping")
        with self._turn:
            self._end_present()

    def _end_present(self) -> None:
        old, self._board = self._board, None
        if old is not None:
            self._restarts += old.restarts
            old.close()
