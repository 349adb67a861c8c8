"""What the running appliance says on the terminal or to the journal."""

from __future__ import annotations

import logging
import sys


def log_to_terminal(*, is_verbose: bool) -> None:
    """One line a message on standard error; libraries only from warnings on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(message)s", "%Y-%m-%d %H:%M:%S"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger("vedette").setLevel(logging.DEBUG if is_verbose else logging.INFO)
