"""One folder a classifier: pictures, embeddings, heads and a manifest, each file written whole.

    NAME/
      manifest.json            replaced last: the moment at which a change has happened
      revisions/000007.json    the classifier after each change, for undo and redo
      heads/000007.npz         its arrays
      embeddings/000007.npy    rows for the pictures that this change added
      pictures/<sha256>.jpg    as they came

Files are never changed once written, so that whoever reads the manifest finds what it names.
"""

from __future__ import annotations

import fcntl
import io
import os
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import numpy as np
from pydantic import BaseModel, ValidationError

from vedette.errors import TeachingError
from vedette.teaching.examples import Example, check_name
from vedette.teaching.features import FloatArray
from vedette.teaching.heads.protocol import Head
from vedette.teaching.judge import Judge
from vedette.teaching.manifest import Manifest, Revision, Segment
from vedette.teaching.rejection import Rejection
from vedette.writing import TEMPORARY, flush_folder, write_whole

STEPS_KEPT = 100
"""How many changes can be undone; with five hundred pictures they take 10 MB."""

_SWEPT_EVERY = 16
"""Pictures that no kept revision names are looked for so seldom: all revisions are read for it."""

_SEGMENTS_KEPT = 16
_ROOMS = ("revisions", "heads", "embeddings", "pictures")

_NAMED = re.compile(rb'"digest": ?"([0-9a-f]{64})"')

Embeddings = Mapping[str, FloatArray]

Stamp = tuple[int, int, int]
"""A file's identity, time and size: another one, and it was replaced."""


