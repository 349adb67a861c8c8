"""What is said again and again is said a few times a minute: others can make us say it."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

_MOST = 10
_SECONDS = 60.0
_KEYS = 200


class LogPatience(logging.Filter):
    """Passes a message of others' code ten times a minute; the next one tells how many were left out.

    Vedette's own messages pass: who says them knows how often.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._monotonic = monotonic
        self._turn = threading.Lock()
        self._said: OrderedDict[tuple[str, str], tuple[float, int]] = OrderedDict()

    def filter(self, record: logging.LogRecord) -> bool:
        """See `logging.Filter`."""
        if record.name.partition(".")[0] == "vedette":
            return True
        key, now = (record.name, str(record.msg)[:80]), self._monotonic()
        with self._turn:
            since, times = self._said.pop(key, (now, 0))
            left_out = 0
            if now - since > _SECONDS:
                left_out, since, times = max(0, times - _MOST), now, 0
            self._said[key] = (since, times + 1)
            if len(self._said) > _KEYS:
                self._said.popitem(last=False)
        if left_out:
            record.msg = f"{record.getMessage()} (and {left_out} times more, which are not told)"
            record.args = None
        return times < _MOST
