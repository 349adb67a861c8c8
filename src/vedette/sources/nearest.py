"""What somebody may have meant by a name that does not exist."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

from vedette.errors import SourceError


def missing(path: Path) -> SourceError:
    """The error for a path that does not exist; it names what lies nearest to it."""
    folder = path.parent
    if not folder.is_dir():
        return SourceError(f"{path}: the folder {folder} does not exist.", "Check the path.")
    try:
        names = [entry.name for entry in folder.iterdir()]
    except OSError:
        names = []
    lower = {name.lower(): name for name in names}
    close = get_close_matches(path.name.lower(), lower, n=1)
    remedy = f"The nearest name there is {lower[close[0]]}." if close else "Check the path."
    return SourceError(f"{path} does not exist.", remedy)
