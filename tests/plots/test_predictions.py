"""Regions, confusion, reliability, residuals."""

import numpy as np
import pytest

pytest.importorskip("matplotlib", reason="Matplotlib is not installed")

from matplotlib.collections import PathCollection

from syn0 import Network
from syn0.models import evaluate, truth_and_answers
from syn0.plots import confusion, regions, reliability, residuals
from tests.explain.networks import EXCLUSIVE_OR, X
from tests.plots.conftest import texts, ticks


def test_regions_show_what_is_predicted_at_every_place(tutorial):
    net, _ = tutorial
    ax = regions(net, X, EXCLUSIVE_OR)
    field = ax.images[0].get_array()
    left, right, bottom, top = ax.images[0].get_extent()
    across, up = (np.linspace(*ends, len(field)) for ends in ((left, right), (bottom, top)))
    for row, column in ((0, 0), (0, 159), (40, 100), (159, 3)):
        place = [[across[column], up[row], 1]]  # the third is always 1
        assert field[row, column] == pytest.approx(net.predict(place)[0, 0], abs=1e-12)
    assert left < 0 < 1 < right
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("input 0", "input 1")
    marks = [marks for marks in ax.collections if isinstance(marks, PathCollection)]
    dots = np.concatenate([some.get_offsets() for some in marks])
    assert sorted(map(tuple, dots)) == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert {"below 0.5", "above 0.5"} <= set(texts(ax))


def test_other_inputs_stand_at_their_mean_or_most_frequent_value():
    asked = []

    class Spy(Network):
        def predict(self, rows):
            asked.append(np.array(rows))
            return super().predict(rows)

    rows = np.random.RandomState(0).normal(size=(50, 4))
    rows[:, 2] = [0] * 20 + [3] * 30
    regions(Spy([4, 1]), rows, inputs=(3, 0))
    (grid,) = asked
    assert set(grid[:, 2]) == {3.0}
    assert set(grid[:, 1]) == {rows[:, 1].mean()}
    assert len(set(grid[:, 0])) == len(set(grid[:, 3])) == 160


def test_regions_of_tables_have_the_columns_own_units_and_the_classes_names(fitted):
    iris = fitted["iris"]
    ax = regions(iris.network, iris.trained, inputs=("petal length (cm)", "petal width (cm)"))
    assert ax.get_xlabel() == "petal length (cm)"
    assert ax.get_xlim()[1] > 6.5
    assert {"setosa", "virginica"} <= set(texts(ax))
    cancer = fitted["breast_cancer"]
    assert {"benign", "malignant"} <= set(texts(regions(cancer.network, cancer.trained)))
    diabetes = fitted["diabetes"]
    shown = regions(diabetes.network, diabetes.trained, inputs=("bmi", "bp")).images[0]
    assert shown.get_clim()[1] > 200


def test_texts_cannot_be_sides_but_stand_at_the_most_frequent(csv_table):
    from syn0.models import TableOptions, plan_table

    fit = plan_table(csv_table, TableOptions(hidden=(3,), holdout=0, training={"epochs": 2})).fit(
        progress=False
    )
    ax = regions(fit.network, fit.trained, inputs=("age", "fare"))
    assert ax.get_ylabel() == "fare"
    for wrong, why in (("sex", "holds texts"), ("height", "is no input")):
        with pytest.raises(ValueError, match=why):
            regions(fit.network, fit.trained, inputs=("age", wrong))


@pytest.fixture
def csv_table(tmp_path):
    from syn0.data import read_table

    rows = [f"{20 + k},{k * 1.5},{'mf'[k % 2]},{'yes' if k % 3 else 'no'}" for k in range(40)]
    (tmp_path / "t.csv").write_text("\n".join(["age,fare,sex,survived", *rows]))
    return read_table(tmp_path / "t.csv")


def test_regions_of_what_there_is_not_are_refused(tutorial):
    net, _ = tutorial
    with pytest.raises(ValueError, match="there is no input 3: there are 3, from 0"):
        regions(net, X, inputs=(0, 3))
    with pytest.raises(ValueError, match="must be two columns, not 1"):
        regions(net, X, inputs=(0,))
    with pytest.raises(ValueError, match="two inputs or more"):
        regions(Network([1, 1]), [[1.0], [2.0]])


