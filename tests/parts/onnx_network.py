"""EfficientNet-Lite0 as ONNX, built from its float32 TFLite file: the same numbers for another runtime.

It knows the seven operators of that network and its two layouts (NHWC outside, NCHW inside), and
refuses everything else. Pictures go in as NHWC, as in the TFLite file.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from ai_edge_litert import schema_py_generated as schema
from onnx import TensorProto, helper, numpy_helper

_OPERATORS = {value: name for name, value in vars(schema.BuiltinOperator).items() if name.isupper()}
_PADDINGS = {schema.Padding.SAME: "SAME_UPPER", schema.Padding.VALID: "VALID"}
_NONE = schema.ActivationFunctionType.NONE
_IR_VERSION, _OPSET = 10, 17


class OnnxNetwork:
    """Grows node by node while the TFLite file's operators are read."""

    def __init__(self, content: bytes) -> None:
        self._model = schema.ModelT.InitFromPackedBuf(content)
        self._graph = self._model.subgraphs[0]
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []
        self._renamed: dict[str, str] = {}

    def build(self, outputs: list[str]) -> onnx.ModelProto:
        picture = self._name(self._graph.inputs[0])
        shape = [int(side) for side in self._graph.tensors[self._graph.inputs[0]].shape]
        self._renamed = {picture: f"{picture}/nchw"}
        self._append("Transpose", [picture], self._renamed[picture], perm=[0, 3, 1, 2])
        for operator in self._graph.operators:
            code = self._model.operatorCodes[operator.opcodeIndex]
            name = _OPERATORS[max(code.builtinCode, code.deprecatedBuiltinCode)]
            getattr(self, f"_{name.lower()}")(operator)
        graph = helper.make_graph(
            self._nodes,
            "efficientnet-lite0",
            [helper.make_tensor_value_info(picture, TensorProto.FLOAT, shape)],
            [
                helper.make_tensor_value_info(self._whole_name(each), TensorProto.FLOAT, None)
                for each in outputs
            ],
            self._constants,
        )
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR_VERSION
        )
        return onnx.shape_inference.infer_shapes(model)

    def _conv_2d(self, operator) -> None:
        # TFLite keeps [out, height, width, in], ONNX [out, in, height, width].
        self._convolution(operator, self._array(operator.inputs[1]).transpose(0, 3, 1, 2), group=1)

    def _depthwise_conv_2d(self, operator) -> None:
        weights = self._array(operator.inputs[1])
        assert operator.builtinOptions.depthMultiplier == 1
        self._convolution(operator, weights.transpose(3, 0, 1, 2), group=weights.shape[3])

    def _convolution(self, operator, weights: np.ndarray, group: int) -> None:
        options, output = operator.builtinOptions, self._name(operator.outputs[0])
        assert (options.dilationHFactor, options.dilationWFactor) == (1, 1)
        inputs = [
            self._source(operator.inputs[0]),
            self._constant(f"{output}/weights", weights),
            self._constant(f"{output}/bias", self._array(operator.inputs[2])),
        ]
        self._append(
            "Conv",
            inputs,
            output,
            options.fusedActivationFunction,
            group=group,
            strides=[options.strideH, options.strideW],
            auto_pad=_PADDINGS[options.padding],
        )

    def _add(self, operator) -> None:
        output = self._name(operator.outputs[0])
        inputs = [self._source(each) for each in operator.inputs]
        self._append("Add", inputs, output, operator.builtinOptions.fusedActivationFunction)

    def _average_pool_2d(self, operator) -> None:
        options, output = operator.builtinOptions, self._name(operator.outputs[0])
        self._append(
            "AveragePool",
            [self._source(operator.inputs[0])],
            output,
            options.fusedActivationFunction,
            kernel_shape=[options.filterHeight, options.filterWidth],
            strides=[options.strideH, options.strideW],
            auto_pad=_PADDINGS[options.padding],
        )

    def _reshape(self, operator) -> None:
        source, output = operator.inputs[0], self._name(operator.outputs[0])
        # One pixel is left, so that NCHW and NHWC hold the same numbers in the same order.
        assert list(self._graph.tensors[source].shape[1:3]) == [1, 1]
        shape = np.array(self._graph.tensors[operator.outputs[0]].shape, np.int64)
        self._append("Reshape", [self._source(source), self._constant(f"{output}/shape", shape)], output)

    def _fully_connected(self, operator) -> None:
        output = self._name(operator.outputs[0])
        inputs = [
            self._source(operator.inputs[0]),
            self._constant(f"{output}/weights", self._array(operator.inputs[1])),
            self._constant(f"{output}/bias", self._array(operator.inputs[2])),
        ]
        self._append("Gemm", inputs, output, operator.builtinOptions.fusedActivationFunction, transB=1)

    def _softmax(self, operator) -> None:
        assert operator.builtinOptions.beta == 1
        self._append("Softmax", [self._source(operator.inputs[0])], self._name(operator.outputs[0]), axis=-1)

    def _append(
        self, kind: str, inputs: list[str], output: str, activation: int = _NONE, **attributes
    ) -> None:
        if activation == _NONE:
            self._nodes.append(helper.make_node(kind, inputs, [output], **attributes))
            return
        assert activation == schema.ActivationFunctionType.RELU6
        linear = f"{output}/linear"
        limits = [self._constant(f"{output}/{each}", np.float32(each)) for each in (0, 6)]
        self._nodes.append(helper.make_node(kind, inputs, [linear], **attributes))
        self._nodes.append(helper.make_node("Clip", [linear, *limits], [output]))

    def _source(self, index: int) -> str:
        return self._renamed.get(self._name(index), self._name(index))

    def _name(self, index: int) -> str:
        return self._graph.tensors[index].name.decode()

    def _whole_name(self, end: str) -> str:
        (name,) = [each.name.decode() for each in self._graph.tensors if each.name.decode().endswith(end)]
        return name

    def _array(self, index: int) -> np.ndarray:
        tensor = self._graph.tensors[index]
        assert tensor.type == schema.TensorType.FLOAT32
        return self._model.buffers[tensor.buffer].data.view(np.float32).reshape(tensor.shape)

    def _constant(self, name: str, values: np.ndarray) -> str:
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name


def write_onnx(tflite: Path, onnx_file: Path, outputs: list[str]) -> Path:
    """Write the network at `tflite` to `onnx_file`; `outputs` are ends of its tensors' names."""
    model = OnnxNetwork(tflite.read_bytes()).build(outputs)
    onnx.checker.check_model(model)
    onnx.save(model, onnx_file)
    return onnx_file
