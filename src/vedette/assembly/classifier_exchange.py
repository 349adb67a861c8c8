"""Classifiers out of a home and into one, as files: for another machine, or to keep."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

import numpy as np

from vedette import __version__
from vedette.assembly.described import Shelf
from vedette.assembly.lessons import picture_path
from vedette.assembly.teaching_draft import Draft, DraftFolder, Mark
from vedette.errors import BackendError, CatalogError, StoreError, TeachingError, UsageError
from vedette.inference.protocol import Embedder
from vedette.pixels.picture import decode_picture
from vedette.teaching.archive import Archive, ArchiveIndex, read_archive, write_archive
from vedette.teaching.classifier_folder import ClassifierFolder, Embeddings
from vedette.teaching.features import FloatArray, unit_rows
from vedette.teaching.manifest import Origin, region_tuple
from vedette.teaching.reading import region_pixels
from vedette.teaching.session import TeachingSession
from vedette.writing import flush_folder, make_folder

_INCOMING = ".incoming"
_TRIED = 5
_SAME = 0.999
"""Cosine of an embedding that came with a file to the one that is made here of the same picture."""


@dataclass(frozen=True, slots=True)
class Imported:
    """A classifier that came in; `note` says why it was not taught, if it was not."""

    name: str
    pictures: int
    embedded: int
    note: str | None = None


def export_classifier(shelf: Shelf, name: str, file: BinaryIO) -> None:
    """Write a classifier as it is now, with what was changed since it was taught.

    Raises:
        UsageError: there is none of that name.
        TeachingError: it is damaged.
        StoreError: a picture is gone, or the disk is full.
    """
    described = shelf.describe(name)
    if described is None:
        raise UsageError(f"there is no classifier `{name}`.", "`vedette classifiers list` names them.")
    folder, current = shelf.folder(name), described.manifest.current if described.manifest else None
    examples = tuple(described.examples.values())
    rows: FloatArray | None = None
    if described.manifest is not None and current is not None:
        region = region_tuple(described.region)
        known = folder.embeddings(described.manifest, current.embedder, region)
        if examples and all(each.digest in known for each in examples):
            rows = np.stack([known[each.digest] for each in examples])
    index = ArchiveIndex(
        format="vedette-classifier",
        version=1,
        made_by=__version__,
        name=name,
        region=region_tuple(described.region),
        origin=current.origin if current else (described.draft.origin or Origin()),
        embedder=current.embedder if current and rows is not None else None,
        asked_head=current.asked_head if current else "auto",
        classes=current.classes if current else (),
        examples=examples,
    )
    try:
        head = (folder.path / "heads" / current.head_file).read_bytes() if current else None
        write_archive(file, index, lambda each: picture_path(shelf, name, each).read_bytes(), rows, head)
    except OSError as error:
        raise StoreError(f"`{name}` cannot be exported: {error.strerror or error}.") from error


def import_classifier(
    shelf: Shelf,
    file: BinaryIO,
    name: str | None,
    embedder: Callable[[Origin], Embedder],
    now: Callable[[], datetime],
) -> Imported:
    """Make a classifier of an exported file: pictures checked, embedded where need be, taught anew.

    `name` None takes the file's. Whole or not at all.

    Raises:
        UsageError: not such a file.
        TeachingError: there is a classifier of that name.
        StoreError: the disk is full.
        CatalogError, BackendError: its network is not to be had.
    """
    with read_archive(file) as archive:
        wanted = shelf.folder(name or archive.index.name)
        _refuse_taken(shelf, wanted.name)
        incoming = shelf.root / _INCOMING
        try:
            make_folder(incoming)
            with TemporaryDirectory(dir=incoming) as folder:
                made = ClassifierFolder(Path(folder), wanted.name)
                imported = _made(archive, made, embedder, now)
                _refuse_taken(shelf, wanted.name)
                made.path.rename(wanted.path)
                flush_folder(shelf.root)
        except OSError as error:
            raise StoreError(f"it cannot be imported: {error.strerror or error}.") from error
        finally:
            shutil.rmtree(incoming, ignore_errors=True)
    return imported


def _refuse_taken(shelf: Shelf, name: str) -> None:
    if shelf.describe(name) is not None or shelf.folder(name).path.is_dir():
        raise TeachingError(f"there is a classifier `{name}` already.", "Choose another name.")


def _made(
    archive: Archive,
    folder: ClassifierFolder,
    embedder: Callable[[Origin], Embedder],
    now: Callable[[], datetime],
) -> Imported:
    index = archive.index
    if len({each.label for each in index.examples}) < 2:
        _drafted(archive, folder)
        note = "It has not two classes yet, and was not taught."
        return Imported(folder.name, len(index.examples), 0, note)
    origin, network = _network(index.origin, embedder)
    session = TeachingSession(folder, network, origin, now, index.box)
    with session:
        session.know(_believed(archive, network))
        for example in index.examples:
            data = archive.picture(example)
            # Also those that are not embedded are pictures, and may be opened.
            decode_picture(data, (1, 1), name=example.name)
            session.add(data, example.name, example.label)
        report = session.teach(index.asked_head if index.asked_head in _HEADS else "auto")
        session.save()
    return Imported(folder.name, len(index.examples), report.embedded)


def _network(asked: Origin, embedder: Callable[[Origin], Embedder]) -> tuple[Origin, Embedder]:
    """The network that a file asks for, if it is to be had here; else this house's own.

    Only by a catalog's name: a file from elsewhere does not choose which file here is opened as a network.
    """
    if _PLAIN.fullmatch(asked.network) and asked.engine in _ENGINES and _PLAIN.fullmatch(asked.device):
        with suppress(CatalogError, BackendError, UsageError):
            return asked, embedder(asked)
    return Origin(), embedder(Origin())


_PLAIN = re.compile(r"[a-z0-9][a-z0-9-]{0,63}", re.IGNORECASE)
_ENGINES = ("litert", "openvino", "onnxruntime")
_HEADS = ("auto", "ridge", "imprint", "proxies")


def _believed(archive: Archive, embedder: Embedder) -> Embeddings:
    """By digest, the embeddings that came along, if a sample that is made here is the same."""
    index, rows = archive.index, archive.embeddings()
    if rows is None or index.embedder != embedder.identity or rows.shape[1] != embedder.dimensions:
        return {}
    for place in np.linspace(0, len(rows) - 1, min(_TRIED, len(rows))).astype(int).tolist():
        example = index.examples[place]
        pixels = region_pixels(archive.picture(example), example.name, embedder.input_size, index.box)
        pair = unit_rows(np.stack([rows[place], embedder.embed(pixels)]))
        if float(pair[0] @ pair[1]) < _SAME:
            return {}
    return {example.digest: row for example, row in zip(index.examples, rows, strict=True)}


def _drafted(archive: Archive, folder: ClassifierFolder) -> None:
    index, pictures = archive.index, {}
    draft = Draft(region=index.region)
    for example in index.examples:
        pictures[example.file_name] = archive.picture(example)
        decode_picture(pictures[example.file_name], (1, 1), name=example.name)
        draft = draft.changed(f"added 1 of `{example.label}`", {example.digest: Mark(added=example)})
    DraftFolder(folder.path).write(draft, pictures)
