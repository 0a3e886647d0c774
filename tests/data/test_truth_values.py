"""True, TRUE, true, 1 and 1.0 are alike where training held truth values only; False likewise."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

from syn0.data import Schema, read_table

B = [True, False, False, True, True, False]


def spelled(true, false):
    return [true if b else false for b in B]


Y = np.array([0, 1] * 3)

FORMS = {
    "bool": pd.DataFrame({"f": B}),
    "objects": pd.DataFrame({"f": B}, dtype=object),
    "nullable": pd.DataFrame({"f": B}, dtype="boolean"),
    "category": pd.DataFrame({"f": pd.Categorical(B)}),
    "polars": pl.DataFrame({"f": B}),
    "whole": pd.DataFrame({"f": spelled(1, 0)}),
    "float": pd.DataFrame({"f": spelled(1.0, 0.0)}),
    "bytes": pd.DataFrame({"f": spelled(1, 0)}, dtype="u1"),
    "nullable numbers": pd.DataFrame({"f": spelled(1, 0)}, dtype="Int8"),
    "categories of numbers": pd.DataFrame({"f": pd.Categorical(spelled(1, 0))}),
    "words": pd.DataFrame({"f": spelled("True", "False")}),
    "small words": pl.DataFrame({"f": spelled("true", "false")}),
    "capitals": pd.DataFrame({"f": spelled("TRUE", "FALSE")}, dtype="category"),
    "number words": pd.DataFrame({"f": spelled("1", "0")}),
    "decimal words": pd.DataFrame({"f": spelled("1.0", "0.0")}),
    "a mixture": pd.DataFrame({"f": ["TRUE", "0", "False", "true", "1.0", "false"]}),
    "mixed objects": pd.DataFrame({"f": [True, "False", 0.0, 1, "true", "0"]}, dtype=object),
}


def table(frame, **columns):
    """The form's column f, and others beside it."""
    if isinstance(frame, pl.DataFrame):
        return read_table(frame.with_columns(**columns), target="y")
    return read_table(frame.assign(**columns), target="y")


def as_target(frame):
    """The form's column f as the target."""
    return table(frame, n=np.arange(6), y=frame["f"])


def meanings(schema, frame):
    """What each row of f comes to, 1 for a true one."""
    X = schema.inputs(read_table(frame, for_prediction=True))
    if X.shape[1] == 1:
        return (X[:, 0] > 0).astype(int).tolist()
    assert X.sum(axis=1).tolist() == [1] * len(X)
    is_true = [
        name.partition(" = ")[2].lower() in ("true", "1", "1.0") for name in schema.input_names
    ]
    return (X @ is_true).astype(int).tolist()


@pytest.mark.parametrize("trained", FORMS)
def test_an_input_means_the_same_in_every_form(trained):
    schema = Schema.fit(table(FORMS[trained], y=Y))
    assert schema.n_inputs <= 2
    for frame in FORMS.values():
        assert meanings(schema, frame) == [int(b) for b in B]
        assert meanings(schema, frame[1:2]) == [0]
    assert Schema.from_data(schema.to_data()) == schema


@pytest.mark.parametrize("trained", FORMS)
def test_a_class_means_the_same_in_every_form(trained):
    schema = Schema.fit(as_target(FORMS[trained]))
    assert len(schema.classes) == 2
    for frame in FORMS.values():
        assert schema.targets(as_target(frame)).tolist() == [[int(b)] for b in B]


@pytest.mark.parametrize("true", ["True", "TRUE", "true"])
def test_a_csv_file_of_words_and_one_of_numbers_are_alike(csv, true):
    false = {"True": "False", "TRUE": "FALSE", "true": "false"}[true]
    words = csv("f,y\n" + "".join(f"{w},{w}\n" for w in spelled(true, false)), "words.csv")
    numbers = csv("f,y\n" + "".join(f"{w},{w}\n" for w in spelled(1, 0)), "numbers.csv")
    for one, other in ((words, numbers), (numbers, words)):
        schema = Schema.fit(read_table(one))
        assert meanings(schema, other) == [int(b) for b in B]
        assert schema.targets(read_table(other)).tolist() == [[int(b)] for b in B]


def test_the_spelling_of_most_rows_names_inputs_and_classes():
    data = pd.DataFrame({"f": ["TRUE", "true", "TRUE", "false", "f"], "y": [0, 1, 0, 1, 0]})
    schema = Schema.fit(read_table(data[:4], target="y"))
    assert schema.input_names == ("f = TRUE", "f = false")
    schema = Schema.fit(read_table(data[:4].rename(columns={"f": "y", "y": "f"}), target="y"))
    assert schema.classes == ("TRUE", "false")
    beside_others = Schema.fit(read_table(data, target="y"))
    assert beside_others.input_names == ("f = TRUE", "f = f", "f = false", "f = true")


def test_what_is_no_truth_value_stays_what_it_is():
    """yes and no are texts, and a truth value among other numbers is a mistake."""
    data = pd.DataFrame({"f": ["yes", "no", "YES", "no"], "n": [0, 1, 2, 1], "y": [0, 1, 0, 1]})
    schema = Schema.fit(read_table(data, target="y"))
    assert schema.input_names == ("f = no", "f = YES", "f = yes", "n")
    words = "column 'n' held numbers in training, but now it holds 'True' in row 2"
    with pytest.raises(ValueError, match=words):
        schema.inputs(read_table(data.assign(n=[1, True, 2, 1]), for_prediction=True))


def test_missing_truth_values_are_marked_in_every_form():
    data = pd.DataFrame({"f": [True, None, False, None], "y": [0, 1, 0, 1]})
    schema = Schema.fit(read_table(data, target="y"))
    X = schema.inputs(read_table(data, for_prediction=True))
    for values in ([1.0, np.nan, 0.0, np.nan], ["TRUE", "", "FALSE", "NA"], ["1", None, "0", None]):
        frame = pd.DataFrame({"f": values})
        assert np.array_equal(schema.inputs(read_table(frame, for_prediction=True)), X)
