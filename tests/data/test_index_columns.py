"""An index that was saved with the rows is left out, once, at training; the model knows it then."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

from syn0.data import Schema, read_table

ROWS = 30


@pytest.fixture
def frame():
    """Rows with an index of pandas's."""
    generator = np.random.default_rng(0)
    return pd.DataFrame(
        {"a": generator.normal(size=ROWS), "b": generator.integers(0, 9, ROWS), "y": [0, 1] * 15}
    )


def orders(frame):
    """The rows and their index, as they come from sorting, splitting and reading again."""
    yield frame
    yield frame[::-1]
    yield frame.sample(frac=1, random_state=0)
    yield frame.sample(frac=0.8, random_state=0)  # as train_test_split leaves them
    yield frame.set_index(pd.RangeIndex(1, ROWS + 1)).sample(frac=1, random_state=0)
    yield frame.tail(10)
    yield frame.iloc[[1, 0]]


@pytest.mark.parametrize("order", range(7))
@pytest.mark.parametrize("name", ["", "Unnamed: 0", "__index_level_0__"])
@pytest.mark.parametrize("prepare", [True, False])
def test_an_index_is_left_out_in_any_order_of_the_rows(csv, frame, order, name, prepare):
    rows = list(orders(frame))[order]
    file = csv(rows.to_csv(index_label=name or None), "rows.csv")
    schema = Schema.fit(read_table(file, target="y"), prepare=prepare)
    assert [*schema.left_out.values()] == ["only numbers the rows"]
    assert schema.input_names == ("a", "b")
    assert Schema.from_data(schema.to_data()) == schema


def test_the_rows_that_are_held_out_do_not_hide_it(csv, frame):
    data = read_table(csv(frame.sample(frac=1, random_state=0).to_csv()), target="y")
    assert "column 1" in Schema.fit(data.take(np.arange(3, 20))).left_out


def test_rows_without_a_target_do_not_hide_it(csv, frame):
    data = read_table(csv(frame.assign(y=[None, *[0.5, 1.5] * 14, None]).to_csv()), target="y")
    assert (len(data), "column 1" in Schema.fit(data).left_out) == (28, True)


def test_predictions_do_not_depend_on_it(csv, frame):
    schema = Schema.fit(read_table(csv(frame.to_csv()), target="y"))
    expected = schema.inputs(read_table(csv(frame.to_csv(), "again.csv"), for_prediction=True))
    np.testing.assert_array_equal(schema.inputs(read_table(frame, for_prediction=True)), expected)
    files = {
        "without": (frame.to_csv(index=False), slice(None)),
        "ids": (frame.set_index(frame.index * 7 + 1000).to_csv(), slice(None)),
        "texts": (frame.set_index(pd.Index([f"k{n}" for n in range(ROWS)])).to_csv(), slice(None)),
        "alike": (frame.set_index(pd.Index(np.full(ROWS, 5))).to_csv(), slice(None)),
        "one": (frame[4:5].to_csv(), slice(4, 5)),
        "named": (frame.to_csv(index_label="Unnamed: 0"), slice(None)),
        "inputs only": (frame[["a", "b"]].to_csv(), slice(None)),
    }
    for name, (text, rows) in files.items():
        data = read_table(csv(text, f"{name}.csv"), for_prediction=True)
        np.testing.assert_array_equal(schema.inputs(data), expected[rows])


def test_without_names_columns_are_counted_with_the_index_or_without(csv, frame):
    schema = Schema.fit(read_table(csv(frame.to_csv()), target="y"))
    expected = schema.inputs(read_table(frame, for_prediction=True))
    inputs = frame[["a", "b"]]
    for name, text in {
        "with.csv": inputs.to_csv(header=False),
        "without.csv": inputs.to_csv(header=False, index=False),
    }.items():
        data = read_table(csv(text, name), for_prediction=True)
        assert not data.has_names
        np.testing.assert_array_equal(schema.inputs(data), expected)
    np.testing.assert_array_equal(
        schema.inputs(read_table(inputs.to_numpy(), for_prediction=True)), expected
    )
    with pytest.raises(ValueError, match="has 1 column, but the model takes 3"):
        schema.inputs(read_table(csv("1\n2\n", "few.csv"), for_prediction=True))


def test_other_columns_without_a_name_are_inputs(csv, frame):
    for values in (frame["a"], frame["b"], np.linspace(-3, 3, ROWS).round(), frame["a"].round(1)):
        text = frame.assign(first=values)[["first", "a", "y"]].to_csv(index=False)
        data = read_table(csv(text.removeprefix("first")), target="y")
        assert Schema.fit(data).input_names == ("column 1", "a")


def test_a_column_that_has_a_name_is_the_users(frame):
    data = read_table(frame.assign(day=range(ROWS)), target="y")
    assert "day" in Schema.fit(data).input_names


@pytest.mark.usefixtures("trusting")
@pytest.mark.parametrize("name", ["", "Unnamed: 0", "__index_level_0__"])
def test_frames_and_parquet_files_may_hold_an_index_too(tmp_path, frame, name):
    rows = frame.sample(frac=1, random_state=0).rename_axis(name).reset_index()
    pl.DataFrame(rows.to_dict("list")).write_parquet(tmp_path / "rows.parquet")
    for data in (rows, pl.DataFrame(rows.to_dict("list")), tmp_path / "rows.parquet"):
        schema = Schema.fit(read_table(data, target="y"))
        assert schema.left_out == {name or "column 1": "only numbers the rows"}
        assert len(schema.inputs(read_table(rows[:1], for_prediction=True))) == 1
