import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest

from syn0.data import BUILT_IN, read_table

TITANIC = "age,sex,survived\n22,male,0\n,female,1\n30,?,?\n"


def texts(column):
    return [column.categories[code] if code >= 0 else None for code in column.values]


def test_target_is_the_last_column_unless_named(csv):
    table = read_table(csv(TITANIC))
    assert (table.target, table.target_was_guessed) == ("survived", True)
    table = read_table(csv(TITANIC), target="age")
    assert (table.target, table.target_was_guessed) == ("age", False)
    assert [column.name for column in table.inputs] == ["sex", "survived"]


def test_last_column_is_guessed_after_dropping(csv):
    table = read_table(csv(TITANIC), drop=["survived"])
    assert list(table.columns) == ["age", "sex"]
    assert table.target == "sex"


def test_rows_without_target_are_left_out_and_counted(csv):
    table = read_table(csv(TITANIC))
    assert (len(table), table.rows_without_target) == (2, 1)
    table = read_table(csv(TITANIC), for_prediction=True)
    assert (len(table), table.rows_without_target) == (3, 0)


def test_prediction_needs_no_target_and_guesses_none(csv):
    assert read_table(csv(TITANIC), for_prediction=True).target is None
    assert read_table(csv(TITANIC), target="age", for_prediction=True).target == "age"
    assert read_table(csv(TITANIC), target="gone", for_prediction=True).target is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"target": "survivd"}, r"no column 'survivd' in .*table\.csv; did you mean 'survived'\? "
         r"columns: age, sex, survived$"),
        ({"drop": ["zzz"]}, r"no column 'zzz' in .*table\.csv; columns: age, sex, survived$"),
        ({"drop": ["age"], "target": "age"}, "column 'age' is both the target and to be dropped"),
        ({"drop": ["age", "sex", "survived"]}, "every column is to be dropped"),
        ({"drop": ["age", "sex"]}, "has no columns besides the target 'survived'"),
    ],
)  # fmt: skip
def test_wrong_columns(csv, arguments, message):
    with pytest.raises(ValueError, match=message):
        read_table(csv(TITANIC), **arguments)


def test_drop_takes_names_not_a_text(csv):
    with pytest.raises(TypeError, match="drop must be a sequence of column names, not the text"):
        read_table(csv(TITANIC), drop="age")


def test_target_missing_everywhere(csv):
    with pytest.raises(ValueError, match="the target 'y' is missing in every row"):
        read_table(csv("a,y\n1,\n2,NA\n"))


@pytest.mark.parametrize(
    ("name", "rows", "inputs", "target"),
    [
        ("correlated", 4, 3, "y"),
        ("xor", 4, 3, "y"),
        ("digits", 1797, 64, "digit"),
        ("iris", 150, 4, "species"),
        ("wine", 178, 13, "cultivar"),
        ("breast_cancer", 569, 30, "diagnosis"),
        ("diabetes", 442, 10, "progression"),
    ],
)
def test_built_in(name, rows, inputs, target):
    assert name in BUILT_IN
    table = read_table(name)
    assert (len(table), len(table.inputs), table.target) == (rows, inputs, target)
    assert not table.target_was_guessed


def test_the_tutorials_tables():
    for name, targets in (("correlated", [0, 0, 1, 1]), ("xor", [0, 1, 1, 0])):
        table = read_table(name)
        rows = np.stack([column.values for column in table.inputs], axis=1)
        assert rows.tolist() == [[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]]
        assert table.columns["y"].values.tolist() == targets


def test_digits_are_images_with_classes_as_texts():
    table = read_table("digits")
    assert table.image_shape == (8, 8)
    assert set(table.columns["digit"].categories) == set("0123456789")
    assert read_table("digits", drop=["pixel_0_0"]).image_shape is None
    assert read_table("digits", target="pixel_0_0").image_shape is None