def stamp_of(path: Path) -> Stamp | None:
    """The file's stamp; None if there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_ino, found.st_mtime_ns, found.st_size)


def taught_names(root: Path) -> tuple[str, ...]:
    """The classifiers in `root`, sorted; none if there is no such folder."""
    return tuple(sorted(manifest.parent.name for manifest in root.glob("*/manifest.json")))


class ClassifierFolder:
    """A classifier on disk. Reading needs no lock; saving happens within `lock`."""

    def __init__(self, root: Path, name: str) -> None:
        self.name = check_name(name)
        self.path = root / self.name

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Nobody else teaches this classifier meanwhile.

        Raises:
            TeachingError: somebody else does.
        """
        for room in _ROOMS:
            (self.path / room).mkdir(parents=True, exist_ok=True)
        with (self.path / ".lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise TeachingError(
                    f"The classifier `{self.name}` is being taught by another process.",
                    "Try again when that is done.",
                ) from None
            yield

    def exists(self) -> bool:
        """It has been taught."""
        return (self.path / "manifest.json").is_file()

    @property
    def stamp(self) -> Stamp | None:
        """The same for as long as nobody teaches, undoes or redoes; None: never taught."""
        return stamp_of(self.path / "manifest.json")

    def read(self) -> Manifest:
        """The manifest.

        Raises:
            TeachingError: there is none, or it cannot be read.
        """
        if not self.exists():
            raise TeachingError(
                f"There is no classifier `{self.name}` in {self.path.parent}.",
                f"Teach it: vedette teach {self.name} FOLDER",
            )
        return _parsed(self.path / "manifest.json", Manifest)

    def revision(self, number: int) -> Revision:
        """The classifier after an earlier change."""
        return _parsed(self.path / "revisions" / f"{number:06}.json", Revision)

    def judge(self, revision: Revision) -> Judge:
        """What answers, as that revision left it."""
        path = self.path / "heads" / revision.head_file
        try:
            with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as arrays:
                return _judge(revision, dict(arrays))
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise TeachingError(f"{path}: the head cannot be read ({error}).", _RESTORE) from error

    def picture(self, example: Example) -> Path:
        """Where the picture of an example lies."""
        return self.path / "pictures" / example.file_name

    def keep_picture(self, example: Example, data: bytes) -> None:
        """Copy a picture in; the same bytes are kept once."""
        if not self.picture(example).exists():
            write_whole(self.picture(example), data, flush_name=False)

    def embeddings(self, manifest: Manifest, identity: str, region: Sequence[float]) -> dict[str, FloatArray]:
        """By digest, those that this embedder made of this region; others are as if they were not there."""
        known: dict[str, FloatArray] = {}
        for segment in manifest.segments:
            if segment.embedder == identity and segment.region == tuple(region):
                known.update(zip(segment.digests, self._rows(segment), strict=True))
        return known

    def save(
        self, before: Manifest | None, revision: Revision, judge: Judge, embeddings: Embeddings
    ) -> Manifest:
        """Make `revision` the classifier. `embeddings` holds at least those of its own examples."""
        segments = self._grown(before.segments if before else (), revision, embeddings)
        write_whole(self.path / "heads" / revision.head_file, _head_bytes(judge), flush_name=False)
        undo = ((*before.undo, before.current.number) if before else ())[-STEPS_KEPT:]
        return self._replace(Manifest(current=revision, undo=undo, redo=(), segments=segments))

    def step(self, before: Manifest, *, forward: bool) -> Manifest:
        """Undo the last change, or redo the last that was undone.

        Raises:
            TeachingError: there is none.
        """
        taken, given = (before.redo, before.undo) if forward else (before.undo, before.redo)
        if not taken:
            raise TeachingError(
                f"`{self.name}` has no change to {'redo' if forward else 'undo'}.",
                f"The last {STEPS_KEPT} changes are kept.",
            )
        current = self.revision(taken[-1])
        taken, given = taken[:-1], (*given, before.current.number)
        undo, redo = (given, taken) if forward else (taken, given)
        return self._replace(before.model_copy(update={"current": current, "undo": undo, "redo": redo}))

    def forget_redo(self, before: Manifest) -> Manifest:
        """Something else was changed: what was undone cannot be made again."""
        return self._replace(before.model_copy(update={"redo": ()})) if before.redo else before

    def next_number(self, before: Manifest | None) -> int:
        """Greater than any revision's that is kept."""
        if before is None:
            return 1
        return max((before.current.number, *before.undo, *before.redo)) + 1

    def _replace(self, manifest: Manifest) -> Manifest:
        revision = manifest.current
        write_whole(self.path / "revisions" / f"{revision.number:06}.json", _json(revision), flush_name=False)
        for room in _ROOMS:
            flush_folder(self.path / room)
        write_whole(self.path / "manifest.json", _json(manifest))
        self._sweep(manifest)
        return manifest

    def _grown(
        self, segments: tuple[Segment, ...], revision: Revision, embeddings: Embeddings
    ) -> tuple[Segment, ...]:
        """The segments with one more for what is new, or a single one when they have become many."""
        made_by = {"embedder": revision.embedder, "region": revision.region}
        stored = {
            digest
            for segment in segments
            if (segment.embedder, segment.region) == (revision.embedder, revision.region)
            for digest in segment.digests
        }
        new = [digest for digest in embeddings if digest not in stored]
        if not new:
            return segments
        if len(segments) >= _SEGMENTS_KEPT:
            new, segments = list(embeddings), ()
        segment = Segment(file=f"{revision.number:06}.npy", digests=tuple(new), **made_by)
        rows = _npy(np.stack([embeddings[digest] for digest in new]))
        write_whole(self.path / "embeddings" / segment.file, rows, flush_name=False)
        return (*segments, segment)

    def _rows(self, segment: Segment) -> FloatArray:
        path = self.path / "embeddings" / segment.file
        try:
            rows: FloatArray = np.load(io.BytesIO(path.read_bytes()), allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise TeachingError(f"{path}: the embeddings cannot be read ({error}).", _EMBED_AGAIN) from error
        if rows.ndim != 2 or len(rows) != len(segment.digests):
            raise TeachingError(f"{path}: {rows.shape} for {len(segment.digests)} pictures.", _EMBED_AGAIN)
        return rows

    def _sweep(self, manifest: Manifest) -> None:
        """Delete what no kept revision names, and what a kill left behind."""
        numbers = (manifest.current.number, *manifest.undo, *manifest.redo)
        named = {
            "revisions": {f"{number:06}.json" for number in numbers},
            "heads": {manifest.current.head_file, *(f"{number:06}.npz" for number in numbers)},
            "embeddings": {segment.file for segment in manifest.segments},
        }
        for room, names in named.items():
            for entry in os.scandir(self.path / room):
                if entry.name not in names:
                    Path(entry.path).unlink(missing_ok=True)
        for begun in (self.path / "pictures").glob(f"{TEMPORARY}*"):
            begun.unlink(missing_ok=True)
        if len(numbers) <= _SWEPT_EVERY or manifest.current.number % _SWEPT_EVERY == 0:
            self._sweep_pictures(numbers)
        (self.path / f"{TEMPORARY}manifest.json").unlink(missing_ok=True)

    def _sweep_pictures(self, numbers: Sequence[int]) -> None:
        # Found in the bytes: to parse a hundred revisions takes a hundred times as long.
        kept = {
            digest.decode()
            for number in numbers
            for digest in _NAMED.findall((self.path / "revisions" / f"{number:06}.json").read_bytes())
        }
        for entry in os.scandir(self.path / "pictures"):
            if entry.name.partition(".")[0] not in kept:
                Path(entry.path).unlink(missing_ok=True)


_RESTORE = "Undo the last change (`vedette teach NAME --undo`), or teach it anew with --replace."
_EMBED_AGAIN = "Embed the pictures again: vedette teach NAME --embed-again"


_Model = TypeVar("_Model", bound=BaseModel)


def _parsed(path: Path, model: type[_Model]) -> _Model:
    try:
        return model.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        reason = error.strerror if isinstance(error, OSError) else error.errors()[0]["msg"]
        raise TeachingError(f"{path}: cannot be read ({reason}).", _RESTORE) from error


def _json(model: BaseModel) -> bytes:
    return (model.model_dump_json(indent=1) + "\n").encode()


def _npy(array: FloatArray) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=False)
    return stream.getvalue()


def _head_bytes(judge: Judge) -> bytes:
    """The arrays of head and rejection; equal arrays give equal bytes."""
    head, rejection = judge.head, judge.rejection
    stream = io.BytesIO()
    np.savez(
        stream,
        weights=head.weights,
        offsets=head.offsets,
        owners=head.owners,
        centre=np.empty(0, np.float32) if head.centre is None else head.centre,
        prototypes=rejection.prototypes,
        prototype_owners=rejection.owners,
        limits=rejection.limits,
        rejection_centre=rejection.centre,
    )
    return stream.getvalue()


def _judge(revision: Revision, arrays: Mapping[str, FloatArray]) -> Judge:
    centre = arrays["centre"]
    head = Head(
        kind=revision.head,
        weights=arrays["weights"],
        offsets=arrays["offsets"],
        owners=arrays["owners"].astype(np.int64),
        centre=centre if centre.size else None,
    )
    owners = arrays["prototype_owners"].astype(np.int64)
    rejection = Rejection(arrays["prototypes"], owners, arrays["limits"], arrays["rejection_centre"])
    return Judge(revision.classes, revision.recipe, head, revision.temperature, rejection)
