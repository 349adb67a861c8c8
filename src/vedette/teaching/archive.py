"""A classifier as one file, `NAME.vedette`: a zip that any program can read, and that is read with distrust.

    vedette.json           what it is (`ArchiveIndex`), first in the file
    pictures/<sha256>.jpg  every picture as it came
    embeddings.npy         float32 [pictures, dimensions], rows in the index's order, if it was taught
    head.npz               head and rejection as `heads/*.npz` of a classifier's folder, for other readers

Who reads it believes neither scores nor heads: pictures are checked against their digests, and taught again.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from vedette.errors import UsageError
from vedette.pixels.picture import MAXIMUM_BYTES
from vedette.teaching.examples import Example, check_label, check_name, digest_of, suffix_of
from vedette.teaching.features import FloatArray
from vedette.teaching.manifest import Origin
from vedette.teaching.session import MAXIMUM_EXAMPLES
from vedette.values.geometry import Box

SUFFIX = ".vedette"
LARGEST = 1024 * 2**20
"""Bytes of a file that is read at all."""

_INDEX = "vedette.json"
_LARGEST_INDEX = 8 * 2**20
_LARGEST_ARRAYS = 256 * 2**20
_LARGEST_ROW = 16384
_LONGEST_NAME = 500
_WRITE_AGAIN = "Export it again, and copy it whole."


class ArchiveIndex(BaseModel):
    """What an exported classifier is."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    format: Literal["vedette-classifier"] = Field(description="That it is one.")
    version: Literal[1] = Field(description="Of this format.")
    made_by: str = Field(default="", max_length=64, description="The Vedette that wrote it.")
    name: str = Field(max_length=64, description="What it was called.")
    region: tuple[float, float, float, float] = Field(description="Left, top, right, bottom, in 0..1.")
    origin: Origin = Field(description="The network that it was taught with, as it was asked for.")
    embedder: str | None = Field(default=None, description="The identity of what made `embeddings.npy`.")
    asked_head: str = Field(default="auto", max_length=32, description="The head that was asked for.")
    classes: tuple[str, ...] = Field(default=(), description="In the order of the head's scores.")
    examples: tuple[Example, ...] = Field(max_length=MAXIMUM_EXAMPLES, description="The pictures.")

    @property
    def box(self) -> Box:
        """The region."""
        return Box(*self.region)


def write_archive(
    file: BinaryIO,
    index: ArchiveIndex,
    picture: Callable[[Example], bytes],
    embeddings: FloatArray | None,
    head: bytes | None,
) -> None:
    """Write one; `embeddings` `[pictures, dimensions]` in the index's order.

    Raises:
        OSError: a picture that cannot be read, or a disk that is full.
    """
    # Pictures are compressed already.
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(_INDEX, index.model_dump_json(indent=1))
        for example in index.examples:
            archive.writestr(f"pictures/{example.file_name}", picture(example))
        if embeddings is not None:
            stream = io.BytesIO()
            np.save(stream, embeddings.astype(np.float32), allow_pickle=False)
            archive.writestr("embeddings.npy", stream.getvalue())
        if head is not None:
            archive.writestr("head.npz", head)


class Archive:
    """One that is being read. Nothing is unpacked: what is asked for is read by its exact name."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.index = self._read_index()

    def picture(self, example: Example) -> bytes:
        """A picture's bytes.

        Raises:
            UsageError: it is not there, too large, or another one than its digest says.
        """
        data = self._member(f"pictures/{example.file_name}", MAXIMUM_BYTES)
        if digest_of(data) != example.digest or suffix_of(data) != example.suffix:
            raise UsageError(f"the picture {example.digest[:12]} in the file is damaged.", _WRITE_AGAIN)
        return data

    def embeddings(self) -> FloatArray | None:
        """`float32 [pictures, dimensions]`, if it has them and they can be such."""
        if self.index.embedder is None or "embeddings.npy" not in self._archive.namelist():
            return None
        data = self._member("embeddings.npy", _LARGEST_ARRAYS)
        try:
            rows = np.load(io.BytesIO(data), allow_pickle=False)
        except (OSError, ValueError, EOFError, MemoryError) as error:  # its header may claim any size
            raise UsageError("the embeddings in the file are damaged.", _WRITE_AGAIN) from error
        is_fit = rows.ndim == 2 and rows.dtype == np.float32 and len(rows) == len(self.index.examples)
        if not is_fit or not 0 < rows.shape[1] <= _LARGEST_ROW or not np.isfinite(rows).all():
            raise UsageError("the embeddings in the file do not fit its pictures.", _WRITE_AGAIN)
        found: FloatArray = rows
        return found

    def _read_index(self) -> ArchiveIndex:
        try:
            index = ArchiveIndex.model_validate_json(self._member(_INDEX, _LARGEST_INDEX))
            _ = index.box
        except (ValidationError, ValueError) as error:
            raise UsageError(
                "the file is no exported classifier, or one of a newer Vedette.",
                "Export one with `vedette classifiers export NAME`.",
            ) from error
        check_name(index.name)
        for label in {each.label for each in index.examples}:
            check_label(label)
        if not all(len(each.name) <= _LONGEST_NAME and each.name.isprintable() for each in index.examples):
            raise UsageError("the file names a picture in a way that cannot be shown.", _WRITE_AGAIN)
        if len({each.digest for each in index.examples}) != len(index.examples):
            raise UsageError("the file names a picture twice.", _WRITE_AGAIN)
        return index

    def _member(self, name: str, largest: int) -> bytes:
        """A member's bytes; no more are ever read than it may have, whatever it claims."""
        try:
            with self._archive.open(name) as member:
                data = member.read(largest + 1)
        except KeyError:
            raise UsageError(f"the file holds no {name}.", _WRITE_AGAIN) from None
        except (OSError, ValueError, RuntimeError, NotImplementedError, EOFError) as error:
            raise UsageError(f"{name} in the file cannot be read ({error}).", _WRITE_AGAIN) from error
        except Exception as error:  # zlib.error, lzma.LZMAError and zipfile.BadZipFile have no other base
            raise UsageError(f"{name} in the file is damaged.", _WRITE_AGAIN) from error
        if len(data) > largest:
            raise UsageError(f"{name} in the file is over the limit of {largest // 2**20} MB.")
        return data


@contextmanager
def read_archive(file: BinaryIO) -> Iterator[Archive]:
    """One that was exported, open.

    Raises:
        UsageError: not such a file, or not one that may be read.
    """
    if file.seek(0, io.SEEK_END) > LARGEST:
        raise UsageError(f"the file is over the limit of {LARGEST // 2**20} MB.")
    try:
        archive = zipfile.ZipFile(file)
    except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError) as error:
        raise UsageError(
            "the file is no exported classifier.", "Export one with `vedette classifiers export NAME`."
        ) from error
    with archive:
        _refuse_hidden(archive.infolist())
        yield Archive(archive)


def _refuse_hidden(members: Sequence[zipfile.ZipInfo]) -> None:
    if len(members) > MAXIMUM_EXAMPLES + 8:
        raise UsageError(f"the file holds {len(members)} parts: too many.", _WRITE_AGAIN)
    if sum(each.file_size for each in members) > LARGEST:
        raise UsageError(f"the file unpacks to more than {LARGEST // 2**20} MB.")
