from __future__ import annotations

import sys
from pathlib import Path

import pytest

from parts.edited_network import with_dangling_input, with_impossible_zero_point
from vedette.errors import BackendError
from vedette.inference.litert import LiteRTBackend, LiteRTSettings
from vedette.inference.network_file import NetworkFile, read_network
from vedette.inference.openvino import OpenVINOSettings
from vedette.inference.probation import Probation

ABORT = (sys.executable, "-c", "import os; os.abort()")
HANG = (sys.executable, "-c", "import time; time.sleep(60)")
FAIL = (sys.executable, "-c", "raise SystemExit(3)")


def counting(folder: Path) -> tuple[str, ...]:
    """The real child, which leaves a mark in the folder each time it is started."""
    code = (
        "import runpy, sys, tempfile; tempfile.mkstemp(dir=sys.argv.pop(1));"
        "runpy.run_module('vedette.inference.probation', run_name='__main__', alter_sys=True)"
    )
    folder.mkdir()
    return (sys.executable, "-c", code, str(folder))


@pytest.fixture
def bring(tmp_path):
    def bring(name: str, content: bytes) -> NetworkFile:
        (tmp_path / name).write_bytes(content)
        return read_network(tmp_path / name)

    return bring


def test_a_network_that_runs_keeps_its_settings_and_is_not_tried_again(int8_network, tmp_path):
    probation = Probation(command=counting(tmp_path / "starts"))
    settings = LiteRTSettings(threads=1)
    assert probation.settle(int8_network, settings) == settings
    assert probation.settle(int8_network, settings) == settings
    assert len(list((tmp_path / "starts").iterdir())) == 1


def test_other_taps_or_settings_are_tried_anew(int8_network, tmp_path):
    probation = Probation(command=counting(tmp_path / "starts"))
    probation.settle(int8_network, LiteRTSettings())
    probation.settle(int8_network.tapped(["blocks_4/Add"]), LiteRTSettings())
    probation.settle(int8_network, LiteRTSettings(threads=1))
    assert len(list((tmp_path / "starts").iterdir())) == 3


def test_a_network_of_the_catalog_needs_no_trial(int8_network):
    probation = Probation(known={int8_network.sha256}, command=ABORT)
    assert probation.settle(int8_network, LiteRTSettings()) == LiteRTSettings()


def test_a_network_that_crashes_xnnpack_is_run_without_it(int8_network, bring):
    network = bring("crash.tflite", with_impossible_zero_point(int8_network.content))
    with pytest.raises(BackendError, match=r"crash.tflite: litert crashes on this network \(SIG\w+\)"):
        Probation().probe(network, LiteRTSettings())
    settings = Probation().settle(network, LiteRTSettings())
    assert settings == LiteRTSettings(default_delegates=False)
    LiteRTBackend(network, settings).close()
    # Remembered: a child that only aborts would say otherwise.
    assert Probation(command=ABORT).settle(network, LiteRTSettings()) == settings


def test_a_network_that_crashes_either_way_is_refused_in_a_sentence(fp32_network, bring):
    network = bring("crash.tflite", with_dangling_input(fp32_network.content))
    with pytest.raises(BackendError, match=r"litert crashes on this network \(SIG\w+\).*whole"):
        Probation().settle(network, LiteRTSettings())


def test_an_abort_is_named_and_not_remembered(int8_network):
    with pytest.raises(BackendError, match=r"litert crashes on this network \(SIGABRT\)"):
        Probation(command=ABORT).settle(int8_network, LiteRTSettings())
    assert Probation().settle(int8_network, LiteRTSettings()) == LiteRTSettings()


def test_a_child_that_hangs_is_given_up(int8_network):
    with pytest.raises(BackendError, match=r"openvino did not load and run it within 0.2 s"):
        Probation(command=HANG, timeout_seconds=0.2).settle(int8_network, OpenVINOSettings())


def test_a_child_that_fails_without_a_word_is_reported(int8_network):
    with pytest.raises(BackendError, match=r"without saying why \(exit code 3\)"):
        Probation(command=FAIL).settle(int8_network, OpenVINOSettings())


def test_what_the_runtime_says_comes_through_with_the_files_own_name(int8_network, bring):
    half = bring("half.tflite", int8_network.content[:2_000_000])
    with pytest.raises(BackendError, match=r"LiteRT cannot load .*half.tflite: .*Flatbuffer") as caught:
        Probation().settle(half, LiteRTSettings())
    assert str(half.path) in caught.value.message
    assert caught.value.remedy


def test_a_device_that_is_not_there_is_reported_as_if_there_were_no_child(int8_network):
    tapped = int8_network.tapped(["blocks_4/Add"])
    with pytest.raises(BackendError, match=r"no device GPU.7 on this machine"):
        Probation().settle(tapped, OpenVINOSettings(device="GPU.7"))


def test_a_cache_folder_that_cannot_be_written_costs_another_trial(int8_network, tmp_path, monkeypatch):
    (tmp_path / "a-file").write_bytes(b"")
    monkeypatch.setenv("VEDETTE_CACHE", str(tmp_path / "a-file"))
    probation = Probation(command=counting(tmp_path / "starts"))
    for _ in range(2):
        assert probation.settle(int8_network, LiteRTSettings()) == LiteRTSettings()
    assert len(list((tmp_path / "starts").iterdir())) == 2
