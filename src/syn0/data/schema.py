"""Schema: how a table becomes arrays, fitted on the training rows and saved with the model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from syn0.data.images import Images
from syn0.data.inputs import (
    ROW_NUMBERS,
    InputColumn,
    LeftOut,
    NumberInput,
    NumberInputs,
    TextInput,
    are_zero_or_one,
    fit_input,
    fit_pixels,
    numbers_the_rows,
    without_too_many_others,
)
from syn0.data.names import listed
from syn0.data.reading import Reading
from syn0.data.spellings import as_numbers
from syn0.data.table import Column, Table
from syn0.data.targets import (
    PLAIN,
    STANDARDISED,
    TargetColumn,
    fit_target,
    refuse_missing_targets,
)
from syn0.files.records import fields_to_data, from_fields
from syn0.spec.checks import nearest
from syn0.spec.doors import doors
from syn0.spec.once import once
from syn0.spec.words import counted


@doors
@dataclass(frozen=True)
class Schema:
    """How a table becomes inputs and targets, and outputs become answers.

    columns: the input columns of the training table, in order, and what each becomes
    target_column: the target and what it becomes
    prepare: False when columns go in as they are; missing values are then refused
    image_shape: (height, width[, channels]) when the inputs are pixels
    missing: the texts that stand for a missing value in files; None for the usual ones
    """

    KEYS: ClassVar = {"target_column": "target"}

    columns: tuple[InputColumn, ...]
    target_column: TargetColumn
    prepare: bool = True
    image_shape: tuple[int, ...] | None = None
    missing: tuple[str, ...] | None = None

    @classmethod
    def fit(
        cls,
        table: Table,
        *,
        task: str | None = None,
        prepare: bool = True,
        scaling: str = STANDARDISED,
    ) -> "Schema":
        """The schema for the training rows of a table.

        task: "classification" or "regression". Default: classification for texts and for
            whole numbers with two values, or with at most 20 that all occur twice or more
        prepare: standardise numbers, one-hot texts, fill missing values and bring pixels
            into 0 … 1. When False, every input must be numbers without missing values, and
            the numbers of inputs and target go in as they are
        scaling: how a target of numbers goes in otherwise: "standardised"; "scaled", which
            keeps 0 where it is; or "plain"

        Raises ValueError when there is no target, the target does not suit the task, no
        column is left as an input, or columns cannot go in as they are.
        """
        if table.target is None:
            raise ValueError(f"{table.name} was read without a target, so nothing can be learned")
        target = fit_target(table.columns[table.target], task, scaling if prepare else PLAIN)
        columns: list[InputColumn]
        if not prepare:
            columns = [_as_it_is(column) for column in table.inputs]
        elif table.image_shape:
            columns = fit_pixels(table.inputs)
        else:
            columns = without_too_many_others([fit_input(column) for column in table.inputs])
        shape, words = table.image_shape, table.missing
        return cls.of(
            columns, target, table.name, prepare=prepare, image_shape=shape, missing=words
        )

    @classmethod
    def of(
        cls,
        columns: Sequence[InputColumn],
        target: TargetColumn,
        name: str,
        *,
        prepare: bool,
        image_shape: tuple[int, ...] | None = None,
        missing: tuple[str, ...] | None,
    ) -> "Schema":
        """The schema of columns of the table `name` that are fitted.

        Raises ValueError when none is left as an input.
        """
        schema = cls(tuple(columns), target, prepare, image_shape, missing)
        if not schema.n_inputs:
            reasons = (f"'{column}' ({reason})" for column, reason in schema.left_out.items())
            raise ValueError(f"no column of {name} can be an input: {listed(reasons)}")
        return schema

    @property
    def task(self) -> str:
        """ "classification" or "regression"."""
        return self.target_column.task

    @property
    def target(self) -> str:
        """The target column's name."""
        return self.target_column.name

    @property
    def classes(self) -> tuple[str, ...] | None:
        """The classes in the order of the outputs; None for regression."""
        return self.target_column.classes

    @property
    def n_outputs(self) -> int:
        return self.target_column.n_outputs

    @once
    def input_names(self) -> tuple[str, ...]:
        """One name an input: `age`, `age is missing`, `sex = female` …"""
        return tuple(name for column in self.columns for name in column.input_names)

    @property
    def n_inputs(self) -> int:
        return len(self.input_names)

    @once
    def _places(self) -> tuple[slice, ...]:
        """Where the inputs of each column stand among all."""
        ends = np.cumsum([len(column.input_names) for column in self.columns]).tolist()
        return tuple(slice(start, end) for start, end in zip([0, *ends], ends, strict=False))

    @once
    def _numbers(self) -> tuple[list[int], NumberInputs]:
        """Which of the columns are numbers, and how these are prepared."""
        which = [n for n, column in enumerate(self.columns) if isinstance(column, NumberInput)]
        fitted = [column for column in self.columns if isinstance(column, NumberInput)]
        return which, NumberInputs(fitted, [self._places[n].start for n in which])

    @property
    def left_out(self) -> dict[str, str]:
        """The columns that give no input, and why."""
        return {c.name: c.reason for c in self.columns if isinstance(c, LeftOut)}

    @property
    def merged(self) -> dict[str, str]:
        """The columns with texts too rare for an input of their own, and how many these are."""
        return {c.name: c.merged for c in self.columns if isinstance(c, TextInput) and c.merged}

    def inputs(self, table: Table, dtype: DTypeLike = np.float64) -> NDArray[Any]:
        """(rows, n_inputs) of dtype: the inputs of every row.

        Columns are found by name, in any order, among others; without names, by position.
        A text that has no input of its own gives 0 in all of its column's, a missing number the
        mean. Numbers may come as texts, and the other way round; 3 and 3.0 are alike, and where
        training held truth values only, so are True, TRUE, true and 1.

        Raises ValueError for columns that are not there, texts that are no numbers where
        numbers were, and missing values in columns that go in as they are.
        """
        X = np.zeros((len(table), self.n_inputs), dtype)
        found = self._find(table)
        for fitted, column, place in zip(self.columns, found, self._places, strict=True):
            if isinstance(fitted, TextInput) and column:
                fitted.write(X[:, place], column)
        which, numbers = self._numbers
        if which:
            columns = [
                fitted.read(column)
                for fitted, n in zip(numbers.inputs, which, strict=True)
                if (column := found[n])
            ]
            if not self.prepare:
                for column in columns:
                    _refuse_missing(column)
            numbers.write(X, columns)
        return X

    @property
    def reading(self) -> Reading:
        """How files are read whose columns are those of the training table."""
        names = (*self.cells, self.target)
        return Reading(missing=self.missing, expected=names, images=Images.of(self.image_shape))

    @once
    def cells(self) -> dict[str, bool]:
        """The names of the cells that a row needs, and whether training knew rows without it."""
        return {c.name: c.marks_missing for c in self.columns if not isinstance(c, LeftOut)}

    def unknown_texts(self, table: Table) -> dict[str, str]:
        """The columns with texts that training did not know, and in how many rows they are."""
        return self.unknown_in(self.count_unknown(table))

    def count_unknown(self, table: Table) -> dict[str, int]:
        """The number of rows in which each column of texts holds one that training did not know."""
        return {
            fitted.name: fitted.unknown(column)
            for fitted, column in zip(self.columns, self._find(table), strict=True)
            if isinstance(fitted, TextInput) and column
        }

    def unknown_in(self, counts: Mapping[str, int]) -> dict[str, str]:
        """What `unknown_texts` says of such counts."""
        texts = [column for column in self.columns if isinstance(column, TextInput)]
        said = {column.name: column.unknown_in(counts.get(column.name, 0)) for column in texts}
        return {name: what for name, what in said.items() if what}

    def _find(self, table: Table) -> list[Column | None]:
        """The table's column for each of self.columns; None where one left out is not there."""
        if table.image_shape and self.image_shape:
            _refuse_other_size(table, self.image_shape)
        if not table.has_names and (by_position := self._by_position(table)):
            return by_position
        absent = [name for name in self.cells if name not in table.columns]
        if not absent:
            return [table.columns.get(column.name) for column in self.columns]
        if not table.has_names:
            raise ValueError(
                f"{table.name} has {counted(len(self._given(table)), 'column')}, but the model "
                f"takes {len(self.columns)}: {listed(c.name for c in self.columns)}"
            )
        names = listed(f"'{name}'" for name in absent)
        near = nearest(absent[0], [name for name in table.columns if name not in self.cells])
        hint = f" has '{near}', but" if near else ""
        raise ValueError(f"{table.name}{hint} lacks columns that the model takes: {names}")

    def _by_position(self, table: Table) -> list[Column | None] | None:
        """As `_find`, where there are as many columns as in training, an index counted or not."""
        given = self._given(table)
        if len(given) == len(self.columns):
            return [*given]
        is_index = [isinstance(c, LeftOut) and c.reason == ROW_NUMBERS for c in self.columns]
        if len(given) != is_index.count(False):
            return None
        rest = iter(given)
        return [None if index else next(rest) for index in is_index]

    def _given(self, table: Table) -> list[Column]:
        """The table's columns without a target."""
        given = list(table.columns.values())
        if table.target or len(given) != len(self.columns):
            given = [column for column in given if column.name != self._target_in(table)]
        return given

    def targets(self, table: Table, dtype: DTypeLike = np.float64) -> NDArray[Any]:
        """(rows, n_outputs) of dtype: what the outputs should be.

        Two classes give one column of 0 and 1, more give one column a class, numbers one
        standardised column (as they are without `prepare`). The table's target is taken if it
        was named, otherwise the column that is named as the model's.

        Raises ValueError when there is none, for missing targets and for an unknown class.
        """
        name = self._target_in(table)
        if name not in table.columns:
            raise ValueError(f"{table.name} has no column '{name}', the model's target")
        column = table.columns[name]
        refuse_missing_targets(column)
        return self.target_column.encode(column, dtype)

    def _target_in(self, table: Table) -> str:
        """The name of the table's target, which is no input even where it is not needed."""
        if table.target and not table.target_was_guessed:
            return table.target
        if table.target and not table.has_names and self.target not in table.columns:
            return table.target
        return self.target

    def decode(self, outputs: ArrayLike) -> NDArray[Any]:
        """(rows,) the answers for outputs (rows, n_outputs).

        Classification: the class's text (dtype object), by the largest output, or for two
        classes by whether the output is above 0.5. Regression: in the target's units.
        """
        return self.target_column.decode(self._checked(outputs))

    def restore(self, outputs: ArrayLike) -> NDArray[Any]:
        """Outputs (rows, n_outputs) in the target's units; those of classes unchanged."""
        return self.target_column.restore(self._checked(outputs))

    def _checked(self, outputs: ArrayLike) -> NDArray[Any]:
        array = np.asarray(outputs)
        # A number may have several outputs, one for each quantile.
        several = self.task == "regression" and array.ndim == 2 and array.shape[1] > 0
        if array.ndim != 2 or not (several or array.shape[1] == self.n_outputs):
            raise ValueError(
                f"outputs must have the shape (rows, {self.n_outputs}), not {array.shape}"
            )
        if not np.isfinite(array).all():
            raise ValueError("outputs must be finite, but some are NaN or infinite")
        return array

    def to_data(self) -> dict[str, Any]:
        """The schema in JSON's types, for `from_data`."""
        return fields_to_data(self)

    @classmethod
    def from_data(cls, data: Any) -> "Schema":
        """The schema that `to_data` gave. Raises ValueError, with one sentence, for all else."""
        schema: Schema = from_fields(cls, data, "schema")
        if problem := schema._problem():
            raise ValueError(f"schema: {problem}")
        return schema

    def _problem(self) -> str | None:
        """What does not hold together in a schema that nobody fitted."""
        shape = self.image_shape
        if shape is not None and (len(shape) not in (2, 3) or 0 in shape):
            return f"'image_shape' must be 2 or 3 sizes above 0, found {list(shape)}"
        if len({self.target, *(c.name for c in self.columns)}) < len(self.columns) + 1:
            return "columns and target must have different names"
        if not self.n_inputs:
            return "no column gives an input"
        if shape and len(self.columns) != np.prod(shape):
            return f"{len(self.columns)} columns are not the pixels of 'image_shape'"
        if not self.prepare and not all(map(_is_plain, self.columns)):
            return "columns that go in as they are must be plain numbers"
        return None


