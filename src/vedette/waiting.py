"""How long to wait before something that failed is tried again; each room decides when to begin anew."""

from __future__ import annotations

_ENOUGH = 64
"""Growing more often than this only overflows."""


def growing_delay(failures: int, first_seconds: float, longest_seconds: float, factor: float = 2.0) -> float:
    """Seconds to wait after so many failures in a row, 1 or more: each wait `factor` times the one before."""
    return min(longest_seconds, first_seconds * factor ** min(max(0, failures - 1), _ENOUGH))
