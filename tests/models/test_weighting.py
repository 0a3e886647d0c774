"""How much each row counts: a weight of two is a row that stands there twice."""

import numpy as np
import pandas as pd
import pytest
from sklearn.utils.class_weight import compute_class_weight

from syn0 import Network
from syn0.data import read_table
from syn0.models import plan_table, table_options

WEIGHT = np.array([2, 1, 0, 3, 1, 1, 4, 0, 0, 0, 0, 0, 3, 3, 0, 0, 2, 2, 2, 0])
"""In batches of four 6, 6, 0, 6 and 6 in all: batches of six repeated rows, and one of none."""


@pytest.fixture
def weighted(rows):
    """(20, 5) inputs, (20, 2) targets, and how often each row stands in `repeated`."""
    X, y = rows
    return X[:20], y[:20], WEIGHT


@pytest.fixture
def repeated(weighted):
    """The same rows, each as often as its weight says."""
    X, y, weight = weighted
    return np.repeat(X, weight, axis=0), np.repeat(y, weight, axis=0)


def learned(network: Network) -> np.ndarray:
    return np.concatenate([np.ravel(w) for w in network.weights.values()])


REDUCTIONS = ("sum", "mean")
LAYERS = {
    "plain": {},
    "biases and layer norm": {"bias": True, "layer_norm": True},
    "float32": {"dtype": "float32"},
}