class UnpreparedError(ValueError):
    """A column cannot go in as it is: it holds texts, or misses values."""


def _as_it_is(column: Column) -> InputColumn:
    if numbers_the_rows(column):
        return LeftOut(column.name, ROW_NUMBERS)
    try:
        values = as_numbers(column, "", truth=True).values
    except ValueError:
        examples = ", ".join(f"'{text}'" for text in (column.categories or ())[:2])
        what = f"holds texts such as {examples}"
    else:
        if not column.missing.any():
            return NumberInput(column.name, zero_or_one=are_zero_or_one(values))
        what = f"has {column.missing.sum()} missing values"
    raise UnpreparedError(
        f"column '{column.name}' {what}; only numbers go in as they are: drop this column"
    )


def _is_plain(column: InputColumn) -> bool:
    if isinstance(column, NumberInput):
        return replace(column, zero_or_one=False) == NumberInput(column.name)
    return isinstance(column, LeftOut)


def _refuse_other_size(table: Table, image_shape: tuple[int, ...]) -> None:
    if table.image_shape != image_shape:
        found, expected = (" x ".join(map(str, s)) for s in (table.image_shape or (), image_shape))
        raise ValueError(f"{table.name}: images of {found}, but the model takes {expected}")


def _refuse_missing(column: Column) -> None:
    if column.missing.any():
        raise ValueError(
            f"column '{column.name}' has {column.missing.sum()} missing values, "
            "but the model takes columns as they are"
        )
