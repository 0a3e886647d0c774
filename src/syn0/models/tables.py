"""From a table to a trained network: rows held out, columns prepared, sound settings chosen."""

from __future__ import annotations

from collections.abc import Sequence, Sized
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
from numpy.typing import NDArray

from syn0.data import Schema, Table, split_rows
from syn0.data.passes import held_out_by_hash
from syn0.data.targets import NumberTarget
from syn0.derive import LOSSES, check_names, check_training, output_numbers, target_columns
from syn0.models.arrays import loss_targets, out_of_reach
from syn0.models.defaults import (
    DEFAULT_NETWORK,
    default_dropout,
    default_loss,
    default_training,
)
from syn0.models.evaluation import Evaluation, evaluate
from syn0.models.examples import Examples, check_batch_size
from syn0.models.many import Means, run_many
from syn0.models.members import Many
from syn0.models.network import Network, RunSettings
from syn0.models.options import TableOptions
from syn0.models.record import Origin, Record
from syn0.models.settings import (
    LAYER_SETTINGS,
    NETWORK_SETTINGS,
    WHOLE_SETTINGS,
    make_network,
    make_training,
    tutorial_training,
)
from syn0.models.stored import drawn_apart
from syn0.models.weighting import row_weights
from syn0.spec import OPTIMIZERS, Checkpoints, Extras, NetworkSpec, Training
from syn0.spec.checks import did_you_mean, real, seed_number
from syn0.spec.choices import chosen
from syn0.spec.defaults import FEWEST_ROWS_TO_SPLIT, HIDDEN, HOLDOUT
from syn0.spec.doors import door, doors
from syn0.spec.once import once
from syn0.spec.words import counted
from syn0.training import History
from syn0.training.loop import Callback

if TYPE_CHECKING:
    from syn0.models.streamed import StreamedPlan


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

    def figures(self) -> tuple[Evaluation, str]:
        """How good it is on the rows held out, or where there are none on those trained on; and
        words for them."""
        rows, words = self.judged()
        return evaluate(self.network, rows), words


@doors
@dataclass(frozen=True)
class Plan:
    """Everything that is settled before training begins."""

    network: Network
    training: Training
    trained: Table
    held_out: Table
    options: TableOptions
    watched: Table | None = None
    """Rows that a user gave to say which epoch was best."""
    found: Record | None = None
    """Of the checkpoint of a run that was broken off and is to go on."""

    @once
    def examples(self) -> Examples:
        """X, y and weights of the rows to train on, and the rows that say when to stop."""
        network, (schema, origin) = self.network, table_of(self.network)
        X, y = arrays_of(self.network, self.trained)
        column, by_class = self.options.sample_weight, self.options.class_weight
        given = None if column is None else weights_in(self.trained, column)
        weight = row_weights(given, by_class, y, network.spec, schema.classes)
        if self.watched is not None:
            return Examples(X, y, weight, arrays_of(self.network, self.watched))
        if not origin.validation:
            return Examples(X, y, weight)
        if origin.by_hash:
            apart = drawn_apart(len(y), origin.validation, origin.seed)
            kept = np.delete(np.arange(len(y)), apart)
        else:
            classes = strata(schema, schema.targets(self.trained))
            kept, apart = split_rows(len(y), origin.validation, origin.seed, classes)
        if weight is not None:
            apart = apart[places_by_weight(weight[apart, 0])]
        return Examples(X, y, weight).split(kept, apart)

    def close(self) -> None:
        """Nothing is held but memory."""

    @property
    def out_of_reach(self) -> str:
        """Words on a target that the network's output can never give; "" where it can."""
        return beyond_reach(self.network, self.examples.y)

    def fit(
        self,
        *,
        callbacks: Sequence[Callback] = (),
        checkpoints: Checkpoints | None = None,
        **how: Unpack[RunSettings],
    ) -> Fitted:
        """Train the network as planned; NonFiniteError as in `Network.train`."""
        history = self.network.run(
            self.training,
            self.examples,
            callbacks=callbacks,
            checkpoints=checkpoints,
            found=self.found,
            **how,
        )
        return Fitted(self.network, history, self.trained, self.held_out)

    def fit_many(
        self,
        seeds: int | Sequence[int] | None = None,
        learning_rates: Sequence[float] | None = None,
        means: Means | None = None,
        *,
        progress: bool = True,
    ) -> Many:
        """Train many networks like the planned one, which does not move; see `train_many`."""
        return run_many(
            self.network.record(),
            self.training,
            self.examples,
            seeds=seeds,
            learning_rates=learning_rates,
            means=means,
            progress=progress,
        )

    def best_of(self, many: Many) -> Fitted:
        """The best of many that were trained as planned; ValueError where none has learned."""
        network = many.best()
        return Fitted(network, many.histories[many.ranking[0]], self.trained, self.held_out)


