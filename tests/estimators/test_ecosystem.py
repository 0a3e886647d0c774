"""The estimators do in scikit-learn's house what its own do."""

import pickle
import warnings
from inspect import signature
from typing import Any

import joblib
import numpy as np
import pandas as pd
import polars
import pytest
import sklearn
from scipy import sparse
from sklearn import neural_network as theirs
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.datasets import make_classification, make_multilabel_classification, make_regression
from sklearn.ensemble import (
    BaggingClassifier,
    BaggingRegressor,
    StackingClassifier,
    StackingRegressor,
    VotingClassifier,
    VotingRegressor,
)
from sklearn.feature_selection import SequentialFeatureSelector
from sklearn.inspection import partial_dependence, permutation_importance
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import (
    GridSearchCV,
    RandomizedSearchCV,
    cross_val_predict,
    cross_val_score,
    cross_validate,
    learning_curve,
)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import ClassifierChain, MultiOutputRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import syn0
from syn0 import MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


@pytest.fixture
def classes():
    """(120, 6) inputs, and which of three classes each row is."""
    return make_classification(120, 6, n_informative=4, n_classes=3, random_state=0)


@pytest.fixture
def numbers():
    """(120, 6) inputs and targets."""
    X, y = make_regression(120, 6, noise=1, random_state=0)
    return X, y / y.std()


def small(package: Any = syn0, **parameters: Any) -> Any:
    """A small classifier, which learns what it can in a moment."""
    how = {"hidden_layer_sizes": (8,), "max_iter": 30, "learning_rate_init": 0.02}
    return package.MLPClassifier(**how | {"random_state": 0} | parameters)


def small_regressor(package: Any = syn0, **parameters: Any) -> Any:
    how = {"hidden_layer_sizes": (8,), "max_iter": 30, "learning_rate_init": 0.02}
    return package.MLPRegressor(**how | {"random_state": 0} | parameters)


# Each makes something fitted, or a figure, of (estimator, X, y).

OF_CLASSES = {
    "cross_val_score": lambda est, X, y: cross_val_score(est, X, y, cv=3),
    "cross_validate": lambda est, X, y: cross_validate(
        est, X, y, cv=2, scoring=["accuracy", "neg_log_loss"]
    )["test_neg_log_loss"],
    "cross_val_predict": lambda est, X, y: cross_val_predict(
        est, X, y, cv=3, method="predict_proba"
    ),
    "learning_curve": lambda est, X, y: learning_curve(est, X, y, cv=2, train_sizes=[0.5, 1.0])[2],
    "a pipeline": lambda est, X, y: make_pipeline(StandardScaler(), est).fit(X, y),
    "a grid search": lambda est, X, y: GridSearchCV(
        est, {"alpha": [0.01, 10.0], "activation": ["relu", "tanh"]}, cv=2
    ).fit(X, y),
    "a random search": lambda est, X, y: RandomizedSearchCV(
        est, {"batch_size": [10, 50], "solver": ["sgd", "adam"]}, n_iter=3, cv=2, random_state=0
    ).fit(X, y),
    "calibration": lambda est, X, y: CalibratedClassifierCV(est, cv=2).fit(X, y),
    "stacking": lambda est, X, y: StackingClassifier(
        [("net", est), ("line", LogisticRegression())], cv=2
    ).fit(X, y),
    "voting": lambda est, X, y: VotingClassifier(
        [("net", est), ("line", LogisticRegression())], voting="soft"
    ).fit(X, y),
    "bagging": lambda est, X, y: BaggingClassifier(est, n_estimators=3, random_state=0).fit(X, y),
    "one against the rest": lambda est, X, y: OneVsRestClassifier(est).fit(X, y),
    "importances": lambda est, X, y: (
        permutation_importance(est.fit(X, y), X, y, n_repeats=2, random_state=0).importances
    ),
    "partial dependence": lambda est, X, y: partial_dependence(
        est.fit(X, y), X, [1], grid_resolution=5
    )["average"],
    "feature selection": lambda est, X, y: SequentialFeatureSelector(
        est.set_params(max_iter=5), n_features_to_select=2, cv=2
    ).fit_transform(X, y),
}

