"""A folder a class, pictures inside: the simplest labelled collection there is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from vedette.errors import UsageError
from vedette.pixels.picture import SUFFIXES


@dataclass(frozen=True, slots=True)
class Collection:
    """Pictures by class, both in the order of their names; `remarks` says what was passed over and why."""

    folder: Path
    pictures: Mapping[str, tuple[Path, ...]]
    remarks: tuple[str, ...]

    @property
    def count(self) -> int:
        """Pictures in all classes."""
        return sum(len(paths) for paths in self.pictures.values())


def read_collection(folder: Path) -> Collection:
    """The classes of `folder`: each folder in it that is not hidden, with the pictures directly inside.

    A picture is known by its suffix, in either case. Hidden entries are passed over in silence;
    other files, folders within a class and classes without a picture are passed over with a remark.

    Raises:
        UsageError: no such folder, one that cannot be read, or one without any class.
    """
    classes = [entry for entry in _entries(folder) if entry.is_dir()]
    strays = [entry for entry in _entries(folder) if not entry.is_dir()]
    remarks = _remarks_on_strays(folder, strays)
    pictures: dict[str, tuple[Path, ...]] = {}
    for entry in classes:
        found, passed_over = _pictures_of_class(entry)
        remarks += passed_over
        if found:
            pictures[entry.name] = found
    if not pictures:
        raise UsageError(
            f"{folder} holds no class: no folder with pictures in it.{_what_instead(strays)}",
            f"Make a folder a class, for example {folder / 'background'} and {folder / 'cat'}, "
            "and put pictures in each.",
        )
    return Collection(folder, pictures, tuple(remarks))


def is_picture(path: Path) -> bool:
    """Its name says that it is one."""
    return path.suffix.lower() in SUFFIXES


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    except OSError as error:
        raise UsageError(
            f"{folder}: {(error.strerror or str(error)).lower()}.",
            "Name a folder that holds a folder a class.",
        ) from error


def _pictures_of_class(folder: Path) -> tuple[tuple[Path, ...], list[str]]:
    entries = _entries(folder)
    found = tuple(entry for entry in entries if is_picture(entry) and entry.is_file())
    nested = [entry.name for entry in entries if entry.is_dir()]
    others = [entry.name for entry in entries if entry not in found and entry.name not in nested]
    remarks = []
    if nested:
        remarks.append(
            f"{folder}: passed over {_some('folder', nested)} inside; "
            "pictures lie directly in a class's folder."
        )
    if others:
        remarks.append(f"{folder}: passed over {_some('file', others)}, not pictures by their names.")
    if not found:
        remarks.append(f"{folder}: no pictures, so there is no class `{folder.name}`.")
    return found, remarks


def _remarks_on_strays(folder: Path, strays: list[Path]) -> list[str]:
    pictures = [entry.name for entry in strays if is_picture(entry)]
    if not pictures:
        return []
    some = _some("picture", pictures)
    return [f"{folder}: passed over {some} beside the class folders; a picture needs a class."]


def _what_instead(strays: list[Path]) -> str:
    count = sum(is_picture(entry) for entry in strays)
    return f" It holds {count} pictures directly." if count else ""


def _some(noun: str, names: list[str]) -> str:
    shown = ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")
    return f"{len(names)} {noun}{'s' if len(names) > 1 else ''} ({shown})"
