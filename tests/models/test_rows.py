"""Predictions of single rows: quick ones, and rows that name their cells."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

from syn0 import load
from syn0.data import read_table
from syn0.models import plan_table, table_options


@pytest.fixture(scope="module")
def frame():
    """200 rows of numbers, texts, categories and truth values, in 20 columns, some missing."""
    generator = np.random.default_rng(0)
    columns = {f"n{k}": generator.normal(size=200) for k in range(8)}
    columns |= {f"w{k}": generator.integers(0, 9, 200) for k in range(3)}
    columns |= {f"t{k}": generator.choice(["p", "q", "r"], 200) for k in range(7)}
    frame = pd.DataFrame(columns).assign(old=generator.random(200) > 0.5)
    frame["kind"] = pd.Categorical(generator.integers(0, 5, 200))
    frame.loc[::9, "n0"] = np.nan
    frame.loc[::7, "t0"] = None
    return frame.assign(y=np.where(frame["n1"] > 0, "yes", "no"))


@pytest.fixture(scope="module")
def network(frame, tmp_path_factory):
    options = table_options(epochs=3, hidden=(8,), dtype="float64")
    fitted = plan_table(read_table(frame, target="y"), options).fit(engine="numpy", progress=False)
    path = tmp_path_factory.mktemp("rows") / "model.safetensors"
    fitted.network.save(path)
    return load(path)


def as_polars(frame):
    return pl.DataFrame({name: frame[name].tolist() for name in frame.columns}, strict=False)


@pytest.mark.parametrize("row", [0, 7, 9, 100])
def test_a_row_alone_is_predicted_as_among_others(frame, network, row):
    expected = network.predict(frame)[row : row + 1]
    inputs = frame.drop(columns="y")
    one = inputs[row : row + 1]
    cells = one.to_dict("records")[0]
    for given in (
        one,
        one.convert_dtypes(),
        as_polars(one),
        as_polars(inputs)[row],
        cells,
        [cells],
    ):
        np.testing.assert_allclose(network.predict(given), expected, rtol=1e-12)
        assert network.labels(given).tolist() == network.labels(frame)[row : row + 1].tolist()


def test_one_row_takes_few_calls_of_functions(frame, network, calls):
    one = frame.drop(columns="y")[:1]
    for given in (one, as_polars(one), one.to_dict("records")[0]):
        network.predict(given)
        assert calls(lambda: network.predict(given)) < 1000  # noqa: B023


def test_rows_name_their_cells_in_any_order_among_others(frame, network):
    rows = frame.to_dict("records")[:5]
    turned = [dict(reversed(row.items())) | {"more": [1, 2]} for row in rows]
    assert np.array_equal(network.predict(turned), network.predict(frame[:5]))


def test_a_row_may_lack_cells_that_training_knew_to_be_missing(frame, network):
    rows = frame.drop(columns=["y", "n0", "t0"]).to_dict("records")[:3]
    expected = network.predict(frame[:3].assign(n0=np.nan, t0=None))
    assert np.array_equal(network.predict(rows), expected)
    rows[1] |= {"n0": frame["n0"][1], "t0": frame["t0"][1]}
    expected[1] = network.predict(frame[1:2])[0]
    assert np.array_equal(network.predict(rows), expected)
    del rows[2]["w1"]
    with pytest.raises(ValueError, match="row 3 has no 'w1', which the model takes"):
        network.predict(rows)


@pytest.mark.parametrize("missing", [None, float("nan"), np.nan, pd.NA, pd.NaT, "", "NA"])
def test_missing_cells_are_missing_however_they_are_marked(frame, network, missing):
    row = frame.drop(columns="y").to_dict("records")[1]
    expected = network.predict(frame[1:2].assign(n0=np.nan, t0=None))
    assert np.array_equal(network.predict(row | {"n0": missing, "t0": missing}), expected)


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ([1.0], "row 1: 'n0' is a list, not a number, text or truth value"),
        (np.ones(2), "row 1: 'n0' is a ndarray, not a number, text or truth value"),
        ({"b": 1}, "row 1: 'n0' is a dict, not a number, text or truth value"),
        (np.inf, "row 1: column 'n0' holds an infinite number"),
        ("tall", "column 'n0' held numbers in training, but now it holds 'tall' in row 1"),
    ],
)
def test_a_cell_that_is_none_is_named(frame, network, cell, words):
    row = frame.to_dict("records")[0]
    with pytest.raises(ValueError, match=words):
        network.predict(row | {"n0": cell})


@pytest.mark.parametrize("given", [[], [{}], {}, [{"n0": 1}, 5]])
def test_what_is_no_row_is_refused(network, given):
    with pytest.raises((TypeError, ValueError)):
        network.predict(given)
