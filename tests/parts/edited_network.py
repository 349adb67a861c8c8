"""The real network, damaged in ways that a file can really be."""

from __future__ import annotations

import struct

from vedette.inference.tflite import (
    GRAPH_OPERATORS,
    GRAPH_TENSORS,
    OPERATOR_INPUTS,
    QUANTIZATION_ZERO_POINT,
    TENSOR_QUANTIZATION,
    main_subgraph,
    model_table,
)


def with_impossible_zero_point(network: bytes) -> bytes:
    """A valid file in which the first convolution's input has a zero point that no int8 reaches.

    XNNPACK of LiteRT 2.3.0 dies of it (SIGSEGV) when it prepares the network; LiteRT's own
    operators run it.
    """
    buffer = bytearray(network)
    graph = main_subgraph(model_table(buffer))
    source = graph.tables(GRAPH_OPERATORS)[1].vector("i", OPERATOR_INPUTS)[0]
    parameters = graph.tables(GRAPH_TENSORS)[source].table(TENSOR_QUANTIZATION)
    assert parameters is not None
    parameters.overwrite("q", QUANTIZATION_ZERO_POINT, 1000)
    return bytes(buffer)


def with_dangling_input(network: bytes) -> bytes:
    """A valid file whose RESHAPE, third from the end, has lost its shape: LiteRT 2.3.0 dies of it."""
    buffer = bytearray(network)
    start, length = main_subgraph(model_table(buffer)).tables(GRAPH_OPERATORS)[-3]._span(OPERATOR_INPUTS, 4)
    struct.pack_into("<i", buffer, start + 4 * (length - 1), -1)
    return bytes(buffer)