@pytest.mark.parametrize("layers", LAYERS.values(), ids=LAYERS)
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("optimizer", ["sgd", "adam", "lbfgs"])
def test_whole_weights_are_repeated_rows(weighted, repeated, layers, reduction, optimizer):
    X, y, weight = weighted
    one, other, plain = (Network([5, 4, 2], **layers) for _ in range(3))
    rate = {} if optimizer == "lbfgs" else {"learning_rate": 0.05}
    how = {"steps": 10, "reduction": reduction, "optimizer": optimizer, **rate}
    first = one.train(X, y, sample_weight=weight, **how)
    second = other.train(*repeated, **how)
    plain.train(X, y, **how)
    tolerance = 1e-4 if one.spec.dtype == "float32" else 1e-9
    np.testing.assert_allclose(learned(one), learned(other), rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(first.loss, second.loss, rtol=tolerance)
    assert not np.allclose(learned(one), learned(plain), rtol=0.01)


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_whole_weights_are_repeated_rows_in_mini_batches_too(weighted, repeated, reduction):
    X, y, weight = weighted
    one, other = Network([5, 4, 2]), Network([5, 4, 2])
    how = {"shuffle": False, "reduction": reduction, "learning_rate": 0.05}
    for _ in range(3):  # without the batch that counts nothing, an epoch is a step shorter
        history = one.train(X, y, sample_weight=weight, epochs=1, batch_size=4, **how)
        by_rows = other.train(*repeated, epochs=1, batch_size=6, **how)
        assert history.loss == pytest.approx(by_rows.loss, rel=1e-12)
    assert (one.steps_taken, other.steps_taken) == (15, 12)
    np.testing.assert_allclose(learned(one), learned(other), rtol=1e-12)


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_a_batch_whose_rows_count_nothing_moves_nothing(weighted, reduction):
    X, y, _ = weighted
    network = Network([5, 4, 2], bias=True)
    before = learned(network)
    weight = np.zeros(20)
    weight[:4] = 1
    how = {"shuffle": False, "batch_size": 4, "reduction": reduction}
    network.train(X, y, sample_weight=weight, steps=1, **how)
    after_one = learned(network)
    network.train(X, y, sample_weight=weight, steps=4, **how)
    assert not np.array_equal(before, after_one)
    assert np.array_equal(learned(network), after_one)


def test_the_loss_of_an_epoch_is_the_weighted_mean_over_its_rows(weighted):
    X, y, weight = weighted
    tiny = 1e-12  # the weights stand still, so that the epoch's loss is that of all rows
    network = Network([5, 4, 2])
    history = network.train(
        X, y, sample_weight=weight, epochs=1, batch_size=7, reduction="mean", learning_rate=tiny
    )
    miss = y - Network([5, 4, 2]).predict(X)
    by_row = (miss**2).sum(axis=1) / 2
    assert history.loss[0] == pytest.approx(np.average(by_row, weights=weight), rel=1e-9)
    assert history.loss[0] != pytest.approx(by_row.mean(), rel=0.01)
    assert history.error[0] == pytest.approx(np.abs(miss).mean(), rel=1e-9)  # what it says it is


@pytest.mark.parametrize("weight", [np.full(20, 3.0), [3] * 20, np.full((20, 1), 3, np.int8)])
def test_a_mean_knows_no_common_factor(weighted, weight):
    X, y, _ = weighted
    one, other = Network([5, 4, 2]), Network([5, 4, 2])
    one.train(X, y, steps=20, reduction="mean", sample_weight=weight)
    other.train(X, y, steps=20, reduction="mean")
    np.testing.assert_allclose(learned(one), learned(other), rtol=1e-9)


def test_validation_rows_are_not_weighted(weighted):
    X, y, weight = weighted
    losses = [
        Network([5, 2]).train(X, y, steps=1, learning_rate=1e-12, validation=(X, y), **how)
        for how in ({}, {"sample_weight": weight})
    ]
    assert losses[0].validation_loss == pytest.approx(losses[1].validation_loss, rel=1e-9)
    assert losses[0].loss != losses[1].loss


def test_rows_set_apart_for_validation_take_their_weights_with_them(weighted):
    X, y, _ = weighted
    moved_as_if_alone = stayed = 0
    for row in range(20):
        network, alone = Network([5, 2]), Network([5, 2])
        network.train(X, y, steps=1, validation=0.3, sample_weight=np.eye(20)[row])
        alone.train(X[[row]], y[[row]], steps=1)
        moved_as_if_alone += np.allclose(learned(network), learned(alone), rtol=1e-12)
        stayed += np.array_equal(learned(network), learned(Network([5, 2])))
    assert (moved_as_if_alone, stayed) == (14, 6)


REFUSED = {
    "too few": ([1] * 19, r"sample_weight has shape \(19,\), but 20 rows need \(20,\)"),
    "a column for each output": (np.ones((20, 2)), r"sample_weight has shape \(20, 2\)"),
    "a single number": (3.0, "sample_weight"),
    "a negative one": ([1] * 19 + [-2], "sample_weight holds -2 at row 19: .* at least 0"),
    "NaN": ([1, np.nan] + [1] * 18, "sample_weight holds NaN at row 1"),
    "infinity": ([np.inf] * 20, "sample_weight holds infinity at row 0"),
    "nothing but zeros": ([0] * 20, "all weights are 0: no row counts"),
    "none": ([], "sample_weight is empty"),
}


@pytest.mark.parametrize(("weight", "words"), REFUSED.values(), ids=REFUSED)
def test_weights_that_cannot_be_are_refused_in_one_sentence(weighted, weight, words):
    X, y, _ = weighted
    network = Network([5, 2])
    with pytest.raises(ValueError, match=words) as caught:
        network.train(X, y, steps=1, sample_weight=weight)
    assert "\n" not in str(caught.value)
    assert network.steps_taken == 0


@pytest.mark.parametrize("weight", ["many", ["1"] * 20, [None] * 20, [[1], [2, 3]]])
def test_weights_that_are_no_numbers_are_refused(weighted, weight):
    X, y, _ = weighted
    with pytest.raises((TypeError, ValueError), match="sample_weight"):
        Network([5, 2]).train(X, y, steps=1, sample_weight=weight)


CLASSES = np.array([0] * 12 + [1] * 5 + [2] * 3)


@pytest.fixture(params=["binary_cross_entropy", "cross_entropy", "hinge", "hinge of three"])
def of_classes(request, weighted):
    """A network for classes, and X and class numbers for it."""
    X, _, _ = weighted
    loss = request.param.split()[0]
    numbers = CLASSES if request.param in ("cross_entropy", "hinge of three") else CLASSES > 0
    outputs = numbers.max() + 1 if numbers.max() > 1 else 1
    return lambda: Network([5, 4, outputs], loss=loss), X, numbers.astype(int)


def test_class_weights_weigh_the_rows_of_each_class(of_classes):
    make, X, numbers = of_classes
    one, other = make(), make()
    one.train(X, numbers, steps=10, class_weight={0: 0.5, 1: 3}, learning_rate=0.05)
    weight = np.select([numbers == 0, numbers == 1], [0.5, 3.0], 1.0)
    other.train(X, numbers, steps=10, sample_weight=weight, learning_rate=0.05)
    assert np.array_equal(learned(one), learned(other))


def test_balanced_classes_count_alike_in_all_as_scikit_learn_has_it(of_classes):
    make, X, numbers = of_classes
    one, other = make(), make()
    one.train(X, numbers, steps=10, class_weight="balanced", learning_rate=0.05)
    by_class = compute_class_weight("balanced", classes=np.unique(numbers), y=numbers)
    other.train(X, numbers, steps=10, sample_weight=by_class[numbers], learning_rate=0.05)
    np.testing.assert_allclose(learned(one), learned(other), rtol=1e-12)


def test_class_weights_multiply_those_of_the_rows(of_classes):
    make, X, numbers = of_classes
    one, other = make(), make()
    one.train(X, numbers, steps=5, class_weight={0: 3}, sample_weight=WEIGHT, learning_rate=0.05)
    weight = WEIGHT * np.where(numbers == 0, 3, 1)
    other.train(X, numbers, steps=5, sample_weight=weight, learning_rate=0.05)
    assert np.array_equal(learned(one), learned(other))


def test_a_class_without_rows_does_not_spoil_the_balance(weighted):
    X, _, _ = weighted
    numbers = np.array([0] * 15 + [2] * 5)
    network = Network([5, 3], loss="cross_entropy")
    history = network.train(
        X, numbers, steps=1, class_weight="balanced", reduction="sum", learning_rate=1e-9
    )
    shares = Network([5, 3], loss="cross_entropy").predict(X)[np.arange(20), numbers]
    weight = np.where(numbers == 0, 20 / (2 * 15), 20 / (2 * 5))
    assert history.loss[0] == pytest.approx(-(weight * np.log(shares)).sum(), rel=1e-9)


REFUSED_CLASSES = {
    "an unknown class": ({3: 1.0}, "class_weight names 3, but the classes are: 0, 1, 2"),
    "a class by name": ({"a": 1.0}, "class_weight names 'a', but the classes are: 0, 1, 2"),
    "a negative weight": ({1: -1.0}, "class_weight of 1 must be a finite number at least 0"),
    "a weight that is NaN": ({1: np.nan}, "class_weight of 1 must be a finite number"),
    "a weight in words": ({1: "much"}, "class_weight of 1 must be a number, not 'much'"),
    "nothing but zeros": ({0: 0, 1: 0, 2: 0}, "all weights are 0"),
    "an unknown word": ("balance", "class_weight must be 'balanced' or give a number"),
    "a list": ([1, 2, 3], "class_weight must be 'balanced' or map classes to numbers"),
}


@pytest.mark.parametrize(("weight", "words"), REFUSED_CLASSES.values(), ids=REFUSED_CLASSES)
def test_class_weights_that_cannot_be_are_refused(weighted, weight, words):
    X, _, _ = weighted
    with pytest.raises((TypeError, ValueError), match=words) as caught:
        Network([5, 3], loss="cross_entropy").train(X, CLASSES, steps=1, class_weight=weight)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "network",
    [Network([5, 2]), Network([5, 2], loss="huber"), Network([5, 2], loss="binary_cross_entropy")],
    ids=lambda network: network.spec.loss,
)
def test_class_weights_need_one_class_a_row(weighted, network):
    X, y, _ = weighted
    with pytest.raises(ValueError, match="class_weight needs a loss for one class a row"):
        network.train(X, y, steps=1, class_weight="balanced")