OF_NUMBERS = {
    "cross_val_score": OF_CLASSES["cross_val_score"],
    "a grid search": lambda est, X, y: GridSearchCV(
        est, {"alpha": [0.01, 10.0]}, cv=2, scoring="neg_mean_absolute_error"
    ).fit(X, y),
    "stacking": lambda est, X, y: StackingRegressor([("net", est), ("line", Ridge())], cv=2).fit(
        X, y
    ),
    "voting": lambda est, X, y: VotingRegressor([("net", est), ("line", Ridge())]).fit(X, y),
    "bagging": lambda est, X, y: BaggingRegressor(est, n_estimators=3, random_state=0).fit(X, y),
    "a changed target": lambda est, X, y: TransformedTargetRegressor(
        est, func=np.arcsinh, inverse_func=np.sinh
    ).fit(X, y),
    "several targets": lambda est, X, y: MultiOutputRegressor(est).fit(X, np.column_stack([y, -y])),
}


def outcome(result: Any, X: np.ndarray) -> np.ndarray:
    """What a tool made: a figure, or what it predicts and how it scored."""
    if isinstance(result, np.ndarray):
        return result
    predict = getattr(result, "predict_proba", result.predict)
    scores = getattr(result, "cv_results_", {"mean_test_score": []})["mean_test_score"]
    return np.concatenate([np.ravel(predict(X)), scores])


@pytest.mark.parametrize("tool", OF_CLASSES.values(), ids=OF_CLASSES)
def test_a_tool_makes_of_our_classifier_what_it_makes_of_scikit_learns(classes, tool):
    X, y = classes
    ours, expected = (outcome(tool(small(p, max_iter=15), X, y), X) for p in (syn0, theirs))
    np.testing.assert_allclose(ours, expected, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("tool", OF_NUMBERS.values(), ids=OF_NUMBERS)
def test_a_tool_makes_of_our_regressor_what_it_makes_of_scikit_learns(numbers, tool):
    X, y = numbers
    ours, expected = (
        outcome(tool(small_regressor(p, max_iter=15), X, y), X) for p in (syn0, theirs)
    )
    np.testing.assert_allclose(ours, expected, rtol=1e-6, atol=1e-9)


def test_a_chain_of_classifiers_tells_several_labels():
    X, y = make_multilabel_classification(120, 6, n_classes=3, random_state=0)
    chains = [ClassifierChain(small(p), random_state=0).fit(X, y) for p in (syn0, theirs)]
    assert np.array_equal(chains[0].predict(X), chains[1].predict(X))


def test_estimators_say_what_they_are():
    for name in ("MLPClassifier", "MLPRegressor"):
        ours = sklearn.utils.get_tags(getattr(syn0, name)())
        expected = sklearn.utils.get_tags(getattr(theirs, name)())
        assert ours.estimator_type == expected.estimator_type
        assert ours.classifier_tags == expected.classifier_tags
        assert ours.regressor_tags == expected.regressor_tags
        assert ours.target_tags == expected.target_tags
        assert ours.input_tags == expected.input_tags
    assert is_classifier(MLPClassifier())
    assert is_regressor(MLPRegressor())


@pytest.mark.parametrize("name", ["MLPClassifier", "MLPRegressor"])
def test_scikit_learns_parameters_are_there_in_its_order_with_its_defaults(name):
    """And by place where they are taken so there."""
    ours, expected = (
        [(p.name, p.default, p.kind) for p in signature(getattr(package, name)).parameters.values()]
        for package in (syn0, theirs)
    )
    assert ours[: len(expected)] == expected


# Several processes.


def test_a_search_in_two_processes_finds_what_one_finds(classes):
    grid = {"alpha": [0.01, 10.0], "activation": ["gelu", "tanh"]}
    searches = [GridSearchCV(small(), grid, cv=2, n_jobs=n).fit(*classes) for n in (1, 2)]
    for name in ("mean_test_score", "std_test_score", "params"):
        assert np.array_equal(*(search.cv_results_[name] for search in searches))
    shares = [search.predict_proba(classes[0]) for search in searches]
    assert np.array_equal(*shares)


def test_a_search_on_a_dask_cluster_finds_what_one_process_finds(classes):
    distributed = pytest.importorskip("distributed")
    grid = {"alpha": [0.01, 10.0]}
    alone = GridSearchCV(small(), grid, cv=2).fit(*classes)
    # What Dask warns of is its own business, such as ports that are taken.
    with (
        warnings.catch_warnings(),
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster),
    ):
        warnings.simplefilter("ignore")
        with joblib.parallel_config("dask"):
            search = GridSearchCV(small(), grid, cv=2, n_jobs=-1).fit(*classes)
    assert np.array_equal(
        search.cv_results_["mean_test_score"], alone.cv_results_["mean_test_score"]
    )
    assert np.array_equal(search.predict_proba(classes[0]), alone.predict_proba(classes[0]))