def test_a_confusion_matrix_has_counts_and_shares(fitted):
    iris = fitted["iris"]
    judged = evaluate(iris.network, iris.trained)
    ax = judged.plot()
    counts = np.array(judged.confusion)
    shares = counts / counts.sum(axis=1, keepdims=True)
    np.testing.assert_array_equal(ax.images[0].get_array(), shares)
    written = {tuple(map(int, text.get_position()[::-1])): text.get_text() for text in ax.texts}
    assert written == {
        (row, column): f"{count:,}\n{shares[row, column]:.0%}"
        for (row, column), count in np.ndenumerate(counts)
        if count
    }
    assert ticks(ax.xaxis) == ticks(ax.yaxis) == ["setosa", "versicolor", "virginica"]
    assert f"{judged.accuracy:.1%} of 120 rows" in texts(ax)[0]
    diabetes = fitted["diabetes"]
    with pytest.raises(TypeError, match="no classes to confuse"):
        confusion(evaluate(diabetes.network, diabetes.trained))


def test_reliability_is_the_share_of_what_is_so_in_each_bin():
    random = np.random.RandomState(3)
    sure = random.uniform(size=500)
    truth = (random.uniform(size=500) < sure**2).astype(int)
    ax = reliability(truth, sure, name="ill", bins=5)
    x, y = ax.lines[1].get_data()
    for k in range(5):
        inside = (sure >= k / 5) & (sure < (k + 1) / 5)
        assert x[k] == pytest.approx(sure[inside].mean())
        assert y[k] == pytest.approx(truth[inside].mean())
        assert f"{inside.sum():,}" in texts(ax)
    assert ax.get_xlabel() == "probability of ill, as predicted"
    both = reliability(truth, np.column_stack([1 - sure, sure]), bins=5)
    np.testing.assert_allclose(both.lines[1].get_data(), (x, y))


def test_reliability_of_many_classes_is_that_of_the_predicted_one(fitted):
    iris = fitted["iris"]
    truth, guessed, probabilities = truth_and_answers(iris.network, iris.trained)
    x, y = reliability(truth, probabilities, bins=1).lines[1].get_data()
    assert x == pytest.approx(probabilities.max(axis=1).mean())
    assert y == pytest.approx((truth == guessed).mean())


@pytest.mark.parametrize(
    ("truth", "sure", "why"),
    [([0, 1], [0.5], "truth has shape"), ([0], [1.5], "from 0 to 1"), ([], [], "one row or more"),
     ([0], [np.nan], "from 0 to 1")],
)  # fmt: skip
def test_numbers_that_are_no_probabilities_are_refused(truth, sure, why):
    with pytest.raises(ValueError, match=why):
        reliability(truth, sure)


def test_residuals_stand_against_the_predictions(fitted):
    diabetes = fitted["diabetes"]
    truth, predicted, _ = truth_and_answers(diabetes.network, diabetes.held_out)
    ax = residuals(truth, predicted, name="progression")
    dots = ax.collections[0].get_offsets()
    np.testing.assert_allclose(dots, np.column_stack([predicted, truth - predicted]))
    judged = evaluate(diabetes.network, diabetes.held_out)
    assert f"off by {judged.mae:.3g} on average, {judged.rmse:.3g}" in texts(ax)[0]
    assert ax.get_xlabel() == "predicted progression"
    with pytest.raises(ValueError, match="3 true answers and 2 predictions"):
        residuals([1, 2, 3], [1, 2])


def test_very_many_points_are_one_picture_in_files_of_lines(tmp_path):
    from syn0.plots.files import new_figure, save_picture

    numbers = np.random.RandomState(0).normal(size=20_000)
    figure = new_figure()
    residuals(numbers, numbers[::-1], ax=figure)
    save_picture(figure, tmp_path / "a.svg")
    assert (tmp_path / "a.svg").stat().st_size < 600_000