# Tables.


@pytest.fixture
def pets():
    """60 pets, more cats than dogs, and how much each counts."""
    random = np.random.RandomState(0)
    kinds = ["cat"] * 40 + ["dog"] * 20
    return pd.DataFrame(
        {
            "size": [*random.normal(2, 2, 40), *random.normal(4, 2, 20)],
            "count": random.randint(1, 4, 60),
            "kind": kinds,
        }
    )


def fitted(frame: pd.DataFrame, **options):
    """A network of a frame's pets, trained for a few epochs."""
    how = {"hidden": (4,), "epochs": 3, "holdout": 0.0, **options}
    return plan_table(read_table(frame, target="kind"), table_options(**how)).fit(progress=False)


def test_classes_of_tables_are_weighed_by_their_names(pets):
    pets["by_class"] = np.where(pets["kind"] == "dog", 3.0, 1.0)
    by_column = fitted(pets, sample_weight="by_class")
    by_name = fitted(pets.drop(columns="by_class"), class_weight={"dog": 3})
    plain = fitted(pets.drop(columns="by_class"))
    assert np.array_equal(learned(by_column.network), learned(by_name.network))
    assert not np.array_equal(learned(plain.network), learned(by_name.network))


def test_a_column_of_weights_is_no_input(pets):
    network = fitted(pets, sample_weight="count").network
    assert network.schema.input_names == ("size",)
    assert "count" not in network.schema.left_out
    assert network.predict(pets[["size"]]).shape == (60, 1)


