"""What was found of one thing on this machine, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class State(StrEnum):
    """Whether something is as Vedette would have it."""

    OK = "ok"
    WARN = "warn"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of `vedette doctor`. `remedy` says what to do and is empty only when all is well."""

    topic: str
    state: State
    detail: str
    remedy: str = ""


def read(path: Path) -> str:
    """A text of the kernel's without the white space and zero bytes around it; empty if it cannot be read."""
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip(" \t\r\n\0")
    except OSError:
        return ""


def listing(folder: Path, pattern: str) -> list[Path]:
    """Entries that match, sorted; none if the folder is missing or closed."""
    try:
        return sorted(folder.glob(pattern))
    except OSError:
        return []
