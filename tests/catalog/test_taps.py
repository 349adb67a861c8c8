from __future__ import annotations

import pytest

from vedette.catalog.library import Library


@pytest.mark.parametrize("name", ["efficientnet-lite0", "efficientnet-lite0-fp32"])
def test_every_tap_names_exactly_one_tensor_of_the_network(name, request):
    from ai_edge_litert.interpreter import Interpreter

    fixture = {"efficientnet-lite0": "lite0_int8", "efficientnet-lite0-fp32": "lite0_fp32"}[name]
    network = request.getfixturevalue(fixture)
    tensors = Interpreter(str(network)).get_tensor_details()
    manifest = Library.default().manifest(name)
    for tap in manifest.embedding.taps:
        (tensor,) = [each for each in tensors if each["name"].endswith(tap.tensor)]
        batch, height, width, channels = tensor["shape"].tolist()
        assert (batch, height) == (1, width)
        assert channels in {1280, 1152, 672, 320}
    height, width = Interpreter(str(network)).get_input_details()[0]["shape"][1:3]
    assert (manifest.input.width, manifest.input.height) == (width, height)