# Copies.


def by_joblib(estimator: Any, folder: Any) -> Any:
    joblib.dump(estimator, folder / "net.joblib", compress=3)
    return joblib.load(folder / "net.joblib")


COPIES = {
    "pickle": lambda estimator, _: pickle.loads(pickle.dumps(estimator)),  # noqa: S301
    "joblib": by_joblib,
}


@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES)
def test_a_stored_estimator_predicts_and_goes_on_to_the_bit(classes, copied, tmp_path):
    X, y = classes
    estimator = small(batch_norm=True, dropout=0.2, warm_start=True).fit(X, y)
    copy = copied(estimator, tmp_path)
    assert np.array_equal(copy.predict_proba(X), estimator.predict_proba(X))
    assert copy.loss_curve_ == estimator.loss_curve_
    for one in (estimator, copy):
        one.fit(X, y)
        one.partial_fit(X, y)
    assert np.array_equal(copy.predict_proba(X), estimator.predict_proba(X))


def test_a_memory_mapped_estimator_predicts(classes, tmp_path):
    X, y = classes
    estimator = small().fit(X, y)
    joblib.dump(estimator, tmp_path / "net.joblib")
    mapped = joblib.load(tmp_path / "net.joblib", mmap_mode="r")
    assert np.array_equal(mapped.predict_proba(X), estimator.predict_proba(X))


def test_a_clone_has_the_parameters_and_nothing_that_was_learned(classes):
    parameters = {"activation": ["gelu"], "class_weight": {0: 2, 1: 1, 2: 1}, "skip": True}
    estimator = small(**parameters).fit(*classes)
    copy = clone(estimator)
    assert copy.get_params() == estimator.get_params()
    assert not hasattr(copy, "coefs_")
    assert np.array_equal(copy.fit(*classes).coefs_[0], estimator.coefs_[0])


def test_fitting_again_starts_anew_whatever_was_before(classes, numbers):
    X, y = classes
    fresh, used = small().fit(X, y), small().fit(X[:, :3], y > 0)
    assert np.array_equal(used.fit(X, y).predict_proba(X), fresh.predict_proba(X))
    assert used.loss_curve_ == fresh.loss_curve_


# Columns.


@pytest.fixture
def frame(numbers):
    """The rows with numbers, text and missing values in columns, and whether each is large."""
    X, y = numbers
    frame = pd.DataFrame(X, columns=[f"x{k}" for k in range(6)])
    frame["town"] = np.where(X[:, 0] > 0, "Rome", "Oslo")
    return frame, y > 0


def test_columns_are_prepared_in_a_pipeline_and_features_come_out_with_names(frame):
    X, y = frame
    prepare = ColumnTransformer(
        [("numbers", StandardScaler(), ["x0", "x1"]), ("text", OneHotEncoder(), ["town"])],
        sparse_threshold=1,
    )
    pipeline = make_pipeline(prepare, small(hidden_layer_sizes=(8, 4)))
    pipeline.fit(X, y)
    assert pipeline.score(X, y) > 0.7
    names = [f"mlpclassifier{k}" for k in range(4)]
    assert pipeline.get_feature_names_out().tolist() == names


@pytest.mark.parametrize(("to", "kind"), [("pandas", pd.DataFrame), ("polars", polars.DataFrame)])
def test_hidden_features_are_a_frame_where_that_is_asked_for(classes, to, kind):
    X, y = classes
    features = make_pipeline(StandardScaler(), small(hidden_layer_sizes=(8, 4)))
    features.set_output(transform=to).fit(X, y)
    out = features.transform(X)
    assert isinstance(out, kind)
    assert list(out.columns) == [f"mlpclassifier{k}" for k in range(4)]
    values = features[-1].transform(features[0].transform(X))
    assert np.array_equal(out.to_numpy(), values.to_numpy())


