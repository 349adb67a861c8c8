"""What one request may cost."""

from __future__ import annotations

from dataclasses import dataclass

from vedette.pixels.picture import MAXIMUM_BYTES


@dataclass(frozen=True, slots=True)
class Limits:
    """How large, how slow and how many requests with a picture may be.

    `body_bytes` leaves room for what multipart puts around a picture; a picture's own limit holds
    beside it. `body_seconds` is for a whole body. Of pictures at most `waiting` wait or are worked
    on, each for at most `patience_seconds`.
    """

    body_bytes: int = MAXIMUM_BYTES + 16 * 1024
    body_seconds: float = 30.0
    waiting: int = 16
    patience_seconds: float = 10.0
