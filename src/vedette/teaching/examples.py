"""An example: a picture by its bytes, with the label that a person gave it."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from unicodedata import normalize

from pydantic import BaseModel, ConfigDict, Field

from vedette.errors import UsageError
from vedette.values.prediction import UNKNOWN

UNSEEN = (
    "\x00-\x1f\x7f-\x9f\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890-\u0891\u08e2\u180e\u200b\u200e-\u200f"
    "\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb"
)
"""For a class of characters in a regular expression: controls and formats of Unicode's first plane (Cc, Cf,
Zl, Zp), but for the joiners that Persian and some emoji need."""

_LABEL = re.compile(rf"[^{UNSEEN}\ud800-\udfff/\\]{{1,64}}")
_JOINERS = {0x200C: None, 0x200D: None}
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class Example(BaseModel):
    """A picture of a class."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    digest: str = Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the picture's bytes.")
    suffix: str = Field(pattern=r"^\.[a-z]{3,4}$", description="What kind of file the picture is.")
    label: str = Field(description="The class that a person said it shows.")
    name: str = Field(description="The file's name when it was taught, to recognise it by.")

    @property
    def file_name(self) -> str:
        """Its name among the classifier's pictures."""
        return self.digest + self.suffix


def digest_of(data: bytes) -> str:
    """SHA-256 in hexadecimal: equal only for equal bytes."""
    return hashlib.sha256(data).hexdigest()


def check_label(label: str) -> str:
    """The label, if it may name a class, with its letters composed (Unicode's NFC): as it looks, so it is.

    Raises:
        UsageError: `unknown`, an empty one, or one with slashes or with what nobody can see.
    """
    label = normalize("NFC", label)
    if label.strip().casefold() == UNKNOWN:
        raise UsageError(
            "A class cannot be called `unknown`: that is the answer to pictures like none of the classes.",
            "Call pictures with nothing to report `background`, or give the class another name.",
        )
    is_seen = bool(_LABEL.fullmatch(label)) and bool(label.translate(_JOINERS).strip())
    if not is_seen or label != label.strip() or label.startswith("."):
        raise UsageError(
            f"`{label if label.isprintable() else ascii(label)}` cannot name a class.",
            "Use up to 64 characters that can be seen, without slashes, not starting with a dot.",
        )
    return label


def check_name(name: str) -> str:
    """The classifier's name, if it may name a folder.

    Raises:
        UsageError: anything but letters, digits, dot, dash and underscore.
    """
    if not _NAME.fullmatch(name) or ".." in name:
        raise UsageError(
            f"`{name}` cannot name a classifier.",
            "Use up to 64 letters, digits, dashes, dots and underscores, starting with a letter or digit.",
        )
    return name


def short_name(path: Path) -> str:
    """The last two parts of a path: enough to recognise a picture by."""
    return "/".join(path.parts[-2:])


_SUFFIXES = {b"\xff\xd8": ".jpg", b"\x89PNG": ".png", b"RIFF": ".webp", b"BM": ".bmp"}


def suffix_of(data: bytes) -> str:
    """What kind of picture the bytes are, whatever the file was called."""
    return next((suffix for start, suffix in _SUFFIXES.items() if data.startswith(start)), ".jpg")
