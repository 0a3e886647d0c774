"""What is a category, how many have an input of their own, and what is said of the others."""

import datetime
import time

import numpy as np
import pandas as pd
import polars as pl
import pytest

from syn0.data import Schema, read_table
from syn0.data.inputs import MOST_CATEGORIES, MOST_OTHERS, TextInput
from syn0.files.records import from_data, to_data


def fitted(values):
    y = np.arange(len(values)) % 2
    frame = pl.DataFrame({"a": values, "y": y}) if isinstance(values, pl.Series) else None
    frame = pd.DataFrame({"a": values, "y": y}) if frame is None else frame
    return Schema.fit(read_table(frame, target="y"))


def to_predict(values):
    return read_table(pd.DataFrame({"a": values}), for_prediction=True)


# Categorical columns of numbers ------------------------------------------------------------------

NUMBERS = [10, 2, 30, 2]


@pytest.mark.parametrize(
    "values",
    [
        pd.Categorical(NUMBERS),
        pd.Categorical(NUMBERS, ordered=True),
        pd.Categorical([float(n) for n in NUMBERS]),
        pd.Categorical(NUMBERS, categories=[1, 2, 10, 30]),
        pd.Categorical([*map(str, NUMBERS)]),
        pl.Series([*map(str, NUMBERS)], dtype=pl.Categorical),
        pl.Series([*map(str, NUMBERS)], dtype=pl.Enum(["30", "2", "10"])),
    ],
)
def test_a_categorical_of_numbers_is_one_input_a_category(values):
    schema = fitted(values)
    assert schema.input_names == ("a = 2", "a = 10", "a = 30")
    expected = [[0, 1, 0], [1, 0, 0], [0, 0, 1], [1, 0, 0]]
    texts = [*map(str, NUMBERS)]
    floats = [float(n) for n in NUMBERS]
    for given in (NUMBERS, floats, texts, [*map(str, floats)]):
        for dtype in (None, object, "category"):
            data = to_predict(pd.Series(given, dtype=dtype))
            assert schema.inputs(data).tolist() == expected
            assert schema.inputs(data.take(np.arange(1))).tolist() == expected[:1]
            one = to_predict(pd.Series(given, dtype=dtype)[:1])
            assert schema.inputs(one).tolist() == expected[:1]


@pytest.mark.parametrize("different", [3, 21, 55, 64, 70, 99])
@pytest.mark.parametrize("package", ["pandas", "polars"])
def test_many_declared_categories_are_still_categories(different, package):
    """Though as many texts that nobody declared would be taken for names or keys."""
    numbers = [n % different for n in range(100)]
    if package == "polars":
        schema = fitted(pl.Series([*map(str, numbers)], dtype=pl.Categorical))
    else:
        schema = fitted(pd.Categorical(numbers))
    assert isinstance(schema.columns[0], TextInput)
    assert schema.n_inputs == min(different, MOST_CATEGORIES)
    assert bool(schema.merged) == (different > MOST_CATEGORIES)


def test_one_category_a_row_has_nothing_to_tell():
    frame = pd.DataFrame({"a": pd.Categorical(range(30)), "n": range(30), "y": [0, 1] * 15})
    assert Schema.fit(read_table(frame, target="y")).left_out == {
        "a": "30 different texts in 30 rows"
    }


@pytest.mark.parametrize(
    ("categories", "names"),
    [
        ([True, False], ["True", "False"]),
        ([0.5, 1.5], ["0.5", "1.5"]),
        (pd.to_datetime(["2024-01-01", "2024-01-02"]), ["2024-01-01", "2024-01-02"]),
        (pd.interval_range(0, 2), ["(0, 1]", "(1, 2]"]),
    ],
)
def test_categories_may_be_of_any_kind(categories, names):
    values = pd.Categorical.from_codes([0, 1, 0, -1], categories)
    schema = fitted(values)
    found = [name.removeprefix("a = ").partition(" 00:")[0] for name in schema.input_names]
    assert found == [*names, "a is missing"]
    X = schema.inputs(to_predict(values))
    assert X.tolist() == [[1, 0, 0], [0, 1, 0], [1, 0, 0], [0, 0, 1]]


def test_a_categorical_target_of_numbers_is_classes():
    frame = pd.DataFrame({"a": range(6), "y": pd.Categorical([10, 2, 30, 10, 2, 7])})
    schema = Schema.fit(read_table(frame, target="y"))
    assert schema.classes == ("2", "7", "10", "30")
    as_numbers = read_table(frame.astype({"y": float}), target="y")
    assert schema.targets(as_numbers).argmax(axis=1).tolist() == [2, 0, 3, 2, 0, 1]


