from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
from pydantic import TypeAdapter

from parts.onnx_network import write_onnx
from vedette.catalog.recipe import EmbeddingRecipe, Scaling, Tap
from vedette.errors import BackendError
from vedette.inference.embedder import NetworkEmbedder
from vedette.inference.litert import LiteRTSettings
from vedette.inference.network_file import read_network
from vedette.inference.onnxruntime import OnnxRuntimeSettings
from vedette.inference.opening import BackendSettings, open_backend, open_embedder, prepare
from vedette.inference.openvino import OpenVINOSettings

RECIPE = EmbeddingRecipe(taps=(Tap(tensor="head/Squeeze1"),), scaling=Scaling(mean=127, deviation=128))


def test_no_runtime_is_imported_before_a_network_is_opened():
    code = (
        "import sys, json, vedette.inference.opening, vedette.inference.probation;"
        "runtimes = {'ai_edge_litert', 'openvino', 'onnxruntime'};"
        "print(json.dumps(sorted(runtimes & set(sys.modules))))"
    )
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
    assert json.loads(output) == []


@pytest.mark.parametrize(
    ("kind", "settings"),
    [("litert", LiteRTSettings), ("openvino", OpenVINOSettings), ("onnxruntime", OnnxRuntimeSettings)],
)
def test_a_kind_names_its_settings(kind, settings):
    assert TypeAdapter(BackendSettings).validate_python({"kind": kind}) == settings()


@pytest.mark.parametrize("settings", [LiteRTSettings, OpenVINOSettings, OnnxRuntimeSettings])
def test_every_setting_says_what_it_is(settings):
    assert settings.__doc__
    for name, field in settings.model_fields.items():
        assert field.description, name


@pytest.mark.parametrize(
    ("settings", "engine"), [(LiteRTSettings(), "LiteRT"), (OpenVINOSettings(), "OpenVINO")]
)
def test_settings_choose_the_runtime(int8_network, settings, engine):
    backend = open_backend(int8_network, settings)
    assert backend.engine.startswith(engine)
    backend.close()


@pytest.mark.parametrize(
    "scaling",
    [Scaling(mean=127, deviation=128), Scaling(mean=(127, 127, 127), deviation=(128, 128, 128))],
    ids=["one number", "three equal numbers"],
)
def test_a_scaling_that_fits_moves_into_the_network_and_changes_nothing_else(int8_network, pictures, scaling):
    recipe = EmbeddingRecipe(taps=RECIPE.taps, scaling=scaling)
    backend = open_backend(prepare(int8_network, recipe), LiteRTSettings())
    assert backend.inputs[0].quantization.zero_point == 127
    plain = open_backend(int8_network.tapped(recipe.tensors), LiteRTSettings())
    assert plain.inputs[0].quantization.zero_point == 131
    embeddings = [
        NetworkEmbedder(each, recipe, int8_network.sha256).embed(pictures["coffee"])
        for each in (backend, plain)
    ]
    np.testing.assert_array_equal(*embeddings)


def test_a_scaling_by_channel_stays_outside(int8_network):
    scaling = Scaling(mean=(127, 127, 120), deviation=128)
    prepared = prepare(int8_network, EmbeddingRecipe(taps=RECIPE.taps, scaling=scaling))
    assert open_backend(prepared, LiteRTSettings()).inputs[0].quantization.zero_point == 131


def test_an_onnx_network_has_to_bring_the_taps_as_its_outputs(lite0_fp32, tmp_path):
    network = read_network(write_onnx(lite0_fp32, tmp_path / "lite0.onnx", ["Softmax"]))
    with pytest.raises(BackendError, match=r"no tensor head/Squeeze1.*Softmax"):
        open_embedder(network, RECIPE, OnnxRuntimeSettings())


def test_what_settle_says_is_what_is_opened(int8_network):
    asked = []

    def settle(network, settings):
        asked.append((network.is_edited, settings))
        return LiteRTSettings(default_delegates=False)

    embedder = open_embedder(int8_network, RECIPE, LiteRTSettings(), settle)
    assert asked == [(True, LiteRTSettings())]
    assert "without XNNPACK" in embedder.identity