def table_of(network: Network) -> tuple[Schema, Origin]:
    """What a network that was trained on a table, or is about to be, has of it."""
    schema, origin = network.schema, network.origin
    assert schema is not None and origin is not None  # noqa: S101, PT018
    return schema, origin


def arrays_of(network: Network, table: Table) -> tuple[NDArray[Any], NDArray[Any]]:
    """Inputs and targets of a table, as the network's program takes them."""
    spec, (schema, _) = network.spec, table_of(network)
    y = schema.targets(table, spec.dtype)
    loss_targets(schema.restore(y), spec)  # what it cannot take is told in the target's units
    return schema.inputs(table, spec.dtype), loss_targets(y, spec)


def beyond_reach(network: Network, y: NDArray[Any]) -> str:
    """Words on targets that the network's output can never give; "" where there are none."""
    reach, (schema, _) = out_of_reach(y, network.spec), table_of(network)
    scaled = isinstance(schema.target_column, NumberTarget) and schema.target_column.changes
    return reach and f"target {schema.target!r}{', scaled,' * scaled} goes {reach}"


def places_by_weight(weights: NDArray[Any], times: int = 10) -> NDArray[np.intp]:
    """Places of rows, each as often as it weighs, `times` on average: so rows that say which epoch
    was best count as those that are trained on. All alike where no row weighs anything."""
    count = times * len(weights)
    shares = np.cumsum(weights if weights.any() else np.ones_like(weights), dtype=np.float64)
    return np.asarray(np.searchsorted(shares, (np.arange(count) + 0.5) / count * shares[-1]))


def weights_in(table: Table, name: str) -> NDArray[Any]:
    """The numbers of a column that says how much each row counts."""
    if name not in table.columns:
        hint = did_you_mean(name, table.columns)
        raise ValueError(f"no column {name!r} in {table.name} to weigh the rows by{hint}")
    column = table.columns[name]
    if column.categories is not None:
        raise ValueError(f"column {name!r} of {table.name} holds text: weights must be numbers")
    if column.missing.any():
        lacking = f"{column.missing.sum():,} of {len(table):,} rows"
        raise ValueError(f"column {name!r} of {table.name} lacks a weight in {lacking}")
    if (column.values < 0).any():
        least = column.values.min()
        raise ValueError(f"column {name!r} of {table.name} holds {least:g}: no weight is below 0")
    return column.values


def without_weights(table: Table, name: str | None) -> Table:
    """The table as inputs and target are told from it: the column of weights is neither."""
    if name is None:
        return table
    weights_in(table, name)
    if name == table.target:
        raise ValueError(f"column {name!r} is the target: it cannot weigh the rows too")
    columns = {n: column for n, column in table.columns.items() if n != name}
    return replace(table, columns=columns, image_shape=None)


