"""From a YAML tree to plain values, with what `!env` and `!file` stand for."""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vedette.config.nodes import MAXIMUM_NODES, Listing, Mapping, Node, Scalar
from vedette.config.problems import DottedPath, Problem, shown

MAXIMUM_SECRET_BYTES = 65_536

_STANDARD = "tag:yaml.org,2002:"
_VARIABLE = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_]{0,127})(?P<default>:-.*)?", re.DOTALL)

# YAML 1.2.2, section 10.3.2 (core schema): `no` is text, and 010 is ten.
_NULL = re.compile(r"null|Null|NULL|~|")
_TRUE = re.compile(r"true|True|TRUE")
_FALSE = re.compile(r"false|False|FALSE")
_INTEGER = re.compile(r"[-+]?[0-9]{1,300}|0o[0-7]{1,300}|0x[0-9a-fA-F]{1,300}", re.ASCII)
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", re.ASCII)
_NOT_FINITE = re.compile(r"[-+]?(\.inf|\.Inf|\.INF)|\.nan|\.NaN|\.NAN")


@dataclass(slots=True)
class Reading:
    """Plain values, and what could not be read.

    `secrets`: what `!env` and `!file` gave, to how the file writes it. `unread`: where None stands for
    what could not be read.
    """

    value: Any = field(default=None, repr=False)
    secrets: dict[str, str] = field(default_factory=dict, repr=False)
    problems: list[Problem] = field(default_factory=list)
    unread: list[DottedPath] = field(default_factory=list)


def read(root: Node | None, folder: Path, environment: AnyMapping[str, str]) -> Reading:
    """The values of a tree; what cannot be read is None there and has a problem.

    `folder` is what `!file` is relative to; `environment` is what `!env` sees.
    """
    reader = _Reader(folder, environment)
    reader.reading.value = None if root is None else reader.value(root, (), root.place.line)
    return reader.reading


class _UnreadableError(Exception):
    """A sentence on a single value."""


class _Reader:
    def __init__(self, folder: Path, environment: AnyMapping[str, str]) -> None:
        self.reading = Reading()
        self._folder = folder
        self._environment = environment
        self._count = 0

    def value(self, node: Node, path: DottedPath, line: int) -> Any:
        self._count += 1
        if self._count == MAXIMUM_NODES + 1:
            self._refuse(line, (), f"aliases (*) make more than {MAXIMUM_NODES} values of this file")
        if self._count > MAXIMUM_NODES:
            return None
        try:
            return self._read(node, path)
        except _UnreadableError as error:
            self._refuse(line, path, str(error))
            self.reading.unread.append(path)
            return None

    def _read(self, node: Node, path: DottedPath) -> Any:
        if isinstance(node, Scalar):
            return self._scalar(node)
        if node.tag not in (None, f"{_STANDARD}map", f"{_STANDARD}seq"):
            raise _UnreadableError("only a single value may have a tag, !env or !file")
        if isinstance(node, Listing):
            return [self.value(item, (*path, at), item.place.line) for at, item in enumerate(node.items)]
        return self._mapping(node, path)

    def _mapping(self, node: Mapping, path: DottedPath) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key, value in node.pairs:
            line = key.place.line
            if not isinstance(key, Scalar) or key.tag is not None:
                self._refuse(line, path, "a key must be plain text")
            elif key.text in values:
                self._refuse(line, (*path, key.text), f"the key {shown(key.text)} stands here a second time")
            else:
                values[key.text] = self.value(value, (*path, key.text), line)
        return values

    def _scalar(self, node: Scalar) -> Any:
        if node.tag in ("!env", "!file"):
            resolve = self._variable if node.tag == "!env" else self._secret_file
            secret = resolve(node.text)
            # A default may be as secret as what it stands in for.
            self.reading.secrets[secret] = f"{node.tag} {node.text.partition(':-')[0]}"
            return secret
        if node.tag is None:
            return _plain(node.text) if node.is_plain else node.text
        if node.tag == f"{_STANDARD}str":
            return node.text
        raise _UnreadableError("only the tags !env and !file are known; text that begins with ! needs quotes")

    def _variable(self, text: str) -> str:
        match = _VARIABLE.fullmatch(text)
        if match is None:
            raise _UnreadableError("!env takes the name of a variable: !env NAME, or !env NAME:-DEFAULT")
        name, default = match["name"], match["default"]
        value = self._environment.get(name) or (default.removeprefix(":-") if default else None)
        if value is None:
            state = "is empty" if name in self._environment else "is not set"
            raise _UnreadableError(f"the environment variable {name} {state}")
        return value

    def _secret_file(self, text: str) -> str:
        file = expanded(self._folder, Path(text))
        if not file.is_file():
            raise _UnreadableError(f"the file {file} of !file does not exist or is not a file")
        try:
            with file.open("rb") as stream:
                data = stream.read(MAXIMUM_SECRET_BYTES + 1)
            secret = data.decode("utf-8").strip()
        except OSError as error:
            raise _UnreadableError(f"the file {file} of !file cannot be read: {error.strerror}") from error
        except UnicodeDecodeError:
            raise _UnreadableError(f"the file {file} of !file does not hold text (UTF-8)") from None
        if not secret or len(data) > MAXIMUM_SECRET_BYTES:
            what = f"is larger than {MAXIMUM_SECRET_BYTES} bytes" if secret else "is empty"
            raise _UnreadableError(f"the file {file} of !file {what}")
        return secret

    def _refuse(self, line: int, path: DottedPath, sentence: str) -> None:
        self.reading.problems.append(Problem(line, path, f"{sentence}."))


def _plain(text: str) -> Any:
    if _NULL.fullmatch(text):
        return None
    if _TRUE.fullmatch(text) or _FALSE.fullmatch(text):
        return text.lower() == "true"
    if _INTEGER.fullmatch(text):
        return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
    if _NOT_FINITE.fullmatch(text) or (_FLOAT.fullmatch(text) and not math.isfinite(float(text))):
        raise _UnreadableError("a number must be finite")
    return float(text) if _FLOAT.fullmatch(text) else text


def concealed(text: str, secrets: AnyMapping[str, str]) -> str:
    """The text with each secret written as in the file."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, secrets[secret])
    return text


def expanded(folder: Path, path: Path) -> Path:
    """The path with `~` filled in, relative to the folder unless it is absolute."""
    with contextlib.suppress(RuntimeError):  # a `~name` that nobody here is called
        path = path.expanduser()
    return folder / path
