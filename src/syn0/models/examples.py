"""What a network learns from and is asked: arrays as its program takes them, made of what people
have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from numpy.typing import ArrayLike, NDArray

from syn0.data import Schema, read_table, split_rows
from syn0.data.frames import are_rows, is_frame, read_frame, read_rows, with_target
from syn0.data.memory import in_words
from syn0.derive import target_columns
from syn0.models.arrays import inputs_array, loss_targets, out_of_reach, targets_array
from syn0.models.frames import Names, by_name, learned_names
from syn0.models.weighting import row_weights
from syn0.spec import NetworkSpec, Training
from syn0.spec.checks import real
from syn0.spec.doors import warn

if TYPE_CHECKING:
    from syn0.engines.cluster import Cluster
    from syn0.models.stored import StoredExamples


@dataclass(frozen=True)
class Examples:
    """Arrays to train on, as a network's program takes them.

    Attributes:
        X, y: inputs and targets, an example a row.
        sample_weight: (rows, 1), how much each counts; None where all count alike.
        validation: an X and a y that training does not learn from; None without.
    """

    X: NDArray[Any]
    y: NDArray[Any]
    sample_weight: NDArray[Any] | None = None
    validation: tuple[NDArray[Any], NDArray[Any]] | None = None

    @property
    def rows(self) -> int:
        """Number of rows to train on."""
        return len(self.X)

    @property
    def weighted(self) -> bool:
        """Whether rows count differently."""
        return self.sample_weight is not None

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What the program takes, by name."""
        named = {"X": self.X, "y": self.y, "sample_weight": self.sample_weight}
        return {name: array for name, array in named.items() if array is not None}

    def shared(self, cluster: Cluster) -> dict[str, Any]:
        """As `arrays`, but X and y hold only the rows of this process."""
        named: dict[str, Any] = self.arrays()
        return named | {name: cluster.share(named[name]) for name in ("X", "y")}

    def split(self, kept: NDArray[Any], apart: NDArray[Any]) -> Examples:
        """The rows to keep, and those set apart for validation."""
        weight = None if self.sample_weight is None else self.sample_weight[kept]
        return Examples(self.X[kept], self.y[kept], weight, (self.X[apart], self.y[apart]))


@dataclass(frozen=True)
class SharedExamples(Examples):
    """Examples of which X and y hold only the rows of one process of a cluster; the weights of rows
    and those for validation are there in full.

    Attributes:
        all_rows: how many rows all processes have to train on.
        size: the number of processes.
    """

    all_rows: int = field(kw_only=True)
    size: int = field(kw_only=True)

    @property
    def rows(self) -> int:
        """Number of rows to train on, in all processes."""
        return self.all_rows

    def shared(self, cluster: Cluster) -> dict[str, Any]:
        """See `Examples.shared`."""
        from syn0.engines.cluster import Share

        named: dict[str, Any] = self.arrays()
        return named | {name: Share(named[name], self.all_rows) for name in ("X", "y")}

    def __str__(self) -> str:
        """Where they are, as a sentence."""
        own = in_words(self.X.nbytes + self.y.nbytes)
        return f"the file is read in blocks; this process (of {self.size}) holds {own} of its rows"


@dataclass(frozen=True)
class Given:
    """What `Network.train` was given to learn from; see there."""

    X: Any
    y: Any
    sample_weight: Any = None
    class_weight: Mapping[Any, float] | str | None = None
    validation: Any = None


@dataclass(frozen=True)
class Intake:
    """Makes arrays of what a network is given.

    Attributes:
        spec, schema: the network's.
        columns: the names of the columns of "X" and "y", where it was trained on frames.
    """

    spec: NetworkSpec
    schema: Schema | None
    columns: Mapping[str, Names]

    def inputs(self, X: Any) -> NDArray[Any]:
        """(rows, inputs), of an array or of a frame."""
        if self.schema is not None and is_frame(X):
            return self.schema.inputs(read_frame(X), self.spec.dtype)
        return inputs_array(by_name("X", X, self.columns.get("X")), self.spec)

    @property
    def names(self) -> tuple[Names, Names]:
        """The names of inputs and of targets, of a table or of frames; () where they have none."""
        if self.schema is None:
            return self.columns.get("X", ()), self.columns.get("y", ())
        one, many = (self.schema.target,), self.schema.classes or ()
        names = one if target_columns(self.spec) == 1 else many
        return self.schema.input_names, tuple(names)

    def asked(self, X: Any) -> NDArray[Any]:
        """(rows, inputs) of rows to predict; of a network from a table, of all that are tables."""
        if self.schema is None:
            return self.inputs(X)
        if are_rows(X):
            table = read_rows(X, self.schema.cells)
        else:
            table = read_table(X, for_prediction=True, reading=self.schema.reading)
        return self.schema.inputs(table, self.spec.dtype)

    def arrays(self, X: Any, y: Any) -> tuple[NDArray[Any], NDArray[Any]]:
        """Inputs and (rows, target columns), of arrays or of frames."""
        rows = self.inputs(X)
        if self.schema is not None and is_frame(X):
            table = with_target(read_frame(X), self.schema.target, y)
            return rows, loss_targets(self.schema.targets(table, self.spec.dtype), self.spec)
        return rows, targets_array(by_name("y", y, self.columns.get("y")), self.spec, len(rows))

    def examples(self, given: Given) -> tuple[dict[str, Names], Examples]:
        """What training learns from; with the names of the columns that the network goes by from
        then on.

        Warns:
            UserWarning: targets that the output's activation can never give.
        """
        X, y = given.X, given.y
        rows, targets = self.arrays(X, y)
        columns = self.columns if self.schema else learned_names(self.columns, X=X, y=y)
        weight = row_weights(given.sample_weight, given.class_weight, targets, self.spec)
        named = replace(self, columns=columns)
        examples = named.with_validation(Examples(rows, targets, weight), given.validation)
        warn_of_reach(targets, self.spec)
        return dict(columns), examples

    def with_validation(
        self, examples: Examples, validation: Sequence[ArrayLike] | float | None
    ) -> Examples:
        """The examples, with rows that are given or set apart for validation."""
        if validation is None:
            return examples
        if isinstance(validation, Sequence) and len(validation) == 2:
            return replace(examples, validation=self.arrays(*validation))
        fraction = real("validation", validation, above=0, below=1)
        kept, apart = split_rows(len(examples.X), fraction, self.spec.seed or 0)
        if not len(kept) or not len(apart):
            raise ValueError(
                f"validation={fraction:g} of {len(examples.X)} rows leaves one part empty"
            )
        return examples.split(kept, apart)


def warn_of_reach(targets: NDArray[Any], network: NetworkSpec) -> None:
    """Warn of targets that the output's activation can never give."""
    if reach := out_of_reach(targets, network):
        warn(
            f"the targets go {reach}: bring them into this range, or choose "
            "output_activation='identity' and a smaller learning_rate"
        )


def check_examples(training: Training, examples: Examples | StoredExamples) -> None:
    """ValueError if a training needs other rows than there are."""
    check_batch_size(training, examples.rows)
    if training.patience is not None and examples.validation is None:
        raise ValueError("patience needs validation rows: give validation=0.1 or (X, y)")


def check_batch_size(training: Training, rows: int) -> None:
    """ValueError if a batch holds more rows than there are."""
    if training.batch_size is not None and training.batch_size > rows:
        raise ValueError(
            f"batch size {training.batch_size} is more than the {rows} rows to train on"
        )
