from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from vedette.errors import BackendError
from vedette.inference.network_file import NetworkFile, read_network
from vedette.inference.openvino import OpenVINOBackend, OpenVINOSettings
from vedette.inference.protocol import Quantization


@pytest.fixture(scope="module")
def embedding(int8_network):
    return int8_network.tapped(["head/Squeeze1"])


def test_quantization_is_that_of_the_tflite_file(embedding):
    backend = OpenVINOBackend(embedding, OpenVINOSettings())
    assert backend.outputs[0].dtype == np.int8
    assert backend.outputs[0].quantization == Quantization(pytest.approx(0.0235294, abs=1e-6), -128)


def test_engine_names_runtime_version_device_and_precision(embedding, fp32_network):
    import openvino

    version = openvino.__version__.split("-")[0]
    assert OpenVINOBackend(embedding, OpenVINOSettings()).engine == f"OpenVINO {version} CPU int8/f32"
    real = OpenVINOBackend(fp32_network.tapped(["blocks_4/Add"]), OpenVINOSettings(device="AUTO"))
    assert real.engine == f"OpenVINO {version} AUTO:CPU f32"


def test_a_device_that_is_not_there_is_named_with_those_that_are(embedding):
    with pytest.raises(
        BackendError, match=r"no device GPU.7 on this machine; it finds .*CPU.*driver of the GPU"
    ):
        OpenVINOBackend(embedding, OpenVINOSettings(device="GPU.7"))


def test_a_device_that_does_not_exist_is_refused_by_the_settings():
    with pytest.raises(ValidationError):
        OpenVINOSettings(device="MYRIAD")


def test_outputs_are_the_callers_own(embedding, pictures):
    backend = OpenVINOBackend(embedding, OpenVINOSettings())
    (first,) = backend.run([pictures["chelsea"][None]])
    kept = first.copy()
    backend.run([pictures["coffee"][None]])
    np.testing.assert_array_equal(first, kept)
    assert first.flags.owndata


@pytest.mark.parametrize(
    "tensor",
    [np.zeros((1, 224, 224, 3), np.float32), np.zeros((1, 3, 224, 224), np.uint8)],
    ids=["type", "shape"],
)
def test_tensors_that_do_not_fit_are_refused(embedding, tensor):
    with pytest.raises(BackendError, match="takes uint8"):
        OpenVINOBackend(embedding, OpenVINOSettings()).run([tensor])


def test_a_compiled_network_is_kept_in_the_cache_folder(embedding, tmp_path):
    OpenVINOBackend(embedding, OpenVINOSettings())
    assert list((tmp_path / "vedette-cache" / "openvino").rglob("*.blob"))


def test_a_cache_folder_that_cannot_be_made_only_costs_time(embedding, tmp_path, monkeypatch):
    (tmp_path / "a-file").write_bytes(b"")
    monkeypatch.setenv("VEDETTE_CACHE", str(tmp_path / "a-file"))
    backend = OpenVINOBackend(embedding, OpenVINOSettings())
    assert backend.outputs
    backend.close()


def test_an_ir_is_read_with_its_weights(fp32_network, tmp_path, pictures):
    import openvino

    tflite = tmp_path / "small.tflite"
    tflite.write_bytes(fp32_network.tapped(["blocks_4/Add"]).content)
    openvino.save_model(openvino.Core().read_model(tflite), tmp_path / "small.xml", compress_to_fp16=False)
    tensor = (pictures["coffee"][None].astype(np.float32) - 127) / 128
    outputs = [
        OpenVINOBackend(read_network(tmp_path / name), OpenVINOSettings()).run([tensor])[0]
        for name in ("small.tflite", "small.xml")
    ]
    np.testing.assert_allclose(outputs[0], outputs[1], atol=1e-4)


def test_a_file_cut_short_is_refused_in_a_sentence(int8_network, tmp_path):
    path = tmp_path / "half.tflite"
    path.write_bytes(int8_network.content[:2_000_000])
    with pytest.raises(BackendError, match=r"OpenVINO cannot load .*half.tflite: \S+"):
        OpenVINOBackend(read_network(path), OpenVINOSettings())


def test_without_openvino_the_error_says_how_to_install_it(embedding, monkeypatch):
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(BackendError, match=r'not installed.*pip install "vedette\[openvino\]"'):
        OpenVINOBackend(embedding, OpenVINOSettings())


def test_a_closed_backend_says_so_and_closes_twice(embedding, pictures):
    backend = OpenVINOBackend(embedding, OpenVINOSettings())
    backend.close()
    backend.close()
    with pytest.raises(BackendError, match="closed"):
        backend.run([pictures["coffee"][None]])


def test_a_file_that_went_away_is_refused_in_a_sentence(int8_network):
    with pytest.raises(BackendError, match="OpenVINO cannot load"):
        OpenVINOBackend(NetworkFile(Path("gone.tflite"), int8_network.content, "0" * 64), OpenVINOSettings())
