"""`Network`: the public face of a network, from its description to its predictions."""

from __future__ import annotations

import copy
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray

from syn0.data import Schema
from syn0.data.memory import refuse_beyond_free
from syn0.derive import inputs_of_layer, prediction_program, training_program
from syn0.engines import AUTO, Predictor, Runner, Values, make_runner
from syn0.files.container import write
from syn0.models.answers import answers
from syn0.models.checkpoints import going_on, keeper
from syn0.models.examples import Examples, Given, Intake, check_examples
from syn0.models.export import export
from syn0.models.frames import Names
from syn0.models.record import Origin, Record
from syn0.models.settings import (
    TRAINING_SETTINGS,
    FurtherSettings,
    listing,
    make_network,
    refuse_unknown,
    tutorial_training,
)
from syn0.models.stored import StoredExamples, examples_on_disk, is_on_disk
from syn0.models.summary import description, picture, summary
from syn0.models.weighting import row_weights
from syn0.models.weights import Weights, fitting
from syn0.printers import PRINTERS, Data, UnsupportedError, example_data
from syn0.program import Program
from syn0.program.interpreter import start, walk
from syn0.spec import (
    Checkpoints,
    Layer,
    NetworkSpec,
    Optimizer,
    Solver,
    Training,
    parse_sizes,
)
from syn0.spec.checks import choice, whole
from syn0.spec.doors import doors
from syn0.training import Checkpoint, History, Job, Run
from syn0.training.loop import Callback
from syn0.training.shards import Shards
from syn0.training.standing import Standing

if TYPE_CHECKING:
    from syn0.engines.cluster import Cluster
    from syn0.explain import Replay, Trace
    from syn0.view.widget import Widget

FORMS = (
    "give inputs, hidden layers and outputs, such as [3, 4, 1], or inputs and layers, such as "
    "Network(3, [Dense(4)])"
)

DRAWN = 16
"""Bytes of a weight as it is drawn: a number and its scaled copy, each of 8."""


class RunSettings(TypedDict, total=False):
    """On what a network is trained, and whether it shows how far it has come: see
    `Network.train`."""

    engine: str
    threads: int | None
    device: str
    matmul_precision: str
    cluster: Cluster | None
    progress: bool