def test_features_of_a_network_feed_another_model(classes):
    X, y = classes
    pipeline = make_pipeline(small(hidden_layer_sizes=(8, 4)), LogisticRegression())
    pipeline.fit(X, y)
    assert pipeline[-1].n_features_in_ == 4
    assert pipeline.score(X, y) > 0.5
    assert np.array_equal(
        small(hidden_layer_sizes=(8, 4)).fit_transform(X, y), pipeline[0].transform(X)
    )


def frames_of(X: np.ndarray) -> list[Any]:
    names = [f"x{k}" for k in range(X.shape[1])]
    return [pd.DataFrame(X, columns=names), polars.DataFrame(X, schema=names)]


def test_frames_are_read_as_arrays_and_their_columns_are_remembered(classes):
    X, y = classes
    plain = small().fit(X, y)
    for frame in frames_of(X):
        estimator = small().fit(frame, y)
        assert estimator.feature_names_in_.tolist() == [f"x{k}" for k in range(6)]
        assert np.array_equal(estimator.predict_proba(frame), plain.predict_proba(X))
    assert not hasattr(plain, "feature_names_in_")


METHODS = ("predict", "predict_proba", "transform", "partial_fit")


@pytest.mark.parametrize("method", METHODS)
def test_columns_that_are_other_ones_are_refused_in_scikit_learns_words(classes, method):
    X, y = classes
    frame = frames_of(X)[0]
    said = []
    others = [frame.rename(columns={"x1": "z"}), frame[frame.columns[::-1]], frame.iloc[:, :4]]
    for package in (syn0, theirs):
        estimator = small(package).fit(frame, y)
        for other in others:
            call = getattr(
                estimator, method if package is syn0 or method != "transform" else "predict"
            )
            with pytest.raises(ValueError) as raised:  # noqa: PT011  (compared below)
                call(other, y) if method == "partial_fit" else call(other)
            said.append(str(raised.value))
    assert said[:3] == said[3:]
    assert "z" in said[0]


def test_a_missing_or_surplus_name_is_warned_of_in_scikit_learns_words(classes):
    X, y = classes
    frame = frames_of(X)[0]
    said: dict[Any, list[str]] = {}
    for package in (syn0, theirs):
        with_names, without = small(package).fit(frame, y), small(package).fit(X, y)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            with_names.predict(X)
            without.predict(frame)
        said[package] = [str(warning.message) for warning in caught]
    assert said[syn0] == said[theirs]
    assert len(said[syn0]) == 2


@pytest.mark.parametrize("method", ["predict", "predict_proba", "score", "transform"])
def test_what_was_not_fitted_says_so(classes, method):
    X, y = classes
    with pytest.raises(sklearn.exceptions.NotFittedError, match="not fitted yet"):
        getattr(small(), method)(*((X, y) if method == "score" else (X,)))


def test_a_notebook_shows_a_diagram_with_the_parameters_that_were_changed(classes):
    estimator = small(activation="gelu")
    html = estimator._repr_html_()
    assert "MLPClassifier" in html
    assert "gelu" in html
    assert "Fitted" in estimator.fit(*classes)._repr_html_()
    assert repr(MLPRegressor()) == "MLPRegressor()"
    assert repr(MLPClassifier(dropout=0.1)) == "MLPClassifier(dropout=0.1)"


# Sparse.

SPARSE = [
    sparse.csr_matrix,
    sparse.csc_matrix,
    sparse.csr_array,
    sparse.csc_array,
    sparse.coo_array,
]


@pytest.mark.parametrize("solver", ["lbfgs", "adam", "adamw"])
def test_sparse_inputs_are_what_dense_ones_are(classes, solver):
    X, y = classes
    X = np.where(np.abs(X) > 1, X, 0)
    dense = small(solver=solver).fit(X, y)
    watched = None if solver == "lbfgs" else small(solver=solver).fit(X, y, X_val=X, y_val=y)
    for form in SPARSE:
        given = form(X)
        estimator = small(solver=solver).fit(given, y)
        assert np.array_equal(dense.coefs_[0], estimator.coefs_[0]), form
        assert np.array_equal(dense.predict_proba(X), estimator.predict_proba(given)), form
        assert np.array_equal(dense.transform(X), estimator.transform(given)), form
        if watched is not None:
            estimator.fit(given, y, X_val=given, y_val=y)
            assert watched.validation_scores_ == estimator.validation_scores_, form


