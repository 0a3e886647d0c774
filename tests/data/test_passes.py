"""Files that are read in blocks give what they give when they are read whole."""

import dataclasses

import numpy as np
import polars as pl
import pytest

from syn0.data import Schema, UnpreparedError, csv_blocks, passes, read_table, summaries
from syn0.data.memory import in_words, memory_for_rows
from syn0.data.passes import held_out_by_hash, size_in_memory
from syn0.data.summaries import Summary, TargetSummary, schema_of

ROWS = 600


@pytest.fixture(autouse=True)
def small_blocks(trusting, monkeypatch):
    """So that small files come in many."""
    monkeypatch.setattr(csv_blocks, "BLOCK_BYTES", 4000)
    monkeypatch.setattr(passes, "CELLS_AT_ONCE", 900)


def frame():
    draw = np.random.default_rng(0)
    towns = [["Ulm", "Rom", "Oslo", None][k] for k in draw.integers(0, 4, ROWS)]
    return pl.DataFrame(
        {
            "": range(ROWS),
            "far": draw.normal(1e9, 1, ROWS),
            "gaps": [None if k % 7 == 0 else float(k) for k in range(ROWS)],
            "town": towns,
            "same": [7] * ROWS,
            "truth": draw.integers(0, 2, ROWS).astype(bool),
            "name": [f"person {k}" for k in range(ROWS)],
            "late": [f"{k % 30}" for k in range(400)] + [f"t{k % 9}" for k in range(ROWS - 400)],
            "half": [f"{k},5" for k in range(ROWS)],
            "y": [["no", "yes", ""][k] for k in draw.integers(0, 3, ROWS)],
        }
    )


@pytest.fixture(params=["csv", "parquet"])
def path(request, tmp_path):
    path = tmp_path / f"table.{request.param}"
    if request.param == "csv":
        frame().write_csv(path)
    else:
        frame().write_parquet(path)
    return path


def summarised(path, target=None, **how):
    """The schema of a file by its blocks, and the notes."""
    reader = passes.passes(path, target=target)
    reader.settle()
    columns, answers = {}, None
    for table in reader.tables():
        known = ~table.columns[table.target].missing
        answers = answers or TargetSummary(table.target)
        answers.add(table.columns[table.target], known)
        answers.watch(table.columns[table.target], known)
        for column in table.inputs:
            columns.setdefault(column.name, Summary(column.name)).add(column, known)
    usual = {"task": None, "prepare": True, "scaling": "standardised", "missing": None}
    schema = schema_of([*columns.values()], answers, name=str(path), **{**usual, **how})
    return schema, reader.notes


def numbers_rounded(column):
    """A column's preparation, its numbers to seven digits: sums in blocks are rounded otherwise."""
    fields = {f.name: getattr(column, f.name) for f in dataclasses.fields(column)}
    return {n: float(f"{v:.7g}") if isinstance(v, float) else v for n, v in fields.items()}


def test_what_blocks_are_fitted_to_is_what_the_whole_is(path):
    schema, notes = summarised(path)
    table = read_table(path)
    whole = Schema.fit(table)
    assert [*map(numbers_rounded, schema.columns)] == [*map(numbers_rounded, whole.columns)]
    assert schema.target_column == whole.target_column
    assert notes == table.notes


@pytest.mark.parametrize("target", ["gaps", "truth", "far"])
def test_targets_become_what_they_become_in_memory(path, target):
    schema, _ = summarised(path, target)
    whole = Schema.fit(read_table(path, target=target))
    assert schema.task == whole.task
    assert numbers_rounded(schema.target_column) == numbers_rounded(whole.target_column)


@pytest.mark.parametrize(
    ("values", "task"),
    [
        ([3, 1, 2] * 9, "classification"),
        ([7, 2, *[2] * 25], "classification"),
        ([*range(13)] * 2 + [99], "regression"),
        ([0.5, 1.5, 2] * 9, "regression"),
    ],
)
def test_numbers_are_classes_where_they_are_of_the_whole(tmp_path, values, task):
    path = tmp_path / "t.csv"
    pl.DataFrame({"a": range(0, 54, 2), "y": values}).write_csv(path)
    schema, _ = summarised(path)
    whole = Schema.fit(read_table(path))
    assert schema.task == whole.task == task
    assert numbers_rounded(schema.target_column) == numbers_rounded(whole.target_column)


def test_blocks_hold_the_cells_of_the_whole_in_order(path):
    reader = passes.passes(path)
    reader.settle()
    whole = read_table(path).columns["gaps"].values
    parts = [t.columns["gaps"].values[~t.columns["y"].missing] for t in reader.tables()]
    assert len(parts) > 5
    np.testing.assert_array_equal(np.concatenate(parts), whole)


def test_columns_that_go_in_as_they_are_must_be_numbers(path):
    with pytest.raises(UnpreparedError, match=r"column .gaps. has .* missing values"):
        summarised(path, prepare=False)


def test_texts_beyond_those_that_are_counted_are_rare(tmp_path, monkeypatch):
    monkeypatch.setattr(summaries, "MOST_TEXTS", 3)
    texts = ["a", "b", "c", *"dddd", *"a" * 20]
    pl.DataFrame({"t": texts, "y": range(len(texts))}).write_csv(tmp_path / "t.csv")
    (column,) = summarised(tmp_path / "t.csv")[0].columns
    assert (column.categories, column.rare_texts) == (("a", "b", "c"), 0)


def test_rows_are_held_out_by_their_number_alone():
    whole = held_out_by_hash(0, 10_000, 0.2, seed=3)
    parts = [held_out_by_hash(first, 1000, 0.2, seed=3) for first in range(0, 10_000, 1000)]
    assert np.array_equal(np.concatenate(parts), whole)
    assert whole.mean() == pytest.approx(0.2, abs=0.015)
    assert not np.array_equal(held_out_by_hash(0, 10_000, 0.2, seed=4), whole)
    assert not held_out_by_hash(0, 1000, 0.0, seed=3).any()


def test_data_of_other_kinds_are_read_whole(tmp_path):
    assert passes.passes(tmp_path / "images") is None
    assert passes.passes(tmp_path) is None


def test_what_a_file_takes_in_memory_is_told_without_reading_it(path):
    size = path.stat().st_size
    assert size_in_memory(path) == (size if path.suffix == ".csv" else 4 * ROWS * 10)


@pytest.mark.parametrize(
    ("given", "size"), [(1000, 1000), ("2GB", 2e9), ("1.5 mb", 1.5e6), ("64K", 64_000)]
)
def test_sizes_are_read_as_people_write_them(given, size):
    assert memory_for_rows(given) == size


@pytest.mark.parametrize("given", ["", "GB", "-1GB", "0", True, "3 apples"])
def test_what_is_no_size_is_refused(given):
    with pytest.raises(ValueError, match="max_memory must be a size such as 500MB"):
        memory_for_rows(given)


def test_by_default_a_share_of_the_free_memory_is_taken():
    assert 0 < memory_for_rows(None) < 2**50


def test_sizes_in_words():
    assert [*map(in_words, (900, 67_000_000, 3_960_000_000))] == ["900 B", "67 MB", "4.0 GB"]
