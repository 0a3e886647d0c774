"""`Network`: the public face of a network, from its description to its predictions."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from syn0.data import Schema, read_table, split_rows
from syn0.derive import LOSSES, prediction_program, training_program
from syn0.engines import Runner, make_runner
from syn0.models.arrays import inputs_array, targets_array
from syn0.printers import PRINTERS, Data, example_data
from syn0.program.interpreter import start
from syn0.spec import OPTIMIZERS, Dense, NetworkSpec, Optimizer, Training, dense_layers, parse_sizes
from syn0.spec.checks import choice, real
from syn0.training import Checkpoint, History, Job, Run
from syn0.training.loop import Callback

FORMS = (
    "give inputs, hidden layers and outputs, such as [3, 4, 1], or inputs and layers, such as "
    "Network(3, [Dense(4)])"
)


@dataclass(frozen=True)
class Origin:
    """The data that a network was trained on, so that they are known again.

    Attributes:
        data: what the user called them.
        fingerprint: of their content.
        holdout: the fraction of rows that was held out.
        validation: the fraction of the other rows that was set apart to say when to stop.
        seed: of the split.
    """

    data: str
    fingerprint: str
    holdout: float
    validation: float
    seed: int


class Network:
    """A neural network: described, trained, read and saved.

    With nothing else said, `Network([3, 4, 1])` is the tutorial's: sigmoid layers without bias,
    squared error, weights drawn evenly from -1 to 1 by NumPy's legacy generator, float64.

    Args:
        sizes: inputs, units of each hidden layer, outputs: [3, 4, 1] or "3-4-1"; or the number of
            inputs alone, with `layers`.
        layers: `Dense` layers, where each shall have its own settings; the next four arguments
            then belong to the layers.
        activation: of the hidden layers (of the only layer, where there is just one), default
            "sigmoid"; or a sequence with one for each layer.
        output_activation: of the last layer; by default the one that fits the loss.
        bias: whether units add a learned constant; default False.
        init: how weights start; default "uniform".
        loss: "squared_error" (default), "binary_cross_entropy" or "cross_entropy".
        seed: of the start weights and the order of mini-batches; default 1; None for a fresh
            start every time.
        dtype: "float64" (default) or "float32".

    Attributes:
        spec: the frozen description.
        schema: how a table's columns become inputs and outputs, for a network trained on one.
        origin: the data it was trained on, likewise.
        training: how it was last trained; None before.
        engine: name of the engine that last trained it; None before.
        checkpoint: where training stands: weights, optimizer and generator state.

    Raises:
        TypeError, ValueError: an argument that is not allowed; the message lists what is.
    """

    def __init__(
        self,
        sizes: Sequence[int] | str | int,
        layers: Sequence[Dense] | None = None,
        *,
        activation: str | Sequence[str] | None = None,
        output_activation: str | None = None,
        bias: bool | None = None,
        init: str | None = None,
        loss: str = "squared_error",
        seed: int | None = 1,
        dtype: str = "float64",
    ) -> None:
        if layers is None:
            inputs, *units = sizes_of(sizes)
            layers = layers_of(units, loss, activation, output_activation, bias=bias, init=init)
        else:
            own = (activation, output_activation, bias, init)
            if not isinstance(sizes, int | np.integer) or own != (None, None, None, None):
                raise TypeError(
                    "with layers, give the number of inputs first, as in Network(3, [Dense(4)]), "
                    "and activation, bias and init to each Dense"
                )
            inputs = int(sizes)
        self._begin(NetworkSpec(inputs, tuple(layers), loss=loss, seed=seed, dtype=dtype))

    @classmethod
    def from_spec(cls, spec: NetworkSpec) -> Network:
        """A network of the given description, at its start weights."""
        network = cls.__new__(cls)
        network._begin(spec)
        return network

    def _begin(self, spec: NetworkSpec) -> None:
        self.spec = spec
        self.schema: Schema | None = None
        self.origin: Origin | None = None
        self.training: Training | None = None
        self.engine: str | None = None
        self._plain = training_program(spec, Training(steps=1))
        self._runner: Runner | None = None
        generator = np.random.RandomState(spec.seed)
        values = start(self._plain, generator)
        self._constants = {name: values[name] for name in self._plain.constants}
        self.checkpoint = Checkpoint(
            {name: values[name] for name in self._plain.weights},
            generator.get_state(),  # type: ignore[arg-type]
        )

    def __getstate__(self) -> dict[str, Any]:
        """What a copy or a pickle holds: all but the runner, which is made again when needed."""
        return self.__dict__ | {"_runner": None}

    def __repr__(self) -> str:
        return f"<Network {self.spec}, {self.steps_taken:,} steps taken>"

    @property
    def weights(self) -> dict[str, NDArray[Any]]:
        """The learned arrays by name: "syn0" (inputs, units), "bias0" (units,), "syn1", …"""
        return {name: self.checkpoint.values[name] for name in self._plain.weights}

    @property
    def steps_taken(self) -> int:
        """Number of training steps behind the present weights."""
        return self.checkpoint.step

    def train(
        self,
        X: ArrayLike,
        y: ArrayLike,
        *,
        steps: int | None = None,
        epochs: int | None = None,
        batch_size: int | None = None,
        learning_rate: float | None = None,
        optimizer: Optimizer | str = "sgd",
        shuffle: bool = True,
        reduction: str = "sum",
        report_every: int | None = None,
        patience: int | None = None,
        monitor: str = "loss",
        validation: Sequence[ArrayLike] | float | None = None,
        callbacks: Sequence[Callback] = (),
        engine: str = "auto",
        progress: bool = True,
    ) -> History:
        """Train, from where the network stands: 10 epochs and 10 more equal 20.

        A network from a table takes its prepared arrays here, and no longer knows which rows of
        the table were held out (`syn0 train --resume` does).

        Args:
            X: (rows, inputs) numbers.
            y: (rows, outputs) numbers; (rows,) for a single output, or class numbers for
                cross-entropy.
            steps: number of updates; or
            epochs: number of passes over the rows. By default as many steps as the tutorial
                takes: 60,000 with a hidden layer, 10,000 without.
            batch_size: rows in a step; None (default) takes all.
            learning_rate: default 1 for SGD, 0.001 for Adam.
            optimizer: "sgd" (default), "adam", `SGD(...)` or `Adam(...)`.
            shuffle: whether mini-batches take the rows in a new order every epoch.
            reduction: "sum" (default) or "mean" of the gradients over the rows of a step.
            report_every: steps between two entries of the history.
            patience: with validation rows, stop after as many reports without a better figure of
                theirs, and go back to the best weights.
            monitor: the figure that patience watches: "loss" (default) or "error".
            validation: a pair (X, y), or the fraction of the rows that is set apart.
            callbacks: each is called with every `Report`; a true answer stops training.
            engine: "auto" (default) or the name of one.
            progress: whether training that takes its time shows progress on stderr.

        Returns:
            The history. Ctrl-C ends training early and keeps what was learned.

        Raises:
            TypeError, ValueError: arguments or arrays that do not fit.
            NonFiniteError: a value became infinite or NaN; the last good weights are kept.
        """
        if steps is None and epochs is None:
            steps = default_steps(self.spec)
        training = Training(
            steps=steps,
            epochs=epochs,
            batch_size=batch_size,
            shuffle=shuffle,
            optimizer=make_optimizer(optimizer, learning_rate),
            reduction=reduction,
            report_every=report_every,
            patience=patience,
            monitor=monitor,
        )
        if not isinstance(callbacks, Sequence) or not all(map(callable, callbacks)):
            raise TypeError(f"callbacks must be a list of functions, not {callbacks!r}")
        rows = inputs_array(X, self.spec)
        targets = targets_array(y, self.spec, len(rows))
        kept = self._validation(rows, targets, validation)
        self.origin = None  # what rows were held out from these arrays is not known here
        return self.run(training, *kept, callbacks=callbacks, engine=engine, progress=progress)

    def run(
        self,
        training: Training,
        X: NDArray[Any],
        y: NDArray[Any],
        validation: tuple[NDArray[Any], NDArray[Any]] | None = None,
        *,
        callbacks: Sequence[Callback] = (),
        engine: str = "auto",
        progress: bool = True,
    ) -> History:
        """Train as `training` says, on arrays that fit the network; see `train`."""
        check_batch_size(training, len(X))
        if training.patience is not None and validation is None:
            raise ValueError("patience needs validation rows: give validation=0.1 or (X, y)")
        program = training_program(self.spec, training)
        runner = make_runner(engine, program, prediction_program(self.spec, training.reduction))
        fresh = start(program, np.random.RandomState(0))
        known = self.checkpoint.values
        values = {name: known.get(name, fresh[name]) for name in program.state}
        constants = {name: fresh[name] for name in program.constants}
        job = Job(
            program, runner, training, constants, X, y, validation, tuple(callbacks), progress
        )
        run = Run(job, replace(self.checkpoint, values=values))
        self.training, self.engine, self._runner = training, runner.name, runner
        try:
            run.go()
        finally:
            self.checkpoint = run.checkpoint()
        return run.history

    def _validation(
        self,
        X: NDArray[Any],
        y: NDArray[Any],
        validation: Sequence[ArrayLike] | float | None,
    ) -> tuple[NDArray[Any], NDArray[Any], tuple[NDArray[Any], NDArray[Any]] | None]:
        """Training rows, and the rows that are given or set apart for validation."""
        if validation is None:
            return X, y, None
        if isinstance(validation, Sequence) and len(validation) == 2:
            rows = inputs_array(validation[0], self.spec)
            return X, y, (rows, targets_array(validation[1], self.spec, len(rows)))
        fraction = real("validation", validation, above=0, below=1)
        kept, apart = split_rows(len(X), fraction, self.spec.seed or 0)
        if not len(kept) or not len(apart):
            raise ValueError(f"validation={fraction:g} of {len(X)} rows leaves one part empty")
        return X[kept], y[kept], (X[apart], y[apart])

    def predict(self, X: Any) -> NDArray[Any]:
        """The (rows, outputs) prediction.

        Args:
            X: (rows, inputs) numbers. A network trained on a table also takes tables (frames,
                CSV or Parquet files, …), finds its columns by name and prepares them as it did
                in training; it predicts numbers in the target's own units.

        Raises:
            TypeError, ValueError: X does not fit; FileNotFoundError: there is no such file.
        """
        if self.schema is None:
            inputs = inputs_array(X, self.spec)
        else:
            inputs = self.schema.inputs(read_table(X, for_prediction=True), self.spec.dtype)
        outputs = self._ready().predict(self._constants | dict(self.checkpoint.values), inputs)
        return outputs if self.schema is None else self.schema.restore(outputs)

    def labels(self, X: Any) -> NDArray[Any]:
        """The predicted class names, or numbers, of a network trained on a table; (rows,).

        Raises:
            ValueError: the network was trained on plain arrays, which have no names; and as
                `predict`.
        """
        if self.schema is None:
            raise ValueError("labels come from a table: this network was trained on plain arrays")
        return answers(self.schema, self.predict(X))

    def _ready(self) -> Runner:
        if self._runner is None:
            self._runner = make_runner("auto", self._plain, prediction_program(self.spec))
        return self._runner

    def program(
        self,
        language: str = "numpy",
        *,
        training: Training | None = None,
        data: Data | tuple[ArrayLike, ArrayLike] | None = None,
    ) -> str:
        """The text of the program that trains this network from its start.

        Args:
            language: "numpy" (commented) or "terse" (the eleven-line form).
            training: how it trains; by default as it last was, or as the tutorial does.
            data: (X, y) that the text shall carry; by default the tutorial's table where it
                fits, else a few made-up rows.

        Raises:
            ValueError: an unknown language, or data that do not fit.
        """
        printer = PRINTERS[choice("language", language, PRINTERS)]
        spec = self.spec
        training = training or self.training or Training(steps=default_steps(spec))
        if data is None:
            data = example_data(spec)
        elif not isinstance(data, Data):
            X = inputs_array(data[0], spec)
            data = Data(X, targets_array(data[1], spec, len(X)), "as given")
        return printer.script(training_program(spec, training), spec, training, data)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Save everything in one safetensors file, which `syn0.load` reads.

        The file is written beside its place and moved there whole: a failure leaves the old one.

        Raises:
            OSError: the file cannot be written.
        """
        from syn0.models.files import save

        save(self, path)


