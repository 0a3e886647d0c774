"""A network that learns nothing is told of: either it learns the tutorial's table in the steps that
are usual, or a sentence names what to add, with which it does."""

import itertools
import re

import numpy as np
import pytest

from syn0 import Adam, Network, Training
from syn0.derive import LOSSES
from syn0.engines import compiler, native
from syn0.models import advice, tutorial_training
from syn0.program import ACTIVATIONS
from tests.engines.networks import InOneLibrary, source
from tests.together import Together

X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
XOR = np.array([0, 1, 1, 0])
HIDDEN = ([4], [4, 4])


def described(loss, activation, hidden, **settings):
    outputs = 2 if loss == "cross_entropy" else 1
    return Network([3, *hidden, outputs], loss=loss, activation=activation, **settings)


def sentences(network, rows=4, **how):
    return told(network.spec, rows, **how)


def told(spec, rows=4, **how):
    return list(advice(spec, tutorial_training(how, spec), rows))


def miss(network, loss, **how):
    """How far the worst output is off, after the tutorial's steps."""
    targets = np.eye(2)[XOR] if loss == "cross_entropy" else XOR
    network.train(X, targets, engine="native", progress=False, **how)
    wanted = targets if targets.ndim > 1 else targets[:, np.newaxis]
    copied = Network.from_spec(network.spec)
    copied.weights.update(network.weights)  # it predicts without compiling that, too
    return np.abs(copied.predict(X) - (2 * wanted - 1 if loss == "hinge" else wanted)).max()


EVERY = list(itertools.product(LOSSES, ACTIVATIONS, HIDDEN))


NOT_LEARNED = [
    ("binary_cross_entropy", "relu", [4, 4]),
    ("squared_error", "relu", [4]),
    ("squared_error", "hard_sigmoid", [4]),
    ("binary_cross_entropy", "leaky_relu", [4, 4]),
    ("cross_entropy", "tanh", [4, 4]),
    ("huber", "tanh", [4]),
    ("absolute_error", "sigmoid", [4]),
    ("quantile", "elu", [4]),
    ("poisson", "selu", [4]),
]


def advised(case):
    """The network of a case that is told one sentence, with what that says; and its rate."""
    (words,) = sentences(described(*case))
    rate, init = re.search(r"add --learning-rate (\S+) --init (\S+) --bias$", words).groups()
    return described(*case, init=init, bias=True), float(rate)


@pytest.fixture(scope="module")
def specs():
    """The network of each case."""
    return [described(*case).spec for case in EVERY]


@pytest.fixture(scope="module")
def silent(specs):
    """What is told nothing."""
    return [case for case, spec in zip(EVERY, specs, strict=True) if not told(spec)]


def test_the_tutorials_networks_are_told_nothing(silent):
    assert ("squared_error", "sigmoid", [4]) in silent
    assert sentences(Network([3, 1])) == []
    assert 30 < len(silent) < len(EVERY) / 3


@pytest.mark.needs_compiler
def test_what_is_told_nothing_learns_and_what_is_advised_teaches_the_others(silent, monkeypatch):
    """As C, with few optimizations, which takes half the time: each of them runs."""
    runs = [(case, described(*case), {}, 0.05) for case in silent]
    for case in NOT_LEARNED:
        taught, rate = advised(case)
        assert sentences(taught, learning_rate=rate) == [], case
        runs.append((case, taught, {"learning_rate": rate}, 0.25))
    joined = InOneLibrary(
        source(network.spec, tutorial_training(how, network.spec), rows=len(X))
        for _, network, how, _ in runs
    )
    monkeypatch.setattr(native, "library", joined)
    monkeypatch.setattr(compiler, "FLAGS", ("-Og", *compiler.FLAGS[1:]))
    with Together() as together:
        for case, network, how, bound in runs:
            with together((case, how)):
                assert miss(network, case[0], **how) < bound


def test_dead_units_are_told_of_under_any_optimizer():
    (words,) = sentences(Network([3, 4, 1], activation="relu"), optimizer=Adam())
    assert words.endswith(
        "a start from -1 to 1 may teach nothing: if so, add --init orthogonal --bias"
    )
    assert (
        sentences(Network([3, 4, 1], activation="relu", init="he_uniform"), optimizer="adam") == []
    )


def test_sums_over_many_rows_are_told_of():
    network = Network([4, 8, 3])
    (words,) = sentences(network, rows=150)
    assert "150 rows" in words
    assert words.endswith("add --reduction mean")
    assert sentences(network, rows=150, reduction="mean") == []
    assert sentences(network, rows=150, batch_size=4) == []
    assert sentences(network, rows=150, learning_rate=0.01) == []


def test_layers_that_no_setting_helps_are_told_of():
    (words,) = sentences(Network([3, 4, 1], activation="identity"))
    assert "no more than a network without them" in words
    assert any("softplus" in words for words in sentences(Network([3, 4, 1], activation="exp")))


def test_sentences_are_short(specs):
    for spec in specs:
        for words in advice(spec, Training(steps=1), 10**9):
            assert len(words) < 250
