"""The header that has a browser keep an answer as a file (RFC 6266)."""

from __future__ import annotations

import re
from urllib.parse import quote

_LONGEST = 120


def attachment(name: str) -> str:
    """`Content-Disposition` for a file of that name, whatever characters the name holds."""
    plain = re.sub(r"[\s/\\:]+", "-", "".join(each for each in name if each.isprintable()))[
        -_LONGEST:
    ].lstrip(".")
    ascii_name = re.sub(r"[^A-Za-z0-9._-]", "_", plain)
    return f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(plain, safe='')}"
