from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parts.tiny_network import tiny_network
from vedette.errors import BackendError
from vedette.inference.litert import LiteRTBackend, LiteRTSettings
from vedette.inference.openvino import OpenVINOBackend, OpenVINOSettings
from vedette.inference.taps import match_name, tap_outputs
from vedette.inference.tflite import GRAPH_OPERATORS, main_subgraph, model_table, tensor_names

EMBEDDING = "efficientnet-lite0/model/head/Squeeze1"


def operators(network: bytes) -> int:
    return len(main_subgraph(model_table(bytearray(network))).tables(GRAPH_OPERATORS))


@pytest.fixture(scope="module")
def every_tensor(int8_network):
    """LiteRT's own way to look inside: slow, without XNNPACK's fusing, but the truth."""
    from ai_edge_litert.interpreter import Interpreter

    with pytest.warns(UserWarning, match="preserve_all_tensors"):
        interpreter = Interpreter(model_content=int8_network.content, experimental_preserve_all_tensors=True)
    interpreter.allocate_tensors()

    def look(picture: np.ndarray, name: str) -> np.ndarray:
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], picture[None])
        interpreter.invoke()
        (index,) = [each["index"] for each in interpreter.get_tensor_details() if each["name"] == name]
        return interpreter.get_tensor(index)

    return look


def test_a_tapped_tensor_is_the_one_that_the_whole_network_computes(int8_network, pictures, every_tensor):
    backend = LiteRTBackend(int8_network.tapped(["head/Squeeze1"]), LiteRTSettings())
    assert [spec.name for spec in backend.outputs] == [EMBEDDING]
    for picture in pictures.values():
        (tapped,) = backend.run([picture[None]])
        np.testing.assert_array_equal(tapped, every_tensor(picture, EMBEDDING))


def test_several_taps_come_in_the_order_asked_for(int8_network, pictures, every_tensor):
    names = ["head/Squeeze1", "blocks_4/Add", "blocks_12/Add"]
    backend = LiteRTBackend(int8_network.tapped(names), LiteRTSettings())
    outputs = backend.run([pictures["coffee"][None]])
    assert [output.shape for output in outputs] == [(1, 1280), (1, 28, 28, 40), (1, 7, 7, 192)]
    for spec, output in zip(backend.outputs, outputs, strict=True):
        np.testing.assert_array_equal(output, every_tensor(pictures["coffee"], spec.name))


def test_openvino_loads_a_tapped_network(int8_network):
    backend = OpenVINOBackend(int8_network.tapped(["blocks_4/Add", "head/Squeeze1"]), OpenVINOSettings())
    assert [spec.shape for spec in backend.outputs] == [(1, 28, 28, 40), (1, 1280)]


def test_operators_behind_the_last_tap_are_taken_out(int8_network):
    whole = operators(int8_network.content)
    assert operators(tap_outputs(int8_network.content, ["head/Squeeze1"])) == whole - 3
    assert operators(tap_outputs(int8_network.content, ["blocks_4/Add"])) < whole / 3
    assert operators(tap_outputs(int8_network.content, ["blocks_4/Add", "Softmax"])) == whole


def test_a_signature_that_names_the_old_outputs_is_emptied():
    from ai_edge_litert.interpreter import Interpreter

    whole, tapped = (
        Interpreter(model_content=content)
        for content in (tiny_network(), tap_outputs(tiny_network(), ["sum"]))
    )
    assert whole.get_signature_list() == {"serving_default": {"inputs": ["in"], "outputs": ["out"]}}
    assert tapped.get_signature_list() == {}
    assert [each["name"] for each in tapped.get_output_details()] == ["sum"]


def test_an_operator_without_outputs_stays():
    assert operators(tap_outputs(tiny_network(), ["sum"])) == 1
    assert operators(tap_outputs(tiny_network(has_silent_operator=True), ["sum"])) == 2


def test_a_network_can_be_tapped_again(int8_network):
    once = tap_outputs(int8_network.content, ["head/Squeeze1"])
    assert operators(tap_outputs(once, ["blocks_4/Add"])) < operators(once)


def test_a_whole_name_wins_over_ends_of_others():
    assert match_name("Add", ["x/Add", "Add", "y/Add"]) == 1
    assert match_name("x/Add", ["x/Add", "Add"]) == 0


def test_a_name_that_several_tensors_end_with_is_refused(int8_network):
    with pytest.raises(BackendError, match=r"tensors are called /Add.*Give the whole name"):
        tap_outputs(int8_network.content, ["/Add"])


def test_a_name_that_no_tensor_has_is_refused_with_names_that_there_are(int8_network):
    with pytest.raises(BackendError, match=r"no tensor head/Squeeze9.*Softmax"):
        tap_outputs(int8_network.content, ["head/Squeeze9"])


def test_a_tensor_tapped_twice_is_refused(int8_network):
    with pytest.raises(BackendError, match="twice"):
        tap_outputs(int8_network.content, ["head/Squeeze1", "model/head/Squeeze1"])


def test_names_come_in_the_files_order(int8_network):
    names = tensor_names(int8_network.content)
    assert "images" in names
    assert names.index("efficientnet-lite0/model/blocks_4/Add") < names.index(EMBEDDING)


def test_what_is_not_a_tflite_file_is_refused():
    with pytest.raises(BackendError, match="not a TFLite network"):
        tap_outputs(b"GIF89a, surely", ["x"])


@pytest.mark.parametrize("length", [8, 20, 100, 1000, 5000])
def test_a_file_cut_short_is_refused_with_a_sentence(int8_network, length):
    # Little endian, the tables lie at the front: all these cuts go through them.
    with pytest.raises(BackendError, match="damaged or cut short"):
        tap_outputs(int8_network.content[:length], ["head/Squeeze1"])


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changes=st.lists(st.tuples(st.integers(8, 40_000), st.integers(0, 255)), min_size=1, max_size=40),
)
def test_a_damaged_file_is_tapped_or_refused_and_never_ends_in_a_traceback(int8_network, changes):
    damaged = bytearray(int8_network.content[:60_000])
    for place, value in changes:
        damaged[place] = value
    try:
        tapped = tap_outputs(bytes(damaged), ["head/Squeeze1"])
    except BackendError:
        return
    assert len(tapped) >= len(damaged)