@doors
@listing
class Network:
    """A neural network: described, trained, read and saved.

    With nothing else said, `Network([3, 4, 1])` is the tutorial's: sigmoid layers without bias,
    squared error, float64, and weights that NumPy's legacy generator draws, evenly distributed
    from -1 to 1.

    Args:
        sizes: inputs, units of each hidden layer, outputs: [3, 4, 1] or "3-4-1"; or the number of
            inputs alone, with `layers`.
        layers: `Dense` layers, where each shall have its own settings, and others between them. Of
            the arguments that follow, only those from loss on then go with them. The others are
            <layers>.
        activation: of the hidden layers (of the only layer, where there is just one), default
            "sigmoid"; or a sequence with one for each layer.
        output_activation: of the last layer; by default the one that fits the loss.
        bias: whether units add a learned constant, for all layers or for each; default False.
        init: how weights start, for all layers or for each; default "uniform", evenly distributed
            from -1 to 1; some take a number, as in "uniform:0.5":
            <initializers>.
        dropout: share of each hidden layer's values that training drops; default 0.
        input_dropout: share of the inputs that it drops; default 0.
        input_noise: standard deviation of noise that it adds to the inputs; default 0.
        batch_norm, layer_norm: whether hidden layers' values are normalized, each unit over the
            rows of a step or each row over the units; default False.
        skip: whether each hidden layer as wide as the one below adds that one's values.
        loss: what training descends, default "squared_error"; some take numbers, as in "huber:1.5"
            or "quantile:0.1,0.5,0.9":
            <losses>.
        seed: of the start weights, the order of mini-batches and the masks; default 1; None for a
            fresh start every time.
        dtype: "float64" (default) or "float32".

    Attributes:
        spec: the frozen description.
        schema: how a table's columns become inputs and outputs, for a network trained on one.
        origin: the data it was trained on, likewise.
        columns: the names of the columns of "X" and of "y", where it was trained on frames.
        training: how it was last trained; None before.
        engine: name of the engine that last trained it; None before.
        checkpoint: where training stands: weights, optimizer and generator state.

    Raises:
        TypeError, ValueError: an argument that is not allowed; the message lists what is.
        MemoryError: weights for which there is no memory.
    """

    def __init__(
        self,
        sizes: Sequence[int] | str | int,
        layers: Sequence[Layer] | None = None,
        *,
        activation: str | Sequence[str] | None = None,
        output_activation: str | None = None,
        bias: bool | Sequence[bool] | None = None,
        init: str | Sequence[str] | None = None,
        dropout: float | None = None,
        input_dropout: float | None = None,
        input_noise: float | None = None,
        batch_norm: bool | None = None,
        layer_norm: bool | None = None,
        skip: bool | None = None,
        loss: str = "squared_error",
        seed: int | None = 1,
        dtype: str = "float64",
    ) -> None:
        own = {
            "activation": activation, "output_activation": output_activation, "bias": bias,
            "init": init, "dropout": dropout, "input_dropout": input_dropout,
            "input_noise": input_noise, "batch_norm": batch_norm, "layer_norm": layer_norm,
            "skip": skip,
        }  # fmt: skip
        whole = {"loss": loss, "seed": seed, "dtype": dtype}
        if layers is None:
            self._begin(make_network(sizes_of(sizes), own | whole))
            return
        if not isinstance(sizes, int | np.integer) or any(v is not None for v in own.values()):
            raise TypeError(
                "with layers, give the number of inputs first, as in Network(3, [Dense(4)]), "
                "and activation, bias and the like to the layers"
            )
        self._begin(make_network([int(sizes)], whole, layers))

    @classmethod
    def from_spec(
        cls, spec: NetworkSpec, generator: np.random.RandomState | None = None
    ) -> Network:
        """A network of the given description, at its start weights: drawn from `generator`, by
        default the legacy generator that its seed starts."""
        network = cls.__new__(cls)
        network._begin(spec, generator)
        return network

    @classmethod
    def from_record(cls, record: Record) -> Network:
        """The network of which `record()` was made: nothing is drawn."""
        network = cls.__new__(cls)
        network._begin(record.spec, checkpoint=record.checkpoint)
        network.training, network.engine = record.training, record.engine
        network.schema, network.origin = record.schema, record.origin
        network.columns = dict(record.columns)
        return network

    def record(self) -> Record:
        """Everything that a file holds of it."""
        return Record(
            self.spec,
            self.checkpoint,
            self.training,
            self.engine,
            self.schema,
            self.origin,
            self.columns,
        )

    def _begin(
        self,
        spec: NetworkSpec,
        generator: np.random.RandomState | None = None,
        checkpoint: Checkpoint | None = None,
    ) -> None:
        self.spec = spec
        self.schema: Schema | None = None
        self.origin: Origin | None = None
        self.columns: dict[str, Names] = {}
        self.training: Training | None = None
        self.engine: str | None = None
        self._plain = training_program(spec, Training(steps=1))
        self._runner: Runner | None = None
        self._ready_to_train: tuple[object, Program, Values, Runner] | None = None
        self._predictor: Predictor | None = None
        self._eager = False
        if checkpoint is None:
            weights = sum(inputs * units for inputs, units in pairwise(spec.sizes))
            refuse_beyond_free(DRAWN * weights, f"drawing the {weights:,} weights of the network")
        generator = generator or np.random.RandomState(spec.seed)
        values = start(self._plain, generator, checkpoint.values if checkpoint else {})
        self._constants = {name: values[name] for name in self._plain.constants}
        self.checkpoint = checkpoint or Checkpoint.at_start(self._plain, values, generator)

    def __getstate__(self) -> dict[str, Any]:
        """What a copy or a pickle holds: all but what runs its programs, which is made again."""
        return self.__dict__ | dict.fromkeys(("_runner", "_ready_to_train", "_predictor"))

    def __repr__(self) -> str:
        return description(self.record())

    def _repr_html_(self) -> str:
        try:
            program = self.program()
        except ValueError as error:  # no language can say it
            program = f"# {error}"
        return picture(self.record(), self.weights, self.intake.names, program)

    @property
    def weights(self) -> Weights:
        """The arrays that it predicts with, by name: "syn0" (inputs, units), "bias0" (units,),
        "syn1", …; of normalizations "scale1", "shift1" and running "mean1", "variance1". They may
        be changed in place or set, as in `weights["syn0"] = W`, which copies W's numbers."""
        return Weights(self, {name: self.checkpoint.values[name] for name in self._plain.weights})

    @weights.setter
    def weights(self, arrays: Mapping[str, Any]) -> None:
        own = self.weights
        if not isinstance(arrays, Mapping):
            raise TypeError(f"weights must be arrays by name, not {arrays!r}")
        known = {name: own[choice("array", name, own)] for name in arrays}
        # All of them or, where one does not fit, none; copies, as one may be the network's own.
        new = {name: fitting(name, arrays[name], array).copy() for name, array in known.items()}
        for name, array in new.items():
            known[name][...] = array

    @property
    def intake(self) -> Intake:
        """What makes arrays of what it is given."""
        return Intake(self.spec, self.schema, self.columns)

    @property
    def steps_taken(self) -> int:
        """Number of training steps behind the present weights."""
        return self.checkpoint.step

    @listing
    def train(
        self,
        X: ArrayLike,
        y: ArrayLike,
        *,
        steps: int | None = None,
        epochs: int | None = None,
        batch_size: int | None = None,
        learning_rate: float | None = None,
        optimizer: Optimizer | Solver | str = "sgd",
        sample_weight: ArrayLike | None = None,
        class_weight: Mapping[int, float] | str | None = None,
        validation: Sequence[ArrayLike] | float | None = None,
        callbacks: Sequence[Callback] = (),
        checkpoints: Checkpoints | str | os.PathLike[str] | None = None,
        resume: bool = False,
        engine: str = "auto",
        threads: int | None = None,
        device: str = AUTO,
        matmul_precision: str = AUTO,
        cluster: Cluster | None = None,
        progress: bool = True,
        max_memory: int | str | None = None,
        shards: Shards | None = None,
        **settings: Unpack[FurtherSettings],
    ) -> History:
        """Train, from where the network stands: 10 epochs and 10 more equal 20, on the same engine
        to the bit ("auto" may pick another one for a longer run).

        A network from a table takes its prepared arrays here, or frames as they come, and no longer
        knows which rows of the table were held out (`syn0 train --resume` does). Of threads that
        train one network, each goes its own way from where the network stood when it began, in
        memory of its own; the network stands where the last one to end got, and where it stood
        until the first one ends. Others may predict meanwhile.

        Args:
            X: (rows, inputs) numbers. Of a frame the names of the columns are kept, and from then
                on frames may have them in any order and among others; arrays go by place. A
                network from a table prepares a frame as it did in its training.
            y: (rows, outputs) numbers; (rows,) for a single output, for quantiles, or as class
                numbers for the losses of classes.
            steps: number of updates; or
            epochs: number of passes over the rows. By default as many steps as the tutorial
                takes: 60,000 with a hidden layer, 10,000 without.
            batch_size: rows in a step; None (default) takes all.
            learning_rate: how far each step goes; by default
                <learning_rates>.
            optimizer: a description such as `Adam(beta1=0.95)`, or a name, default "sgd":
                <optimizers>.
            sample_weight: (rows,) numbers of at least 0: how much each row counts in the loss.
            class_weight: from class numbers to how much their rows count, or "balanced".
            validation: a pair (X, y), or the fraction of the rows that is set apart. The loss of
                these rows is that of the data alone, unweighted and without penalties.
            callbacks: each is called with every `Report`; a true answer stops training.
            checkpoints: the folder in which to keep where training stands, every 60 seconds and the
                latest three of them; or a `Checkpoints`, which says how often and how many.
            resume: whether to go on from the latest checkpoint in that folder, where it holds one:
                with the same arguments and rows, on the same engine, the result is to the bit that
                of a training that was never broken off (L-BFGS begins its search anew).
            engine: "auto" (default) or the name of one.
            threads: how many work at once; by default what the work is worth, of those that
                $OMP_NUM_THREADS allows. More than there are cores are not taken, and a note says
                so. The result does not depend on it beyond rounding. JAX takes as many as it finds.
            device: "auto" (default), "cpu", "gpu" or "tpu": where the jax engine computes, which
                "auto" picks for the last two.
            matmul_precision: what the factors of matrix products are rounded to, by the jax engine:
                "bfloat16", "float32" or "float64"; by default they are taken as they are.
            cluster: what `syn0.distributed()` gave, for many processes that train this network
                together, each on its part of the rows; all of them make the same call.
            progress: whether training that takes its time shows progress on stderr.
            max_memory: what the rows of an X on disk (a `np.memmap`, an HDF5 or Zarr dataset) may
                take, as bytes or "2GB"; by default a quarter of what is free. More of them stream
                from disk, in shards.
            shards: how epochs take rows, from disk or from memory, in shards; by default all rows
                where there is memory for them.
            settings: any other of `Training`'s or of the optimizer's:
                <settings>.

        Returns:
            The history. Ctrl-C ends training early and keeps what was learned.

        Raises:
            TypeError, ValueError: arguments or arrays that do not fit.
            NonFiniteError: a value became infinite or NaN; the last good weights are kept.

        Warns:
            UserWarning: targets that the output's activation can never give, such as 10 with a
                sigmoid.
        """
        refuse_unknown(settings, TRAINING_SETTINGS, "train")
        how = {"batch_size": batch_size, "learning_rate": learning_rate, "optimizer": optimizer}
        training = tutorial_training(
            {"steps": steps, "epochs": epochs, **how, **settings}, self.spec
        )
        if not isinstance(callbacks, Sequence) or not all(map(callable, callbacks)):
            raise TypeError(f"callbacks must be a list of functions, not {callbacks!r}")
        if checkpoints is not None and not isinstance(checkpoints, Checkpoints):
            checkpoints = Checkpoints(checkpoints)
        if resume and checkpoints is None:
            raise ValueError("resume goes on from checkpoints: give checkpoints=FOLDER")
        found = going_on(checkpoints, self.spec, training) if checkpoints and resume else None
        given = Given(X, y, sample_weight, class_weight, validation)
        examples: Examples | StoredExamples | None
        examples = examples_on_disk(self.intake, given, training, max_memory, shards)
        if examples is None:
            self.columns, examples = self.intake.examples(given)
        elif progress and is_on_disk(X) and sys.stderr is not None:
            print(f"Note: {examples}", file=sys.stderr)
        self.origin = None  # what rows were held out from these arrays is not known here
        return self.run(
            training,
            examples,
            callbacks=callbacks,
            checkpoints=checkpoints,
            found=found,
            engine=engine,
            threads=threads,
            device=device,
            matmul_precision=matmul_precision,
            cluster=cluster,
            progress=progress,
        )

    def prepare(
        self,
        training: Training,
        examples: Examples | StoredExamples,
        *,
        engine: str = "auto",
        threads: int | None = None,
        device: str = AUTO,
        matmul_precision: str = AUTO,
        cluster: Cluster | None = None,
        progress: bool = True,
        by_rows: bool = False,
        standing: Standing | None = None,
    ) -> Run:
        """A run of training that has not begun, from where the network stands.

        The run has memory of its own: the network stays as it is until `keep(run)`, which may be
        called at any time. `run.go()` trains to the end, `run.advance()` to the next report,
        `run.walk()` takes a single step line by line, and `run.stop()` ends it.

        Args:
            training: how to train.
            examples: arrays that fit the network, in its dtype, or rows on disk.
            engine, threads, device, matmul_precision, cluster, progress: as in `train`.
            by_rows: whether batches count in the figures of an epoch by their rows, whatever these
                weigh, as scikit-learn has it; by default losses count by the weights.
            standing: of the run that is to go on, where it is one that was broken off; the network
                stands where it did.

        Raises:
            ValueError, TypeError: a training that the network or the rows do not allow.
        """
        check_examples(training, examples)
        program, fresh, runner = self._to_train(
            training, examples, engine, threads, (device, matmul_precision), cluster
        )
        self._eager = engine == "native"
        known = self.checkpoint.values
        job = Job(
            program,
            runner,
            training,
            constants={name: fresh[name] for name in program.constants},
            arrays=examples.arrays() if cluster is None else examples.shared(cluster),
            validation=examples.validation,
            progress=progress,
            by_rows=by_rows,
            stored=examples.stored if isinstance(examples, StoredExamples) else None,
            shards=examples.shards if isinstance(examples, StoredExamples) else None,
            cluster=cluster,
        )
        values = {name: known.get(name, fresh[name]) for name in program.state}
        return Run(job, replace(self.checkpoint, values=values), standing)

    def keep(self, run: Run, *, best: bool = True) -> None:
        """Stand where a run stands; with `best`, where early stopping watches it, at the best that
        it has seen."""
        job = run.job
        if self._runner is not job.runner:
            self._runner, self._predictor = job.runner, None
        self.checkpoint = run.checkpoint() if best else run.current()
        self.training, self.engine = job.training, job.runner.name

    def run(
        self,
        training: Training,
        examples: Examples | StoredExamples,
        *,
        callbacks: Sequence[Callback] = (),
        checkpoints: Checkpoints | None = None,
        found: Record | None = None,
        **how: Unpack[RunSettings],
    ) -> History:
        """Train as `training` says, on arrays that fit the network; see `train`. `found` is the
        record of the checkpoint from which to go on."""
        if found is not None:
            self.checkpoint = found.checkpoint
            if how.get("engine", "auto") == "auto" and how.get("cluster") is None:
                how["engine"] = found.engine or "auto"
        standing = None if found is None else found.run
        run = self.prepare(training, examples, standing=standing, **how)
        if checkpoints is not None and run.leads:
            run.keeper = keeper(checkpoints, self.record(), found)
        try:
            return run.go(callbacks)
        finally:
            self.keep(run)

    def _to_train(
        self,
        training: Training,
        examples: Examples | StoredExamples,
        engine: str,
        threads: int | None,
        wishes: tuple[str, str] = (AUTO, AUTO),
        cluster: Cluster | None = None,
    ) -> tuple[Program, Values, Runner]:
        """The program, the values that it starts with and what runs it; kept for the next training
        of the same kind, so that many short ones cost little."""
        weighted, rows = examples.weighted, examples.rows
        kind = (training, weighted, rows, engine, threads, wishes, cluster)
        ready = self._ready_to_train  # looked at once: another thread may set it
        if ready is None or ready[0] != kind:
            program = training_program(self.spec, training, weighted=weighted)
            runner = make_runner(
                engine,
                program,
                prediction_program(self.spec, training.reduction),
                rows=training.batch_size or rows,
                steps=training.total_steps(rows),
                threads=None if threads is None else whole("threads", threads),
                device=wishes[0],
                matmul_precision=wishes[1],
                cluster=cluster,
            )
            seed = None if self.spec.seed is None else 0
            # The present weights are not drawn anew, nor worked out.
            fresh = start(program, np.random.RandomState(seed), self.weights)
            ready = self._ready_to_train = (kind, program, fresh, runner)
        return ready[1:]

    def replay(
        self,
        X: ArrayLike,
        y: ArrayLike,
        *,
        training: Training | None = None,
        sample_weight: ArrayLike | None = None,
        class_weight: Mapping[int, float] | str | None = None,
    ) -> Replay:
        """Training on these rows, to be looked at from any step: as it went from the start weights
        of the network's seed, and as it would go on. The network itself does not move.

        What led here is taken again as the network was last trained, from its start: on the rows
        that it learned from, without those that were set apart. Weights that were set by hand since
        are not in it.

        Args:
            X, y, sample_weight, class_weight: as in `train`.
            training: how it trains; by default as it last was, or as the tutorial does.

        Raises:
            TypeError, ValueError: arguments or arrays that do not fit.
        """
        from syn0.explain import Replay

        training = training or self.training or tutorial_training({}, self.spec)
        training = replace(training, patience=None)  # which rows said when to stop is not known
        rows, targets = self.intake.arrays(X, y)
        weight = row_weights(sample_weight, class_weight, targets, self.spec)
        examples = Examples(rows, targets, weight)

        def run(network: Network) -> Run:
            return network.prepare(training, examples, engine="numpy", progress=False)

        here = run(copy.copy(self))
        known = self.spec.seed is not None
        start = run(Network.from_spec(self.spec)).current() if known else None
        return Replay(self.spec, here.job, here.current(), start, *self.intake.names)

    def trace(
        self,
        X: ArrayLike,
        y: ArrayLike,
        *,
        step: int | None = None,
        training: Training | None = None,
        sample_weight: ArrayLike | None = None,
        class_weight: Mapping[int, float] | str | None = None,
    ) -> Trace:
        """One training step, line by line: every value, and the parts of every line.

        The reference interpreter takes it, to the bit as the numpy engine does, with the batch, the
        masks and the optimizer's memory that it has in training. The network does not move.

        Args:
            X, y, training, sample_weight, class_weight: as in `replay`.
            step: which one, counted from 0 at the network's start; by default the one that would
                come next.

        Raises:
            TypeError, ValueError: arguments or arrays that do not fit, or a step before a start
                that is not known.
            NonFiniteError: a value became infinite or NaN before that step.
        """
        replayed = self.replay(
            X, y, training=training, sample_weight=sample_weight, class_weight=class_weight
        )
        return replayed.trace(step)

    def watch(
        self,
        X: ArrayLike,
        y: ArrayLike,
        *,
        training: Training | None = None,
        sample_weight: ArrayLike | None = None,
        class_weight: Mapping[int, float] | str | None = None,
    ) -> Widget:
        """See it learn in a notebook, from where it stands: every line, one at a time, with its
        arrays; forward and back. The network itself does not move. A saved notebook shows the steps
        around the present one, without a kernel.

        Args:
            X, y, sample_weight, class_weight: as in `train`.
            training: how it trains; by default as it last was, or as the tutorial does.

        Raises:
            ModuleNotFoundError: anywidget, which the extra "notebook" brings, is not installed.
            TypeError, ValueError: arguments or arrays that do not fit, or a network that is too
                large to be shown.
        """
        try:
            room = import_module("syn0.view.widget")  # a later one: this is its door
        except ModuleNotFoundError as error:
            if error.name != "anywidget":
                raise
            message = "to watch a network anywidget is needed: pip install 'syn0[notebook]'"
            raise ModuleNotFoundError(message) from None
        widget: Widget = room.watch(
            self, X, y, training=training, sample_weight=sample_weight, class_weight=class_weight
        )
        return widget

    def predict(self, X: Any) -> NDArray[Any]:
        """The (rows, outputs) prediction.

        Args:
            X: (rows, inputs) numbers; the columns of a frame are found by name where the network
                was trained on one. A network trained on a table also takes tables (frames, CSV or
                Parquet files, an image or a folder of them, …) or rows that name their cells
                ({"age": 40, …}, or a list of such), finds its columns by name and prepares them
                as it did in training; it predicts numbers in the target's own units, as float64.
                A row may lack a cell only where training knew missing ones in that column.

        Raises:
            TypeError, ValueError: X does not fit; FileNotFoundError: there is no such file.
        """
        values, predictor = self.checkpoint.values, self._predictor
        quick = predictor.quick(values, X) if predictor and self.schema is None else None
        if quick is not None:
            return quick
        (outputs,) = self.predict_each(X, [values])
        return outputs

    def predict_each(self, X: Any, weights: Iterable[Mapping[str, Any]]) -> Iterator[NDArray[Any]]:
        """The (rows, outputs) prediction of each of some weights, by name, in place of the
        network's own, for an X as `predict` takes it."""
        inputs = self.intake.asked(X)
        for values in weights:
            outputs = self.outputs(inputs, values)
            yield outputs if self.schema is None else self.schema.restore(outputs)

    def outputs(
        self, inputs: NDArray[Any], weights: Mapping[str, Any] | None = None
    ) -> NDArray[Any]:
        """The (rows, outputs) prediction as the program gives it, for inputs as it takes them, of
        some weights or the network's own."""
        predictor = self._predictor
        if predictor is None:
            program = prediction_program(self.spec)
            predictor = self._predictor = Predictor(
                program, self._constants, self._ready().predict, eager=self._eager
            )
        return predictor(self.checkpoint.values if weights is None else weights, inputs)

    def hidden(self, X: NDArray[Any], layer: int = -1) -> NDArray[Any]:
        """The values of a hidden layer, as the next one takes them.

        Args:
            X: (rows, inputs) numbers.
            layer: 1 for the first hidden layer, 2 for the next; or from the end, -1 (default) for
                the last.

        Returns:
            (rows, units) of that layer.

        Raises:
            TypeError, ValueError: there is no such layer, or X does not fit.
        """
        count = len(self.spec.dense) - 1
        if isinstance(layer, bool) or not isinstance(layer, int | np.integer):
            raise TypeError(f"layer must be a whole number, not {layer!r}")
        number = layer + count + 1 if layer < 0 else layer
        if not 1 <= number <= count:
            raise ValueError(
                f"there is no hidden layer {layer}: the network {self.spec} has {count}, "
                f"{'none at all' if not count else f'1 to {count}, or -1 to -{count} from the end'}"
            )
        program = prediction_program(self.spec)
        values = {**self._constants, **self.checkpoint.values, "X": self.intake.inputs(X)}
        wanted = inputs_of_layer(self.spec, number + 1)
        lines = walk(program.phase("forward"), values)
        return next(value for line, value in lines if line.target == wanted)

    def pulls(
        self, training: Training, examples: Examples, weights: Mapping[str, NDArray[Any]]
    ) -> tuple[float, dict[str, NDArray[Any]]]:
        """The loss at some weights over all rows, and the pull on each: minus the gradient of what
        `training`, by L-BFGS, descends."""
        program, fresh, runner = self._to_train(training, examples, "auto", None)
        values = {name: fresh[name] for name in program.constants}
        figures, pulls = runner.gradient(values | dict(weights), examples.arrays())
        return figures[0], pulls

    def summary(self) -> str:
        """A table of the layers: what each gives, and how many numbers it learns."""
        return summary(self.spec)

    def labels(self, X: Any) -> NDArray[Any]:
        """The predicted class names, or numbers, of a network trained on a table; (rows,).

        Raises:
            ValueError: the network was trained on plain arrays, which have no names; and as
                `predict`.
        """
        if self.schema is None:
            raise ValueError("labels come from a table: this network was trained on plain arrays")
        return answers(self, self.predict(X))

    def _ready(self) -> Runner:
        runner = self._runner
        if runner is None:
            runner = make_runner("auto", self._plain, prediction_program(self.spec))
            self._runner = runner
        return runner

    def program(
        self,
        language: str = "numpy",
        *,
        training: Training | None = None,
        data: Data | tuple[ArrayLike, ArrayLike] | None = None,
    ) -> str:
        """The text of the program that trains this network from its start.

        Args:
            language: "numpy" (commented), "terse" (the eleven-line form), another language such as
                "c", "torch" or "jax", or equations: "math", "latex", "mathml".
            training: how it trains; by default as it last was, or as the tutorial does.
            data: (X, y) that the text shall carry; by default the tutorial's table where it
                fits, else a few made-up rows.

        Raises:
            ValueError: an unknown language, or data that do not fit.
        """
        printer = PRINTERS[choice("language", language, PRINTERS)]
        spec = self.spec
        training = training or self.training or tutorial_training({}, spec)
        if data is None:
            data = example_data(spec)
        elif not isinstance(data, Data):
            if not isinstance(data, Sequence) or len(data) != 2:
                raise TypeError(f"data must be (X, y), a pair, not {data!r}")
            data = Data(*self.intake.arrays(*data), "as given")
        program = training_program(spec, training, weighted=data.sample_weight is not None)
        try:
            return printer.script(program, spec, training, data)
        except UnsupportedError as error:
            raise ValueError(f"{error}: choose another language") from None

    def save(self, path: str | os.PathLike[str]) -> None:
        """Save everything in one safetensors file, which `syn0.load` reads.

        The file is written beside its place and moved there whole: a failure leaves the old one.

        Raises:
            OSError: the file cannot be written.
        """
        write(Path(path), *self.record().parts())

    def export(self, path: str | os.PathLike[str], to: str = "onnx") -> None:
        """Write the network for other programs to run, its preprocessing inside.

        Args:
            path: the file, which is written whole or not at all.
            to: the format: "onnx", "pmml", "html", "sql", or a language such as "python",
                "javascript", "c" or "torch".

        Raises:
            ModuleNotFoundError: the package that writes the format is not installed.
            OSError: the file cannot be written.
            ValueError: an unknown format, or one that cannot say what the network does.
        """
        export(self, path, to)


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