def test_built_in_names_come_before_paths_without_separator(tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("iris").mkdir()
    assert read_table("iris").name == "iris"
    with pytest.raises(ValueError, match="iris holds no folders"):
        read_table(Path("iris"))
    with pytest.raises(ValueError, match="iris holds no folders"):
        read_table("./iris")


def test_unknown_name():
    with pytest.raises(FileNotFoundError) as error:
        read_table("iriss")
    assert str(error.value) == (
        "no file or built-in data named 'iriss'; did you mean 'iris'? (built-in names: "
        "correlated, xor, digits, iris, wine, breast_cancer, diabetes)"
    )


def test_data_of_another_kind():
    with pytest.raises(TypeError, match=r"data is a list; it may be a path, a built-in name, a 2-"):
        read_table([[1, 2]])


def test_array():
    table = read_table(np.array([[1, 2, 3], [4, 5, 6]]))
    assert list(table.columns) == ["x1", "x2", "x3"]
    assert (table.target, table.target_was_guessed, table.has_names) == ("x3", True, False)


def test_pair():
    table = read_table((np.ones((2, 2)), np.array(["no", "yes"])))
    assert list(table.columns) == ["x1", "x2", "y"]
    assert (table.target, table.target_was_guessed) == ("y", False)
    assert texts(table.columns["y"]) == ["no", "yes"]
    assert read_table((np.ones((2, 2)), np.array([[1], [2]]))).columns["y"].values.shape == (2,)
    named = read_table((pd.DataFrame({"a": [1, 2]}), [0, 1]))
    assert (list(named.columns), named.has_names) == (["a", "y"], True)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (np.ones(3), r"must have rows and columns \(2 dimensions\); its shape is \(3,\)"),
        (np.ones((0, 3)), r"its shape is \(0, 3\)"),
        (np.array([[1.0, 2], [3, np.inf]]), "an array, row 2: column 'x2' holds an infinite"),
        ((np.ones((3, 2)), np.ones(2)), "X has 3 rows and y has 2"),
        ((np.ones((3, 2)), np.ones((3, 2))), r"one target a row; its shape is \(3, 2\)"),
        ((pd.DataFrame({"y": [1]}), [1]), "X has a column 'y' already"),
        (pd.DataFrame({"a": []}), "a pandas frame has no rows"),
        (pl.DataFrame(), "a polars frame has no columns"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "two columns are named 'a'"),
    ],
)
def test_arrays_and_frames_that_are_no_tables(data, message):
    with pytest.raises(ValueError, match=message):
        read_table(data)


def test_complex_numbers():
    with pytest.raises(TypeError, match="column 'x1' holds complex numbers"):
        read_table(np.ones((2, 2), complex))


def check_frame(table):
    assert table.columns["whole"].values.tolist() == [1, 2, 3]
    np.testing.assert_array_equal(table.columns["real"].values, [0.5, np.nan, 1.5])
    np.testing.assert_array_equal(table.columns["nullable"].values, [1, np.nan, 3])
    assert texts(table.columns["truth"]) == ["True", "False", "True"]
    assert texts(table.columns["category"]) == ["a", "b", "a"]
    assert texts(table.columns["text"]) == ["x", None, "z"]
    assert np.isnan(table.columns["nothing"].values).all()
    assert table.target == "y"


def test_pandas_frame():
    frame = pd.DataFrame(
        {
            "whole": [1, 2, 3],
            "real": [0.5, np.nan, 1.5],
            "nullable": pd.array([1, None, 3], "Int64"),
            "truth": [True, False, True],
            "category": pd.Categorical(["a", "b", "a"]),
            "text": pd.array(["x", pd.NA, " z"], "string"),
            "nothing": [None, None, None],
            "y": [0, 1, 0],
        }
    )
    check_frame(read_table(frame))
    assert read_table(frame).name == "a pandas frame"


@pytest.fixture
def polars_frame():
    return pl.DataFrame(
        {
            "whole": [1, 2, 3],
            "real": [0.5, None, 1.5],
            "nullable": [1, None, 3],
            "truth": [True, False, True],
            "category": pl.Series(["a", "b", "a"], dtype=pl.Categorical),
            "text": ["x", None, " z"],
            "nothing": [None, None, None],
            "y": [0, 1, 0],
        }
    )


def test_polars_frame(polars_frame):
    check_frame(read_table(polars_frame))


def test_parquet(polars_frame, tmp_path: Path):
    path = tmp_path / "frame.parquet"
    polars_frame.write_parquet(path)
    check_frame(read_table(path))
    path.write_bytes(b"not parquet")
    with pytest.raises(ValueError, match=r"frame\.parquet cannot be read as Parquet"):
        read_table(path)


def test_a_table_is_read_again(csv):
    table = read_table(csv(TITANIC), for_prediction=True)
    again = read_table(table, target="sex", drop=["age"])
    assert (list(again.columns), again.target, len(again)) == (["sex", "survived"], "sex", 2)


def test_table_takes_rows_by_number_and_by_mask(csv):
    table = read_table(csv("a,y\n1,4\n2,5\n3,6\n"))
    assert table.take(np.array([2, 0])).columns["a"].values.tolist() == [3, 1]
    assert len(table.take(np.array([True, False, True]))) == 2


def test_a_panic_of_polars_is_a_sentence(tmp_path: Path, monkeypatch):
    def panic(path):
        raise type("PanicException", (BaseException,), {})("x" * 1000)

    monkeypatch.setattr(pl, "scan_parquet", panic)
    (tmp_path / "frame.parquet").write_bytes(b"")
    with pytest.raises(ValueError, match=r"frame\.parquet cannot be read as Parquet: x+"):
        read_table(tmp_path / "frame.parquet")


def test_the_room_opens_without_heavy_packages():
    code = (
        "import sys, syn0.data; "
        "print([m for m in ('sklearn', 'polars', 'pandas', 'PIL') if m in sys.modules])"
    )
    output = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert output.stdout.strip() == "[]"