def test_rows_of_a_table_count_as_often_as_their_weights_say(pets):
    how = {"epochs": 5, "optimizer": "sgd", "learning_rate": 0.1, "schedule": "constant"}
    how["reduction"] = "mean"
    layers = {"hidden": (4,), "dropout": 0.0, "dtype": "float64"}
    weighted = fitted(pets, sample_weight="count", batch_size=60, **layers, **how)
    often = read_table(pets.loc[np.repeat(pets.index, pets["count"])], target="kind")
    schema, by_rows = weighted.network.schema, Network.from_spec(weighted.network.spec)
    history = by_rows.train(schema.inputs(often), schema.targets(often), **how)
    np.testing.assert_allclose(learned(weighted.network), learned(by_rows), rtol=1e-9)
    assert weighted.history.loss == pytest.approx(history.loss, rel=1e-9)


REFUSED_COLUMNS = {
    "a missing column": ({"sample_weight": "coun"}, r"no column 'coun' in .*did you mean 'count'"),
    "a column of texts": ({"sample_weight": "house"}, "column 'house' of .* holds text"),
    "the target": ({"sample_weight": "kind"}, "'kind'"),
    "a column with gaps": ({"sample_weight": "gaps"}, "'gaps' .* lacks a weight in 1 of 60 rows"),
    "a negative weight": ({"sample_weight": "below"}, "'below' of .* holds -1: no weight is"),
    "a column of zeros": ({"sample_weight": "zeros"}, "all weights are 0"),
    "an unknown class": ({"class_weight": {"cow": 1}}, "'cow', but the classes are: cat, dog"),
    "a class by number": ({"class_weight": {1: 1}}, "names 1, but the classes are: cat, dog"),
}  # fmt: skip


@pytest.mark.parametrize(("options", "words"), REFUSED_COLUMNS.values(), ids=REFUSED_COLUMNS)
def test_weights_of_tables_that_cannot_be_are_refused(pets, options, words):
    pets = pets.assign(
        house=["A", "B"] * 30, gaps=[np.nan] + [1.0] * 59, below=[-1] + [1] * 59, zeros=0
    )
    with pytest.raises(ValueError, match=words) as caught:
        fitted(pets, **options)
    assert "\n" not in str(caught.value)


def test_the_target_cannot_weigh_the_rows(pets):
    table = read_table(pets, target="count")
    with pytest.raises(ValueError, match="'count' is the target: it cannot weigh the rows too"):
        plan_table(table, table_options(sample_weight="count"))


def test_numbers_have_no_classes_to_weigh(pets):
    table = read_table(pets, target="size")
    plan = plan_table(table, table_options(class_weight="balanced", epochs=1))
    with pytest.raises(ValueError, match="class_weight needs a loss for one class a row"):
        plan.fit(progress=False)
