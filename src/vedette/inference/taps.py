"""A TFLite network whose outputs are other tensors of the same graph, without converting it again."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence

from vedette.errors import BackendError
from vedette.inference.flatbuffer import Table
from vedette.inference.tflite import (
    GRAPH_OPERATORS,
    GRAPH_OUTPUTS,
    MODEL_SIGNATURES,
    OPERATOR_INPUTS,
    OPERATOR_OUTPUTS,
    damaged,
    graph_names,
    main_subgraph,
    model_table,
)


def tap_outputs(network: bytes, names: Sequence[str]) -> bytes:
    """The same network with the tensors `names` as its outputs, in that order.

    A name is a tensor's own, or an end of it that no other tensor has (`head/Squeeze1`). Operators
    that none of them needs are taken out: LiteRT would run them all the same. Signatures, which
    would name the old outputs, are emptied.

    Raises:
        BackendError: not a TFLite file, a damaged one, or no tensor (or several) of that name.
    """
    try:
        return _tapped(bytearray(network), names)
    except struct.error as error:
        raise damaged() from error


def match_name(name: str, among: Sequence[str]) -> int:
    """The index of the one that is `name`, or else of the only one that ends with it.

    Raises:
        BackendError: none of that name, or several.
    """
    exact = [index for index, each in enumerate(among) if each == name]
    found = exact or [index for index, each in enumerate(among) if each.endswith(name)]
    if len(found) == 1:
        return found[0]
    if found:
        several = ", ".join(among[index] for index in found[:4])
        raise BackendError(f"{len(found)} tensors are called {name}: {several}.", "Give the whole name.")
    raise BackendError(f"the network has no tensor {name}.", f"Its last are {', '.join(among[-4:])}.")


def _tapped(buffer: bytearray, names: Sequence[str]) -> bytes:
    model = model_table(buffer)
    graph = main_subgraph(model)
    tensors = graph_names(graph)
    outputs = [match_name(name, tensors) for name in names]
    if len(set(outputs)) != len(outputs):
        raise BackendError(f"a tensor is tapped twice: {', '.join(names)}.", "Name each once.")
    graph.keep_tables(GRAPH_OPERATORS, _needed_operators(graph, outputs))
    graph.append_integers(GRAPH_OUTPUTS, outputs)
    if model.place(MODEL_SIGNATURES) is not None:
        model.append_integers(MODEL_SIGNATURES, ())
    return bytes(buffer)


def _needed_operators(graph: Table, outputs: Iterable[int]) -> list[int]:
    """Operators are stored in the order in which they run: walk back from the outputs.

    One without outputs (CALL_ONCE, ASSIGN_VARIABLE) acts on state that no edge shows; it stays,
    with what it reads.
    """
    needed = set(outputs)
    kept: list[int] = []
    operators = graph.tables(GRAPH_OPERATORS)
    for index in range(len(operators) - 1, -1, -1):
        makes = operators[index].vector("i", OPERATOR_OUTPUTS)
        if not makes or needed.intersection(makes):
            kept.append(index)
            needed.update(operators[index].vector("i", OPERATOR_INPUTS))
    return kept[::-1]
