"""Room for the bodies of requests: so many bytes are held at once, whoever sends them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from vedette.web.refusal import HANG_UP, RETRY, Refusal


class Held:
    """What one request holds of it."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self.size = 0

    def take(self, size: int) -> None:
        """So many bytes more.

        Raises:
            Refusal: 503, there is no room for them.
        """
        self._room.take(size)
        self.size += size


class Room:
    """Counts the bytes; for one event loop."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken = 0

    @contextmanager
    def hold(self) -> Iterator[Held]:
        """Until it is left, what is taken is held."""
        held = Held(self)
        try:
            yield held
        finally:
            self._taken -= held.size

    def take(self, size: int) -> None:
        """See `Held.take`."""
        if self._taken + size > self._most:
            raise Refusal(
                503,
                "too much is being sent to this service at once.",
                "Send it again in a second.",
                {**RETRY, **HANG_UP},
            )
        self._taken += size
