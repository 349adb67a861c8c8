"""A TFLite network with a free batch and a signature: x -> sum = x + x -> product = sum * x."""

from __future__ import annotations

import flatbuffers
from ai_edge_litert import schema_py_generated as schema

_WIDTH = 4
_NAMES = (b"x", b"sum", b"product")


def tiny_network(*, has_silent_operator: bool = False) -> bytes:
    """With a silent operator, one without outputs reads x at the end, as an assignment would."""
    graph = schema.SubGraphT()
    graph.tensors = [_tensor(name) for name in _NAMES]
    graph.inputs, graph.outputs = [0], [2]
    graph.operators = [_operator(0, [0, 0], [1]), _operator(1, [1, 0], [2])]
    if has_silent_operator:
        graph.operators.append(_operator(0, [0, 0], []))
    model = schema.ModelT()
    model.version = 3
    model.operatorCodes = [_code(schema.BuiltinOperator.ADD), _code(schema.BuiltinOperator.MUL)]
    model.subgraphs = [graph]
    model.buffers = [schema.BufferT()]
    model.signatureDefs = [_signature()]
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


def _tensor(name: bytes) -> schema.TensorT:
    tensor = schema.TensorT()
    tensor.name = name
    tensor.shape, tensor.shapeSignature = [1, _WIDTH], [-1, _WIDTH]
    tensor.type = schema.TensorType.FLOAT32
    tensor.hasRank = True
    return tensor


def _operator(code: int, inputs: list[int], outputs: list[int]) -> schema.OperatorT:
    operator = schema.OperatorT()
    operator.opcodeIndex, operator.inputs, operator.outputs = code, inputs, outputs
    operator.builtinOptionsType = (schema.BuiltinOptions.AddOptions, schema.BuiltinOptions.MulOptions)[code]
    operator.builtinOptions = (schema.AddOptionsT, schema.MulOptionsT)[code]()
    return operator


def _code(operator: int) -> schema.OperatorCodeT:
    code = schema.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = operator
    code.version = 1
    return code


def _signature() -> schema.SignatureDefT:
    signature = schema.SignatureDefT()
    signature.signatureKey = b"serving_default"
    signature.inputs, signature.outputs = [_entry(b"in", 0)], [_entry(b"out", 2)]
    return signature


def _entry(name: bytes, tensor: int) -> schema.TensorMapT:
    entry = schema.TensorMapT()
    entry.name, entry.tensorIndex = name, tensor
    return entry
