"""The one-time link with which the first admin sets a password."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Callable

LASTS_SECONDS = 3600.0


class Invitation:
    """A code that is good once and for an hour; only its hash is kept, in memory. For any thread."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._digest: bytes | None = None
        self._until = 0.0

    def issue(self) -> str:
        """A code; one that was issued before is good no more."""
        code = secrets.token_urlsafe(24)
        with self._lock:
            self._digest, self._until = _digest(code), self._monotonic() + LASTS_SECONDS
        return code

    def is_good(self, code: str) -> bool:
        """Whether that is the code and its time is not over."""
        with self._lock:
            is_right = self._digest is not None and hmac.compare_digest(self._digest, _digest(code))
            return is_right and self._monotonic() < self._until

    def use(self) -> None:
        """It was made use of: no code is good any more."""
        with self._lock:
            self._digest = None


def _digest(code: str) -> bytes:
    return hashlib.sha256(code.encode("utf-8", "surrogateescape")).digest()
