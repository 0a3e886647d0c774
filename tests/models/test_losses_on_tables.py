"""What the losses promise to someone with a table: quantiles that cover, margins, counts, and
figures that a few wild rows do not spoil."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from syn0 import Network, load
from syn0.cli.predict import answers_of
from syn0.data import read_table
from syn0.derive import LOSSES
from syn0.derive.losses import PerOutput
from syn0.models import class_probabilities, evaluate, plan_table, table_options
from syn0.program import Name
from syn0.program.expressions import where

QUANTILES = (0.1, 0.5, 0.9)


def fitted(data, target=None, **options):
    """A small network of a table, after a few epochs."""
    how = {"hidden": (16,), "epochs": 40, "learning_rate": 0.01, "dropout": 0.0, **options}
    return plan_table(read_table(data, target=target), table_options(**how)).fit(progress=False)


def values(table, name: str) -> np.ndarray:
    column = table.columns[name]
    texts = column.categories
    return column.values if texts is None else np.array(texts)[column.values]


@pytest.fixture(scope="module")
def spreading() -> pd.DataFrame:
    """2,000 rows whose price spreads the more, the larger the size."""
    random = np.random.RandomState(3)
    size = random.uniform(0, 10, 2000)
    return pd.DataFrame({"size": size, "price": 100 + 5 * size + size * random.normal(size=2000)})


@pytest.fixture(scope="module")
def quantiles(spreading):
    """A network of its three quantiles, with the rows held out."""
    return fitted(spreading, loss="quantile:0.1,0.5,0.9", epochs=60)


def test_quantiles_cover_their_share_of_rows_that_were_not_seen(quantiles):
    outputs = quantiles.network.predict(quantiles.held_out)
    truth = values(quantiles.held_out, "price")[:, np.newaxis]
    assert outputs.shape == (400, 3)
    np.testing.assert_allclose((truth < outputs).mean(axis=0), QUANTILES, atol=0.05)


def test_quantiles_spread_as_the_rows_do(quantiles):
    narrow, wide = quantiles.network.predict(pd.DataFrame({"size": [1.0, 9.0]}))
    assert narrow[0] < narrow[1] < narrow[2]
    true_width = 2 * 1.2816  # of 80 % of a normal distribution, for a size of 1
    assert narrow[2] - narrow[0] == pytest.approx(true_width, rel=0.4)
    assert wide[2] - wide[0] == pytest.approx(9 * true_width, rel=0.25)


def test_another_loss_of_an_output_for_each_number_is_a_row(spreading, monkeypatch):
    """Expectiles (Newey & Powell, 1987): means, where what lies above counts otherwise."""
    shares = Name("expectiles")

    def weighted(error):
        return where(error > 0, shares, 1 - shares) * error

    row = replace(
        LOSSES["quantile"],
        value=lambda target, out, error, total, *numbers: total(weighted(error) * error) / 2,
        pull=lambda target, out, error, *numbers: weighted(error),
        per_output=PerOutput(shares, "what lies above each output counts so much"),
    )
    monkeypatch.setitem(LOSSES, "expectile", row)
    found = fitted(spreading, loss="expectile:0.1,0.5,0.9", epochs=20)
    network, table = found.network, found.held_out
    columns = answers_of(network, table)
    assert list(columns) == ["prediction", "expectile 0.1", "expectile 0.5", "expectile 0.9"]
    assert np.array_equal(columns["prediction"], columns["expectile 0.5"])
    low, middle, high = network.predict(table).mean(axis=0)
    assert low < middle < high
    assert middle == pytest.approx(values(table, "price").mean(), rel=0.02)
    with pytest.raises(ValueError, match="an output for each expectile, 2 in all, not 1"):
        Network([1, 1], loss="expectile:0.1,0.9")


def test_the_middle_quantile_is_the_prediction_that_is_judged(quantiles):
    network, table = quantiles.network, quantiles.held_out
    middle = network.predict(table)[:, 1]
    assert network.labels(table).tolist() == middle.tolist()
    figures = evaluate(network, table)
    assert figures.mae == pytest.approx(np.abs(values(table, "price") - middle).mean(), rel=1e-5)
    assert figures.r2 > 0.6


def test_without_a_middle_the_nearest_quantile_is_judged(spreading):
    network = fitted(spreading, loss="quantile:0.05,0.6,0.95", epochs=1).network
    table = read_table(spreading)
    assert network.labels(table).tolist() == network.predict(table)[:, 1].tolist()


def test_quantiles_come_back_from_a_file(quantiles, tmp_path):
    quantiles.network.save(tmp_path / "q.safetensors")
    loaded = load(tmp_path / "q.safetensors")
    outputs = quantiles.network.predict(quantiles.held_out)
    assert np.array_equal(loaded.predict(quantiles.held_out), outputs)
    assert evaluate(loaded, quantiles.held_out) == evaluate(quantiles.network, quantiles.held_out)


@pytest.mark.parametrize("loss", ["quantile:0.1,0.5,0.9", "poisson"])
@pytest.mark.parametrize("sizes", [None, (4, 3)])
def test_whole_numbers_are_numbers_to_losses_of_numbers(loss, sizes):
    frame = pd.DataFrame(np.random.RandomState(0).uniform(size=(60, 4))).assign(y=[0, 1, 2] * 20)
    table = read_table(frame.rename(columns=str), target="y")
    options = {"loss": loss, "sizes": (4, 1) if sizes and loss == "poisson" else sizes}
    assert plan_table(table, table_options(**options)).network.schema.task == "regression"
    assert plan_table(table, table_options(sizes=sizes)).network.schema.task == "classification"


@pytest.mark.parametrize("loss", ["quantile:0.1,0.5,0.9", "poisson"])
@pytest.mark.parametrize("data", ["iris", "breast_cancer"])
def test_classes_have_neither_quantiles_nor_counts(data, loss):
    options = table_options(loss=loss)
    with pytest.raises(ValueError, match=r"is for numbers, but the target '\w+' of \w+ holds \d"):
        plan_table(read_table(data), options)


@pytest.mark.parametrize("data", ["iris", "breast_cancer"])
def test_margins_part_two_classes_and_more(data):
    plain = fitted(data, loss="hinge")
    figures = evaluate(plain.network, plain.held_out)
    assert figures.accuracy >= 0.9
    assert (figures.log_loss, figures.roc_auc) == (None, None)
    outputs = plain.network.predict(plain.held_out)
    assert class_probabilities(plain.network, outputs) is None
    assert (np.abs(outputs) > 0.999).mean() > 0.5  # beyond the margin, or at it


def test_two_classes_part_at_an_output_of_0():
    network = fitted("breast_cancer", loss="hinge", epochs=2).network
    table = read_table("breast_cancer")
    outputs, (first, second) = network.predict(table)[:, 0], network.schema.classes
    assert network.labels(table).tolist() == np.where(outputs > 0, second, first).tolist()
    assert ((outputs > 0) & (outputs < 0.5)).any()


@pytest.mark.parametrize(("outputs", "other"), [(1, [[-1], [1], [1]]), (2, [[1, -1], [-1, 1]] * 2)])
def test_sides_may_be_given_as_0_and_1_too(outputs, other):
    y = np.array(other)
    X, numbers = np.arange(len(y))[:, np.newaxis], (y > 0).astype(int)
    results = []
    for targets in (y, numbers, numbers[:, 0] if outputs == 1 else 1 - numbers[:, 0]):
        network = Network([1, outputs], loss="hinge", bias=True)
        network.train(X, targets, steps=5)
        results.append(network.weights["syn0"].tolist())
    assert results[0] == results[1] == results[2]


def test_early_stopping_of_margins_watches_the_loss():
    """Beyond the margin an output misses its side's number by more, and is all the better."""
    assert plan_table(read_table("iris"), table_options(loss="hinge")).training.monitor == "loss"
    assert plan_table(read_table("iris"), table_options()).training.monitor == "error"


