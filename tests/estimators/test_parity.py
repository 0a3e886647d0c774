"""The same `random_state` gives what scikit-learn's networks give, to rounding."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pytest
from scipy import sparse
from sklearn import neural_network as theirs
from sklearn.base import clone
from sklearn.datasets import make_classification, make_multilabel_classification, make_regression

import syn0

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    # Both say so where early stopping leaves fewer rows than a batch would take.
    pytest.mark.filterwarnings("ignore:(Got `)?batch_size:UserWarning"),
]

CONFIGURATIONS = 60
KINDS = ("two classes", "classes", "labels", "numbers", "several numbers", "counts")
SOLVERS = ("lbfgs", "sgd", "adam")
CLASSES = KINDS[:3]
RTOL = {"float64": 1e-6, "float32": 2e-3}
LBFGS_ITERATIONS = 15
"""Beyond, scikit-learn differs from itself where X changes by a rounding: see the last test."""


@dataclass(frozen=True)
class Case:
    """A configuration, and data for it."""

    kind: str
    parameters: dict[str, Any]
    X: np.ndarray
    y: np.ndarray
    sample_weight: np.ndarray | None
    partial_fits: int

    def fitted(self, package: Any, **more: Any) -> Any:
        """An estimator of a package, trained twice where it goes on from where it stands."""
        name = "MLPClassifier" if self.kind in CLASSES else "MLPRegressor"
        estimator = getattr(package, name)(**self.parameters, **more)
        for _ in range(2 if self.parameters["warm_start"] else 1):
            estimator.fit(self.X, self.y, sample_weight=self.sample_weight)
        for _ in range(self.partial_fits):
            estimator.partial_fit(self.X, self.y, sample_weight=self.sample_weight)
        return estimator


def data(kind: str, rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    if kind == "two classes":
        return make_classification(rows, 12, random_state=seed)
    if kind == "classes":
        return make_classification(rows, 12, n_informative=6, n_classes=4, random_state=seed)
    if kind == "labels":
        return make_multilabel_classification(rows, 12, n_classes=3, random_state=seed)
    X, y = make_regression(rows, 12, n_targets=3 if kind[0] == "s" else 1, random_state=seed)
    if kind == "counts":
        return X, np.random.RandomState(seed).poisson(np.exp(X[:, 0] / 2))
    return X, y / y.std()


def drawn(number: int) -> Case:
    """Configuration `number`: kinds and solvers take turns, all else is drawn."""
    generator = np.random.RandomState(number)

    def pick(*choices: Any) -> Any:
        return choices[generator.randint(len(choices))]

    kind, solver = KINDS[number % 6], SOLVERS[number // 6 % 3]
    rows = generator.randint(60, 300)
    dtype = "float64" if solver == "lbfgs" else pick("float64", "float64", "float32")
    parameters = {
        "solver": solver,
        "activation": pick("identity", "logistic", "tanh", "relu"),
        "hidden_layer_sizes": pick((10,), (100,), (7, 5), (16, 16, 16), 4),
        "batch_size": pick("auto", 16, 50, rows),
        "alpha": pick(0, 1e-4, 0.1),
        "learning_rate": pick("constant", "invscaling", "adaptive"),
        "learning_rate_init": pick(0.001, 0.01),
        "power_t": pick(0.5, 0.2),
        "momentum": pick(0, 0.9),
        "nesterovs_momentum": pick(True, False),
        "beta_1": pick(0.9, 0.8),
        "epsilon": pick(1e-8, 1e-6),
        "early_stopping": pick(True, False),
        "shuffle": pick(True, True, False),
        "max_iter": int(generator.randint(3, LBFGS_ITERATIONS if solver == "lbfgs" else 30)),
        "n_iter_no_change": pick(2, 10),
        "tol": pick(1e-4, 1e-2),
        "warm_start": pick(True, False),
        "random_state": int(generator.randint(1000)),
    }
    if kind == "counts":
        parameters["loss"] = "poisson"
    X, y = data(kind, rows, number)
    weight = pick(None, generator.uniform(0.1, 2, rows))
    incremental = solver != "lbfgs" and not parameters["early_stopping"]
    return Case(kind, parameters, X.astype(dtype), y, weight, pick(0, 3) if incremental else 0)


@cache
def of_scikit_learn(number: int) -> Any:
    """What scikit-learn makes of configuration `number`."""
    return drawn(number).fitted(theirs)


def assert_near(ours: Any, expected: Any, rtol: float) -> None:
    """Relative to each number, or for small ones to a thousandth of the largest."""
    ours, expected = np.asarray(ours), np.asarray(expected)
    assert ours.shape == expected.shape
    assert ours.dtype == expected.dtype
    atol = 1e-3 * rtol * np.abs(expected).max(initial=0)
    np.testing.assert_allclose(ours, expected, rtol=rtol, atol=atol)


def assert_same(ours: Any, expected: Any) -> None:
    """All that fitting makes is alike, and so are predictions for other rows."""
    rtol = RTOL[str(expected.coefs_[0].dtype)]
    for name in ("n_iter_", "t_", "n_layers_", "n_outputs_", "out_activation_", "n_features_in_"):
        assert getattr(ours, name) == getattr(expected, name), name
    assert_near(ours.loss_, expected.loss_, rtol)
    for name in ("coefs_", "intercepts_"):
        assert len(getattr(ours, name)) == len(getattr(expected, name))
        for mine, yours in zip(getattr(ours, name), getattr(expected, name), strict=True):
            assert_near(mine, yours, rtol)
    X = np.random.RandomState(0).normal(size=(50, expected.n_features_in_))
    X = X.astype(expected.coefs_[0].dtype)
    if hasattr(expected, "classes_"):
        assert np.array_equal(ours.classes_, expected.classes_)
        assert_near(ours.predict_proba(X), expected.predict_proba(X), rtol)
        assert np.array_equal(ours.predict(X), expected.predict(X))
    else:
        assert_near(ours.predict(X), expected.predict(X), rtol)
    if expected.solver != "lbfgs":  # of whose search scikit-learn keeps none of these
        for name in ("loss_curve_", "best_loss_", "validation_scores_", "best_validation_score_"):
            if (figure := getattr(expected, name)) is None:
                assert getattr(ours, name) is None, name
            else:
                assert_near(getattr(ours, name), figure, rtol)


@pytest.mark.parametrize("number", range(CONFIGURATIONS))
def test_a_drawn_configuration_learns_what_scikit_learns_does(number):
    assert_same(drawn(number).fitted(syn0), of_scikit_learn(number))


def test_the_drawn_configurations_hold_every_value_of_every_parameter():
    cases = [drawn(number) for number in range(CONFIGURATIONS)]
    for name in cases[0].parameters:
        assert len({str(case.parameters[name]) for case in cases}) >= 2, name
    assert {(case.kind, case.parameters["solver"]) for case in cases} == {
        (kind, solver) for kind in KINDS for solver in SOLVERS
    }
    assert {str(case.X.dtype) for case in cases} == set(RTOL)
    assert {case.partial_fits for case in cases} == {0, 3}
    assert {case.sample_weight is None for case in cases} == {True, False}


@pytest.mark.needs_compiler
@pytest.mark.parametrize("number", [7, 9, 11, 12, 14, 16])  # each kind, by SGD or by Adam
def test_compiled_programs_learn_it_too(number, quick_compiler):
    ours = drawn(number).fitted(syn0, engine="native")
    assert ours.network_.engine == "native"
    assert_same(ours, of_scikit_learn(number))


@pytest.fixture(params=SOLVERS)
def solver(request):
    name: str = request.param
    return name


def both(name: str, **parameters: Any) -> tuple[Any, Any]:
    """syn0's and scikit-learn's estimator of that name, with the same parameters."""
    few = {"hidden_layer_sizes": (8, 5), "max_iter": 8, "random_state": 3} | parameters
    return tuple(getattr(package, name)(**few) for package in (syn0, theirs))


@pytest.mark.parametrize("early_stopping", [False, True])
def test_a_random_state_is_drawn_from_alike_and_fits_that_share_it_go_on_with_it(
    solver, early_stopping
):
    X, y = data("classes", 90, 0)
    after = []
    for package in (syn0, theirs):
        state = np.random.RandomState(5)
        estimator = package.MLPClassifier(
            (6,), solver=solver, early_stopping=early_stopping, max_iter=5, random_state=state
        )
        estimator.fit(X, y)
        first = estimator.coefs_[0].copy()
        estimator.fit(X, y)
        assert not np.allclose(first, estimator.coefs_[0])
        after.append((estimator, state.randint(2**31, size=3).tolist()))
    (ours, our_next), (expected, their_next) = after
    assert our_next == their_next
    assert_same(ours, expected)


def test_without_a_random_state_both_draw_from_numpys_own(solver):
    X, y = data("numbers", 90, 0)
    fitted, following = [], []
    for estimator in both("MLPRegressor", solver=solver, random_state=None):
        np.random.seed(4)
        fitted.append(estimator.fit(X, y))
        following.append(np.random.random_sample())
    assert_same(*fitted)
    assert following[0] == following[1]


@pytest.mark.parametrize("batch_size", [16, "auto"])
def test_rows_in_their_own_order_are_taken_alike(batch_size):
    X, y = data("classes", 90, 1)
    ours, expected = both("MLPClassifier", shuffle=False, batch_size=batch_size)
    assert_same(ours.fit(X, y), expected.fit(X, y))


FORMS = {
    "whole numbers": lambda X: np.round(10 * X).astype(int),
    "column by column": np.asfortranarray,
    "nested lists": lambda X: X.tolist(),
    "every other row of a larger array": lambda X: np.repeat(X, 2, axis=0)[::2],
    "sparse rows": sparse.csr_matrix,
    "sparse columns": sparse.csc_array,
    "float16": lambda X: X.astype(np.float16),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_whatever_scikit_learn_takes_is_read_alike(form):
    X, y = data("classes", 90, 2)
    names = np.array(["yes", "no", "maybe", "never"])[y]
    ours, expected = both("MLPClassifier")
    assert_same(ours.fit(form(X), names), expected.fit(form(X), names))
    assert ours.predict(form(X)).dtype == expected.predict(form(X)).dtype
    assert_near(ours.predict_log_proba(form(X)), expected.predict_log_proba(form(X)), 1e-6)
    assert ours.score(form(X), names) == expected.score(form(X), names)


@pytest.mark.parametrize("labels", ["booleans", "text", "numbers far apart", "objects"])
def test_two_classes_of_any_name_are_told_alike(labels, solver):
    X, y = data("two classes", 90, 3)
    named = {
        "booleans": y.astype(bool),
        "text": np.where(y, "spam", "ham"),
        "numbers far apart": np.where(y, 1000, -7),
        "objects": np.where(y, "spam", "ham").astype(object),
    }[labels]
    ours, expected = both("MLPClassifier", solver=solver)
    assert_same(ours.fit(X, named), expected.fit(X, named))
    assert ours.predict(X).dtype == expected.predict(X).dtype


@pytest.mark.parametrize("solver", ["sgd", "adam"])
def test_partial_fits_of_parts_of_different_size_go_on_alike(solver):
    X, y = data("classes", 200, 4)
    pair = both("MLPClassifier", solver=solver, learning_rate="invscaling", batch_size=32)
    for estimator in pair:
        estimator.partial_fit(X[:70], y[:70], classes=np.arange(6))
        estimator.partial_fit(X[70:80], y[70:80], sample_weight=np.linspace(0, 2, 10))
        estimator.partial_fit(X[80:], y[80:])
    assert_same(*pair)


@pytest.mark.parametrize("kind", ["two classes", "labels"])
def test_partial_fits_from_nothing_learn_other_kinds_of_classes_alike(kind):
    X, y = data(kind, 90, 4)
    pair = both("MLPClassifier")
    for estimator in pair:
        for _ in range(4):
            estimator.partial_fit(X, y, classes=np.arange(y.max() + 1 if y.ndim == 1 else 3))
    assert_same(*pair)


@pytest.mark.parametrize("changed", [
    {"learning_rate_init": 0.05}, {"alpha": 1.0}, {"batch_size": 11}, {"max_iter": 3},
    {"beta_1": 0.5}, {"solver": "sgd"}, {"activation": "tanh"},
])  # fmt: skip
def test_a_warm_start_with_another_parameter_goes_on_alike(changed):
    X, y = data("numbers", 90, 5)
    pair = both("MLPRegressor", warm_start=True)
    for estimator in pair:
        estimator.fit(X, y)
        estimator.set_params(**changed).fit(X, y)
    assert_same(*pair)


def test_a_warm_start_with_l_bfgs_after_adam_goes_on_alike():
    X, y = data("numbers", 90, 5)
    pair = both("MLPRegressor", warm_start=True)
    for estimator in pair:
        estimator.fit(X, y).set_params(solver="lbfgs").fit(X, y)
    assert_same(*pair)


def test_weights_that_the_user_sets_are_predicted_with_and_trained_on_alike(solver):
    X, y = data("classes", 90, 6)
    pair = both("MLPClassifier", solver=solver, warm_start=True)
    for estimator in pair:
        estimator.fit(X, y)
        estimator.coefs_ = [coef / 2 for coef in estimator.coefs_]
        estimator.intercepts_[0][:] = 0.25
    ours, expected = pair
    assert_same(ours, expected)
    assert_same(ours.fit(X, y), expected.fit(X, y))


def test_rows_that_count_nothing_are_passed_over_alike(solver):
    X, y = data("numbers", 64, 7)
    weight = np.tile([1.0, 0.0, 0.5, 3.0], 16)
    ours, expected = both("MLPRegressor", solver=solver, shuffle=False, batch_size=16)
    assert_same(ours.fit(X, y, weight), expected.fit(X, y, weight))


@pytest.mark.parametrize("parameters", [
    {"n_iter_no_change": np.inf}, {"tol": 0.0}, {"max_iter": 1}, {"momentum": 0.0},
    {"hidden_layer_sizes": 1}, {"hidden_layer_sizes": np.array([4, 3])}, {"batch_size": 1},
    {"learning_rate": "adaptive", "tol": 0.5, "max_iter": 120, "n_iter_no_change": 1},
    {"validation_fraction": 0.5, "early_stopping": True},
    {"early_stopping": True, "tol": 0.05, "n_iter_no_change": 3, "max_iter": 100},
    {"learning_rate": "invscaling", "power_t": 0.0},
], ids=str)  # fmt: skip
@pytest.mark.parametrize("solver", ["sgd", "adam"])
def test_parameters_at_their_ends_mean_the_same(solver, parameters):
    X, y = data("numbers", 90, 8)
    ours, expected = both("MLPRegressor", solver=solver, **parameters)
    assert_same(ours.fit(X, y), expected.fit(X, y))


def test_a_momentum_of_1_means_the_same():
    X, y = data("numbers", 90, 8)
    ours, expected = both("MLPRegressor", solver="sgd", momentum=1.0)
    assert_same(ours.fit(X, y), expected.fit(X, y))


@pytest.mark.parametrize("parameters", [{}, {"early_stopping": True, "tol": 0.1}])
@pytest.mark.parametrize("learning_rate", ["constant", "adaptive"])
def test_verbose_prints_the_same_lines(capsys, parameters, learning_rate):
    X, y = data("numbers", 90, 8)
    how = {"solver": "sgd", "verbose": True, "n_iter_no_change": 1, "max_iter": 30, "tol": 0.05}
    printed = []
    for estimator in both("MLPRegressor", learning_rate=learning_rate, **how | parameters):
        estimator.fit(X, y)
        printed.append(capsys.readouterr().out)
    assert printed[0] == printed[1]
    assert printed[0].startswith("Iteration 1, loss = ")


@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu"])
def test_a_longer_l_bfgs_differs_as_scikit_learn_does_from_itself(activation):
    """A rounding of X grows in the course of the search, in scikit-learn's as in ours: beyond some
    iterations no two implementations, and no two BLAS libraries, agree to six digits."""
    ours_to_theirs, theirs_to_theirs = [], []
    for seed in range(4):
        X, y = make_classification(200, 12, n_informative=6, n_classes=3, random_state=seed)
        ours, expected = both("MLPClassifier", solver="lbfgs", activation=activation, max_iter=40)
        signs = np.sign(np.random.RandomState(seed).normal(size=X.shape))
        other = clone(expected).fit(X * (1 + 2.3e-16 * signs), y)
        shares = expected.fit(X, y).predict_proba(X)
        ours_to_theirs.append(np.abs(ours.fit(X, y).predict_proba(X) - shares).max())
        theirs_to_theirs.append(np.abs(other.predict_proba(X) - shares).max())
    assert max(ours_to_theirs) <= 100 * max(theirs_to_theirs)
    assert max(theirs_to_theirs) > 0
