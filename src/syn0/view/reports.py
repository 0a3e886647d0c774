"""The pictures beside the program: the table, regions, images, confusion, units, statistics, and of
a large network some units."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from syn0.data import Column, Table
from syn0.derive import inputs_of_layer, prediction_program
from syn0.derive.answers import class_numbers, middle_quantile
from syn0.explain.slopes import curve, layer_slopes
from syn0.explain.statistics import correlations, hidden_values
from syn0.models.answers import shares_of
from syn0.models.evaluation import regression_figures
from syn0.program import ACTIVATIONS
from syn0.spec.checks import choice, whole
from syn0.spec.words import visible
from syn0.view.page_run import PageRun
from syn0.view.protocol import Message
from syn0.view.shown import Pack, extent

ROWS_OF_A_TABLE, COLUMNS_OF_A_TABLE = 50, 40
IMAGES_AT_ONCE, WEIGHT_IMAGES = 24, 16
GRID, POINTS = 48, 1_000
CURVE, UNIT_ROWS, UNITS = 121, 64, 32
UNITS_DRAWN = 10
JUDGED = 5_000
"""Rows of those held out by which a run is judged while it goes."""


def report(run: PageRun, kind: str, asked: dict[str, Any]) -> Message:
    """A picture as it stands.

    Raises:
        ValueError, TypeError: a picture that these data or this network do not have.
    """
    return REPORTS[choice("report", kind, REPORTS)](run, asked)


def said(run: PageRun, outputs: NDArray[Any]) -> list[str]:
    """What outputs mean, as texts: a class, or a number in the target's own units."""
    schema, spec = run.made.schema, run.made.network.spec
    if schema is None:
        return [", ".join(f"{x:.4g}" for x in row) for row in outputs]
    if schema.classes is None:
        numbers = schema.restore(outputs)[:, middle_quantile(spec)]
        return [f"{x:.4g}" for x in numbers]
    answers = schema.decode(shares_of(spec, outputs))
    if outputs.shape[1] > 1:
        return [visible(str(x), 60) for x in answers]
    return [
        f"{visible(str(x), 60)} ({share:.3g})"
        for x, share in zip(answers, outputs[:, 0], strict=True)
    ]


def table(run: PageRun, asked: dict[str, Any]) -> Message:
    """Rows of the data, with what the network says of them."""
    made = run.made
    total = len(made.examples.X)
    first = min(whole("first", asked.get("first", 0), least=0), max(total - 1, 0))
    rows = slice(first, first + ROWS_OF_A_TABLE)
    X, y = made.examples.X[rows], made.examples.y[rows]
    outputs = run.predict(X)
    if made.trained is None:
        names = [f"x{k}" for k in range(1, X.shape[1] + 1)][:COLUMNS_OF_A_TABLE]
        inputs = [[f"{x:.4g}" for x in row[:COLUMNS_OF_A_TABLE]] for row in X]
        truths, target = said(run, y), "y"
    else:
        columns = made.trained.inputs[:COLUMNS_OF_A_TABLE]
        names = [visible(column.name, 60) for column in columns]
        cells = [cells_of(column, rows) for column in columns]
        inputs = [list(row) for row in zip(*cells, strict=True)]
        target = str(made.trained.target)
        truths = cells_of(made.trained.columns[target], rows)
    wrong = misses(run, outputs, y)
    header = {
        "type": "table",
        "first": first,
        "total": total,
        "columns": [*names, visible(target, 60), "prediction"],
        "texts": [
            [*row, truth, guess]
            for row, truth, guess in zip(inputs, truths, said(run, outputs), strict=True)
        ],
        "inputs": len(names),
        "wrong": wrong.tolist(),
    }
    return header, []


def cells_of(column: Column, rows: slice) -> list[str]:
    """Cells of a column as texts."""
    values = column.values[rows]
    if column.categories is not None:
        return [visible(column.categories[k], 60) if k >= 0 else "" for k in values]
    return ["" if np.isnan(value) else f"{value:.6g}" for value in values.astype(float)]


def misses(run: PageRun, outputs: NDArray[Any], y: NDArray[Any]) -> NDArray[np.bool_]:
    """(rows,): where the network says another class; nowhere, where it says numbers."""
    schema = run.made.schema
    if schema is None or schema.classes is None:
        return np.zeros(len(y), bool)
    said, true = (class_numbers(shares_of(run.made.network.spec, x)) for x in (outputs, y))
    return np.asarray(said != true)


