"""What the running appliance says on the terminal or to the journal."""

from __future__ import annotations

import copy
import logging
import sys


def log_to_terminal(*, is_verbose: bool) -> None:
    """One line a message on standard error; libraries only from warnings on. Tracebacks if verbose."""
    from vedette.assembly.log_patience import LogPatience

    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(LogPatience())
    kind = logging.Formatter if is_verbose else _WithoutTracebacks
    handler.setFormatter(kind("%(asctime)s %(levelname)-7s %(message)s", "%Y-%m-%d %H:%M:%S"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger("vedette").setLevel(logging.DEBUG if is_verbose else logging.INFO)


class _WithoutTracebacks(logging.Formatter):
    """Names an error's type where a traceback would stand; its text may hold what nobody checked."""

    def format(self, record: logging.LogRecord) -> str:
        """See `logging.Formatter`."""
        if not record.exc_info:
            return super().format(record)
        kind = record.exc_info[0]
        shown = copy.copy(record)
        name = kind.__name__ if kind else "an error"
        shown.msg, shown.args = f"{record.getMessage().strip()} ({name}; --verbose shows where)", None
        shown.exc_info = shown.exc_text = None
        return super().format(shown)
