"""Targets that the output's activation can never give are told, with its range and what to do; they
are learned all the same (issue 12, B20)."""

import warnings

import numpy as np
import pytest

from syn0 import Network
from syn0.data import read_table
from syn0.models import plan_table, table_options
from syn0.program import ACTIVATIONS

X = np.random.default_rng(0).normal(size=(20, 2))
FAR = np.linspace(10, 30, 20)
BOUNDED = [n for n, row in ACTIVATIONS.items() if np.isfinite(row.range).any() and n != "softmax"]


def train(y, output, **how):
    network = Network([2, 4, 1], output_activation=output)
    network.train(X, y, steps=1, learning_rate=1e-6, progress=False, **how)


@pytest.mark.parametrize("output", BOUNDED)
def test_targets_out_of_reach_are_told(output):
    least, most = ACTIVATIONS[output].range
    beyond = FAR if np.isfinite(most) else -FAR
    with pytest.warns(UserWarning, match=rf"output's {output} only gives numbers from {least:g} "):
        train(beyond, output)


def test_both_ranges_are_told_and_what_to_do():
    words = "go from 10 to 30, but .* sigmoid only gives numbers from 0 to 1: .*'identity'"
    with pytest.warns(UserWarning, match=words):
        train(FAR, "sigmoid")


@pytest.mark.parametrize("output", ACTIVATIONS)
def test_targets_within_reach_need_no_words(output):
    network = Network([2, 4, 2], output_activation=output)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        network.train(X, np.eye(2)[[0, 1] * 10], steps=1, learning_rate=1e-6, progress=False)


def planned(y, **options):
    frame = {"a": X[:, 0], "b": X[:, 1], "y": y}
    pd = pytest.importorskip("pandas")
    return plan_table(read_table(pd.DataFrame(frame)), table_options(**options)).out_of_reach


def test_the_target_of_a_table_is_named():
    assert planned(FAR, sizes=(2, 4, 1)) == (
        "target 'y' goes from 10 to 30, but the output's sigmoid only gives numbers from 0 to 1"
    )
    assert planned(FAR, output_activation="relu", activation="relu").startswith(
        "target 'y', scaled, goes from -1."
    )


@pytest.mark.parametrize("options", [
    {}, {"loss": "poisson"}, {"sizes": (2, 4, 1), "output_activation": "identity"},
])  # fmt: skip
def test_a_target_within_reach_needs_no_words(options):
    assert planned(FAR, **options) == ""


@pytest.mark.parametrize("loss", ["binary_cross_entropy", "hinge", "squared_error"])
@pytest.mark.parametrize("options", [{}, {"sizes": (2, 4, 1)}])
def test_classes_are_within_reach(loss, options):
    assert planned(np.where(X[:, 0] > 0, "yes", "no"), loss=loss, **options) == ""
