from __future__ import annotations

import os
from importlib import metadata
from pathlib import Path

import pytest

from vedette.assembly.finding import State
from vedette.assembly.machine import inspect_machine
from vedette.catalog.library import CATALOG, Library
from vedette.catalog.manifest import read_catalog

PI = {
    "proc/cpuinfo": "".join(f"processor\t: {n}\nBogoMIPS\t: 108.00\n\n" for n in range(4)),
    "proc/device-tree/model": "Raspberry Pi 4 Model B Rev 1.2\0",
    "proc/meminfo": "MemTotal:        3884284 kB\nMemFree: 100 kB\nMemAvailable:    2999000 kB\n",
    "run/systemd/timesync/synchronized": "",
    "sys/class/thermal/thermal_zone0/temp": "48686\n",
    "sys/devices/platform/soc/soc:firmware/get_throttled": "0\n",
}
ASKED_OF_THE_KERNEL = (
    *PI,
    "etc/group",
    "sys/bus/usb/devices/1-1/idVendor",
    "sys/class/video4linux/video0/name",
)


def build(root, files):
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def by_topic(root):
    return {finding.topic: finding for finding in inspect_machine(root)}


def test_a_raspberry_pi_is_described(tmp_path):
    build(tmp_path, PI)
    found = by_topic(tmp_path)
    assert found["processor"].detail.startswith("Raspberry Pi 4 Model B Rev 1.2, 4 cores")
    assert found["memory"].detail == "3.1 of 4.0 GB free"
    assert found["temperature"].detail == "49 °C at the hottest of 1"
    assert found["clock"].detail == "synchronized"
    for topic in ("processor", "memory", "temperature", "throttling", "clock"):
        assert found[topic].state is State.OK


def test_little_memory_is_a_warning(tmp_path):
    build(tmp_path, {"proc/meminfo": "MemTotal: 425000 kB\nMemAvailable: 90000 kB\n"})
    assert by_topic(tmp_path)["memory"].state is State.WARN


def test_this_machine_is_described_without_a_fake():
    found = by_topic(Path("/"))
    assert found["processor"].state is State.OK
    assert found["LiteRT"].detail == metadata.version("ai-edge-litert")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\xff\xfe\x00\x80" * 50, id="not text"),
        pytest.param(b"9" * 5000, id="endless digits"),
        pytest.param(b"processor\nMemTotal: kB\nMemAvailable: x kB\n:::\n-0x\n", id="half lines"),
    ],
)
def test_an_odd_kernel_never_raises_and_each_finding_says_what_to_do(tmp_path, content):
    build(tmp_path, dict.fromkeys(ASKED_OF_THE_KERNEL, content))
    for finding in inspect_machine(tmp_path):
        assert finding.detail
        assert bool(finding.remedy) == (finding.state is not State.OK)


def test_folders_where_files_should_be_never_raise(tmp_path):
    for name in ASKED_OF_THE_KERNEL:
        (tmp_path / name).mkdir(parents=True)
    assert by_topic(tmp_path)["memory"].state is State.WARN


@pytest.mark.parametrize(
    ("files", "state"),
    [
        pytest.param({}, State.MISSING, id="not fetched"),
        pytest.param({"cache/efficientnet-lite0-int8.tflite": b"other"}, State.WARN, id="other bytes"),
    ],
)
def test_a_default_network_that_cannot_be_used_says_how_to_fetch_it(tmp_path, files, state):
    build(tmp_path, files)
    library = Library(tmp_path / "package", tmp_path / "cache", read_catalog(CATALOG))
    (found,) = [each for each in inspect_machine(tmp_path, library) if each.topic == "default network"]
    assert (found.state, found.remedy) == (state, "vedette models fetch efficientnet-lite0")


def test_a_default_network_that_is_here_says_where(tmp_path, lite0_int8):
    library = Library(tmp_path / "package", lite0_int8.parent, read_catalog(CATALOG))
    (found,) = [each for each in inspect_machine(tmp_path, library) if each.topic == "default network"]
    assert (found.state, found.detail) == (State.OK, "efficientnet-lite0, in the cache")


def test_a_folder_that_cannot_be_written_to_names_the_variable(tmp_path, monkeypatch):
    # Root may write everywhere, whatever a folder's mode: the answer is what a user would get.
    monkeypatch.setattr(os, "access", lambda *_: False)
    found = by_topic(tmp_path)
    assert "VEDETTE_HOME" in found["disk for data"].remedy
    assert "VEDETTE_CACHE" in found["disk for cache"].remedy


def test_a_folder_that_cannot_be_looked_at_spoils_nothing_else(tmp_path, monkeypatch):
    monkeypatch.setenv("VEDETTE_HOME", "/" + "x" * 300)  # too long a name: the kernel refuses to look
    found = by_topic(tmp_path)
    assert found["disk for data"].state is State.WARN
    assert "name too long" in found["disk for data"].detail
    assert found["clock"].detail
