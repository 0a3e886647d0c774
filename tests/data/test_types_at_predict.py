"""The same values in columns of other types than in training mean the same (as after `astype(str)`,
from Parquet files with columns of strings, or from a database's decimals)."""

from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pytest

from syn0.data import Schema, read_table
from syn0.data.cells import MISSING_TEXTS

A = [3.5, -2, 1000, 0.25]


def fitted(**columns):
    frame = pd.DataFrame(columns).assign(y=[0, 1] * (len(next(iter(columns.values()))) // 2))
    return Schema.fit(read_table(frame, target="y"))


def inputs(schema, data):
    return schema.inputs(read_table(data, for_prediction=True)).tolist()


def frames(values):
    """One column in every type that holds it."""
    texts = [str(v) for v in values]
    yield pd.DataFrame({"a": texts}, dtype=object)
    yield pd.DataFrame({"a": texts}, dtype="str")
    yield pd.DataFrame({"a": texts}, dtype="string")
    yield pd.DataFrame({"a": texts}, dtype="category")
    yield pd.DataFrame({"a": values}, dtype="category")
    yield pd.DataFrame({"a": values}, dtype=object)
    yield pd.DataFrame({"a": [f" {text} " for text in texts]})
    yield pd.DataFrame({"a": [Decimal(text) for text in texts]})
    yield pd.DataFrame({"a": [texts[0], *values[1:]]}, dtype=object)
    yield pl.DataFrame({"a": texts})
    yield pl.DataFrame({"a": texts}, schema={"a": pl.Categorical})
    yield pl.DataFrame({"a": [Decimal(text) for text in texts]})
    yield np.array(texts)[:, np.newaxis]
    yield np.array(texts, object)[:, np.newaxis]


@pytest.mark.parametrize("place", range(14))
def test_numbers_may_come_as_texts(place):
    schema = fitted(a=A)
    expected = inputs(schema, pd.DataFrame({"a": A}))
    frame = list(frames(A))[place]
    np.testing.assert_array_equal(inputs(schema, frame), expected)
    np.testing.assert_array_equal(inputs(schema, frame[:1]), expected[:1])


@pytest.mark.parametrize("place", range(14))
def test_categories_of_texts_may_come_as_numbers(place):
    values = [1, 20, 300, 4]
    schema = fitted(a=[*map(str, values)])
    expected = inputs(schema, pd.DataFrame({"a": [*map(str, values)]}))
    for frame in (list(frames(values))[place], list(frames([1.0, 20.0, 300.0, 4.0]))[place]):
        assert inputs(schema, frame) == expected
        assert inputs(schema, frame[:1]) == expected[:1]


@pytest.mark.parametrize("dtype", ["i1", "i8", "u2", "f2", "f4", "f8", "Int64", "Float32"])
def test_categories_match_numbers_of_any_type(dtype):
    schema = fitted(a=["1", "0.1", "x", "7"] * 2)
    values = [1, 7] if "i" in dtype.lower() or "u" in dtype else [1, 0.1]
    expected = inputs(schema, pd.DataFrame({"a": [*map(str, values)]}))
    frame = pd.DataFrame({"a": values}).astype(dtype)
    assert inputs(schema, frame) == expected
    assert inputs(schema, frame[1:]) == expected[1:]


def test_large_numbers_are_told_apart_digit_by_digit():
    numbers = [2**53, 2**53 + 1, 2**53 + 2, 2**53 + 3]
    schema = fitted(a=pd.Categorical(numbers))
    assert inputs(schema, pd.DataFrame({"a": numbers})) == np.eye(4).tolist()


def test_codes_that_differ_in_their_zeros_stay_apart():
    schema = fitted(a=["007", "7", "07", "x"])
    assert inputs(schema, pd.DataFrame({"a": ["07", "7", "0007"]})) == [
        *([float(name == f"a = {text}") for name in schema.input_names] for text in ("07", "7")),
        [0] * 4,
    ]


def test_days_may_come_as_dates_or_as_texts():
    days = ["2024-01-01", "2024-02-29", "2024-12-31", "2023-07-07"]
    schema = fitted(a=days)
    for frame in (
        pd.DataFrame({"a": pd.to_datetime(days)}),
        pl.DataFrame({"a": days}).with_columns(pl.col("a").str.to_date()),
    ):
        assert inputs(schema, frame) == inputs(schema, pd.DataFrame({"a": days}))


@pytest.mark.parametrize("word", sorted(MISSING_TEXTS))
def test_words_for_a_missing_value_are_one_in_numbers_that_came_as_texts(word):
    schema = fitted(a=[1, 2, None, 4.5])
    expected = inputs(schema, pd.DataFrame({"a": [2, None]}))
    assert inputs(schema, pd.DataFrame({"a": ["2", word]})) == expected
    assert inputs(schema, pd.DataFrame({"a": [word]})) == expected[1:]


@pytest.mark.parametrize("text", ["old", "3.5 kg", "1_000", "inf", "True", "2024-01-01"])
def test_a_text_that_is_no_number_is_named_with_its_column_and_row(text):
    schema = fitted(a=A)
    words = f"column 'a' held numbers in training, but now it holds '{text}' in row 3$"
    for frame in (
        pd.DataFrame({"a": ["1", None, text, "b", "1"]}),
        pd.DataFrame({"a": pd.Categorical(["1", "?", text], categories=["zzz", "1", "?", text])}),
        pl.DataFrame({"a": ["1", "2", text]}),
    ):
        with pytest.raises(ValueError, match=words):
            inputs(schema, frame)


def test_categories_that_no_row_has_are_no_mistake():
    schema = fitted(a=A)
    column = pd.Categorical(["3.5", "-2"], categories=["old", "3.5", "-2"])
    assert inputs(schema, pd.DataFrame({"a": column})) == inputs(schema, pd.DataFrame({"a": A[:2]}))


@pytest.mark.usefixtures("trusting")
def test_a_parquet_file_of_strings_is_read_as_numbers(tmp_path):
    schema = fitted(a=A)
    pl.DataFrame({"a": [*map(str, A)]}).write_parquet(tmp_path / "texts.parquet")
    assert inputs(schema, tmp_path / "texts.parquet") == inputs(schema, pd.DataFrame({"a": A}))


def test_a_target_of_numbers_may_come_as_texts():
    schema = Schema.fit(read_table(pd.DataFrame({"a": A, "y": A}), target="y"))
    as_texts = read_table(pd.DataFrame({"a": A, "y": [*map(str, A)]}), target="y")
    assert (
        schema.targets(as_texts).tolist()
        == schema.targets(read_table(pd.DataFrame({"a": A, "y": A}), target="y")).tolist()
    )


def test_amounts_that_came_as_texts_are_numbers_and_codes_are_not():
    """Rather than a column of texts that is left out, as names and keys are."""
    rows = range(40)
    texts = {"amount": [f"{n / 7:.3f}" for n in rows], "code": [f"{n:05}" for n in rows]}
    schema = fitted(**texts)
    assert schema.input_names == ("amount",)
    assert schema.left_out == {"code": "40 different texts in 40 rows"}


def test_columns_as_they_are_take_numbers_that_came_as_texts():
    data = pd.DataFrame({"a": ["1", "0", "1"], "b": [True, False, True], "y": [1, 2.5, 3]})
    schema = Schema.fit(read_table(data, target="y"), prepare=False)
    assert inputs(schema, data) == [[1, 1], [0, 0], [1, 1]]
    assert Schema.from_data(schema.to_data()) == schema