def regions(run: PageRun, asked: dict[str, Any]) -> Message:
    """What the network says over the plane of its two inputs."""
    X, y, spec = run.made.examples.X, run.made.examples.y, run.made.network.spec
    if X.shape[1] != 2:
        raise ValueError("regions are drawn over two inputs: choose one of the 2-D sets")
    low, high = X.min(axis=0), X.max(axis=0)
    margin = 0.15 * np.where(high > low, high - low, 1)
    low, high = low - margin, high + margin
    across, up = (np.linspace(a, b, GRID, dtype=X.dtype) for a, b in zip(low, high, strict=True))
    grid = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
    outputs = shares_of(spec, run.predict(grid))
    many = outputs.shape[1] > 1
    values = outputs.argmax(axis=1) if many else outputs[:, 0]
    targets = shares_of(spec, y)
    kinds = targets.argmax(axis=1) if many else targets[:, 0]
    pack = Pack()
    header = {
        "type": "regions",
        "bounds": [float(low[0]), float(high[0]), float(low[1]), float(high[1])],
        "values": pack.add(values.reshape(GRID, GRID).astype(np.float32)),
        "points": pack.add(X[:POINTS].astype(np.float32)),
        "targets": pack.add(kinds[:POINTS].astype(np.float32)),
        "classes": outputs.shape[1] if many else 0,
    }
    return pack.message(header)


def images(run: PageRun, asked: dict[str, Any]) -> Message:
    """Rows as images, and the first layer's weights as images."""
    made = run.made
    shape = tuple((made.schema.image_shape if made.schema else None) or ())
    if not shape:
        raise ValueError("these data are no images")
    shape = (*shape, 1) if len(shape) == 2 else shape
    total = len(made.examples.X)
    first = min(whole("first", asked.get("first", 0), least=0), max(total - 1, 0))
    X = made.examples.X[first : first + IMAGES_AT_ONCE]
    y = made.examples.y[first : first + IMAGES_AT_ONCE]
    weights = np.asarray(run.state()["syn0"]).T[:WEIGHT_IMAGES]
    pack = Pack(2**20)
    header = {
        "type": "images",
        "first": first,
        "total": total,
        "shape": list(shape),
        "pixels": pack.add(X.reshape(-1, *shape).astype(np.float32)),
        "said": said(run, run.predict(X)),
        "right": said(run, y),
        "weights": pack.add(weights.reshape(-1, *shape).astype(np.float32)),
    }
    return pack.message(header)


def confusion(run: PageRun, asked: dict[str, Any]) -> Message:
    """How often each class was taken for which."""
    made, schema = run.made, run.made.schema
    X, y, words = judged(run)
    outputs = run.predict(X)
    pack = Pack()
    header: dict[str, Any] = {
        "type": "confusion", "words": words, "classes": [], "accuracy": None, "figures": [],
    }  # fmt: skip
    if schema is None or schema.classes is None:
        guess = schema.restore(outputs) if schema else outputs
        truth = schema.restore(y) if schema else y
        column = middle_quantile(made.network.spec) if schema else 0
        found = regression_figures(truth[:, 0], guess[:, column])
        figures = {"R squared": found.r2, "RMSE": found.rmse, "mean miss": found.mae}
        header["counts"] = pack.add(np.zeros((0, 0), np.int32))
    else:
        truths, guesses = (class_numbers(shares_of(made.network.spec, x)) for x in (y, outputs))
        counts = np.zeros((len(schema.classes), len(schema.classes)), np.int32)
        np.add.at(counts, (truths, guesses), 1)
        header["classes"] = [visible(str(name), 60) for name in schema.classes]
        header["accuracy"] = float((truths == guesses).mean())
        header["counts"] = pack.add(counts)
        figures = {"accuracy": header["accuracy"]}
    header["figures"] = [
        {"name": name, "text": "" if value is None else f"{value:.4g}"}
        for name, value in figures.items()
    ]
    return pack.message(header)


def judged(run: PageRun) -> tuple[NDArray[Any], NDArray[Any], str]:
    """The rows by which a run is judged, as its program takes them, and words for them."""
    made, schema = run.made, run.made.schema
    dtype = made.network.spec.dtype
    held: Table | None = made.held_out
    if held is not None and schema is not None and len(held):
        rows = held.take(np.arange(min(len(held), JUDGED)))
        words = f"{len(rows):,} rows it has not seen"
        return schema.inputs(rows, dtype), schema.targets(rows, dtype), words
    X, y = made.examples.X[:JUDGED], made.examples.y[:JUDGED]
    return X, y, f"the {len(X):,} rows that it learns from (none are held out)"


def units(run: PageRun, asked: dict[str, Any]) -> Message:
    """Where each unit of a layer sits on its activation's curve."""
    spec = run.made.network.spec
    count = len(spec.dense)
    layer = whole("layer", asked.get("layer") or max(count - 1, 1), least=1)
    if layer > count:
        raise ValueError(f"there are {count} layers, so none is number {layer}")
    lines = {
        found.name: found
        for line in run.trace.phase("forward")
        if line.layer == layer and (found := layer_slopes(line)) is not None
    }
    found = lines.get(f"l{layer}") or next(iter(lines.values()), None)
    name = "identity" if found is None else found.activation
    if found is None:
        value = np.asarray(run.trace.values[f"l{layer}"])
        sums, values, slopes = value, value, np.ones_like(value)
    else:
        sums, values, slopes = found.sums, found.values, found.slopes
    piece = np.s_[:UNIT_ROWS, :UNITS]
    far = float(np.clip(np.abs(np.nan_to_num(sums[piece])).max(initial=0) * 1.1, 6, 60))
    z = np.linspace(-far, far, CURVE)
    # Of a softmax: the curve of one of two units, the other's sum being 0.
    drawn = curve(name, np.stack([z, np.zeros_like(z)], axis=1))
    pack = Pack()
    header = {
        "type": "units",
        "layer": layer,
        "activation": name,
        "words": ACTIVATIONS[name].words,
        "curve": pack.add(np.stack([z, drawn[0][:, 0], drawn[1][:, 0]])),
        "z": pack.add(np.asarray(sums[piece], np.float64)),
        "values": pack.add(np.asarray(values[piece], np.float64)),
        "slopes": pack.add(np.asarray(slopes[piece], np.float64)),
    }
    return pack.message(header)


