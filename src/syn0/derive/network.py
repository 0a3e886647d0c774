"""The derivation: a network's description becomes the lines that train it.

What each kind of layer, loss, schedule and optimizer adds stands in its own table; here it is put
together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache

from syn0.derive.backward import backward_lines
from syn0.derive.checks import check_names, check_training
from syn0.derive.layers import RANDOM, SEED, layers_in_place
from syn0.derive.losses import TINY, loss_of, target_columns
from syn0.derive.rows import Rows
from syn0.derive.schedules import reads_steps
from syn0.derive.updates import penalty, penalty_constants, pulls, update_lines, waiting_lines
from syn0.program import Const, Expr, Line, Name, Program
from syn0.program.checker import shape_of
from syn0.program.expressions import absolute, apply, equal, mean, total
from syn0.program.operations import Shape
from syn0.program.tidy import rest, spelled, tidied
from syn0.spec import NetworkSpec, Optimizer, Solver, Training

MACHINE_EPSILON = {"float64": -52, "float32": -23}
"""As powers of 2."""


@lru_cache(maxsize=128)
def training_program(
    network: NetworkSpec, training: Training, *, weighted: bool = False
) -> Program:
    """The program that trains `network`: init, forward, loss, backward and update lines.

    Inputs are X ("rows", inputs) and y ("rows", target columns); with `weighted` rows also
    `sample_weight` ("rows", 1), with mini-batches `batch`, the row numbers of a step, and with a
    schedule that ends `steps`, the number of the last step.

    Where a solver takes the steps, the update lines bind each parameter's pull, by which the solver
    changes the parameters: see `Program.pulls`.
    """
    check_names(network)
    check_training(network, training)
    optimizer = training.optimizer
    rule = None if isinstance(optimizer, Solver) else optimizer
    return assembled(network, training, rule, weighted=weighted)


def gradient_program(network: NetworkSpec, training: Training) -> Program:
    """The program that binds each parameter's pull and changes nothing: what `training` descends,
    penalties and all, before any limit, in steps of all rows."""
    check_names(network)
    check_training(network, training)
    return assembled(network, training.descended(), None, weighted=False)


def assembled(
    network: NetworkSpec, training: Training, optimizer: Optimizer | None, *, weighted: bool
) -> Program:
    """All lines, in their order; without an optimizer the pulls are left as they are."""
    rows = Rows(training.batch_size is not None, weighted, training.reduction == "mean")
    drawn = any(isinstance(layer, RANDOM) for layer in network.layers)
    backward = backward_lines(network, training, rows)
    parameters = pulls(training, backward.parameters, rows)
    if optimizer is None:
        learning_init, update = waiting_lines(parameters, counted=drawn)
    else:
        learning_init, update = update_lines(training, optimizer, parameters, counted=drawn)
    starts = layer_starts(network)
    init = [
        *starts,
        *loss_constants(network),
        *(seed_line(network) if drawn else ()),
        *penalty_constants(training),
        *learning_init,
    ]
    remembered = [
        line
        for rule, layer, place in layers_in_place(network)
        for line in rule.update(layer, place)
    ]
    lines = [
        *in_dtype(network.dtype, init),
        *forward_lines(network, rows),
        *loss_lines(network, training, rows),
        *backward.lines,
        *update,
        *remembered,
    ]
    inputs = inputs_of(network)
    if weighted:
        inputs["sample_weight"] = ("rows", 1)
    if rows.batched:
        inputs["batch"] = ("batch",)
    if optimizer is not None and reads_steps(training):
        inputs["steps"] = ()
    return program_of(network, starts, lines, inputs, ("loss", "error", *backward.reports))


@lru_cache(maxsize=128)
def prediction_program(network: NetworkSpec, reduction: str = "sum") -> Program:
    """The program that predicts: the start, the forward lines over all rows without what only
    training does, and the loss of the data alone."""
    check_names(network)
    plain, rows = Training(steps=1), Rows(mean=reduction == "mean")
    starts = layer_starts(network)
    lines = [
        *in_dtype(network.dtype, [*starts, *loss_constants(network)]),
        *forward_lines(network, rows, training=False),
        *loss_lines(network, plain, rows),
    ]
    return program_of(network, starts, lines, inputs_of(network), ("loss", "error"))


def program_of(
    network: NetworkSpec,
    starts: Iterable[Line],
    lines: Iterable[Line],
    inputs: dict[str, Shape],
    reports: tuple[str, ...],
) -> Program:
    """The lines as a program; some of them are where the layers start."""
    return Program(
        tuple(map(tidied_line, lines)),
        inputs,
        output=f"l{len(network.dense)}",
        weights=tuple(line.target for line in starts),
        reports=reports,
        dtype=network.dtype,
        seed=network.seed,
    )


def tidied_line(line: Line) -> Line:
    """The line with its expression tidied; itself where it is."""
    expression = tidied(line.expression)
    return line if expression is line.expression else replace(line, expression=expression)


def inputs_of(network: NetworkSpec) -> dict[str, Shape]:
    """The shapes of X and y."""
    return {"X": ("rows", network.inputs), "y": ("rows", target_columns(network))}


def layer_starts(network: NetworkSpec) -> list[Line]:
    """Where what the layers learn and remember starts."""
    places = layers_in_place(network)
    return [line for rule, layer, place in places for line in rule.start(layer, place)]


def loss_constants(network: NetworkSpec) -> Iterator[Line]:
    """The constants of the loss."""
    loss = loss_of(network)
    if loss.row.uses_tiny:
        smallest = Const(2) ** MACHINE_EPSILON[network.dtype]
        yield Line(TINY.name, smallest, "init", 0, "machine epsilon: keeps log and division finite")
    if row := loss.row.per_output:
        yield Line(row.name.name, Const(loss.numbers), "init", 0, row.note)


def seed_line(network: NetworkSpec) -> Iterator[Line]:
    """The seed of the masks and the noise."""
    value = apply("random_seed") if network.seed is None else Const(network.seed)
    yield Line(SEED.name, value, "init", 0, "seed of the masks and the noise")


def in_dtype(dtype: str, lines: Iterable[Line]) -> Iterator[Line]:
    """Draws are float64 on every engine; a float32 program rounds the arrays it starts with."""
    for line in lines:
        if dtype == "float32" and shape_of(line.expression, {}) != ():
            yield replace(line, expression=apply("float32", line.expression))
        else:
            yield line


def forward_lines(network: NetworkSpec, rows: Rows, *, training: bool = True) -> Iterator[Line]:
    """The lines from the inputs to the prediction."""
    if rows.batched:
        batch = Name("batch")
        yield Line("l0", Name("X")[batch], "forward", 0, "the inputs of this batch")
        yield Line(rows.target.name, Name("y")[batch], "forward", 0, "and their targets")
        if rows.weighted:
            weight, note = Name("sample_weight")[batch], "and the weights of these rows"
            yield Line(rows.weight.name, weight, "forward", 0, note)
    else:
        yield Line("l0", Name("X"), "forward", 0, "layer 0: the inputs, one example a row")
    for rule, layer, place in layers_in_place(network):
        yield from rule.forward(layer, place, training=training)


def loss_lines(network: NetworkSpec, training: Training, rows: Rows) -> Iterator[Line]:
    """How far the prediction is off: the error that is sent back, and two numbers to report."""
    n = len(network.dense)
    target, out, error = rows.target, Name(f"l{n}"), Name(f"l{n}_error")
    missed: Expr = error
    if training.label_smoothing:
        yield smoothing_line(network, training.label_smoothing, target)
        missed, target = target - out, SMOOTH
    note = f"target - output: positive where {out.name} is below {target.name}"
    yield Line(error.name, target - out, "loss", n, note)
    loss = loss_of(network)
    value, words = loss.row.value(target, out, error, rows.total, *loss.numbers), loss.row.words
    value, words = rows.averaged(value, out), words + rows.words
    if rows.mean and rows.weighted:
        weight_sum = total(rows.weight) + equal(total(rows.weight), 0)
        note = "sum of the row weights; 1 where all are 0"
        yield Line("weight_sum", weight_sum, "loss", 0, note)
    if (cost := penalty(training, [f"syn{k}" for k in range(n)], rows)) is not None:
        yield Line("penalty", cost, "loss", 0, "what large weights cost")
        value, words = value + Name("penalty"), f"{words}, plus the penalty"
    yield Line("loss", value, "loss", n, words)
    yield Line("error", mean(absolute(missed)), "loss", n, "mean absolute error")


SMOOTH = Name("y_smooth")


def smoothing_line(network: NetworkSpec, share: float, target: Name) -> Line:
    """Targets of which a share goes to all classes alike (Szegedy et al., 2016, section 7)."""
    classes = network.outputs if loss_of(network).row.targets == "classes" else 2
    value = rest(share) * target + Const(share) / classes
    note = f"label smoothing: {spelled(share)} of each target is shared by all {classes} classes"
    return Line(SMOOTH.name, value, "loss", len(network.dense), note)