@door
def plan_table(table: Table, options: TableOptions, watched: Table | None = None) -> Plan:
    """Settle how a network is trained on a table.

    Args:
        table: the rows to train on, and those to hold out.
        options: what the user says about it.
        watched: other rows for `patience` to watch; by default some of those trained on.

    Raises:
        ValueError, TypeError: options that do not go together or with the table.
    """
    seed_number(options.seed)
    holdout = options.holdout
    if holdout is None:
        holdout = HOLDOUT if len(table) >= FEWEST_ROWS_TO_SPLIT else 0.0
    holdout = real("holdout", holdout, least=0, below=1)
    prepare = options.sizes is None
    task = options.task or task_for(table, options.sizes, options.network.get("loss"))
    columns = without_weights(table, options.sample_weight)
    scaling = scaling_for(options)
    whole = Schema.fit(columns, task=task, prepare=prepare, scaling=scaling)
    rows = strata(whole, whole.targets(columns))
    kept, apart = split_rows(len(table), holdout, options.seed, rows)
    trained, held_out = table.take(kept), table.take(apart)
    columns = without_weights(trained, options.sample_weight)
    schema = Schema.fit(columns, task=whole.task, prepare=prepare, scaling=scaling)
    origin = Origin(table.name, table.fingerprint, holdout, 0.0, options.seed)
    network, training = settled(options, schema, origin, len(kept), watched=watched is not None)
    return Plan(network, training, trained, held_out, options, watched)


def settled(
    options: TableOptions, schema: Schema, origin: Origin, rows: int, *, watched: bool = False
) -> tuple[Network, Training]:
    """The network and the training of the options, for so many rows; where `patience` has no other
    rows to watch (`watched`), some of these are set apart, as the network's origin then says."""
    spec = network_for(options, schema, origin.data)
    training = training_for(options, schema, spec, rows)
    check_training(spec, training)
    sets_apart = training.patience is not None and not watched
    validation = real("validation", options.validation, above=0, below=1) if sets_apart else 0.0
    check_batch_size(training, rows - round(rows * validation))
    network = Network.from_spec(spec)
    network.schema, network.origin = schema, replace(origin, validation=validation)
    return network, training


def plain_schema(table: Table, spec: NetworkSpec) -> Schema:
    """The columns of a table as a network of plain arrays takes them: as they are; ValueError where
    they do not fit it."""
    schema = Schema.fit(table, task=task_for(table, spec.sizes, spec.loss), prepare=False)
    check_sizes(spec, schema, table.name)
    return schema


def scaling_for(options: TableOptions) -> str:
    """How a target of numbers goes in, so that the loss can take it: counts keep their sign, and
    shares or sides their values."""
    kind = chosen("loss", options.network.get("loss", "squared_error"), LOSSES).row.targets
    return {"numbers": "standardised", "counts": "scaled"}.get(kind, "plain")


def training_for(options: TableOptions, schema: Schema, spec: NetworkSpec, rows: int) -> Training:
    """How so many rows are trained on: the tutorial's way where the whole network was given."""
    if options.sizes is None:
        return default_training(options, schema, rows)
    return tutorial_training(options.training, spec)


def network_settings(options: TableOptions, schema: Schema) -> dict[str, Any]:
    """Every setting of the network, whether it was given or chosen."""
    if options.sizes is not None:
        return {**options.network, "seed": options.seed}
    loss, output = default_loss(options, schema)
    settings = {**DEFAULT_NETWORK, **default_dropout(options, schema), **options.network}
    if isinstance(settings["activation"], str):  # otherwise each layer has its own
        settings.setdefault("output_activation", output)
    return {**settings, "loss": loss, "seed": options.seed}


def network_for(options: TableOptions, schema: Schema, data: str) -> NetworkSpec:
    """The network of the options, for the columns of `data`."""
    settings = network_settings(options, schema)
    if options.sizes is not None:
        spec = make_network(options.sizes, settings)
    elif options.layers is not None:
        whole = {name: settings[name] for name in WHOLE_SETTINGS if name in settings}
        spec = make_network([schema.n_inputs], whole, options.layers)
    else:
        sizes = (schema.n_inputs, *hidden_of(options), outputs_of(settings["loss"], schema))
        spec = make_network(sizes, settings)
    check_names(spec)
    check_sizes(spec, schema, data)
    return spec


def hidden_of(options: TableOptions) -> tuple[int, ...]:
    """Units of the hidden layers; none where () asks for none."""
    return HIDDEN if options.hidden is None else options.hidden


def outputs_of(loss: str, schema: Schema) -> int:
    """As many outputs as the target needs, or as the loss has numbers for."""
    return len(output_numbers(loss)) or schema.n_outputs