def statistics(run: PageRun, asked: dict[str, Any]) -> Message:
    """How inputs and hidden units go with the target, at the start and now."""
    spec, job = run.made.network.spec, run.timeline.run.job
    program = prediction_program(spec)
    layers = ["l0", *(inputs_of_layer(spec, k + 1) for k in range(1, len(spec.dense)))]
    given = {**job.constants, "X": job.arrays["X"][:JUDGED], "y": job.arrays["y"][:JUDGED]}

    def found(state: Mapping[str, Any], layers: Sequence[str]) -> dict[str, NDArray[Any]]:
        values = hidden_values(program, {**given, **state}, layers)
        return {name: correlations(values[name], given["y"]) for name in layers}

    run.at_start = run.at_start or found(run.timeline.origin.values, layers)
    now = {**run.at_start, **found(run.state(), layers[1:])}  # the data stay as they are
    inputs = run.made.schema.input_names if run.made.schema else ()
    names: list[str] = []
    texts: list[list[str]] = []
    for name in layers:
        for k, (before, after) in enumerate(zip(run.at_start[name], now[name], strict=True)):
            if len(names) == 200:
                break
            own = name == "l0" and k < len(inputs)
            names.append(visible(str(inputs[k]), 60) if own else f"{name}[{k}]")
            texts.append([figure(before), figure(after)])
    return {"type": "statistics", "names": names, "texts": texts}, []


def figure(row: NDArray[Any]) -> str:
    """The strongest of some correlations; "none" where there is none."""
    known = row[np.isfinite(row)]
    return f"{known[np.abs(known).argmax()]:.3f}" if known.size else "none"


def network(run: PageRun, asked: dict[str, Any]) -> Message:
    """Some units of each layer, and the weights between them: the strongest, or from one on."""
    sizes, state = run.made.network.spec.sizes, run.state()
    arrays = [np.asarray(state[f"syn{k}"], np.float64) for k in range(len(sizes) - 1)]
    starts = asked.get("windows", [None] * len(sizes))
    if not isinstance(starts, list) or len(starts) != len(sizes):
        raise ValueError(f"windows must be a list of {len(sizes)}: a first unit, or null, a layer")
    chosen = [
        strongest(arrays, k)
        if start is None
        else window(whole(f"windows {k}", start, least=0), sizes[k])
        for k, start in enumerate(starts)
    ]
    example = whole("example", asked.get("example", 0), least=0)
    pack = Pack()
    layers = [some_units(run, pack, k, units, example) for k, units in enumerate(chosen)]
    header = {
        "type": "network",
        "example": example,
        "layers": layers,
        "weights": [
            pack.add(array[np.ix_(below, above)])
            for array, (below, above) in zip(arrays, pairwise(chosen), strict=True)
        ],
        "limits": [extent(array)[0] or 0.0 for array in arrays],
    }
    return pack.message(header)


def strongest(arrays: Sequence[NDArray[Any]], layer: int) -> NDArray[np.intp]:
    """The units of a layer whose weights, in and out, are largest in sum; in their order."""
    sums = [np.abs(arrays[layer - 1]).sum(axis=0)] if layer else []
    sums += [np.abs(arrays[layer]).sum(axis=1)] if layer < len(arrays) else []
    return np.sort(np.argsort(-np.sum(sums, axis=0), kind="stable")[:UNITS_DRAWN])


def window(first: int, size: int) -> NDArray[np.intp]:
    """Units from one on, as many as are drawn."""
    first = min(first, max(size - UNITS_DRAWN, 0))
    return np.arange(first, min(first + UNITS_DRAWN, size))


def some_units(
    run: PageRun, pack: Pack, layer: int, units: NDArray[np.intp], example: int
) -> dict[str, Any]:
    """Some units of a layer, with their values for an example of the step."""
    value, age = run.values().get(f"l{layer}", (None, "none"))
    rows = None if value is None else np.asarray(value, np.float64)
    return {
        "size": run.made.network.spec.sizes[layer],
        "units": units.tolist(),
        "values": None if rows is None else pack.add(rows[min(example, len(rows) - 1)][units]),
        "limit": 0.0 if rows is None else extent(rows)[0] or 0.0,
        "age": age,
    }


REPORTS: dict[str, Callable[[PageRun, dict[str, Any]], Message]] = {
    "table": table,
    "regions": regions,
    "images": images,
    "confusion": confusion,
    "units": units,
    "statistics": statistics,
    "network": network,
}
