from __future__ import annotations

import os

import pytest

from vedette.assembly.devices import inspect_devices
from vedette.assembly.finding import State

LOADABLE = "libc.so.6"
ABSENT = "libedgetpu-that-nobody-has.so.1"


def write(root, **files):
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


def finding(root, topic, library=ABSENT):
    (found,) = [each for each in inspect_devices(root, library) if each.topic == topic]
    return found


def plug_usb(root, vendor, product):
    device = "sys/bus/usb/devices/2-1"
    write(root, **{f"{device}/idVendor": f"{vendor}\n", f"{device}/idProduct": f"{product}\n"})
    write(root, **{f"{device}/busnum": "2\n", f"{device}/devnum": "7\n", "dev/bus/usb/002/007": ""})


def test_a_bare_machine_misses_every_device_and_says_what_to_do(tmp_path):
    found = {each.topic: each for each in inspect_devices(tmp_path)}
    for topic in ("Edge TPU", "GPU", "NPU", "cameras"):
        assert found[topic].state is State.MISSING
        assert found[topic].remedy
    assert found["permissions"].state is State.OK


@pytest.mark.parametrize("identity", [("1a6e", "089a"), ("18d1", "9302")], ids=["fresh", "firmware loaded"])
def test_an_edge_tpu_on_usb_is_recognised_by_both_its_identities(tmp_path, identity):
    plug_usb(tmp_path, *identity)
    found = finding(tmp_path, "Edge TPU", LOADABLE)
    assert found.state is State.OK
    assert ":".join(identity) in found.detail


def test_another_usb_device_is_no_edge_tpu(tmp_path):
    plug_usb(tmp_path, "18d1", "4ee7")
    assert finding(tmp_path, "Edge TPU", LOADABLE).state is State.MISSING


def test_an_edge_tpu_without_its_library_names_the_package(tmp_path):
    write(tmp_path, **{"dev/apex_0": ""})
    found = finding(tmp_path, "Edge TPU")
    assert found.state is State.WARN
    assert ABSENT in found.detail
    assert "libedgetpu1-std" in found.remedy


def test_an_edge_tpu_on_pci_without_a_driver_names_the_driver(tmp_path):
    device = "sys/bus/pci/devices/0000:01:00.0"
    write(tmp_path, **{f"{device}/vendor": "0x1ac1\n", f"{device}/device": "0x089a\n"})
    found = finding(tmp_path, "Edge TPU")
    assert found.state is State.MISSING
    assert "gasket" in found.remedy


def test_gpu_and_npu_nodes_are_listed(tmp_path):
    write(tmp_path, **{"dev/dri/renderD128": "", "dev/dri/card0": "", "dev/accel/accel0": ""})
    assert finding(tmp_path, "GPU").detail == "/dev/dri/renderD128"
    assert finding(tmp_path, "NPU").detail == "/dev/accel/accel0"


def test_only_nodes_that_take_pictures_count_as_cameras(tmp_path):
    nodes = {
        "video0": ("HD Webcam: HD Webcam", "0"),
        "video1": ("HD Webcam: HD Webcam", "1"),
        "video10": ("bcm2835-codec-decode", "0"),
        "video13": ("bcm2835-isp", "0"),
    }
    for node, (name, index) in nodes.items():
        facts = f"sys/class/video4linux/{node}"
        write(tmp_path, **{f"dev/{node}": "", f"{facts}/name": name, f"{facts}/index": index})
    assert finding(tmp_path, "cameras").detail == "/dev/video0 (HD Webcam: HD Webcam)"


def test_a_device_that_can_be_opened_needs_no_permission(tmp_path):
    write(tmp_path, **{"dev/video0": ""})
    assert finding(tmp_path, "permissions").detail == "every device found can be opened"


def test_a_device_that_cannot_be_opened_names_its_group(tmp_path, monkeypatch):
    plug_usb(tmp_path, "1a6e", "089a")
    write(tmp_path, **{"dev/video0": "", "dev/dri/renderD128": ""})
    own = (tmp_path / "dev/video0").stat().st_gid
    write(tmp_path, **{"etc/group": f"nonsense\nvideo:x:{own}:\n"})
    # Root may open everything, whatever its mode: the answer is what a user of no group would get.
    monkeypatch.setattr(os, "access", lambda *_: False)
    found = finding(tmp_path, "permissions")
    assert found.state is State.WARN
    for device in ("/dev/video0", "/dev/dri/renderD128", "/dev/bus/usb/002/007"):
        assert device in found.detail
    assert ("plugdev" if own == 0 else "video") in found.remedy
