"""What estimators, and pipelines that end in one, say of the rows of a file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from syn0.cli.options import tell_model, tell_unknown_texts
from syn0.cli.predict import columns_of_numbers, inputs_of
from syn0.cli.reading import reading_of, tell_notes
from syn0.data import Table, read_table
from syn0.data.names import listed
from syn0.data.spellings import UNSEEN_CODE, Spellings, as_numbers
from syn0.data.table import Column
from syn0.derive import output_numbers
from syn0.estimators.steps import last_of
from syn0.estimators.tables import texts_of
from syn0.estimators.tabular import BaseTabular
from syn0.spec.words import counted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from syn0.models import Evaluation, Network


MUST_BE_NUMBERS = "column {!r} must be numbers, but it holds"


class Saved:
    """An estimator or a pipeline out of a file, whose columns are found in tables.

    Args:
        path: the file.
        model: what it holds.
    """

    def __init__(self, path: str, model: Any) -> None:
        self.path, self.model = path, model
        self.last = last_of(model)
        self.network: Network = self.last.network_
        self.is_tabular = isinstance(model, BaseTabular)

    @property
    def names(self) -> tuple[str, ...] | None:
        """The columns that it was fitted on; None where they had no names."""
        for part in (self.model, getattr(self.model, "regressor_", None)):
            if (names := getattr(part, "feature_names_in_", None)) is not None:
                return tuple(map(str, names))
        return None

    @property
    def classes(self) -> NDArray[Any] | None:
        """The classes in their order; None of a regressor."""
        return getattr(self.last, "classes_", None)

    def read(self, data: str, options: Mapping[str, Any]) -> Table:
        """A file as a table, of which nothing is known to be the target."""
        tell_model(self.path, self.network)
        float32 = self.network.spec.dtype == "float32"
        reading = reading_of(options, self.network.schema, float32=float32)
        expected = (*reading.expected, *(self.names or ()))
        table = read_table(data, for_prediction=True, reading=replace(reading, expected=expected))
        tell_notes(table.notes)
        return table

    def with_truth(self, table: Table, target: str | None) -> Table:
        """A table with its target: the column that is named, the one that the data know or the only
        one that the model was not fitted on; otherwise the last."""
        others = [name for name in table.columns if name not in (self.names or ())]
        target = target or table.target or (others[0] if len(others) == 1 else None)
        if target is None and not others:
            raise ValueError(
                f"{self.path} takes every column of {table.name}: name the one with the true "
                "answers with --target"
            )
        return read_table(table, target=target)

    def rows(self, table: Table) -> Any:
        """The columns of a table as the model takes them: found by name, in any order and among
        others, where it was fitted on names; all but the target and an index otherwise.

        Raises:
            ValueError: a column is not there, there are others than it takes, or a network of
                numbers alone is given texts.
        """
        columns = self.columns(table)
        if self.is_tabular:
            known = self.last._names
            named = dict(zip(known, columns, strict=True))
            rows = replace(table, columns=named, target=None, has_names=True, image_shape=None)
            tell_unknown_texts(self.network.schema.unknown_texts(rows))  # type: ignore[union-attr]  # of a table
            return rows
        if self.model is self.last:
            columns = [as_numbers(c, MUST_BE_NUMBERS.format(c.name)) for c in columns]
            refuse_gaps(table, columns, type(self.last).__name__)
        if self.names is not None:
            return frame_of(columns)
        if all(column.categories is None for column in columns):
            return np.column_stack([column.values for column in columns])
        return np.column_stack([cells_of(column) for column in columns]).astype(object)

    def columns(self, table: Table) -> list[Column]:
        """The columns that it takes, in their order."""
        given = inputs_of(table, self.names)
        if self.names is not None and table.has_names:
            return given
        count = self.model.n_features_in_
        if len(given) != count:
            raise ValueError(
                f"{self.path} takes {counted(count, 'column')} by their places, as it was "
                f"fitted on columns without names, but {table.name} has {len(given)}: "
                f"{listed(column.name for column in given)}"
            )
        named = zip(given, self.names or [column.name for column in given], strict=True)
        return [replace(column, name=name) for column, name in named]

    def ask(self, function: str, rows: Any) -> NDArray[Any]:
        """What a function of the model, by its name, says of rows; a refusal in one sentence."""
        try:
            return np.asarray(getattr(self.model, function)(rows))
        except ValueError as error:
            why = str(error).partition("\n")[0]
            raise ValueError(f"{self.path} does not take these rows: {why}") from None

    def answers(self, table: Table) -> dict[str, NDArray[Any]]:
        """The columns to print, by name: what `predict` says, and what it is sure of."""
        rows = self.rows(table)
        predicted = self.ask("predict", rows)
        columns = named_columns("prediction", predicted, self.classes)
        if self.classes is not None:
            likely = self.ask("predict_proba", rows)
            names = texts_of(self.classes)
            return columns | {
                f"probability of {name}": column
                for name, column in zip(names, likely.T, strict=False)
            }
        return columns | self.quantiles(rows)

    def quantiles(self, rows: Any) -> dict[str, NDArray[Any]]:
        """A column for each quantile that a regressor by itself has learned."""
        loss = self.network.spec.loss
        if not output_numbers(loss) or self.model is not self.last:
            return {}
        if self.is_tabular:
            outputs = self.network.predict(rows)
        else:
            outputs = self.model.predict_quantiles(rows)
        return columns_of_numbers(loss, outputs)

    def judge(self, table: Table) -> Evaluation:
        """The figures on a table with the true answers.

        Raises:
            ValueError: the answers are of another kind, or it gives several a row.
        """
        from syn0.models.evaluation import classification_figures, regression_figures

        column = table.columns[str(table.target)]
        rows = self.rows(table)
        predicted = self.ask("predict", rows)
        if predicted.ndim > 1:
            raise ValueError(
                f"{self.path} gives {predicted.shape[1]} answers a row, and evaluate judges one: "
                "call its score(X, y) in Python"
            )
        if self.classes is None:
            truth = as_numbers(column, MUST_BE_NUMBERS.format(column.name)).values
            return regression_figures(truth.astype(np.float64), predicted.astype(np.float64))
        texts = texts_of(self.classes)
        codes = Spellings(texts).codes(column)
        if (codes == UNSEEN_CODE).any():
            odd = cells_of(column)[int((codes == UNSEEN_CODE).argmax())]
            raise ValueError(
                f"target {column.name!r} holds {str(odd)!r}, which is none of the model's classes: "
                f"{', '.join(texts)}"
            )
        numbers = {label: k for k, label in enumerate(self.classes.tolist())}
        guessed = np.array([numbers[label] for label in predicted.tolist()])
        likely = self.ask("predict_proba", rows)
        return classification_figures(codes, guessed, likely, texts)


def refuse_gaps(table: Table, columns: list[Column], kind: str) -> None:
    """ValueError for a column with missing values, for an estimator that knows none."""
    for column in columns:
        if count := int(column.missing.sum()):
            raise ValueError(
                f"column {column.name!r} of {table.name} lacks a value in "
                f"{counted(count, 'row')}, which {kind} does not know: fit it behind a "
                f"SimpleImputer, or use {kind.replace('MLP', 'Tabular')}"
            )


def named_columns(
    what: str, values: NDArray[Any], classes: NDArray[Any] | None
) -> dict[str, NDArray[Any]]:
    """Answers by name: one a row or, of several labels or numbers, a column each."""
    if values.ndim == 1:
        return {what: values}
    ends = range(1, values.shape[1] + 1) if classes is None else texts_of(classes)
    word = "" if classes is None else "of "
    return {f"{what} {word}{end}": c for end, c in zip(ends, values.T, strict=True)}


def frame_of(columns: list[Column]) -> Any:
    """A frame of pandas or, where that is not installed, of polars."""
    cells = {column.name: cells_of(column) for column in columns}
    try:
        import pandas as pd
    except ImportError:
        import polars as pl

        return pl.DataFrame(cells, strict=False)
    return pd.DataFrame(cells)


def cells_of(column: Column) -> NDArray[Any]:
    """The cells as pandas reads them: numbers, truth values, or texts, of which NaN is missing."""
    if column.categories is None:
        return np.asarray(column.values)
    texts = set(column.categories)
    if texts <= {"True", "False"} and not column.missing.any():
        truths = np.array([text == "True" for text in column.categories], bool)
        return np.asarray(truths[column.values])
    known = np.array([*column.categories, np.nan], object)
    return np.asarray(known[column.values])