@door
def resume_table(network: Network, table: Table, options: TableOptions) -> Plan:
    """Settle how a trained network goes on, on the rows that it was trained on.

    The table is split as before; the network, its columns and its settings stay, but for the
    steps or epochs, the batch size and the learning rate that are given. It trains that long.

    Raises:
        ValueError, TypeError: options or a table that do not fit the network.
    """
    training = resumed_training(network, table.fingerprint, table.name, options)
    return Plan(network, training, *split_again(network, table), options)


def resumed_training(
    network: Network, fingerprint: str, name: str, options: TableOptions
) -> Training:
    """How a trained network goes on, on the data of a fingerprint; ValueError as `resume_table`."""
    check_resumable(network, fingerprint, name)
    assert network.training is not None  # noqa: S101  (see check_resumable)
    if options.training.get("steps") is None and options.training.get("epochs") is None:
        raise ValueError("say how much further to train: give steps or epochs")
    before = {f.name: getattr(network.training, f.name) for f in fields(Training)}
    how_long = dict.fromkeys(("steps", "epochs", "report_every", "patience"))
    return make_training({**before, **how_long, **options.training})


@door
def go_on_table(record: Record, table: Table, options: TableOptions) -> Plan:
    """Settle how a training that was broken off goes on to its end, from a checkpoint of it, on
    the same rows. Of the options only the weights count, which files do not hold.

    Raises:
        ValueError: a table that does not fit the network.
    """
    network = Network.from_record(record)
    check_resumable(network, table.fingerprint, table.name)
    assert network.training is not None  # noqa: S101  (see check_resumable)
    halves = split_again(network, table)
    return Plan(network, network.training, *halves, options, found=record)


def check_resumable(network: Network, fingerprint: str, name: str) -> None:
    """ValueError unless a network was trained on just these data, by their fingerprint."""
    if network.schema is None or network.origin is None or network.training is None:
        raise ValueError("this model was not trained on a table: go on with Network.train")
    if fingerprint != network.origin.fingerprint:
        raise ValueError(
            f"{name} is not what the model was trained on ({network.origin.data}): "
            "training goes on with the same rows, so that those held out stay unseen"
        )


@door
def examples_again(
    network: Network, training: Training, table: Table, options: TableOptions
) -> Examples:
    """What a network was trained on, from the same data: X, y and weights of the rows that were
    neither held out nor watched. Weights are those of the options: a model keeps none.

    Raises:
        ValueError: data that do not fit the network or its training.
    """
    examples = Plan(network, training, *split_again(network, table), options).examples
    check_batch_size(training, len(examples.X))
    return examples


def split_again(network: Network, table: Table) -> tuple[Table, Table]:
    """The rows that a network was trained on and those held out, of the same data."""
    schema, origin = table_of(network)
    if origin.by_hash:
        chosen = held_out_by_hash(0, len(table), origin.holdout, origin.seed)
        return table.take(~chosen), table.take(chosen)
    # Another column may hold the answers now; the rows were chosen by the trained target's.
    chosen_by = replace(table, target=schema.target, target_was_guessed=False)
    if table.target != schema.target and table.rows_without_target:
        raise ValueError(
            f"{table.name} lacks {table.target!r} in "
            f"{counted(table.rows_without_target, 'row')}, so that the rows held out from "
            "training cannot be told"
        )
    classes = strata(schema, schema.targets(chosen_by))
    kept, apart = split_rows(len(table), origin.holdout, origin.seed, classes)
    return table.take(kept), table.take(apart)


@door
def judged_rows(network: Network, table: Table) -> tuple[Table, str]:
    """The rows of a table that a network can fairly be judged on, and words for them.

    Of the data it was trained on these are the rows held out; other data count whole.
    """
    if network.origin is None or table.fingerprint != network.origin.fingerprint:
        return table, f"rows of {table.name} (other data than it was trained on, by their content)"
    return held_out_or_all(*split_again(network, table))


