"""A time of the day at which nobody wants to hear anything."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time
from typing import Self

_HOURS = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `begin` until before `end`, local time; over midnight if `end` is the earlier one."""

    begin: time
    end: time

    @classmethod
    def parse(cls, text: str) -> Self:
        """`22:00-07:00`.

        Raises:
            ValueError: it is not written so, or lasts no time.
        """
        found = _HOURS.fullmatch(text.strip())
        if found is None:
            raise ValueError("quiet hours are written as 22:00-07:00")
        first, second, third, fourth = map(int, found.groups())
        if max(first, third) > 23 or max(second, fourth) > 59:
            raise ValueError("a time of the day is 00:00 to 23:59")
        begin, end = time(first, second), time(third, fourth)
        if begin == end:
            raise ValueError("quiet hours begin and end at different times")
        return cls(begin, end)

    def include(self, moment: time) -> bool:
        """It is quiet at this time of the day."""
        if self.begin < self.end:
            return self.begin <= moment < self.end
        return moment >= self.begin or moment < self.end