@pytest.mark.parametrize("engine", ["auto", "native"])
@pytest.mark.parametrize(
    "how",
    [{}, {"solver": "lbfgs"}, {"early_stopping": True}, {"solver": "sgd", "alpha": 0.1}],
    ids=["adam", "lbfgs", "early stopping", "sgd"],
)
def test_sparse_inputs_that_would_not_fit_as_an_array_stay_sparse(
    classes, how, engine, monkeypatch
):
    X, y = classes
    X = np.where(np.abs(X) > 1, X, 0)
    plain = small(**how).fit(X, y)
    monkeypatch.setattr("syn0.estimators.sparse.MOST_DENSE", 1)
    monkeypatch.setattr(sparse.csr_matrix, "toarray", None)
    estimator = small(engine=engine, **how).fit(sparse.csr_matrix(X), y)
    assert estimator.network_.engine == "numpy"
    np.testing.assert_allclose(estimator.loss_curve_, plain.loss_curve_, rtol=1e-6)
    for method in ("predict_proba", "transform"):
        ours = getattr(estimator, method)(sparse.csc_array(X))
        np.testing.assert_allclose(ours, getattr(plain, method)(X), rtol=1e-5, atol=1e-8)


def test_a_network_that_changes_its_inputs_takes_sparse_ones_as_an_array(classes, monkeypatch):
    X, y = classes
    plain = small(batch_norm=True, input_dropout=0.2).fit(X, y)
    monkeypatch.setattr("syn0.estimators.sparse.MOST_DENSE", 1)
    estimator = small(batch_norm=True, input_dropout=0.2).fit(sparse.csr_matrix(X), y)
    assert np.array_equal(estimator.predict_proba(sparse.csr_matrix(X)), plain.predict_proba(X))


def test_sparse_inputs_that_make_numbers_go_bad_are_told_of(classes, monkeypatch):
    X, y = classes
    monkeypatch.setattr("syn0.estimators.sparse.MOST_DENSE", 1)
    with pytest.raises(ValueError, match="the inputs reach"):
        small(solver="sgd", activation="identity", learning_rate_init=1e9).fit(
            sparse.csr_matrix(X * 1e9), y
        )


# Metadata.


def test_weights_are_routed_through_a_search_and_a_pipeline(classes):
    X, y = classes
    weight = np.random.RandomState(0).uniform(0, 3, len(X))
    with sklearn.config_context(enable_metadata_routing=True):
        routed = []
        for package in (syn0, theirs):
            net = small(package).set_fit_request(sample_weight=True)
            net.set_score_request(sample_weight=True)
            pipeline = make_pipeline(StandardScaler().set_fit_request(sample_weight=False), net)
            search = GridSearchCV(pipeline, {f"{pipeline.steps[-1][0]}__alpha": [0.1, 10]}, cv=2)
            search.fit(X, y, sample_weight=weight)
            routed.append(search)
        ours, expected = routed
        np.testing.assert_allclose(
            ours.cv_results_["mean_test_score"], expected.cv_results_["mean_test_score"]
        )
        np.testing.assert_allclose(ours.predict_proba(X), expected.predict_proba(X), rtol=1e-6)
    unweighted = make_pipeline(StandardScaler(), small()).fit(X, y)
    assert not np.allclose(ours.predict_proba(X), unweighted.predict_proba(X), rtol=1e-3)


def test_weights_that_nobody_asked_for_are_refused(classes):
    X, y = classes
    with (
        sklearn.config_context(enable_metadata_routing=True),
        pytest.raises(sklearn.exceptions.UnsetMetadataPassedError, match="sample_weight"),
    ):
        GridSearchCV(small(), {"alpha": [0.1]}, cv=2).fit(X, y, sample_weight=np.ones(len(X)))


def test_classes_are_routed_to_a_partial_fit(classes):
    with sklearn.config_context(enable_metadata_routing=True):
        net = small().set_partial_fit_request(classes=True)
        requests = net.get_metadata_routing().partial_fit.requests
    assert requests["classes"] is True


def test_validation_rows_are_routed_through_a_pipeline(classes):
    X, y = classes
    with sklearn.config_context(enable_metadata_routing=True):
        net = small().set_fit_request(X_val=True, y_val=True)
        pipeline = make_pipeline(
            net,
        ).fit(X[:80], y[:80], X_val=X[80:], y_val=y[80:])
    assert len(pipeline[-1].validation_scores_) == pipeline[-1].n_iter_
