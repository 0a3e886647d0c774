import copy
import dataclasses
import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syn0.data import Schema, read_table
from syn0.data.inputs import LeftOut, NumberInput, TextInput
from syn0.data.targets import ClassTarget, NumberTarget


def table(columns, target="y", **kwargs):
    return read_table(pd.DataFrame(columns), target=target, **kwargs)


def unseen(columns):
    return table(columns, target=None, for_prediction=True)


Y = [0, 1, 0, 1]


# Inputs ---------------------------------------------------------------------------------------


def test_outliers_stay_within_five_deviations_of_the_mean():
    data = table({"a": [*range(20)], "y": [0, 1] * 10})
    far = table({"a": [1e9, -1e9, 9.5], "y": [0, 1, 0]})
    X = Schema.fit(data).inputs(far)
    np.testing.assert_allclose(X[:, 0], [5, -5, 0], atol=1e-6)


def test_numbers_are_standardised_and_missing_ones_marked():
    data = table({"a": [1.0, 2, 3, np.nan], "b": [1, 2, 3, 6], "y": Y})
    schema = Schema.fit(data)
    assert schema.input_names == ("a", "a is missing", "b")
    X = schema.inputs(data)
    a, b = ((np.array(v) - np.mean(v)) / np.std(v) for v in ([1, 2, 3], [1, 2, 3, 6]))
    np.testing.assert_allclose(X[:, 0], [*(a / np.sqrt(1 + (a / 5) ** 2)), 0])
    assert X[:, 1].tolist() == [0, 0, 0, 1]
    np.testing.assert_allclose(X[:, 2], b / np.sqrt(1 + (b / 5) ** 2))


def test_missing_number_where_none_was_missing_in_training_is_the_mean():
    schema = Schema.fit(table({"a": [1, 2, 3, 6], "y": Y}))
    assert schema.inputs(unseen({"a": [3, None]})).tolist() == [[0], [0]]
    assert schema.inputs(unseen({"a": [None]})).tolist() == [[0]]


def test_texts_are_one_hot_most_frequent_first():
    data = table({"a": ["c", "b", "b", "a", None], "y": [0, 1, 0, 1, 0]})
    schema = Schema.fit(data)
    assert schema.input_names == ("a = b", "a = a", "a = c", "a is missing")
    expected = [[0, 0, 1, 0], [1, 0, 0, 0], [1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 1]]
    assert schema.inputs(data).tolist() == expected
    assert schema.inputs(unseen({"a": ["new", "a"]})).tolist() == [[0] * 4, [0, 1, 0, 0]]


def test_categories_of_the_training_rows_only():
    data = table({"a": ["x", "y", "x", "z"], "y": Y})
    assert Schema.fit(data.take(np.arange(3))).input_names == ("a = x", "a = y")


def test_at_most_64_categories():
    texts = [f"t{i:03}" for i in range(100)] * 2 + ["t099"] * 100
    schema = Schema.fit(table({"a": texts, "y": [0, 1] * 150}))
    assert schema.n_inputs == 64
    assert schema.input_names[:2] == ("a = t099", "a = t000")
    assert schema.inputs(unseen({"a": ["t098"]})).sum() == 0


def test_numbers_match_categories_by_value():
    schema = Schema.fit(table({"a": ["1", "02", "x", "2.5"], "y": Y}))
    assert schema.input_names == ("a = 02", "a = 1", "a = 2.5", "a = x")
    X = schema.inputs(unseen({"a": [1.0, 2.0, 2.5, 7.0, np.nan]}))
    assert X.tolist() == [[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 1, 0], [0] * 4, [0] * 4]
    assert schema.inputs(unseen({"a": [None, None]})).tolist() == [[0] * 4] * 2


