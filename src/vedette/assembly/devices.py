"""Accelerators and cameras that the kernel shows, and whether this user may open them."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

from vedette.assembly.finding import Finding, State, listing, read

# Coral's USB accelerator shows the first identity until the run time has loaded its firmware, then the second
# (coral.ai/docs/accelerator/get-started, udev rules of libedgetpu).
USB_FRESH = ("1a6e", "089a")
USB_READY = ("18d1", "9302")
PCI_EDGE_TPU = ("0x1ac1", "0x089a")

# Nodes of a Raspberry Pi's codec and image processor: /dev/video* too, but no cameras.
NOT_CAMERAS = ("bcm2835-codec", "bcm2835-isp", "rpivid", "rpi-hevc-dec", "pispbe")


def inspect_devices(root: Path, edge_tpu_library: str = "libedgetpu.so.1") -> list[Finding]:
    """Edge TPU, GPU and NPU, cameras and permissions, below a root folder that holds dev, etc and sys."""
    return [
        _edge_tpu(root, edge_tpu_library),
        _node(
            root,
            "GPU",
            "dri",
            "renderD*",
            "Optional. A graphics driver makes one (Intel, AMD: in the kernel).",
        ),
        _node(
            root,
            "NPU",
            "accel",
            "accel*",
            "Optional. Intel Core Ultra has one; its driver is intel-npu-driver.",
        ),
        _cameras(root),
        _permissions(root),
    ]


def _edge_tpu(root: Path, library: str) -> Finding:
    where = _usb_edge_tpus(root) + [str(path) for path in listing(root / "dev", "apex_*")]
    if not where and _has_pci_edge_tpu(root):
        return Finding(
            "Edge TPU",
            State.MISSING,
            "on the PCI bus, but /dev/apex_0 is not there",
            "Install the gasket driver (package gasket-dkms) and restart.",
        )
    if not where:
        return Finding(
            "Edge TPU",
            State.MISSING,
            "none on USB or PCI",
            "Optional. If one is plugged in, `lsusb` must show 1a6e:089a or 18d1:9302: try another cable.",
        )
    if not _can_load(library):
        return Finding(
            "Edge TPU",
            State.WARN,
            f"{', '.join(where)}, but {library} cannot be loaded",
            "Install the Edge TPU run time (package libedgetpu1-std) for this processor.",
        )
    return Finding("Edge TPU", State.OK, f"{', '.join(where)}; {library} can be loaded")


def _usb_edge_tpus(root: Path) -> list[str]:
    found = []
    for device in listing(root / "sys/bus/usb/devices", "*"):
        identity = (read(device / "idVendor"), read(device / "idProduct"))
        if identity in (USB_FRESH, USB_READY):
            found.append(f"USB {device.name} ({':'.join(identity)})")
    return found


def _has_pci_edge_tpu(root: Path) -> bool:
    devices = listing(root / "sys/bus/pci/devices", "*")
    return any((read(device / "vendor"), read(device / "device")) == PCI_EDGE_TPU for device in devices)


def _can_load(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _node(root: Path, topic: str, folder: str, pattern: str, remedy: str) -> Finding:
    nodes = listing(root / "dev" / folder, pattern)
    if not nodes:
        return Finding(topic, State.MISSING, f"no /dev/{folder}/{pattern}", remedy)
    return Finding(topic, State.OK, ", ".join(f"/dev/{folder}/{node.name}" for node in nodes))


def _cameras(root: Path) -> Finding:
    cameras = [f"/dev/{node.name} ({name})" for node, name in camera_nodes(root)]
    if not cameras:
        return Finding(
            "cameras",
            State.MISSING,
            "no /dev/video* that takes pictures",
            "Cameras in the network need none. If one is plugged in, look for it in `dmesg`.",
        )
    return Finding("cameras", State.OK, ", ".join(cameras))


def camera_nodes(root: Path) -> list[tuple[Path, str]]:
    """The nodes of cameras at this machine below a root folder, with the names that the kernel gives them."""
    found = []
    for node in listing(root / "dev", "video*"):
        facts = root / "sys/class/video4linux" / node.name
        name = read(facts / "name")
        # A camera's second node carries only metadata (index 1 and up).
        if read(facts / "index") in ("", "0") and not name.startswith(NOT_CAMERAS):
            found.append((node, name or "no name"))
    return found


def _permissions(root: Path) -> Finding:
    nodes = [node for node, _ in camera_nodes(root)]
    nodes += listing(root / "dev", "apex_*") + listing(root / "dev/dri", "renderD*")
    nodes += listing(root / "dev/accel", "accel*") + _usb_nodes(root)
    closed = [node for node in nodes if not os.access(node, os.R_OK | os.W_OK)]
    if not closed:
        what = "every device found can be opened" if nodes else "no device that would need any"
        return Finding("permissions", State.OK, what)
    groups = sorted({_group(root, node) for node in closed})
    return Finding(
        "permissions",
        State.WARN,
        f"{', '.join('/' + str(node.relative_to(root)) for node in closed)} cannot be opened by this user",
        f"Join their groups: `sudo usermod -aG {','.join(groups)} $USER`, then log in again.",
    )


def _usb_nodes(root: Path) -> list[Path]:
    nodes = []
    for device in listing(root / "sys/bus/usb/devices", "*"):
        if (read(device / "idVendor"), read(device / "idProduct")) in (USB_FRESH, USB_READY):
            bus, number = read(device / "busnum"), read(device / "devnum")
            nodes.append(root / "dev/bus/usb" / bus.zfill(3) / number.zfill(3))
    return [node for node in nodes if node.is_char_device() or node.is_file()]


def _group(root: Path, node: Path) -> str:
    """The group that owns the node; for a USB device of root's own, the group of Coral's udev rule."""
    try:
        number = node.stat().st_gid
    except OSError:  # unplugged while we look
        number = 0
    if number == 0:
        return "plugdev"
    for line in read(root / "etc/group").splitlines():
        name, *rest = line.split(":")
        if rest[1:2] == [str(number)]:
            return name
    return str(number)
