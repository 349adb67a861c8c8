"""The labels that a network file carries with it."""

from __future__ import annotations

import zipfile
from pathlib import Path

from vedette.errors import CatalogError

MAX_LABEL_BYTES = 1 << 20


def read_labels(network: Path) -> tuple[str, ...]:
    """One label an output, from the zip appended to a TFLite file.

    That is how TFLite metadata packs associated files; the only text file in it is taken.

    Raises:
        CatalogError: no zip inside, or not exactly one text file of a plausible size.
    """
    try:
        with zipfile.ZipFile(network) as inside:
            texts = [member for member in inside.infolist() if member.filename.endswith(".txt")]
            if len(texts) != 1 or texts[0].file_size > MAX_LABEL_BYTES:
                raise CatalogError(
                    f"{network} holds {len(texts)} label files, or one too large; one is wanted.",
                    "Leave `labels` out of its manifest if it has none.",
                )
            return tuple(inside.read(texts[0]).decode("utf-8").splitlines())
    except (zipfile.BadZipFile, UnicodeDecodeError) as error:
        raise CatalogError(
            f"{network} holds no readable labels.", "Leave `labels` out of its manifest if it has none."
        ) from error
