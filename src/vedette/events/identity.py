"""Names for events that sort by time and cannot be guessed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_TIME_BITS, _RANDOM_BYTES, _LENGTH = 48, 10, 26


def event_id(at: datetime, random_bytes: Callable[[int], bytes]) -> str:
    """A ULID (https://github.com/ulid/spec) in lower case: 48 bits of milliseconds, 80 of chance.

    `at` has a zone; `random_bytes` is as `secrets.token_bytes`. 26 characters of Crockford's base 32.
    """
    milliseconds = int(at.timestamp() * 1000) & ((1 << _TIME_BITS) - 1)
    number = milliseconds << (8 * _RANDOM_BYTES) | int.from_bytes(random_bytes(_RANDOM_BYTES), "big")
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(5 * (_LENGTH - 1), -1, -5))


def is_event_id(text: str) -> bool:
    """It is as `event_id` makes them."""
    # 26 characters hold 130 bits; the two above the 128 are never set.
    return len(text) == _LENGTH and text[0] in _ALPHABET[:8] and set(text) <= set(_ALPHABET)


def event_time(identity: str) -> datetime:
    """The time in an id that `is_event_id`, UTC, to the millisecond.

    Raises:
        ValueError: a time after the year 9999.
    """
    milliseconds = 0
    for character in identity[:10]:
        milliseconds = milliseconds << 5 | _ALPHABET.index(character)
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (OSError, OverflowError) as error:
        raise ValueError(f"no time: {identity}") from error
