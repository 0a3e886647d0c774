"""Frames handed to a network of plain arrays: columns are found by name, never silently by place
(bug reports on reordered columns; issue 12, A12)."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

from syn0 import MLPClassifier, Network, load
from syn0.data import read_table
from syn0.models import plan_table, table_options

FRAMES = {"pandas": pd.DataFrame, "polars": lambda frame: pl.from_pandas(frame)}
of_each_kind = pytest.mark.parametrize("make", FRAMES.values(), ids=FRAMES)


@pytest.fixture
def d():
    return pd.DataFrame(np.random.default_rng(0).normal(size=(60, 3)), columns=list("abc"))


@pytest.fixture
def y(d):
    return (d.a > 0).astype(int)


def trained(X, y, sizes=(3, 4, 1), **options):
    network = Network(sizes)
    network.train(X, y, steps=20, progress=False, **options)
    return network


@of_each_kind
@pytest.mark.parametrize("columns", [list("cba"), list("bzca")])
def test_columns_are_found_by_name(make, d, y, columns):
    network = trained(make(d), y)
    other = make(d.assign(z=9.0)[columns])
    np.testing.assert_array_equal(network.predict(other), network.predict(d.to_numpy()))
    np.testing.assert_array_equal(network.hidden(other), network.hidden(d.to_numpy()))
    assert network.program(data=(other, y)) == network.program(data=(d.to_numpy(), y))


@of_each_kind
def test_a_column_that_is_not_there_is_named(make, d, y):
    network = trained(make(d), y)
    with pytest.raises(ValueError, match=r"X lacks columns .* 'a'; it has 'q', 'b', 'c'"):
        network.predict(make(d.rename(columns={"a": "q"})))


def test_a_column_that_is_there_twice_is_named(d, y):
    with pytest.raises(ValueError, match="several columns that are called 'a'"):
        trained(d, y).predict(d[["a", "a", "b", "c"]])


@of_each_kind
def test_training_goes_on_with_columns_in_any_order(make, d, y):
    network, plain = trained(make(d), y), trained(d.to_numpy(), y)
    network.train(make(d[["c", "b", "a"]]), y, steps=20, progress=False)
    plain.train(d.to_numpy(), y, steps=20, progress=False)
    np.testing.assert_array_equal(network.weights["syn0"], plain.weights["syn0"])


@of_each_kind
def test_validation_rows_may_have_columns_in_any_order(make, d, y):
    def history(X, apart):
        how = {"validation": (apart, y), "report_every": 5, "progress": False}
        return Network([3, 4, 1]).train(X, y, steps=20, **how)

    array = d.to_numpy()
    found = history(make(d), make(d[["b", "c", "a"]])).validation_loss
    assert found == history(array, array).validation_loss


@of_each_kind
def test_several_targets_are_found_by_name(make, d, y):
    Y = pd.DataFrame({"u": y, "v": 1 - y})
    network, plain = trained(d, make(Y), (3, 4, 2)), trained(d, Y.to_numpy(), (3, 4, 2))
    network.train(d, make(Y[["v", "u"]]), steps=20, progress=False)
    plain.train(d, Y.to_numpy(), steps=20, progress=False)
    np.testing.assert_array_equal(network.weights["syn1"], plain.weights["syn1"])


@pytest.mark.parametrize("target", [pd.Series.to_frame, pd.Series.to_list, pl.Series])
def test_a_single_target_goes_by_any_name(target, d, y):
    network = trained(d, y.rename("first").to_frame())
    network.train(d, target(y.rename("second")), steps=20, progress=False)
    assert network.steps_taken == 40


def test_columns_that_nobody_named_go_by_place(d, y):
    array = d.to_numpy()
    for first in (d, pd.DataFrame(array), pl.DataFrame(array), array):
        network = trained(first, y)
        for then in (pd.DataFrame(array), pl.DataFrame(array), array):
            np.testing.assert_array_equal(network.predict(then), network.predict(array))
    for first in (pd.DataFrame(array), array):
        np.testing.assert_array_equal(trained(first, y).predict(d), trained(array, y).predict(d))


def test_columns_that_are_numbered_are_found_by_number(d, y):
    numbered = pd.DataFrame(d.to_numpy())
    network = trained(numbered, y)
    np.testing.assert_array_equal(network.predict(numbered[[2, 0, 1]]), network.predict(numbered))


def test_names_are_saved(d, y, tmp_path):
    network = trained(d, y)
    network.save(tmp_path / "m.safetensors")
    loaded = load(tmp_path / "m.safetensors")
    assert loaded.columns == {"X": ("a", "b", "c")}
    np.testing.assert_array_equal(loaded.predict(d[["c", "b", "a"]]), network.predict(d))


@pytest.mark.parametrize(
    "columns",
    [[], {"X": ["a", "b"]}, {"X": ["a", "b", 3]}, {"X": "abc"}, {"Z": ["a"]}, {"y": ["a", "b"]}],
)
def test_names_that_do_not_fit_are_refused(columns, d, y, edited):
    path = edited(trained(d, y), lambda description, arrays: description.update(columns=columns))
    with pytest.raises(ValueError, match="not a model that this version can read"):
        load(path)


def test_the_network_of_an_estimator_finds_columns_by_name(d, y):
    with pytest.warns(match="converged"):
        network = MLPClassifier(max_iter=2, random_state=0).fit(d, y).network_
    np.testing.assert_array_equal(network.predict(d[["c", "b", "a"]]), network.predict(d))


def test_a_network_from_a_table_prepares_the_frames_that_it_goes_on_with(d, y):
    """As it does where it predicts: arrays are taken as prepared, frames as they come."""
    frame = d.assign(s=np.where(y, "p", "q"), a=1e6 * d.a, y=np.where(y, "yes", "no"))
    plan = plan_table(read_table(frame), table_options(hidden=(4,), epochs=2))
    network, other = (plan_table(read_table(frame), plan.options).fit().network for _ in range(2))
    how = {"steps": 5, "learning_rate": 0.01, "progress": False}
    network.train(frame[["s", "c", "b", "a"]], frame.y, **how)
    table = read_table(frame)
    X, targets = other.schema.inputs(table, "float32"), other.schema.targets(table, "float32")
    other.train(X, targets, **how)
    np.testing.assert_array_equal(network.predict(frame), other.predict(frame))
    assert network.hidden(frame).shape == (60, 4)


@pytest.mark.parametrize("data", [3, ([[1, 2, 3]],), {"X": 1, "y": 2}])
def test_the_data_of_a_program_are_a_pair(data):
    with pytest.raises(TypeError, match=r"^data must be \(X, y\), a pair, not "):
        Network([3, 1]).program(data=data)
