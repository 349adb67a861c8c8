"""What is wrong in a configuration: where, and in a sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vedette.errors import ConfigurationError

DottedPath = tuple[str | int, ...]
"""Keys and positions from the top of the file down to a value."""

MAXIMUM_TOLD = 20
"""How many problems a message tells; `InvalidConfigurationError.problems` has them all."""

_NAME_LIKE = re.compile(r"[\w][\w .-]{0,63}")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. `line` counts from 1; None when the file as a whole is meant."""

    line: int | None
    path: DottedPath
    sentence: str

    @property
    def dotted(self) -> str:
        """The path as a person would write it."""
        return ".".join(shown(part) for part in self.path)

    def told(self, file: Path) -> str:
        """File, line, path and sentence in one line."""
        where = f"{file}:{self.line}" if self.line else str(file)
        return f"{where}: {self.dotted}: {self.sentence}" if self.path else f"{where}: {self.sentence}"


class InvalidConfigurationError(ConfigurationError):
    """A configuration with one problem or several."""

    def __init__(self, file: Path, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: problem.line or 0))
        lines = [problem.told(file) for problem in self.problems[:MAXIMUM_TOLD]]
        if len(problems) > 1:
            lines = [f"{file} has {len(problems)} problems:", *(f"  {line}" for line in lines)]
        if len(problems) > MAXIMUM_TOLD:
            lines.append(f"  and {len(problems) - MAXIMUM_TOLD} more.")
        super().__init__("\n".join(lines))


def shown(part: str | int) -> str:
    """A key as it may be shown: only one that looks like a name, as a password may stand in its place."""
    return str(part) if isinstance(part, int) or _NAME_LIKE.fullmatch(part) else "…"


def lies_within(path: DottedPath, outer: DottedPath) -> bool:
    """The same place, or one inside it."""
    return path[: len(outer)] == outer
