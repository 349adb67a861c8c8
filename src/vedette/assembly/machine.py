"""What this machine has, and what to do where something is wanting: what `vedette doctor` tells."""

from __future__ import annotations

import ctypes
import os
import platform
import re
import shutil
from collections.abc import Callable
from pathlib import Path

from vedette import __version__
from vedette.assembly.devices import inspect_devices
from vedette.assembly.engines import inspect_engines
from vedette.assembly.finding import Finding, State, read
from vedette.assembly.heat import inspect_heat
from vedette.catalog.library import Library
from vedette.catalog.library import State as FileState
from vedette.errors import VedetteError
from vedette.folders import cache_folder, data_folder

DEFAULT_NETWORK = "efficientnet-lite0"
WANTED_MEMORY_BYTES = 300_000_000
WANTED_DISK_BYTES = 1_000_000_000


def inspect_machine(root: Path = Path("/"), library: Library | None = None) -> list[Finding]:
    """Look at everything once; nothing is changed and nothing raises on an odd machine.

    `root` holds dev, etc, proc, run and sys. The default network is looked for in `library`, else in
    this package and the user's cache.
    """
    looks: dict[str, Callable[[], list[Finding]]] = {
        "system": lambda: [_system()],
        "processor": lambda: [_processor(root)],
        "memory": lambda: [_memory(root)],
        "devices": lambda: inspect_devices(root),
        "engines": inspect_engines,
        "default network": lambda: [_default_network(library or Library.default())],
        "disk for data": lambda: [_disk("data", data_folder())],
        "disk for cache": lambda: [_disk("cache", cache_folder())],
        "heat": lambda: inspect_heat(root),
        "clock": lambda: [_clock(root)],
    }
    return [finding for topic, look in looks.items() for finding in _guarded(topic, look)]


def _guarded(topic: str, look: Callable[[], list[Finding]]) -> list[Finding]:
    """What one look finds; a folder that may not be looked into spoils no other look."""
    try:
        return look()
    except OSError as error:
        detail = f"cannot be looked at: {error.strerror} ({error.filename})"
        return [Finding(topic, State.WARN, detail, "Let this user read it, or run it as one who may.")]


def _system() -> Finding:
    kernel = f"{platform.system()} {platform.release()} on {platform.machine()}"
    return Finding("system", State.OK, f"{kernel}, Python {platform.python_version()}, Vedette {__version__}")


def _processor(root: Path) -> Finding:
    facts = read(root / "proc/cpuinfo")
    cores = len(re.findall(r"^processor\s*:", facts, re.MULTILINE))
    named = re.search(r"^(?:model name|Model|Hardware)\s*:\s*(.+)$", facts, re.MULTILINE)
    name = read(root / "proc/device-tree/model") or (named[1] if named else platform.machine())
    allowed = len(os.sched_getaffinity(0)) if cores else 0
    if not cores:
        return Finding(
            "processor", State.WARN, f"{name}; the kernel lists no cores", "Mount /proc where Vedette runs."
        )
    limit = f", {allowed} of them for this process" if allowed < cores else ""
    return Finding("processor", State.OK, f"{name}, {cores} core{'s' if cores > 1 else ''}{limit}")


def _memory(root: Path) -> Finding:
    lines = re.finditer(r"^(\w+):\s*(\d{1,15}) kB", read(root / "proc/meminfo"), re.MULTILINE)
    sizes = {line[1]: int(line[2]) * 1024 for line in lines}
    if "MemTotal" not in sizes:
        return Finding("memory", State.WARN, "the kernel does not tell", "Mount /proc where Vedette runs.")
    free = sizes.get("MemAvailable", sizes.get("MemFree", 0))
    detail = f"{free / 1e9:.1f} of {sizes['MemTotal'] / 1e9:.1f} GB free"
    if free < WANTED_MEMORY_BYTES:
        return Finding(
            "memory", State.WARN, detail, "Stop other programs: one camera wants 0.3 GB to be comfortable."
        )
    return Finding("memory", State.OK, detail)


def _default_network(library: Library) -> Finding:
    topic = "default network"
    fetch = f"vedette models fetch {DEFAULT_NETWORK}"
    try:
        holding = library.holding(DEFAULT_NETWORK)
    except VedetteError as error:
        return Finding(topic, State.WARN, error.message, error.remedy)
    if holding.is_usable:
        return Finding(topic, State.OK, f"{DEFAULT_NETWORK}, {holding.state}")
    state = State.WARN if holding.state is FileState.WRONG_HASH else State.MISSING
    return Finding(topic, state, f"{DEFAULT_NETWORK}: {holding.state}", fetch)


def _disk(what: str, folder: Path) -> Finding:
    topic = f"disk for {what}"
    existing = next((each for each in (folder, *folder.parents) if each.is_dir()), Path("/"))
    try:
        free = shutil.disk_usage(existing).free
    except OSError as error:
        return Finding(topic, State.WARN, f"{folder}: {error.strerror}", "Check that its disk is mounted.")
    detail = f"{free / 1e9:.1f} GB free at {folder}"
    if not os.access(existing, os.W_OK):
        variable = "VEDETTE_HOME" if what == "data" else "VEDETTE_CACHE"
        return Finding(
            topic, State.WARN, f"{existing} cannot be written to", f"Set {variable} to a folder of yours."
        )
    if free < WANTED_DISK_BYTES:
        return Finding(topic, State.WARN, detail, "Make room: pictures of events need at least 1 GB.")
    return Finding(topic, State.OK, detail)


def _clock(root: Path) -> Finding:
    if (root / "run/systemd/timesync/synchronized").exists() or (
        root == Path("/") and _kernel_clock_is_synchronized()
    ):
        return Finding("clock", State.OK, "synchronized")
    return Finding(
        "clock",
        State.WARN,
        "not known to be synchronized",
        "Events carry its time: `sudo timedatectl set-ntp true`, or chrony; for a container, on its host.",
    )


def _kernel_clock_is_synchronized() -> bool:
    """adjtimex(2) without mode bits only reads; it returns TIME_ERROR (5) while nothing sets the clock."""
    try:
        return 0 <= int(ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(512))) < 5
    except (OSError, AttributeError):
        return False