@pytest.fixture(scope="module")
def counts() -> pd.DataFrame:
    """1,000 rows of how many came, e^x on average."""
    random = np.random.RandomState(5)
    x = random.uniform(-1, 3, 1000)
    return pd.DataFrame({"x": x, "came": random.poisson(np.exp(x))})


@pytest.mark.parametrize("output", ["exp", "softplus"])
def test_counts_are_expected_in_their_own_units(counts, output):
    network = fitted(counts, loss="poisson", output_activation=output).network
    assert network.schema.task == "regression"  # though whole numbers may be classes otherwise
    expected = network.predict(pd.DataFrame({"x": [-0.5, 0.0, 1.0, 2.0, 2.8]}))[:, 0]
    np.testing.assert_allclose(expected, np.exp([-0.5, 0.0, 1.0, 2.0, 2.8]), rtol=0.25)
    assert (network.predict(counts) > 0).all()


def test_counts_below_0_are_refused_as_the_user_wrote_them(counts):
    wrong = counts.assign(came=counts["came"] * 1.0)
    wrong.loc[7, "came"] = -2.5
    with pytest.raises(
        ValueError, match=r"'poisson' needs targets that are at least 0, but y holds -2\.5"
    ):
        fitted(wrong, loss="poisson", holdout=0.0)


