"""Store a graph's large weights in 8 bits; whoever loads it computes with floats again.

A matrix becomes integers and a scale for each 32 weights of a column, followed by the product of
the two, which onnxruntime folds into one float matrix when it loads the file. So the file is a
quarter of the size, and results are those of plain float arithmetic: they depend neither on a
text's neighbours nor on the processor's integer instructions, which many laptops lack (where they
do, 8-bit products were measured to be no faster, and blockwise ones three times slower).
"""

from pathlib import Path
from typing import Any

import numpy as np

BLOCK = 32
"""Weights that share one scale; smaller is more exact and, above 16, hardly bigger."""
SMALL = 10_000
"""Weights with fewer numbers than this stay as they are."""


def store_in_8_bits(source: Path, target: Path) -> None:
    """Write the fp32 graph `source` as `target`."""
    import onnx
    from onnx import numpy_helper

    model = onnx.load(source)
    graph = model.graph
    weights = {i.name: numpy_helper.to_array(i) for i in graph.initializer}
    large = {n: w for n, w in weights.items() if w.ndim == 2 and w.size > SMALL}
    tables = {n.input[0] for n in graph.node if n.op_type == "Gather"} & large.keys()
    nodes: list[Any] = []
    for node in graph.node:
        if node.op_type == "Gather" and node.input[0] in tables:
            nodes += _table(graph, node, large[node.input[0]])
        else:
            nodes.append(node)
    folded = [_factor(graph, n, w) for n, w in large.items() if n not in tables]
    kept = [i for i in graph.initializer if i.name not in large]
    del graph.initializer[:]
    graph.initializer.extend(kept)
    del graph.node[:]
    graph.node.extend([n for group in folded for n in group] + nodes)
    onnx.checker.check_model(model)
    onnx.save(model, target)


def _whole(weights: Any, axis: int) -> tuple[Any, Any]:
    scale = np.maximum(np.abs(weights).max(axis=axis, keepdims=True), 1e-12) / 127
    return np.rint(weights / scale).astype(np.int8), scale.astype(np.float32)


def _factor(graph: Any, name: str, weights: Any) -> list[Any]:
    """(rows, columns) from blocks of rows: int8 (rows / 32, 32, columns) · scale, reshaped."""
    from onnx import TensorProto, helper, numpy_helper

    rows, columns = weights.shape
    whole, scale = _whole(weights.reshape(rows // BLOCK, BLOCK, columns), axis=1)
    graph.initializer.extend(
        [
            numpy_helper.from_array(whole, f"{name}.int8"),
            numpy_helper.from_array(scale, f"{name}.scale"),
            numpy_helper.from_array(np.array([rows, columns], np.int64), f"{name}.shape"),
        ]
    )
    return [
        helper.make_node("Cast", [f"{name}.int8"], [f"{name}.float"], to=TensorProto.FLOAT),
        helper.make_node("Mul", [f"{name}.float", f"{name}.scale"], [f"{name}.blocks"]),
        helper.make_node("Reshape", [f"{name}.blocks", f"{name}.shape"], [name]),
    ]


def _table(graph: Any, node: Any, weights: Any) -> list[Any]:
    """Look up 8-bit rows and a scale for each row where the graph looks up float rows."""
    from onnx import TensorProto, helper, numpy_helper

    name, index = node.input
    whole, scale = _whole(weights, axis=1)
    graph.initializer.extend(
        [
            numpy_helper.from_array(whole, f"{name}.int8"),
            numpy_helper.from_array(scale, f"{name}.scale"),
        ]
    )
    return [
        helper.make_node("Gather", [f"{name}.int8", index], [f"{name}.row"]),
        helper.make_node("Gather", [f"{name}.scale", index], [f"{name}.row_scale"]),
        helper.make_node("Cast", [f"{name}.row"], [f"{name}.float"], to=TensorProto.FLOAT),
        helper.make_node("Mul", [f"{name}.float", f"{name}.row_scale"], node.output),
    ]
