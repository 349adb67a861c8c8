"""What was injected, what survived it, what was lost: counted in the tests, shown as one table at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

PROPERTY = "fault"


class FaultLedger:
    """One test's counts by fault; they travel with the test's report, also from another process."""

    def __init__(self, properties: list[tuple[str, object]]) -> None:
        self._properties = properties

    def note(self, fault: str, *, injected: int = 1, survived: int = 0, lost: int = 0) -> None:
        """Add to a fault's row. `survived` of what was injected; `lost` counts events, media and messages."""
        self._properties.append((PROPERTY, [fault, injected, survived, lost]))

    def say(self, sentence: str) -> None:
        """A figure below the table."""
        self._properties.append((PROPERTY, sentence))


def table(properties: Iterable[tuple[str, object]]) -> list[str]:
    """The table's lines; empty if nothing was injected."""
    counts: dict[str, Counter[str]] = {}
    said = []
    for name, value in properties:
        if name != PROPERTY:
            continue
        if isinstance(value, str):
            said.append(value)
            continue
        fault, injected, survived, lost = value
        counts.setdefault(fault, Counter()).update(injected=injected, survived=survived, lost=lost)
    if not counts:
        return said
    width = max(map(len, counts))
    lines = [f"{'fault':<{width}}  injected  survived  lost"]
    for fault, row in sorted(counts.items()):
        lines.append(f"{fault:<{width}}  {row['injected']:8}  {row['survived']:8}  {row['lost']:4}")
    total = sum(counts.values(), Counter())
    lines.append(f"{'in all':<{width}}  {total['injected']:8}  {total['survived']:8}  {total['lost']:4}")
    return lines + said
