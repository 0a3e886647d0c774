"""What goes with the targets, at the start and now."""

import numpy as np
import pytest
from scipy.stats import pearsonr

from syn0 import Network, TabularClassifier
from syn0.explain import correlations
from tests.explain.networks import EXCLUSIVE_OR, FIRST_COLUMN, X, made_up, part_1, part_2


def test_in_part_1_the_first_column_is_the_answer_and_in_part_2_none_says_anything():
    first = part_1().replay(X, FIRST_COLUMN).statistics().layers[0]
    assert first.now[0, 0] == 1
    assert first.now[1, 0] == 0
    assert np.isnan(first.now[2, 0])  # the same in all rows
    second = part_2().replay(X, EXCLUSIVE_OR).statistics().layers[0]
    assert second.now[:2, 0].tolist() == [0, 0]
    assert np.isnan(second.now[2, 0])


def test_the_tutorials_hidden_values_go_with_the_answer_already():
    hidden = [
        [0.1, 0.2, 0.5, 0.2],
        [0.2, 0.6, 0.7, 0.1],
        [0.3, 0.2, 0.3, 0.9],
        [0.2, 0.1, 0.3, 0.8],
    ]
    found = correlations(hidden, EXCLUSIVE_OR)
    expected = [pearsonr(column, EXCLUSIVE_OR)[0] for column in np.transpose(hidden)]
    assert found[:, 0] == pytest.approx(expected, abs=1e-12)
    assert found[:, 0].round(2).tolist() == [0.71, 0.65, 0.3, 0]


def test_correlations_are_those_of_numpy_and_scipy():
    values, targets = made_up(50, 7, 3)
    together = np.corrcoef(values.T, targets.T)[:7, 7:]
    assert correlations(values, targets) == pytest.approx(together, abs=1e-12)
    assert correlations(values, targets)[2, 1] == pytest.approx(
        pearsonr(values[:, 2], targets[:, 1])[0], abs=1e-12
    )
    with pytest.raises(ValueError, match="50 rows of values, but 3 of targets"):
        correlations(values, [1, 2, 3])


def test_hidden_units_are_those_of_the_start_and_those_of_now():
    network = part_2()
    start = network.hidden(X)
    network.train(X, EXCLUSIVE_OR, steps=5000)
    told = network.replay(X, EXCLUSIVE_OR).statistics()
    inputs, hidden = told.layers
    assert (inputs.values, hidden.values) == ("l0", "l1")
    assert np.array_equal(hidden.start, correlations(start, EXCLUSIVE_OR))
    assert np.array_equal(hidden.now, correlations(network.hidden(X), EXCLUSIVE_OR))
    assert np.abs(hidden.now).max() > 3 * np.abs(hidden.start).max()  # training amplifies it
    assert told.targets == ("y",)
    assert hidden.columns == ("l1[0]", "l1[1]", "l1[2]", "l1[3]")


def test_any_step_can_be_asked_about():
    network = part_2()
    network.train(X, EXCLUSIVE_OR, steps=500, engine="numpy")
    replay = network.replay(X, EXCLUSIVE_OR)
    now = replay.statistics().layers[1]
    assert np.array_equal(replay.statistics(500).layers[1].now, now.now)
    assert np.array_equal(replay.statistics(0).layers[1].now, now.start, equal_nan=True)


def test_numbers_of_any_size_correlate():
    values, targets = made_up(20, 3, 2)
    assert correlations(values * 1e200, targets) == pytest.approx(correlations(values, targets))
    assert np.isnan(correlations(np.full((20, 1), np.nan), targets)).all()


def test_dropout_and_noise_are_no_part_of_it():
    rows = made_up()
    network = Network([5, 4, 2], dropout=0.5, input_noise=1.0, seed=3)
    one, other = network.replay(*rows).statistics().layers
    assert np.array_equal(one.now, correlations(*rows))
    assert np.array_equal(other.now, correlations(network.hidden(rows[0]), rows[1]))


def test_without_a_seed_the_start_is_not_known():
    network = Network([3, 4, 1], seed=None)
    network.train(X, EXCLUSIVE_OR, steps=5)
    told = network.replay(X, EXCLUSIVE_OR).statistics()
    assert told.layers[1].start is None
    assert "start" not in repr(told)
    assert told.to_frame()["start"].isna().all()


def test_columns_of_a_table_keep_their_names():
    import pandas

    table = pandas.DataFrame(
        {"age": [1.0, 2, 3, 4, 5, 6, 7, 8] * 5, "colour": ["red", "blue"] * 20}
    )
    kinds = ["young" if age < 5 else "old" for age in table["age"]]
    model = TabularClassifier(max_iter=5, random_state=0).fit(table, kinds)
    network = model.network_
    told = network.replay(table, kinds).statistics()
    assert told.layers[0].columns == network.schema.input_names
    assert abs(told.layers[0].now[0, 0]) > 0.8


def test_statistics_read_well():
    told = part_1().replay(X, FIRST_COLUMN).statistics()
    assert (
        repr(told)
        == """\
correlation with the targets over 4 rows
       y, start    now
l0[0]     1.000  1.000
l0[1]     0.000  0.000
l0[2]         .      ."""
    )
    wide = Network([40, 30, 6]).replay(*made_up(50, 40, 6)).statistics()
    lines = repr(wide).splitlines()
    assert "28 others of l0" in [line.strip() for line in lines]
    assert "(3 more targets are in to_frame())" in lines[0]
    assert len(wide.to_frame()) == 70 * 6
