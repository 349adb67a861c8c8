"""A picture's scaling moved into the network, where it costs nothing.

A fully quantized TFLite network takes uint8 and often begins with a QUANTIZE operator that brings
it to int8. What a stored byte means is written at the input tensor: real = scale * (byte - zero
point). Written as the scaling that the network was trained with, raw pixels are the right input
as they are, and QUANTIZE does the conversion that it does anyway. The outputs are the same to the
bit as with pixels that were converted beforehand.
"""

from __future__ import annotations

import struct

from vedette.inference.flatbuffer import Table
from vedette.inference.tflite import (
    GRAPH_INPUTS,
    GRAPH_OPERATORS,
    GRAPH_TENSORS,
    OPERATOR_INPUTS,
    QUANTIZATION_SCALE,
    QUANTIZATION_ZERO_POINT,
    TENSOR_QUANTIZATION,
    TENSOR_TYPE,
    damaged,
    main_subgraph,
    model_table,
    operator_code,
)

_QUANTIZE = 114
_UINT8 = 3


def fold_scaling(network: bytes, mean: float, deviation: float) -> bytes:
    """The same TFLite network, whose input takes pixels 0..255 with real = (pixel - mean) / deviation.

    Bytes come back unchanged where that cannot be done: an input that is not uint8, that another
    operator than QUANTIZE reads, or a mean that is no zero point (a whole number in 0..255).

    Raises:
        BackendError: not a TFLite file, or a damaged one.
    """
    if not (mean.is_integer() and 0 <= mean <= 255):
        return network
    try:
        return _folded(network, int(mean), deviation)
    except struct.error as error:
        raise damaged() from error


def _folded(network: bytes, mean: int, deviation: float) -> bytes:
    buffer = bytearray(network)
    model = model_table(buffer)
    graph = main_subgraph(model)
    inputs = graph.vector("i", GRAPH_INPUTS)
    if len(inputs) != 1 or not _is_only_quantized(model, graph, inputs[0]):
        return network
    tensor = graph.tables(GRAPH_TENSORS)[inputs[0]]
    parameters = tensor.table(TENSOR_QUANTIZATION)
    if parameters is None or tensor.scalar("b", TENSOR_TYPE) != _UINT8:
        return network
    if len(parameters.vector("f", QUANTIZATION_SCALE)) != 1:
        return network
    parameters.overwrite("f", QUANTIZATION_SCALE, 1 / deviation)
    parameters.overwrite("q", QUANTIZATION_ZERO_POINT, mean)
    return bytes(buffer)


def _is_only_quantized(model: Table, graph: Table, tensor: int) -> bool:
    readers = [each for each in graph.tables(GRAPH_OPERATORS) if tensor in each.vector("i", OPERATOR_INPUTS)]
    return bool(readers) and all(operator_code(model, each) == _QUANTIZE for each in readers)
