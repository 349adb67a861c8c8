"""An example: a picture by its bytes, with the label that a person gave it."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from vedette.errors import UsageError
from vedette.values.prediction import UNKNOWN

_LABEL = re.compile(r"[^\x00-\x1f/\\]{1,64}")
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
    """The label, if it may name a class.

    Raises:
        UsageError: `unknown`, an empty one, or one with control characters or slashes.
    """
    if label.strip().casefold() == UNKNOWN:
        raise UsageError(
            "A class cannot be called `unknown`: that is the answer to pictures like none of the classes.",
            "Call pictures with nothing to report `background`, or give the class another name.",
        )
    if not _LABEL.fullmatch(label) or label != label.strip() or label.startswith("."):
        raise UsageError(
            f"`{label}` cannot name a class.",
            "Use up to 64 characters without slashes, not starting with a dot.",
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
