"""From a table to a trained network: rows held out, columns prepared, sound settings chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from syn0.data import Schema, Table, split_rows
from syn0.derive import LOSSES
from syn0.models.network import (
    Network,
    Origin,
    check_batch_size,
    default_steps,
    layers_of,
    make_optimizer,
)
from syn0.spec import Adam, NetworkSpec, Training, dense_layers
from syn0.spec.checks import choice, real, seed_number
from syn0.training import History
from syn0.training.loop import Callback

Pair = tuple[NDArray[Any], NDArray[Any]]

HOLDOUT = 0.2
FEWEST_ROWS_TO_SPLIT = 20
"""Tables with fewer rows, such as the tutorial's, are used whole."""

VALIDATION = 0.1
HIDDEN, HIDDEN_FOR_IMAGES = (128,), (256,)


@dataclass(frozen=True)
class TableOptions:
    """What a user may say about training on a table; None leaves the choice to syn0.

    Attributes:
        sizes: the whole network; columns then go in as they are and the rest is the tutorial's.
        hidden: units of the hidden layers, for the practitioner's pipeline.
        task: "classification" or "regression"; by default told from the target.
        holdout: fraction of the rows held out for evaluation; 0 for none.
        Others: as in `Network` and `Network.train`.
    """

    sizes: tuple[int, ...] | None = None
    hidden: tuple[int, ...] | None = None
    task: str | None = None
    holdout: float | None = None
    activation: str | tuple[str, ...] | None = None
    bias: bool = False
    loss: str | None = None
    optimizer: str | None = None
    learning_rate: float | None = None
    steps: int | None = None
    epochs: int | None = None
    batch_size: int | None = None
    report_every: int | None = None
    seed: int = 1


@dataclass(frozen=True)
class Fitted:
    """A network trained on a table, with the rows that it saw and those held out."""

    network: Network
    history: History
    trained: Table
    held_out: Table

    def judged(self) -> tuple[Table, str]:
        """The rows to judge the network on, and words for them."""
        return held_out_or_all(self.trained, self.held_out)


@dataclass(frozen=True)
class Plan:
    """Everything that is settled before training begins."""

    network: Network
    training: Training
    trained: Table
    held_out: Table

    @cached_property
    def arrays(self) -> tuple[NDArray[Any], NDArray[Any], Pair | None]:
        """X and y of the rows to train on, and those of the rows that say when to stop."""
        network, schema, origin = self.network, self.network.schema, self.network.origin
        assert schema is not None and origin is not None  # noqa: S101, PT018  (see plan_table)
        dtype = network.spec.dtype
        X, y = schema.inputs(self.trained, dtype), schema.targets(self.trained, dtype)
        if not origin.validation:
            return X, y, None
        kept, apart = split_rows(len(X), origin.validation, origin.seed, strata(schema, y))
        return X[kept], y[kept], (X[apart], y[apart])

    def fit(
        self, *, engine: str = "auto", callbacks: Sequence[Callback] = (), progress: bool = True
    ) -> Fitted:
        """Train the network as planned; NonFiniteError as in `Network.train`."""
        history = self.network.run(
            self.training, *self.arrays, callbacks=callbacks, engine=engine, progress=progress
        )
        return Fitted(self.network, history, self.trained, self.held_out)


