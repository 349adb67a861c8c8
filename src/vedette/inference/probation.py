"""A network that nobody knows runs in a child process first: a native abort there is a sentence here.

LiteRT 2.3.0 aborts the whole process on some valid int8 files (XNNPACK, when it prepares), and any
runtime may crash on a damaged one.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import resource
import signal
import subprocess
import sys
import tempfile
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import TypeAdapter, ValidationError

from vedette.errors import BackendError
from vedette.folders import cache_folder
from vedette.inference.litert import LiteRTSettings
from vedette.inference.network_file import NetworkFile, read_network
from vedette.inference.opening import BackendSettings, open_backend
from vedette.inference.protocol import Backend, Tensor, TensorSpec

_SETTINGS: TypeAdapter[Any] = TypeAdapter(BackendSettings)
_DISTRIBUTIONS = {"litert": "ai-edge-litert", "openvino": "openvino", "onnxruntime": "onnxruntime"}
_CHILD = (sys.executable, "-P", "-m", "vedette.inference.probation")
_ANY_SIDE = 224
"""Pixels that a free dimension is tried with."""


@dataclass(frozen=True, slots=True)
class Probation:
    """Tries networks out, and remembers in the cache folder which ones passed on this machine.

    `known` are the sha256 of files that need no trial: the catalog's. `command` starts the child;
    the file's path and the settings as JSON are added to it.
    """

    known: Collection[str] = ()
    timeout_seconds: float = 60.0
    command: Sequence[str] = _CHILD

    def settle(self, network: NetworkFile, settings: BackendSettings) -> BackendSettings:
        """The settings with which the network loads and runs: those asked for, or what is left of them.

        Where LiteRT fails with XNNPACK it is tried without.

        Raises:
            BackendError: nothing works; the sentence says what went wrong with the settings asked for.
        """
        if network.sha256 in self.known:
            return settings
        memory = _memory(network, settings)
        remembered = _recall(memory)
        if remembered is not None:
            return remembered
        working = self._first_that_works(network, settings)
        _remember(memory, working)
        return working

    def probe(self, network: NetworkFile, settings: BackendSettings) -> None:
        """Load the network and run it once on zeros, in a child process.

        Raises:
            BackendError: the child aborted, took too long, or said why it cannot.
        """
        if not network.is_edited:
            self._try_out(network.path, network.path, settings)
            return
        with tempfile.TemporaryDirectory(prefix="vedette-") as folder:
            copy = Path(folder, network.path.name)
            copy.write_bytes(network.content)
            self._try_out(copy, network.path, settings)

    def _first_that_works(self, network: NetworkFile, settings: BackendSettings) -> BackendSettings:
        try:
            self.probe(network, settings)
        except BackendError as error:
            plainer = _plainer(settings)
            if plainer is None:
                raise
            with suppress(BackendError):
                self.probe(network, plainer)
                return plainer
            raise error from None
        return settings

    def _try_out(self, file: Path, name: Path, settings: BackendSettings) -> None:
        command = [*self.command, str(file), settings.model_dump_json()]
        try:
            child = subprocess.run(  # noqa: S603 - our own interpreter and module, no shell
                command, capture_output=True, check=False, timeout=self.timeout_seconds
            )
        except subprocess.TimeoutExpired as error:
            raise BackendError(
                f"{name}: {settings.kind} did not load and run it within {self.timeout_seconds:g} s.",
                "Try another device or runtime.",
            ) from error
        if child.returncode != 0:
            raise _failure(child, str(file), str(name), settings.kind)


def _plainer(settings: BackendSettings) -> BackendSettings | None:
    if isinstance(settings, LiteRTSettings) and settings.default_delegates and settings.device == "cpu":
        return settings.model_copy(update={"default_delegates": False})
    return None


def _failure(child: subprocess.CompletedProcess[bytes], file: str, name: str, kind: str) -> BackendError:
    if child.returncode < 0:
        return BackendError(
            f"{name}: {kind} crashes on this network ({signal.Signals(-child.returncode).name}).",
            "Check that the file is whole, convert it with another version, or try another runtime.",
        )
    try:
        told = json.loads(child.stdout)
        return BackendError(str(told["message"]).replace(file, name), str(told["remedy"]))
    except (ValueError, KeyError, TypeError):
        return BackendError(
            f"{name}: {kind} failed on this network without saying why (exit code {child.returncode}).",
            "Check that the file is whole, or try another runtime.",
        )


def _memory(network: NetworkFile, settings: BackendSettings) -> Path:
    """A file that exists if these bytes passed with these settings, this runtime, on this machine."""
    parts = (
        network.sha256,
        hashlib.sha256(network.content).hexdigest(),
        settings.model_dump_json(),
        _runtime_version(settings.kind),
        platform.node(),
    )
    return cache_folder() / "probation" / f"{hashlib.sha256('|'.join(parts).encode()).hexdigest()}.json"


def _runtime_version(kind: str) -> str:
    try:
        return version(_DISTRIBUTIONS[kind])
    except PackageNotFoundError:
        return "none"


def _recall(memory: Path) -> BackendSettings | None:
    try:
        settings: BackendSettings = _SETTINGS.validate_json(memory.read_bytes())
    except (OSError, ValidationError):
        return None
    return settings


def _remember(memory: Path, settings: BackendSettings) -> None:
    """A cache folder that cannot be written to costs the next start another trial, no more."""
    unfinished = memory.with_suffix(f".{os.getpid()}")
    with suppress(OSError):
        memory.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_text(settings.model_dump_json(), encoding="utf-8")
        unfinished.replace(memory)


def _zeros(spec: TensorSpec) -> Tensor:
    batch, *rest = spec.shape or (1,)
    shape = [1 if batch < 0 else batch, *(_ANY_SIDE if side < 0 else side for side in rest)]
    return np.zeros(shape if spec.shape else (), spec.dtype)


def _run_once(path: Path, settings: BackendSettings) -> None:
    backend: Backend = open_backend(read_network(path), settings)
    backend.run([_zeros(spec) for spec in backend.inputs])
    backend.close()


def _main(path: str, settings: str) -> int:
    # A crash is expected here; it leaves no core file behind.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        _run_once(Path(path), _SETTINGS.validate_json(settings))
    except BackendError as error:
        sys.stdout.write(json.dumps({"message": error.message, "remedy": error.remedy}))
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(_main(*sys.argv[1:]))
