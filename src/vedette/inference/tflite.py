"""What a TFLite file says of its own tensors (tensorflow/lite/schema/schema.fbs, version 3)."""

from __future__ import annotations

import struct

from vedette.errors import BackendError
from vedette.inference.flatbuffer import Table, root_table
from vedette.inference.protocol import Quantization

IDENTIFIER = b"TFL3"
"""Bytes 4 to 8 of the file."""

# Fields are counted in the schema's order.
MODEL_CODES, MODEL_SUBGRAPHS, MODEL_SIGNATURES = 1, 2, 7
GRAPH_TENSORS, GRAPH_INPUTS, GRAPH_OUTPUTS, GRAPH_OPERATORS = 0, 1, 2, 3
OPERATOR_CODE, OPERATOR_INPUTS, OPERATOR_OUTPUTS = 0, 1, 2
TENSOR_TYPE, TENSOR_NAME, TENSOR_QUANTIZATION = 1, 3, 4
QUANTIZATION_SCALE, QUANTIZATION_ZERO_POINT = 2, 3
_CODE_OLD, _CODE_NEW = 0, 3


def is_tflite(network: bytes | bytearray) -> bool:
    """The bytes say of themselves that they are a TFLite file."""
    return network[4:8] == IDENTIFIER


def tensor_names(network: bytes) -> tuple[str, ...]:
    """Every tensor of the main subgraph, in the file's order.

    Raises:
        BackendError: not a TFLite file, or one that is damaged.
    """
    try:
        return graph_names(main_subgraph(model_table(bytearray(network))))
    except struct.error as error:
        raise damaged() from error


def quantizations(network: bytes) -> dict[str, Quantization]:
    """By name, the tensors of the main subgraph that have one scale (weights often have many).

    Raises:
        BackendError: not a TFLite file, or one that is damaged.
    """
    try:
        tensors = main_subgraph(model_table(bytearray(network))).tables(GRAPH_TENSORS)
        found = {tensor.string(TENSOR_NAME): _quantization(tensor) for tensor in tensors}
    except struct.error as error:
        raise damaged() from error
    return {name: quantization for name, quantization in found.items() if quantization is not None}


def model_table(buffer: bytearray) -> Table:
    """The file's root."""
    if not is_tflite(buffer):
        raise BackendError("the file is not a TFLite network.", "Check the file that the manifest names.")
    return root_table(buffer)


def main_subgraph(model: Table) -> Table:
    """The first subgraph: the one that runs."""
    subgraphs = model.tables(MODEL_SUBGRAPHS)
    if not subgraphs:
        raise struct.error("no subgraph")
    return subgraphs[0]


def graph_names(graph: Table) -> tuple[str, ...]:
    """The names of a subgraph's tensors."""
    return tuple(tensor.string(TENSOR_NAME) for tensor in graph.tables(GRAPH_TENSORS))


def operator_code(model: Table, operator: Table) -> int:
    """The operator's number in the schema's `BuiltinOperator`.

    Files write it in a byte, in 32 bits, or in both; the larger counts (schema.fbs, `OperatorCode`).
    """
    codes = model.tables(MODEL_CODES)
    index = operator.scalar("I", OPERATOR_CODE)
    if index >= len(codes):
        raise struct.error(f"no operator code {index}")
    return max(codes[index].scalar("b", _CODE_OLD), codes[index].scalar("i", _CODE_NEW))


def damaged() -> BackendError:
    """What to raise where the offsets lead out of the file."""
    return BackendError("the TFLite file is damaged or cut short.", "Fetch or copy it again.")


def _quantization(tensor: Table) -> Quantization | None:
    parameters = tensor.table(TENSOR_QUANTIZATION)
    if parameters is None:
        return None
    scales = parameters.vector("f", QUANTIZATION_SCALE)
    zero_points = parameters.vector("q", QUANTIZATION_ZERO_POINT)
    if len(scales) != 1 or not scales[0]:
        return None
    return Quantization(float(scales[0]), int(zero_points[0]) if zero_points else 0)