def plan_table(table: Table, options: TableOptions) -> Plan:
    """Settle how a network is trained on a table.

    Raises:
        ValueError, TypeError: options that do not go together or with the table.
    """
    seed_number(options.seed)
    if options.bias and options.sizes is None:
        raise ValueError("bias goes with a network's sizes: other networks have it already")
    holdout = options.holdout
    if holdout is None:
        holdout = HOLDOUT if len(table) >= FEWEST_ROWS_TO_SPLIT else 0.0
    holdout = real("holdout", holdout, least=0, below=1)
    prepare = options.sizes is None
    task = options.task or task_for_sizes(table, options.sizes)
    whole = Schema.fit(table, task=task, prepare=prepare)
    rows = strata(whole, whole.targets(table))
    kept, apart = split_rows(len(table), holdout, options.seed, rows)
    trained, held_out = table.take(kept), table.take(apart)
    schema = Schema.fit(trained, task=whole.task, prepare=prepare)
    if options.sizes is None:
        spec = default_network(options, schema)
        training = default_training(options, schema.task, len(kept))
    else:
        check_sizes(options.sizes, schema, table.name)
        spec = tutorial_network(options.sizes, options)
        training = tutorial_training(options, spec)
    validation = VALIDATION if training.patience is not None else 0.0
    rows_left = len(kept) - round(len(kept) * validation)
    check_batch_size(training, rows_left)
    network = Network.from_spec(spec)
    network.schema = schema
    network.origin = Origin(table.name, table.fingerprint, holdout, validation, options.seed)
    return Plan(network, training, trained, held_out)


def resume_table(network: Network, table: Table, options: TableOptions) -> Plan:
    """Settle how a trained network goes on, on the rows that it was trained on.

    The table is split as before; the network, its columns and its settings stay, but for the
    steps or epochs, the batch size and the learning rate that are given. It trains that long.

    Raises:
        ValueError, TypeError: options or a table that do not fit the network.
    """
    if network.schema is None or network.origin is None or network.training is None:
        raise ValueError("this model was not trained on a table: go on with Network.train")
    if options.steps is None and options.epochs is None:
        raise ValueError("say how much further to train: give steps or epochs")
    if table.fingerprint != network.origin.fingerprint:
        raise ValueError(
            f"{table.name} is not what the model was trained on ({network.origin.data}): "
            "training goes on with the same rows, so that those held out stay unseen"
        )
    trained, held_out = split_again(network, table)
    optimizer = make_optimizer(network.training.optimizer, options.learning_rate)
    training = replace(
        network.training,
        steps=options.steps,
        epochs=options.epochs,
        batch_size=network.training.batch_size
        if options.batch_size is None
        else options.batch_size,
        report_every=options.report_every,
        optimizer=optimizer,
        patience=None,
    )
    return Plan(network, training, trained, held_out)


def split_again(network: Network, table: Table) -> tuple[Table, Table]:
    """The rows that a network was trained on and those held out, of the same data."""
    schema, origin = network.schema, network.origin
    assert schema is not None and origin is not None  # noqa: S101, PT018  (trained on a table)
    # Another column may hold the answers now; the rows were chosen by the trained target's.
    chosen_by = replace(table, target=schema.target, target_was_guessed=False)
    if table.target != schema.target and table.rows_without_target:
        raise ValueError(
            f"{table.name} lacks {table.target!r} in {table.rows_without_target} rows, so that "
            "the rows held out from training cannot be told"
        )
    classes = strata(schema, schema.targets(chosen_by))
    kept, apart = split_rows(len(table), origin.holdout, origin.seed, classes)
    return table.take(kept), table.take(apart)


def judged_rows(network: Network, table: Table) -> tuple[Table, str]:
    """The rows of a table that a network can fairly be judged on, and words for them.

    Of the data it was trained on these are the rows held out; other data count whole.
    """
    if network.origin is None or table.fingerprint != network.origin.fingerprint:
        return table, f"rows of {table.name} (other data than it was trained on, by their content)"
    return held_out_or_all(*split_again(network, table))


def held_out_or_all(trained: Table, held_out: Table) -> tuple[Table, str]:
    """The rows held out, or where there are none those trained on, and words that say so."""
    if len(held_out):
        return held_out, "held-out rows"
    return trained, "rows it was trained on (none were held out)"


def strata(schema: Schema, targets: NDArray[Any]) -> NDArray[Any] | None:
    """The class number of each row, so that a split keeps the classes' shares; None for
    regression."""
    if schema.task == "regression":
        return None
    return targets.argmax(axis=1) if targets.shape[1] > 1 else targets[:, 0].astype(np.intp)


