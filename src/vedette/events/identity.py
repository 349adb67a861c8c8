"""Names for events that sort by time and cannot be guessed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_TIME_BITS, _RANDOM_BYTES, _LENGTH = 48, 10, 26


def event_id(at: datetime, random_bytes: Callable[[int], bytes]) -> str:
    """A ULID (https://github.com/ulid/spec) in lower case: 48 bits of milliseconds, 80 of chance.

    `at` has a zone; `random_bytes` is as `secrets.token_bytes`. 26 characters of Crockford's base 32.
    """
    milliseconds = int(at.timestamp() * 1000) & ((1 << _TIME_BITS) - 1)
    number = milliseconds << (8 * _RANDOM_BYTES) | int.from_bytes(random_bytes(_RANDOM_BYTES), "big")
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(5 * (_LENGTH - 1), -1, -5))
