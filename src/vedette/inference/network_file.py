"""A network as a file: its bytes, its hash and its format, read once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from vedette.errors import BackendError
from vedette.inference.folding import fold_scaling
from vedette.inference.taps import tap_outputs
from vedette.inference.tflite import is_tflite

Format = Literal["tflite", "onnx", "ir", "unknown"]

_BRING_ONE = "Give a TFLite, ONNX or OpenVINO IR (.xml with its .bin) file."


@dataclass(frozen=True, slots=True)
class NetworkFile:
    """A network's bytes and where they came from.

    `sha256` is that of the file as it lies on the disk (of both, for an IR's .xml and .bin).
    `is_edited` says that `content` is no longer what lies at `path`.
    """

    path: Path
    content: bytes
    sha256: str
    is_edited: bool = False

    @property
    def format(self) -> Format:
        """By the content where it says so, by the name otherwise."""
        if is_tflite(self.content):
            return "tflite"
        suffix = self.path.suffix.lower()
        if suffix == ".onnx":
            return "onnx"
        return "ir" if suffix == ".xml" else "unknown"

    def tapped(self, names: Sequence[str]) -> NetworkFile:
        """The same TFLite network with other tensors as its outputs; see `taps.tap_outputs`."""
        try:
            return replace(self, content=tap_outputs(self.content, names), is_edited=True)
        except BackendError as error:
            raise BackendError(f"{self.path}: {error.message}", error.remedy) from error

    def scaled(self, mean: float, deviation: float) -> NetworkFile:
        """The same network with the picture's scaling inside, where that can be; see `folding`."""
        if self.format != "tflite":
            return self
        content = fold_scaling(self.content, mean, deviation)
        return self if content is self.content else replace(self, content=content, is_edited=True)


def read_network(path: Path) -> NetworkFile:
    """Read a network and its hash.

    Raises:
        BackendError: no such file, an empty one, one that no runtime reads, or an IR without its .bin.
    """
    content = _read(path)
    network = NetworkFile(path, content, hashlib.sha256(content).hexdigest())
    if network.format == "unknown":
        raise BackendError(f"{path}: not a network that a runtime here can read.", _BRING_ONE)
    if network.format == "ir":
        weights = _read(path.with_suffix(".bin"))
        return replace(network, sha256=hashlib.sha256(content + weights).hexdigest())
    return network


def _read(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BackendError(f"{path}: {error.strerror or error}.", "Check the network's path.") from error
    if not content:
        raise BackendError(f"{path}: the file is empty.", "Fetch or copy the network again.")
    return content