def held_out_or_all(trained: Table, held_out: Table) -> tuple[Table, str]:
    """The rows held out, or where there are none those trained on, and words that say so."""
    return held_out if len(held_out) else trained, words_for(held_out)


def words_for(held_out: Sized) -> str:
    """What the rows are called that a network is judged on."""
    return "held-out rows" if len(held_out) else "rows it was trained on (none were held out)"


def strata(schema: Schema, targets: NDArray[Any]) -> NDArray[Any] | None:
    """The class number of each row, so that a split keeps the classes' shares; None for
    regression."""
    if schema.task == "regression":
        return None
    return targets.argmax(axis=1) if targets.shape[1] > 1 else targets[:, 0].astype(np.intp)


@door
def task_for(table: Table, sizes: tuple[int, ...] | None, loss: str | None) -> str | None:
    """What a network tells of a target of whole numbers: some losses know numbers only, and a
    single output learns many of them as a number, not as classes. None where it tells nothing."""
    target = table.columns[table.target] if table.target else None
    if target is None or target.categories is not None:
        return None
    one_of_many = sizes is not None and sizes[-1] == 1 and len(np.unique(target.values)) > 2
    return "regression" if one_of_many or is_for_numbers(loss) else None


def is_for_numbers(loss: str | None) -> bool:
    """Whether a loss makes no sense of classes."""
    row = chosen("loss", loss or "squared_error", LOSSES).row
    return row.targets == "counts" or row.per_output is not None


@door
def check_sizes(spec: NetworkSpec, schema: Schema, data: str) -> None:
    """ValueError if a network does not fit the columns of `data`."""
    if spec.inputs != schema.n_inputs:
        raise ValueError(
            f"the network {spec} takes {counted(spec.inputs, 'input')}, but {data} has "
            f"{counted(schema.n_inputs, 'input column')}"
        )
    if schema.classes and is_for_numbers(spec.loss):
        raise ValueError(
            f"loss {spec.loss!r} is for numbers, but the target {schema.target!r} of {data} holds "
            f"{len(schema.classes)} classes"
        )
    if target_columns(spec) != schema.n_outputs:
        kind = f"{len(schema.classes)} classes" if schema.classes else "numbers"
        raise ValueError(
            f"the network {spec} gives {counted(spec.outputs, 'output')}, but the target "
            f"{schema.target!r} of {data} holds {kind} and needs {schema.n_outputs}"
        )


@door
def resolved_settings(plan: Plan | StreamedPlan) -> dict[str, Any]:
    """Every setting of a plan by name, given or chosen: `table_options` makes the same plan of
    them."""
    options, training, (schema, origin) = plan.options, plan.training, table_of(plan.network)
    settings: dict[str, Any] = {
        "target": schema.target,
        "task": schema.task,
        "holdout": origin.holdout,
        "sample_weight": options.sample_weight,
        "class_weight": options.class_weight,
    }
    network = asdict(Extras()) | network_settings(options, schema)
    if options.sizes is not None:
        settings["net"] = str(plan.network.spec)
        network |= chosen_by_the_tutorial(plan.network.spec)
    elif options.layers is not None:
        settings["layers"] = options.layers
        network |= dict.fromkeys(LAYER_SETTINGS)  # each layer has its own
    else:
        settings["hidden"] = hidden_of(options)
    network = {name: network.get(name) for name in NETWORK_SETTINGS}
    how = {f.name: getattr(training, f.name) for f in fields(training)}
    how["optimizer"] = {kind: name for name, kind in OPTIMIZERS.items()}[type(training.optimizer)]
    own = {f.name: getattr(training.optimizer, f.name) for f in fields(training.optimizer)}
    return {**settings, **network, **how, **own}


def chosen_by_the_tutorial(spec: NetworkSpec) -> dict[str, Any]:
    """What a network has that was described by its sizes, whoever chose it."""
    each = {
        name: tuple(getattr(layer, name) for layer in spec.dense)
        for name in ("activation", "bias", "init")
    }
    return {
        **each,
        "output_activation": None,  # it stands among them
        **{name: getattr(spec, name) for name in WHOLE_SETTINGS},
    }
