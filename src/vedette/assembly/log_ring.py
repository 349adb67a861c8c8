"""The last lines that the appliance said, for the page on the system."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from vedette.assembly.log_patience import LogPatience
from vedette.assembly.redaction import redacted

KEPT = 1000
_LONGEST = 1000
_CONTROLS = dict.fromkeys((*range(32), 127), " ")


@dataclass(frozen=True, slots=True)
class LogLine:
    """One record: numbers grow by one; `part` is who said it; the text holds no credential."""

    number: int
    at: datetime
    level: int
    part: str
    text: str

    @property
    def level_name(self) -> str:
        """In lower case: debug, info, warning, error, critical."""
        return logging.getLevelName(self.level).lower()


class LogRing(logging.Handler):
    """A handler that keeps the last `kept` records as text. Any thread may say and read."""

    def __init__(self, kept: int = KEPT) -> None:
        super().__init__()
        self.addFilter(LogPatience())
        self._lines: deque[LogLine] = deque(maxlen=kept)
        self._turn = threading.Lock()
        self._said = 0

    def attach(self) -> None:
        """Hear everything that is said from now on. Twice is once."""
        logging.getLogger().addHandler(self)

    def detach(self) -> None:
        """Hear no more."""
        logging.getLogger().removeHandler(self)

    @property
    def last(self) -> int:
        """The number of the newest line; 0 before the first."""
        return self._said

    def emit(self, record: logging.LogRecord) -> None:
        """See `logging.Handler`. Of an error its kind is kept: its text is checked by nobody."""
        try:
            said = record.getMessage()
            kind = record.exc_info[0] if record.exc_info else None
            text = f"{said} ({kind.__name__})" if kind else said
            # Cut before it is searched: an endless line must not cost more than one that is kept.
            text = redacted(text[: 2 * _LONGEST]).translate(_CONTROLS)[:_LONGEST]
            part = record.name.removeprefix("vedette.")
            with self._turn:
                self._said += 1
                at = datetime.fromtimestamp(record.created, UTC)
                self._lines.append(LogLine(self._said, at, record.levelno, part, text))
        except Exception:  # noqa: BLE001 - see `logging.Handler.emit`
            self.handleError(record)

    def lines(self, after: int = 0, level: int = logging.DEBUG, limit: int = KEPT) -> Sequence[LogLine]:
        """The newest lines of that level or above, with a higher number than `after`, oldest first."""
        with self._turn:
            held = tuple(self._lines)
        found = [line for line in held if line.number > after and line.level >= level]
        return found[-limit:]
