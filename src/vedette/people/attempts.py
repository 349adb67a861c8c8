"""How often somebody may be wrong before they are not heard for a while."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

_KEYS = 1024


@dataclass(frozen=True, slots=True)
class _Wrong:
    count: int
    until: float


class Attempts:
    """Counts wrong attempts by a key; `most` of them, and the key is not heard for `seconds`.

    The time runs from the last wrong attempt that was heard. A thousand keys are remembered, the newest.
    """

    def __init__(self, most: int, seconds: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._seconds = seconds
        self._monotonic = monotonic
        self._wrong: OrderedDict[str, _Wrong] = OrderedDict()

    def __len__(self) -> int:
        return len(self._wrong)

    def seconds_to_wait(self, key: str) -> float:
        """How long this key is not heard; 0: it is."""
        known = self._wrong.get(key)
        if known is None:
            return 0.0
        left = known.until - self._monotonic()
        if left <= 0:
            del self._wrong[key]
            return 0.0
        return left if known.count >= self._most else 0.0

    def note_wrong(self, key: str) -> None:
        """It was wrong."""
        known = self._wrong.pop(key, None)
        count = 0 if known is None else known.count
        self._wrong[key] = _Wrong(count + 1, self._monotonic() + self._seconds)
        if len(self._wrong) > _KEYS:
            self._wrong.popitem(last=False)

    def take_back(self, key: str) -> None:
        """The last one was right; those before it were wrong all the same."""
        known = self._wrong.get(key)
        if known is not None and known.count <= 1:
            del self._wrong[key]
        elif known is not None:
            self._wrong[key] = _Wrong(known.count - 1, known.until)

    def note_right(self, key: str) -> None:
        """It was right: what was wrong before is forgotten."""
        self._wrong.pop(key, None)


def source(address: str) -> str:
    """Whose attempt it is: the address; of IPv6 the network of 64 bits that one household has."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return str(int(parsed) >> 64) if isinstance(parsed, IPv6Address) else address
