from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from parts.onnx_network import write_onnx
from vedette.errors import BackendError
from vedette.inference.network_file import NetworkFile, read_network
from vedette.inference.onnxruntime import OnnxRuntimeBackend, OnnxRuntimeSettings


@pytest.fixture(scope="module")
def network(lite0_fp32, tmp_path_factory):
    folder = tmp_path_factory.mktemp("onnx")
    return read_network(write_onnx(lite0_fp32, folder / "lite0.onnx", ["head/Squeeze1", "Softmax"]))


def test_inputs_and_outputs_are_described(network):
    backend = OnnxRuntimeBackend(network, OnnxRuntimeSettings())
    assert (backend.inputs[0].name, backend.inputs[0].shape) == ("images", (1, 224, 224, 3))
    assert [spec.shape for spec in backend.outputs] == [(1, 1280), (1, 1000)]
    assert backend.engine.startswith("ONNX Runtime ")
    assert backend.engine.endswith(" cpu float32")


def test_idle_threads_sleep(network):
    backend = OnnxRuntimeBackend(network, OnnxRuntimeSettings(threads=1))
    options = backend._session.get_session_options()
    assert options.get_session_config_entry("session.intra_op.allow_spinning") == "0"
    assert options.intra_op_num_threads == 1


def test_outputs_are_the_callers_own(network):
    backend = OnnxRuntimeBackend(network, OnnxRuntimeSettings())
    first = backend.run([np.zeros((1, 224, 224, 3), np.float32)])
    kept = [output.copy() for output in first]
    backend.run([np.ones((1, 224, 224, 3), np.float32)])
    for output, copy in zip(first, kept, strict=True):
        np.testing.assert_array_equal(output, copy)


def test_tensors_that_do_not_fit_are_refused(network):
    backend = OnnxRuntimeBackend(network, OnnxRuntimeSettings())
    with pytest.raises(BackendError, match=r"takes float32 \(1, 224, 224, 3\) as images, not uint8"):
        backend.run([np.zeros((1, 224, 224, 3), np.uint8)])


def test_a_damaged_file_is_refused_in_a_sentence(tmp_path):
    path = tmp_path / "broken.onnx"
    path.write_bytes(b"this is no protocol buffer")
    with pytest.raises(BackendError, match=r"ONNX Runtime cannot load .*broken.onnx: \S+.*whole"):
        OnnxRuntimeBackend(read_network(path), OnnxRuntimeSettings())


def test_another_format_is_refused(int8_network):
    with pytest.raises(BackendError, match="not an ONNX file"):
        OnnxRuntimeBackend(int8_network, OnnxRuntimeSettings())


def test_without_onnx_runtime_the_error_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(BackendError, match=r'not installed.*pip install "vedette\[onnx\]"'):
        OnnxRuntimeBackend(NetworkFile(Path("network.onnx"), b"x", "0" * 64), OnnxRuntimeSettings())


def test_a_closed_backend_says_so_and_closes_twice(network):
    backend = OnnxRuntimeBackend(network, OnnxRuntimeSettings())
    backend.close()
    backend.close()
    with pytest.raises(BackendError, match="closed"):
        backend.run([np.zeros((1, 224, 224, 3), np.float32)])