def test_columns_that_say_nothing_are_left_out():
    n = 42
    schema = Schema.fit(
        table(
            {
                "id": [f"id{i}" for i in range(n)],
                "constant": [0.1] * n,
                "word": ["same"] * n,
                "nothing": [None] * n,
                "a": range(n),
                "y": [0, 1] * (n // 2),
            }
        )
    )
    assert schema.left_out == {
        "id": "42 different texts in 42 rows",
        "constant": "0.1 in every row",
        "word": "'same' in every row",
        "nothing": "no values",
    }
    assert schema.input_names == ("a",)
    assert schema.inputs(unseen({"a": [20.5]})).tolist() == [[0]]


def test_a_number_that_is_constant_or_missing_keeps_its_mark():
    data = table({"a": [0.1, 0.1, 0.1, np.nan], "y": Y})
    assert Schema.fit(data).inputs(data).tolist() == [[0, 0], [0, 0], [0, 0], [0, 1]]


def test_no_usable_column():
    with pytest.raises(ValueError, match=r"can be an input: 'a' \(1 in every row\), 'b' \(no val"):
        Schema.fit(table({"a": [1] * 4, "b": [None] * 4, "y": Y}))


def test_pixels_share_one_scale():
    data = read_table("digits")
    schema = Schema.fit(data)
    X = schema.inputs(data, np.float32)
    assert (X.dtype, X.shape, X.min(), X.max()) == (np.float32, (1797, 64), 0, 1)
    pixels = np.stack([column.values for column in data.inputs], axis=1)
    np.testing.assert_array_equal(X, pixels / np.float32(16))
    assert schema.image_shape == (8, 8)


def test_images_of_another_size(tmp_path, idx_bytes):
    path = tmp_path / "big-images-idx3-ubyte"
    path.write_bytes(idx_bytes(np.ones((2, 9, 9))))
    schema = Schema.fit(read_table("digits"))
    with pytest.raises(ValueError, match="images of 9 x 9, but the model takes 8 x 8"):
        schema.inputs(read_table(path, for_prediction=True))


def test_columns_are_found_by_name():
    schema = Schema.fit(table({"a": [1, 2, 3, 4], "b": list("xyxy"), "y": Y}))
    X = schema.inputs(unseen({"a": [2.5], "b": ["x"]}))
    assert schema.inputs(unseen({"b": ["x"], "more": [1], "a": [2.5]})).tolist() == X.tolist()
    with pytest.raises(ValueError, match=r"lacks columns that the model takes: 'a', 'b'$"):
        schema.inputs(unseen({"A": [1]}))


def test_texts_where_numbers_were():
    schema = Schema.fit(table({"a": [1, 2, 3, 4], "y": Y}))
    message = "column 'a' held numbers in training, but now it holds 'old'"
    with pytest.raises(ValueError, match=message):
        schema.inputs(unseen({"a": [1, "old"]}))


def test_arrays_go_by_position():
    schema = Schema.fit(table({"a": [1, 2, 3, 4], "constant": [7] * 4, "b": [5, 6, 7, 8], "y": Y}))
    expected = schema.inputs(unseen({"a": [2], "b": [8]})).tolist()
    row = np.array([[2, 0, 8]])
    assert schema.inputs(read_table(row, for_prediction=True)).tolist() == expected
    assert schema.inputs(read_table((row, [1]))).tolist() == expected
    assert schema.inputs(read_table(np.array([[2, 0, 8, 1]]))).tolist() == expected
    with pytest.raises(ValueError, match="has 2 columns, but the model takes 3: a, constant, b"):
        schema.inputs(read_table(row[:, :2], for_prediction=True))
    with pytest.raises(ValueError, match="has 2 columns, but the model takes 3"):
        schema.inputs(read_table(row, target="x3"))


def test_arrays_with_the_target_in_front():
    data = read_table(np.array([[0, 1, 5], [1, 2, 5.5], [0, 3, 6], [1, 4, 7]]), target="x1")
    schema = Schema.fit(data)
    again = read_table(np.array([[1, 4, 7.0]]))
    assert schema.inputs(again).tolist() == schema.inputs(data)[3:].tolist()
    assert schema.targets(again).tolist() == [[1]]
    without_target = read_table(np.array([[4, 7.0]]), for_prediction=True)
    assert schema.inputs(without_target).tolist() == schema.inputs(data)[3:].tolist()


def test_many_rows_are_the_same_as_few():
    """Numbers are written in blocks of rows."""
    values = np.random.RandomState(0).normal(size=(200_000, 3))
    values[::7, 1] = np.nan
    data = read_table((values, values[:, 0]))
    schema = Schema.fit(data)
    rows = np.array([0, 7, 99_999, 199_999])
    np.testing.assert_array_equal(schema.inputs(data)[rows], schema.inputs(data.take(rows)))


def test_numbers_too_large():
    with pytest.raises(ValueError, match="column 'a' holds numbers too large to standardise"):
        Schema.fit(table({"a": [1e308, -1e308, 1e308, 1], "y": Y}))
    data = table({"b": [1, 2, 3, 4], "a": [1e300, 1, 2, 3], "y": [0.5, 1.5, 1e300, 2]})
    schema = Schema.fit(data, prepare=False)
    with pytest.raises(ValueError, match="column 'a' holds numbers too large for float32"):
        schema.inputs(data, np.float32)
    with pytest.raises(ValueError, match="target 'y' holds numbers too large for float32"):
        schema.targets(data, np.float32)


@pytest.mark.parametrize(
    ("scaling", "expected"),
    [
        ("standardised", [-1.5, -0.5, 0.5, 1.5]),
        ("scaled", [0, 1, 2, 3]),
        ("plain", [0, 2, 4, 6]),
    ],
)
def test_a_target_of_numbers_goes_in_as_its_scaling_says_and_comes_back(scaling, expected):
    data = table({"a": [1.5, 2, 3, 4], "y": [0.0, 2, 4, 6]})
    schema = Schema.fit(data, task="regression", scaling=scaling)
    deviation = np.std([0, 2, 4, 6]) / 2 if scaling != "plain" else 1
    targets = schema.targets(data)
    np.testing.assert_allclose(targets[:, 0] * deviation, expected, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(schema.restore(targets)[:, 0], [0, 2, 4, 6], atol=1e-12)
    assert Schema.from_data(json.loads(json.dumps(schema.to_data()))) == schema


def test_scaling_is_for_numbers_and_for_prepared_columns():
    data = table({"a": [1.5, 2, 3, 4], "y": Y})
    for scaling in ("standardised", "scaled", "plain"):
        assert Schema.fit(data, scaling=scaling).targets(data)[:, 0].tolist() == Y
    data = table({"a": [1.5, 2, 3, 4], "y": [0.5, 2, 4, 6]})
    kept = Schema.fit(data, prepare=False, scaling="scaled").targets(data)
    assert kept[:, 0].tolist() == [0.5, 2, 4, 6]


# Columns as they are --------------------------------------------------------------------------


def test_columns_as_they_are():
    data = read_table("xor")
    schema = Schema.fit(data, prepare=False)
    assert schema.inputs(data).tolist() == [[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]]
    assert schema.targets(data).tolist() == [[0], [1], [1], [0]]
    data = table({"a": [1, 2, 3], "y": [1000.5, 2000, 3000]})
    assert Schema.fit(data, prepare=False).targets(data).tolist() == [[1000.5], [2000], [3000]]


def test_columns_that_cannot_go_in_as_they_are():
    message = r"column 'a' holds texts such as 'p', 'q'; only numbers .*: drop this column$"
    with pytest.raises(ValueError, match=message):
        Schema.fit(table({"a": list("pqrs"), "y": Y}), prepare=False)
    with pytest.raises(ValueError, match="column 'a' has 1 missing values; only numbers"):
        Schema.fit(table({"a": [1, 2, 3, None], "y": Y}), prepare=False)
    schema = Schema.fit(table({"a": [1, 2, 3, 4], "y": Y}), prepare=False)
    with pytest.raises(ValueError, match="column 'a' has 1 missing values, but the model takes"):
        schema.inputs(unseen({"a": [1, None]}))


# Targets --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "task", "classes"),
    [
        (["no", "yes", "no"], "classification", ("no", "yes")),
        (["10", "9", "10"], "classification", ("9", "10")),
        (["10", "9", "x"], "classification", ("10", "9", "x")),
        ([0.0, 1.0, 0.0], "classification", ("0", "1")),
        ([5, 3, 3, 3], "classification", ("3", "5")),
        ([2, 1, 10, 10, 1, 2], "classification", ("1", "2", "10")),
        ([1, 2, 10, 10, 1], "regression", None),
        ([0.5, 1.5, 0.5, 1.5], "regression", None),
        ([*range(20), *range(20)], "classification", tuple(map(str, range(20)))),
        ([*range(21), *range(21)], "regression", None),
        ([True, False, True], "classification", ("False", "True")),
    ],
)
def test_task_that_the_target_suggests(values, task, classes):
    schema = Schema.fit(table({"a": range(len(values)), "y": values}))
    assert (schema.task, schema.classes) == (task, classes)


def test_two_classes_are_one_output():
    data = table({"a": [1, 2, 3, 4], "y": ["no", "yes", "yes", "no"]})
    schema = Schema.fit(data)
    y = schema.targets(data, np.float32)
    assert (y.dtype, y.tolist(), schema.n_outputs) == (np.float32, [[0], [1], [1], [0]], 1)
    assert schema.decode([[0.4], [0.6], [0.5]]).tolist() == ["no", "yes", "no"]
    assert schema.restore([[0.4]]).tolist() == [[0.4]]


def test_more_classes_are_one_output_each():
    data = table({"a": [1, 2, 3, 4], "y": list("bcab")})
    schema = Schema.fit(data)
    assert schema.targets(data).tolist() == [[0, 1, 0], [0, 0, 1], [1, 0, 0], [0, 1, 0]]
    answers = schema.decode(schema.targets(data))
    assert answers.dtype == object
    assert answers.tolist() == list("bcab")


def test_regression_targets_are_standardised_and_restored():
    data = table({"a": [1, 2, 3, 4], "y": [1000.5, 2000, 3000, 4000]})
    schema = Schema.fit(data)
    y = schema.targets(data)
    np.testing.assert_allclose([y.mean(), y.std()], [0, 1], atol=1e-12)
    np.testing.assert_allclose(schema.restore(y)[:, 0], data.columns["y"].values)
    np.testing.assert_allclose(schema.decode(y), data.columns["y"].values)


def test_forced_tasks():
    data = table({"a": [1, 2, 3], "y": [3.5, 1, 0]})
    assert Schema.fit(data, task="classification").classes == ("0", "1", "3.5")
    assert Schema.fit(read_table("xor"), task="regression").task == "regression"
    with pytest.raises(ValueError, match="target 'y' holds texts such as 'p': no regression"):
        Schema.fit(table({"a": [1, 2], "y": ["p", "q"]}), task="regression")
    with pytest.raises(ValueError, match="the task is 'clustering'; it must be one of classif"):
        Schema.fit(data, task="clustering")


@pytest.mark.parametrize("value", [5, "five"])
def test_target_that_is_the_same_everywhere(value):
    with pytest.raises(ValueError, match="target 'y' is the same in every row: nothing to learn"):
        Schema.fit(table({"a": [1, 2], "y": [value, value]}))


def test_target_of_names():
    names = [f"name {i}" for i in range(30)]
    data = table({"a": range(30), "y": names})
    with pytest.raises(ValueError, match="target 'y' has 30 different texts in 30 rows, as names"):
        Schema.fit(data)
    assert len(Schema.fit(data, task="classification").classes) == 30


def test_tables_without_targets():
    data = unseen({"a": [1, 2]})
    with pytest.raises(ValueError, match="was read without a target, so nothing can be learned"):
        Schema.fit(data)
    schema = Schema.fit(table({"a": [1, 2, 3, 4], "y": Y}))
    with pytest.raises(ValueError, match="a pandas frame has no column 'y', the model's target"):
        schema.targets(data)
    with pytest.raises(ValueError, match="a pandas frame has no column 'y', the model's target"):
        schema.targets(table({"a": [1, 2], "b": [0, 1]}, target=None))
    with pytest.raises(ValueError, match="target 'y' has 1 missing values"):
        schema.targets(unseen({"y": [1, None]}))


def test_targets_of_other_tables():
    schema = Schema.fit(table({"a": [1, 2, 3, 4], "y": Y}))
    reordered = table({"y": [1, 0], "a": [1, 2]}, target=None)
    assert reordered.target == "a"
    assert schema.targets(reordered).tolist() == [[1], [0]]
    assert schema.targets(table({"a": [1, 2], "z": ["1", "0"]}, target="z")).tolist() == [[1], [0]]
    with pytest.raises(ValueError, match=r"'y' holds '2', which is none of the model's .*: 0, 1"):
        schema.targets(table({"a": [1, 2], "y": [0, 2]}))
    numbers = Schema.fit(table({"a": [1, 2, 3], "y": [0.5, 1, 2]}))
    with pytest.raises(ValueError, match="target 'y' must be numbers, but it holds 'p'"):
        numbers.targets(table({"a": [1, 2], "y": ["p", "q"]}))


def test_outputs_of_the_wrong_kind():
    schema = Schema.fit(table({"a": [1, 2, 3, 4], "y": Y}))
    with pytest.raises(ValueError, match=r"must have the shape \(rows, 1\), not \(2, 2\)"):
        schema.decode(np.ones((2, 2)))
    with pytest.raises(ValueError, match="outputs must be finite"):
        schema.restore([[math.nan]])


# Saved with the model -------------------------------------------------------------------------

finite = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e300, max_value=1e300)
positive = st.floats(1e-300, 1e300)
reaches = st.none() | positive
different_texts = st.lists(st.text(), min_size=2, unique=True).map(tuple)