def sizes_of(sizes: Sequence[int] | str | int) -> tuple[int, ...]:
    """Inputs, hidden layers and outputs; ValueError for anything else."""
    if isinstance(sizes, str):
        return parse_sizes(sizes)
    try:
        numbers = tuple(sizes)  # type: ignore[arg-type]  # a single number has no items
    except TypeError:
        raise TypeError(f"sizes {sizes!r} are not a network: {FORMS}") from None
    if len(numbers) < 2:
        raise ValueError(f"sizes {sizes!r} are not a network: {FORMS}")
    return numbers


def layers_of(
    units: Sequence[int],
    loss: str,
    activation: str | Sequence[str] | None,
    output_activation: str | None = None,
    *,
    bias: bool | None = None,
    init: str | None = None,
) -> tuple[Dense, ...]:
    """Layers of the given sizes, what is None chosen as the tutorial and the loss have it.

    Raises:
        ValueError, TypeError: an unknown loss, or activations that do not fit the layers.
    """
    if activation is not None and not isinstance(activation, str) and output_activation:
        raise ValueError("give a name for each layer, or output_activation, one of the two")
    fitting = LOSSES[choice("loss", loss, LOSSES)].output
    if isinstance(activation, str) and len(units) == 1:
        fitting = activation
    return dense_layers(
        units,
        activation or "sigmoid",
        output_activation or fitting,
        bias=False if bias is None else bias,
        init=init or "uniform",
    )


def answers(schema: Schema, outputs: NDArray[Any]) -> NDArray[Any]:
    """(rows,) class names, or numbers, that the outputs of `Network.predict` mean."""
    return outputs[:, 0] if schema.classes is None else schema.decode(outputs)


def make_optimizer(optimizer: Optimizer | str, learning_rate: float | None) -> Optimizer:
    """The optimizer that the arguments of `train` describe."""
    if isinstance(optimizer, str):
        optimizer = OPTIMIZERS[choice("optimizer", optimizer, OPTIMIZERS)]()
    return optimizer if learning_rate is None else replace(optimizer, learning_rate=learning_rate)


def default_steps(spec: NetworkSpec) -> int:
    """As many steps as the tutorial takes: 60,000 with a hidden layer, 10,000 without."""
    return 60_000 if len(spec.layers) > 1 else 10_000


def check_batch_size(training: Training, rows: int) -> None:
    """ValueError if a batch holds more rows than there are."""
    if training.batch_size is not None and training.batch_size > rows:
        raise ValueError(
            f"batch size {training.batch_size} is more than the {rows} rows to train on"
        )
