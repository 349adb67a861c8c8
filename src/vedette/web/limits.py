"""What one request may cost, and how many may cost it at once."""

from __future__ import annotations

from dataclasses import dataclass

from vedette.pixels.picture import MAXIMUM_BYTES


@dataclass(frozen=True, slots=True)
class Limits:
    """How large, how slow and how many requests may be.

    `body_bytes` leaves room for what multipart puts around a picture; a picture's own limit holds
    beside it. `json_bytes` is for a body that is JSON, `bodies_bytes` for all that
    are held at once. `body_seconds` is for a whole body. Of each kind
    of work at most `waiting` requests wait or are worked on, each for at most `patience_seconds`, a
    teaching for `teaching_seconds`. At most `viewers` look at MJPEG, `watchers` watch cameras by a socket
    and `listeners` listen to what happens; a listener hears something every `heartbeat_seconds`. After a
    `burst`, at most `requests_per_second` are taken; a request waits for its turn, for at most
    `pace_patience_seconds`. An exported classifier, which goes to the disk as it comes, may have
    `archive_bytes` and take `archive_seconds`; `importers` come at once.
    """

    body_bytes: int = MAXIMUM_BYTES + 16 * 1024
    json_bytes: int = 64 * 1024
    bodies_bytes: int = 64 * 2**20
    body_seconds: float = 30.0
    waiting: int = 16
    patience_seconds: float = 10.0
    teaching_seconds: float = 300.0
    viewers: int = 8
    watchers: int = 32
    listeners: int = 16
    importers: int = 2
    heartbeat_seconds: float = 15.0
    requests_per_second: float = 200.0
    burst: int = 200
    pace_patience_seconds: float = 2.0
    archive_bytes: int = 512 * 2**20
    archive_seconds: float = 600.0