def task_for_sizes(table: Table, sizes: tuple[int, ...] | None) -> str | None:
    """A single output learns a target of many whole numbers as a number, not as classes."""
    target = table.columns[table.target] if table.target else None
    if sizes is None or sizes[-1] > 1 or target is None or target.categories is not None:
        return None
    return "regression" if len(np.unique(target.values)) > 2 else None


def check_sizes(sizes: tuple[int, ...], schema: Schema, data: str) -> None:
    """ValueError if a network of these sizes does not fit the columns of `data`."""
    net = "-".join(map(str, sizes))
    if sizes[0] != schema.n_inputs:
        raise ValueError(
            f"the network {net} takes {sizes[0]} inputs, but {data} has "
            f"{schema.n_inputs} input columns"
        )
    if sizes[-1] != schema.n_outputs:
        kind = f"{len(schema.classes)} classes" if schema.classes else "numbers"
        raise ValueError(
            f"the network {net} gives {sizes[-1]} outputs, but the target {schema.target!r} of "
            f"{data} holds {kind} and needs {schema.n_outputs}"
        )


def tutorial_network(sizes: tuple[int, ...], options: TableOptions) -> NetworkSpec:
    """The network of `--net`: the tutorial's, but for the options given."""
    loss = options.loss or "squared_error"
    layers = layers_of(sizes[1:], loss, options.activation, bias=options.bias)
    return NetworkSpec(sizes[0], layers, loss=loss, seed=options.seed)


def tutorial_training(options: TableOptions, spec: NetworkSpec) -> Training:
    """The training of `--net`: full batches, summed gradients, unless the options say otherwise."""
    steps = options.steps
    if steps is None and options.epochs is None:
        steps = default_steps(spec)
    return Training(
        steps=steps,
        epochs=options.epochs,
        batch_size=options.batch_size,
        optimizer=make_optimizer(options.optimizer or "sgd", options.learning_rate),
        report_every=options.report_every,
    )


def default_network(options: TableOptions, schema: Schema) -> NetworkSpec:
    """The practitioner's network: relu layers with bias, and the output that fits the target."""
    if schema.task == "regression":
        loss, output = "squared_error", "identity"
    else:
        loss = "binary_cross_entropy" if schema.n_outputs == 1 else "cross_entropy"
        output = LOSSES[loss].output
    if options.loss is not None:
        loss = choice("loss", options.loss, LOSSES)
    hidden = options.hidden or (HIDDEN_FOR_IMAGES if schema.image_shape else HIDDEN)
    layers = dense_layers(
        (*hidden, schema.n_outputs),
        options.activation or "relu",
        output,
        bias=True,
        init="he_uniform",
    )
    return NetworkSpec(schema.n_inputs, layers, loss=loss, seed=options.seed, dtype="float32")


def default_training(options: TableOptions, task: str, rows: int) -> Training:
    """The practitioner's training: Adam on mini-batches, stopped when validation rows say so.

    Small tables get more epochs, so that each network takes some thousands of steps. For
    classes, early stopping watches the mean absolute error: it follows the accuracy more closely
    than the loss does and, unlike the accuracy, still moves when every row is right.
    """
    batch_size = options.batch_size
    if batch_size is None:
        batch_size = min(default_batch_size(rows), max(1, rows // 2))
    epochs, patience = options.epochs, None
    if options.steps is None and epochs is None:
        epochs = int(np.clip(5000 * max(batch_size, 1) // rows, 40, 400))
        # A tenth of the rows must be enough to say when to stop.
        patience = epochs // 4 if rows * VALIDATION >= 10 else None
    optimizer = make_optimizer(options.optimizer or Adam(), options.learning_rate)
    return Training(
        steps=options.steps,
        epochs=epochs,
        batch_size=batch_size,
        optimizer=optimizer,
        reduction="mean",
        report_every=options.report_every,
        patience=patience,
        monitor="error" if task == "classification" else "loss",
    )


def default_batch_size(rows: int) -> int:
    """32 rows, and more for large tables, up to 512."""
    return int(2 ** np.clip(np.round(np.log2(rows / 1500)), 5, 9))