@pytest.mark.parametrize(
    ("loss", "words"),
    [
        ("hinge", "needs targets that are 0 and 1, or -1 and 1, but y holds 1.5"),
        ("binary_cross_entropy", "needs targets from 0 to 1, but y holds 1.5"),
    ],
)
def test_other_targets_are_refused_as_the_user_wrote_them(counts, loss, words):
    wrong = counts.assign(came=np.where(counts.index == 7, 1.5, counts["came"] > 1))
    with pytest.raises(ValueError, match=words):
        fitted(wrong, loss=loss, task="regression", holdout=0.0)


def test_shares_are_learned_as_probabilities(counts):
    shares = counts.assign(came=1 / (1 + np.exp(-counts["x"])))
    network = fitted(shares, loss="binary_cross_entropy", task="regression").network
    predicted = network.predict(pd.DataFrame({"x": [-0.5, 1.0, 2.5]}))[:, 0]
    np.testing.assert_allclose(predicted, 1 / (1 + np.exp([0.5, -1.0, -2.5])), atol=0.05)


def test_poisson_and_the_like_take_plain_arrays_as_they_are():
    network = Network([1, 1], loss="poisson")
    for bad in ([-1.0], [[-0.5]]):
        with pytest.raises(ValueError, match=f"at least 0, but y holds {np.ravel(bad)[0]:g}"):
            network.train([[1.0]], bad, steps=1)


def test_wild_rows_spoil_neither_sizes_of_errors_nor_hubers_loss():
    random = np.random.RandomState(1)
    x = random.uniform(-1, 1, 600)
    wild = np.where(np.arange(600) % 10 == 0, 30.0, 0.0)
    table = pd.DataFrame({"x": x, "y": 2 * x + 0.1 * random.normal(size=600) + wild})
    clean = pd.DataFrame({"x": np.linspace(-0.9, 0.9, 50)})

    def miss(name: str) -> float:
        network = fitted(table, loss=name, holdout=0.0).network
        return float(np.abs(network.predict(clean)[:, 0] - 2 * clean["x"]).mean())

    assert {loss: miss(loss) < 0.6 for loss in ("absolute_error", "huber:0.1", "quantile:0.5")} == {
        "absolute_error": True, "huber:0.1": True, "quantile:0.5": True
    }  # fmt: skip
    assert miss("squared_error") > 2
