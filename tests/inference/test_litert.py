from __future__ import annotations

import gc
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from parts.tiny_network import tiny_network
from vedette.errors import BackendError
from vedette.inference.litert import LiteRTBackend, LiteRTSettings
from vedette.inference.network_file import NetworkFile
from vedette.inference.protocol import Quantization

DELEGATE_WITHOUT_A_DEVICE = """
typedef void (*Report)(const char *);
void *tflite_plugin_create_delegate(char **keys, char **values, unsigned long count, Report report) {
    report("Failed to load delegate from libedgetpu");
    return 0;
}
void tflite_plugin_destroy_delegate(void *delegate) {}
"""


@pytest.fixture(scope="module")
def backend(int8_network):
    return LiteRTBackend(int8_network, LiteRTSettings())


@pytest.fixture(scope="module")
def delegate_library(tmp_path_factory) -> Path:
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler to make a delegate library with")
    library = tmp_path_factory.mktemp("delegate") / "libedgetpu.so.1"
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-x", "c", "-", "-o", library],
        input=DELEGATE_WITHOUT_A_DEVICE.encode(),
        check=True,
    )
    return library


def test_inputs_and_outputs_are_described_with_their_quantization(backend):
    (picture,), (classes,) = backend.inputs, backend.outputs
    assert (picture.name, picture.shape, picture.dtype) == ("images", (1, 224, 224, 3), np.uint8)
    assert picture.quantization == Quantization(pytest.approx(0.012566, abs=1e-6), 131)
    assert (classes.shape, classes.dtype, classes.quantization) == (
        (1, 1000),
        np.uint8,
        Quantization(1 / 256, 0),
    )


def test_engine_names_runtime_version_device_and_precision(backend, fp32_network):
    from importlib.metadata import version

    assert backend.engine == f"LiteRT {version('ai-edge-litert')} cpu int8"
    plain = LiteRTBackend(fp32_network, LiteRTSettings(default_delegates=False))
    assert plain.engine == f"LiteRT {version('ai-edge-litert')} cpu without XNNPACK float32"


def test_outputs_are_the_callers_own(backend, pictures):
    (first,) = backend.run([pictures["chelsea"][None]])
    kept = first.copy()
    (second,) = backend.run([pictures["coffee"][None]])
    np.testing.assert_array_equal(first, kept)
    second[:] = 0
    np.testing.assert_array_equal(backend.run([pictures["chelsea"][None]])[0], kept)


@pytest.mark.parametrize("threads", [1, 2])
def test_the_number_of_threads_does_not_change_the_answer(int8_network, backend, pictures, threads):
    other = LiteRTBackend(int8_network, LiteRTSettings(threads=threads))
    picture = pictures["astronaut"][None]
    np.testing.assert_array_equal(other.run([picture])[0], backend.run([picture])[0])


@pytest.mark.parametrize(
    ("tensors", "message"),
    [
        pytest.param([], "takes 1 tensors, not 0", id="none"),
        pytest.param([np.zeros((1, 224, 224, 3), np.float32)], "takes uint8.*not float32", id="type"),
        pytest.param([np.zeros((1, 225, 224, 3), np.uint8)], r"not uint8 \(1, 225, 224, 3\)", id="shape"),
        pytest.param([np.zeros((224, 224, 3), np.uint8)], r"not uint8 \(224, 224, 3\)", id="rank"),
    ],
)
def test_tensors_that_do_not_fit_are_refused(backend, tensors, message):
    with pytest.raises(BackendError, match=message):
        backend.run(tensors)


def test_a_free_dimension_takes_the_tensors_and_changes_back():
    network = NetworkFile(Path("tiny.tflite"), tiny_network(), "0" * 64)
    backend = LiteRTBackend(network, LiteRTSettings())
    assert backend.inputs[0].shape == (-1, 4)
    for batch in (1, 5, 1, 3):
        x = np.arange(batch * 4, dtype=np.float32).reshape(batch, 4)
        np.testing.assert_array_equal(backend.run([x])[0], 2 * x * x)
    with pytest.raises(BackendError, match=r"not float32 \(1, 5\)"):
        backend.run([np.zeros((1, 5), np.float32)])


def test_a_closed_backend_says_so_and_closes_twice(int8_network, pictures):
    backend = LiteRTBackend(int8_network, LiteRTSettings())
    backend.close()
    backend.close()
    with pytest.raises(BackendError, match="closed"):
        backend.run([pictures["coffee"][None]])


def test_a_file_cut_short_is_refused_in_a_sentence(int8_network):
    half = NetworkFile(Path("half.tflite"), int8_network.content[:2_000_000], "0" * 64)
    with pytest.raises(BackendError, match=r"LiteRT cannot load half.tflite: .*Check that the file is whole"):
        LiteRTBackend(half, LiteRTSettings())


def test_another_format_is_refused():
    with pytest.raises(BackendError, match="not a TFLite file"):
        LiteRTBackend(NetworkFile(Path("network.onnx"), b"onnx", "0" * 64), LiteRTSettings())


@pytest.mark.parametrize(
    "library", ["libedgetpu-that-is-not-here.so.1", "libc.so.6"], ids=["missing", "foreign"]
)
def test_edgetpu_without_its_library_says_what_to_install_and_prints_nothing(int8_network, capfd, library):
    with pytest.raises(BackendError) as caught:
        LiteRTBackend(int8_network, LiteRTSettings(device="edgetpu", edgetpu_library=library))
    assert library in caught.value.message
    assert "libedgetpu1-std" in caught.value.remedy
    gc.collect()
    assert capfd.readouterr().err == ""


def test_edgetpu_refuses_a_network_that_was_not_compiled_for_it(int8_network, delegate_library):
    settings = LiteRTSettings(device="edgetpu", edgetpu_library=str(delegate_library))
    with pytest.raises(BackendError, match=r"not compiled for the Edge TPU.*edgetpu_compiler"):
        LiteRTBackend(int8_network, settings)


def test_edgetpu_without_a_device_says_so_and_prints_nothing(int8_network, delegate_library, capfd):
    compiled = NetworkFile(Path("compiled.tflite"), int8_network.content + b"edgetpu-custom-op", "0" * 64)
    settings = LiteRTSettings(device="edgetpu", edgetpu_library=str(delegate_library))
    with pytest.raises(BackendError, match=r"no Edge TPU answers.*Plug it in"):
        LiteRTBackend(compiled, settings)
    gc.collect()
    assert capfd.readouterr().err == ""


def test_a_network_compiled_for_the_edgetpu_is_refused_by_the_cpu(int8_network):
    content = bytearray(int8_network.content)
    compiled = NetworkFile(Path("compiled.tflite"), with_custom_operator(content), "0" * 64)
    with pytest.raises(BackendError, match=r"cannot load compiled.tflite.*custom"):
        LiteRTBackend(compiled, LiteRTSettings())


def with_custom_operator(content: bytearray) -> bytes:
    """Every QUANTIZE becomes a CUSTOM operator, as which a compiled part stands in a file."""
    from vedette.inference.tflite import MODEL_CODES, model_table

    for code in model_table(content).tables(MODEL_CODES):
        for field, width in ((0, 1), (3, 4)):
            place = code.place(field)
            if place is not None and content[place] == 114:
                content[place : place + width] = (32).to_bytes(width, "little")
    return bytes(content)


def test_settings_refuse_what_they_do_not_know():
    with pytest.raises(ValidationError):
        LiteRTSettings(device="tpu")
    with pytest.raises(ValidationError):
        LiteRTSettings(threads=0)