columns = st.one_of(
    st.builds(NumberInput, st.just(""), finite, positive, reaches, st.booleans()),
    st.builds(TextInput, st.just(""), different_texts, st.booleans()),
    st.builds(LeftOut, st.just(""), st.text()),
)
targets = st.one_of(
    st.builds(ClassTarget, st.just("\0target"), different_texts),
    st.builds(NumberTarget, st.just("\0target"), finite, positive),
)


@given(st.dictionaries(st.text(), columns, max_size=6), targets)
def test_schemas_survive_json(columns, target):
    named = [dataclasses.replace(column, name=name) for name, column in columns.items()]
    schema = Schema((NumberInput("\0first"), *named), target)
    assert Schema.from_data(json.loads(json.dumps(schema.to_data()))) == schema


@pytest.mark.parametrize("prepare", [True, False])
@pytest.mark.parametrize("name", ["xor", "digits", "iris", "diabetes"])
def test_fitted_schemas_survive_json(name, prepare):
    schema = Schema.fit(read_table(name), prepare=prepare)
    assert Schema.from_data(json.loads(json.dumps(schema.to_data()))) == schema


SAVED = Schema(
    (NumberInput("a", 1.0, 2.0), TextInput("b", ("p", "q")), LeftOut("c", "no values")),
    ClassTarget("y", ("0", "1")),
).to_data()


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ([], None, "schema: expected an object, found None"),
        (["more"], 1, "schema: expected the keys .*'target'.*, found .*'more'"),
        (["columns"], {}, "schema: 'columns' must be a list, found {}"),
        (["columns"], [], "schema: no column gives an input"),
        (["columns", 0], [], "schema, column 1: 'kind' must be one of number, text, left_out"),
        (["columns", 0, "kind"], "code", "schema, column 1: 'kind' must be one of"),
        (["columns", 0, "kind"], [], "schema, column 1: 'kind' must be one of"),
        (["columns", 0, "more"], 1, "schema, column 1: expected the keys"),
        (["columns", 0, "name"], 1, "schema, column 1: 'name' must be a text, found 1"),
        (["columns", 0, "name"], "b", "columns and target must have different names"),
        (["columns", 0, "name"], "y", "columns and target must have different names"),
        (["columns", 0, "mean"], "0", "'mean' must be a finite number, found '0'"),
        (["columns", 0, "mean"], True, "'mean' must be a finite number, found True"),
        (["columns", 0, "mean"], math.nan, "'mean' must be a finite number, found nan"),
        (["columns", 0, "mean"], math.inf, "'mean' must be a finite number, found inf"),
        (["columns", 0, "mean"], 10**400, "'mean' must be a finite number, found 1000"),
        (["columns", 0, "scale"], 0, "'scale' must be above 0, found 0"),
        (["columns", 0, "reach"], -3, "'reach' must be above 0, found -3"),
        (["columns", 0, "reach"], "far", "'reach' must be a finite number, found 'far'"),
        (["columns", 0, "marks_missing"], 1, "'marks_missing' must be true or false, found 1"),
        (["columns", 1, "categories"], [], "column 2: 'categories' must not be empty"),
        (["columns", 1, "categories"], ["p", 1], "'categories' must hold texts only"),
        (["columns", 1, "categories"], ["p", "p"], "'categories' must hold different texts"),
        (["columns", 2, "reason"], None, "column 3: 'reason' must be a text"),
        (["target"], [], "schema, target: 'task' must be one of classification, regression"),
        (["target", "task"], "clustering", "schema, target: 'task' must be one of"),
        (["target", "task"], "regression", "schema, target: expected the keys"),
        (["target", "classes"], ["0"], "schema, target: 'classes' must hold at least 2"),
        (["prepare"], None, "schema: 'prepare' must be true or false"),
        (["prepare"], False, "columns that go in as they are must be plain numbers"),
        (["image_shape"], [0, 2], "'image_shape' must be 2 or 3 sizes above 0"),
        (["image_shape"], [2], "'image_shape' must be 2 or 3 sizes above 0"),
        (["image_shape"], [2, 2], "3 columns are not the pixels of 'image_shape'"),
    ],
)
def test_a_changed_file_is_refused(path, value, message):
    changed = {"schema": copy.deepcopy(SAVED)}
    at = changed
    for key, following in zip(["schema", *path], [*path, None], strict=True):
        if following is None:
            at[key] = value
        else:
            at = at[key]
    with pytest.raises(ValueError, match=message):
        Schema.from_data(changed["schema"])
