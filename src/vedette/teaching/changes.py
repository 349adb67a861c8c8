"""Changes in words, as a person reads them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

_READ = 3
"""So many changes of a kind are told one by one."""


def in_short(changes: Sequence[str]) -> list[str]:
    """Changes such as "removed a.jpg"; those of a kind that are too many to read, as one, last."""
    kinds = [each.partition(" ")[0] for each in changes]
    many = {kind: count for kind, count in Counter(kinds).items() if count > _READ}
    few = [each for kind, each in zip(kinds, changes, strict=True) if kind not in many]
    return [*few, *(f"{kind} {count} pictures" for kind, count in many.items())]
