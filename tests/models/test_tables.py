"""From a table to a plan: rows held out, sizes checked, sound settings."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest

from syn0 import Adam, load
from syn0.data import read_table
from syn0.models import evaluate, judged_rows, plan_table, resume_table, table_options
from syn0.models.tables import places_by_weight


@pytest.fixture
def uneven():
    """100 rows: 80 of one class, 15 of another, 5 of a third."""
    generator = np.random.RandomState(0)
    kinds = ["often"] * 80 + ["seldom"] * 15 + ["rare"] * 5
    return read_table(
        pd.DataFrame({"a": generator.normal(size=100), "b": range(100), "kind": kinds})
    )


def values(table, column="b"):
    return set(table.columns[column].values.tolist())


def classes(table):
    column = table.columns["kind"]
    return Counter(column.categories[code] for code in column.values)


def test_a_fifth_of_the_rows_is_held_out_unless_said_otherwise(uneven):
    plan = plan_table(uneven, table_options())
    assert (len(plan.trained), len(plan.held_out)) == (80, 20)
    assert values(plan.trained).isdisjoint(values(plan.held_out))
    assert values(plan.trained) | values(plan.held_out) == values(uneven)


@pytest.mark.parametrize(("holdout", "rows"), [(0.0, 0), (0.1, 10), (0.5, 50)])
def test_the_holdout_is_the_share_that_is_wished(uneven, holdout, rows):
    plan = plan_table(uneven, table_options(holdout=holdout))
    assert len(plan.held_out) == rows


def test_every_class_gives_its_share_of_the_rows_held_out(uneven):
    plan = plan_table(uneven, table_options())
    assert classes(plan.held_out) == {"often": 16, "seldom": 3, "rare": 1}


def test_a_class_of_one_row_stays_with_the_rows_trained_on():
    frame = pd.DataFrame({"a": range(40), "kind": ["x"] * 20 + ["y"] * 19 + ["once"]})
    for seed in range(5):
        plan = plan_table(read_table(frame), table_options(seed=seed))
        assert classes(plan.trained)["once"] == 1


def test_another_seed_holds_other_rows_out(uneven):
    held_out = [
        frozenset(values(plan_table(uneven, table_options(seed=s)).held_out)) for s in (1, 1, 2)
    ]
    assert held_out[0] == held_out[1] != held_out[2]


@pytest.mark.parametrize("holdout", [-0.1, 1, 1.5, float("nan"), float("inf")])
def test_a_holdout_out_of_range_is_refused(uneven, holdout):
    with pytest.raises(ValueError, match="holdout must be a finite number at least 0 and below 1"):
        plan_table(uneven, table_options(holdout=holdout))


@pytest.mark.parametrize("name", ["xor", "correlated"])
def test_tiny_tables_are_used_whole(name):
    fitted = plan_table(read_table(name), table_options(sizes=(3, 1), steps=5)).fit(progress=False)
    judged, where = fitted.judged()
    assert len(fitted.trained) == len(judged) == 4
    assert len(fitted.held_out) == 0
    assert "rows it was trained on" in where
    assert "none were held out" in where


def test_columns_are_prepared_by_what_the_training_rows_hold(uneven):
    plan = plan_table(uneven, table_options(holdout=0.5))
    prepared = {c.name: c for c in plan.network.schema.columns}["b"]
    trained = plan.trained.columns["b"].values
    assert prepared.mean == pytest.approx(trained.mean())
    assert prepared.mean != pytest.approx(uneven.columns["b"].values.mean())


def test_the_network_and_training_are_the_practitioners(uneven):
    plan = plan_table(uneven, table_options(hidden=(8, 4)))
    spec, training = plan.network.spec, plan.training
    assert spec.sizes == (2, 8, 4, 3)
    assert [layer.activation for layer in spec.dense] == ["relu", "relu", "softmax"]
    assert all(layer.bias for layer in spec.dense)
    assert spec.loss == "cross_entropy"
    assert isinstance(training.optimizer, Adam)
    assert training.reduction == "mean"


def test_two_classes_get_one_output_and_numbers_a_linear_one():
    two = plan_table(read_table("breast_cancer"), table_options()).network.spec
    assert (two.outputs, two.loss) == (1, "binary_cross_entropy")
    numbers = plan_table(read_table("diabetes"), table_options()).network.spec
    assert (numbers.loss, numbers.layers[-1].activation) == ("squared_error", "identity")


def test_with_net_the_network_is_the_tutorials():
    plan = plan_table(read_table("iris"), table_options(sizes=(4, 5, 3)))
    spec, training = plan.network.spec, plan.training
    assert spec.sizes == (4, 5, 3)
    assert {layer.activation for layer in spec.layers} == {"sigmoid"}
    assert not any(layer.bias for layer in spec.layers)
    assert (spec.loss, spec.dtype) == ("squared_error", "float64")
    assert (training.steps, training.batch_size, training.reduction) == (60_000, None, "sum")
    assert plan.network.schema.prepare is False


@pytest.mark.parametrize(
    ("data", "sizes", "words"),
    [
        ("iris", (3, 5, 3), "3-5-3 takes 3 inputs, but iris has 4 input columns"),
        (
            "iris",
            (4, 5, 1),
            "4-5-1 gives 1 output, but the target 'species' .*3 classes.*needs 3",
        ),
        ("xor", (3, 4, 2), "gives 2 outputs, but the target 'y' .* needs 1"),
        ("diabetes", (10, 2), "gives 2 outputs, but the target 'progression' .*numbers.*needs 1"),
    ],
)
def test_sizes_that_do_not_fit_the_columns_are_refused(data, sizes, words):
    with pytest.raises(ValueError, match=words):
        plan_table(read_table(data), table_options(sizes=sizes))


def test_a_net_without_hidden_layers_takes_the_output_that_fits_its_loss():
    plan = plan_table(
        read_table("iris"), table_options(sizes=(4, 3), loss="cross_entropy", steps=1)
    )
    assert plan.network.spec.layers[-1].activation == "softmax"


def test_a_single_output_learns_many_whole_numbers_as_numbers():
    frame = pd.DataFrame({"a": range(12), "count": [0, 1, 2] * 4})
    plan = plan_table(read_table(frame), table_options(sizes=(1, 1), activation="identity"))
    assert plan.network.schema.task == "regression"
    with_classes = plan_table(read_table(frame), table_options(sizes=(1, 3)))
    assert with_classes.network.schema.task == "classification"


@pytest.mark.parametrize(
    ("wishes", "words"),
    [
        (table_options(task="ranking"), "classification, regression"),
        (table_options(loss="hing"), "did you mean 'hinge'.*choose from: squared_error"),
        (table_options(activation="swish"), "choose from: .*relu"),
        (table_options(optimizer="tiger"), "choose from: sgd, adagrad, rmsprop, adam"),
        (table_options(learning_rate=-1), "above 0"),
        (table_options(steps=5, epochs=5), "either steps or epochs"),
        (table_options(batch_size=0), "batch_size must be at least 1"),
        (table_options(batch_size=81), "batch size 81 is more than the 80 rows"),
        (table_options(hidden=(0,)), "at least 1"),
        (table_options(seed=-1), "[Ss]eed must be"),
    ],
)
def test_wishes_that_cannot_be_are_refused_before_training(uneven, wishes, words):
    with pytest.raises(ValueError, match=words):
        plan_table(uneven, wishes)


def test_all_rows_are_trained_on_unless_patience_asks_for_some_to_watch(uneven):
    assert plan_table(read_table("iris"), table_options()).examples.validation is None
    watched = plan_table(read_table("iris"), table_options(patience=5)).examples
    assert (len(watched.X), len(watched.y)) == (108, 108)
    assert len(watched.validation[0]) == len(watched.validation[1]) == 12
    third = plan_table(read_table("iris"), table_options(patience=5, validation=1 / 3)).examples
    assert (len(third.X), len(third.validation[0])) == (80, 40)
    history = plan_table(uneven, table_options(epochs=2)).fit(progress=False).history
    assert history.validation_loss == []
    assert len(history.reports) == 2


@pytest.mark.parametrize("share", [0, 1, -0.5])
def test_a_share_of_rows_to_watch_that_cannot_be_is_refused(share):
    with pytest.raises(ValueError, match="validation must be a finite number above 0 and below 1"):
        plan_table(read_table("iris"), table_options(patience=5, validation=share))


def test_validation_rows_have_every_class_share_and_are_not_trained_on():
    examples = plan_table(read_table("iris"), table_options(patience=5)).examples
    X, y, (validation_X, validation_y) = examples.X, examples.y, examples.validation
    assert validation_y.sum(axis=0).tolist() == [4, 4, 4]
    together = np.vstack([X, validation_X])
    assert len(together) == 120
    assert y.sum() == len(y)


def test_rows_to_watch_may_be_given():
    iris, order = read_table("iris"), np.random.RandomState(0).permutation(150)
    options = table_options(holdout=0.0, patience=5)
    plan = plan_table(iris.take(order[:100]), options, iris.take(order[100:]))
    assert len(plan.examples.X) == 100
    assert plan.network.origin.validation == 0
    assert len(plan.examples.validation[0]) == 50


def test_rows_that_are_watched_count_by_their_weights():
    places = places_by_weight(np.array([1.0, 0.0, 3.0]))
    assert Counter(places.tolist()) == pytest.approx({0: 7.5, 2: 22.5}, abs=1)
    assert set(places_by_weight(np.zeros(3)).tolist()) == {0, 1, 2}


def test_the_fewer_the_rows_the_more_the_weights_decay():
    def decay(rows):
        table = read_table(pd.DataFrame({"a": np.arange(rows) + 0.5, "b": np.arange(rows) / 3}))
        return plan_table(table, table_options(holdout=0.0)).training.optimizer.weight_decay

    assert [decay(rows) for rows in (100, 500, 1000, 2000, 10_000)] == [1.0, 1.0, 0.5, 0.3, 0.3]
    digits = plan_table(read_table("digits"), table_options())
    assert digits.training.optimizer.weight_decay == 0.1  # of images


@pytest.fixture
def saved(tmp_path, of_table):
    of_table.save(tmp_path / "iris.safetensors")
    return load(tmp_path / "iris.safetensors")


def test_data_that_a_model_was_trained_on_are_known_again(saved):
    iris = read_table("iris")
    judged, where = judged_rows(saved, iris)
    assert len(judged) == 30
    assert where == "held-out rows"
    first = plan_table(iris, table_options(hidden=(4,), epochs=3))
    for name, column in first.held_out.columns.items():
        assert np.array_equal(judged.columns[name].values, column.values)


def test_the_same_rows_are_held_out_whatever_column_holds_the_answers(uneven):
    columns = {n: c.values for n, c in uneven.columns.items() if n != "kind"}
    frame = pd.DataFrame(columns).assign(kind=["x", "y"] * 50, answer=["x"] * 80 + ["y"] * 20)
    fitted = plan_table(read_table(frame, target="kind"), table_options(hidden=(2,), epochs=1)).fit(
        progress=False
    )
    judged, where = judged_rows(fitted.network, read_table(frame, target="answer"))
    assert where == "held-out rows"
    assert values(judged) == values(fitted.held_out)


def test_other_data_are_judged_whole(saved):
    iris = read_table("iris")
    frame = pd.DataFrame({n: c.values for n, c in iris.columns.items() if n != "species"})
    frame["species"] = np.array(iris.columns["species"].categories)[iris.columns["species"].values]
    frame = frame.iloc[::-1]
    judged, where = judged_rows(saved, read_table(frame, target="species"))
    assert len(judged) == 150
    assert "other data than it was trained on" in where


def test_a_model_trained_on_every_row_is_judged_on_those_and_says_so():
    fitted = plan_table(read_table("iris"), table_options(hidden=(4,), epochs=2, holdout=0)).fit(
        progress=False
    )
    judged, where = judged_rows(fitted.network, read_table("iris"))
    assert len(judged) == 150
    assert "rows it was trained on" in where


def test_resuming_takes_the_same_rows_and_goes_on_exactly(saved, assert_same):
    iris = read_table("iris")
    resumed = resume_table(saved, iris, table_options(epochs=4)).fit(progress=False)
    options = table_options(hidden=(4,), epochs=7, schedule="constant")  # which has no end
    whole = plan_table(iris, options).fit(progress=False)
    assert np.array_equal(
        resumed.held_out.columns["petal length (cm)"].values,
        whole.held_out.columns["petal length (cm)"].values,
    )
    whole.network.training = resumed.network.training
    assert_same(resumed.network, whole.network)
    assert evaluate(resumed.network, resumed.held_out) == evaluate(whole.network, whole.held_out)


@pytest.mark.parametrize(
    ("data", "wishes", "words"),
    [
        ("wine", table_options(epochs=1), "wine is not what the model was trained on .*iris"),
        ("iris", table_options(), "give steps or epochs"),
    ],
)
def test_resuming_on_other_data_or_without_a_length_is_refused(saved, data, wishes, words):
    with pytest.raises(ValueError, match=words):
        resume_table(saved, read_table(data), wishes)


def test_a_network_of_plain_arrays_cannot_be_resumed_on_a_table(trained):
    with pytest.raises(ValueError, match=r"go on with Network\.train"):
        resume_table(trained, read_table("iris"), table_options(epochs=1))