def test_twenty_thousand_different_numbers_for_categories_take_no_time():
    schema = fitted([f"{n % 64}" for n in range(128)])
    data = to_predict(np.random.default_rng(0).normal(size=20_000))
    began = time.process_time()
    assert not schema.inputs(data).any()
    assert time.process_time() - began < 1


# More texts than the cap -------------------------------------------------------------------------


def cities(count, rows):
    return [f"city {n % count}" for n in range(rows)]


def test_training_says_what_has_no_input_of_its_own():
    schema = fitted(cities(100, 250))
    assert schema.merged == {
        "a": "the 36 rarest of its 100 texts have no input of their own (rows: 72)"
    }
    assert schema.n_inputs == MOST_CATEGORIES
    assert fitted(cities(64, 640)).merged == {}


def test_rare_texts_are_not_unknown():
    values = cities(100, 250)
    schema = fitted(values)
    assert schema.unknown_texts(to_predict(values)) == {}
    again = Schema.from_data(schema.to_data())
    assert again == schema
    assert again.unknown_texts(to_predict([*values[:70], "Atlantis", "Atlantis", None])) == {
        "a": "texts unknown to the model (rows: 2)"
    }
    assert not schema.inputs(to_predict(["city 99", "Atlantis"])).any()


def test_texts_of_rows_held_out_are_not_unknown_either():
    """So that predicting the file of training reports none."""
    data = read_table(
        pd.DataFrame({"a": [*cities(5, 30), "once"], "y": [0, 1] * 15 + [1]}), target="y"
    )
    schema = Schema.fit(data.take(np.arange(30)))
    assert schema.input_names[-1] == "a = city 4"
    assert schema.unknown_texts(data) == {}
    assert schema.merged == {}


def test_what_is_too_much_to_remember_is_said_to_be_one_or_the_other():
    values = [f"{n}" for n in range(MOST_OTHERS + 100) for _ in "12"]
    schema = fitted([f"{text} km" for text in values])
    assert schema.columns[0].others == ()
    assert schema.unknown_texts(to_predict(["9999 km", "0 km"])) == {
        "a": "texts too rare in training or unknown to the model (rows: 1)"
    }
    long = fitted([f"{n} " + "long " * 9000 for n in range(100) for _ in "12"])
    assert long.columns[0].others == ()
    assert long.unknown_texts(to_predict(["99 "])).keys() == {"a"}


def test_all_columns_together_remember_no_more_than_that():
    columns = {f"c{k}": [f"{n % 1900 + k} km" for n in range(4000)] for k in range(20)}
    schema = Schema.fit(read_table(pd.DataFrame(columns).assign(y=[0, 1] * 2000), target="y"))
    assert [len(column.others) for column in schema.columns] == [1836] * 5 + [0] * 15


def test_dates_and_keys_that_are_left_out_are_told_with_the_reason():
    days = [str(datetime.date(2024, 1, 1) + datetime.timedelta(n)) for n in range(60)]
    frame = pd.DataFrame({"day": days, "n": range(60), "y": [0, 1] * 30})
    schema = Schema.fit(read_table(frame, target="y"))
    assert schema.left_out == {"day": "60 different texts in 60 rows"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"others": ["p"]}, "'others' must hold none of 'categories'"),
        ({"others": ["r", "r"]}, "'others' must hold different texts"),
        ({"others": [1]}, "'others' must hold texts only"),
        ({"others": None}, "'others' must be a list"),
        ({"rare_texts": -1}, "'rare_texts' must be a whole number from 0"),
        ({"rare_rows": 2.0}, "'rare_rows' must be a whole number from 0"),
        ({"rare_rows": True}, "'rare_rows' must be a whole number from 0"),
        ({"rare_texts": 10**30}, "'rare_texts' must be a whole number from 0"),
        ({"rare_texts": 3}, "'rare_texts' must not be above"),
        ({"others": ["r"], "rare_texts": 2}, "'rare_texts' must not be above"),
    ],
)
def test_a_changed_file_is_refused(changes, words):
    column = TextInput("a", ("p", "q"), others=("r", "s"), rare_texts=2, rare_rows=2)
    saved = {**to_data(column), **changes}
    assert from_data(TextInput, to_data(column), "column 1") == column
    with pytest.raises(ValueError, match=f"column 1: {words}"):
        from_data(TextInput, saved, "column 1")
