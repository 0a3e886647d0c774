"""What a file says of a pipeline's steps is refused in one sentence, unless scikit-learn's own
fitting could have left it behind: its compiled code trusts that."""

import json

import numpy as np
import pandas as pd
import pytest
from safetensors.numpy import load_file, save_file
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.decomposition import PCA
from sklearn.feature_selection import SelectKBest, VarianceThreshold
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import (
    FunctionTransformer,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)

from syn0 import MLPClassifier, MLPRegressor, Network, TabularClassifier, load, save
from syn0.files.container import digest, read
from tests.together import Together

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

SMALL = {"hidden_layer_sizes": (2,), "max_iter": 1, "random_state": 0, "engine": "numpy"}
X = np.random.RandomState(0).uniform(0.1, 2, size=(12, 3))
X[::5, 0] = np.nan
FILLED = np.nan_to_num(X, nan=1.0)
Y = np.arange(12) % 3
FRAME = pd.DataFrame({"town": ["Ulm", "Bonn", None, "Ulm"] * 3, "fee": X[:, 1], "rank": Y})

NET = MLPClassifier(**SMALL)
RARE = {"max_categories": 2, "handle_unknown": "infrequent_if_exist"}

MODELS = {
    "standard": (make_pipeline(StandardScaler(), NET), FILLED),
    "min max": (make_pipeline(MinMaxScaler(clip=True), NET), FILLED),
    "robust": (make_pipeline(RobustScaler(), NET), FILLED),
    "quantiles": (make_pipeline(QuantileTransformer(n_quantiles=4), NET), FILLED),
    "powers": (make_pipeline(PowerTransformer(), NET), FILLED),
    "raw powers": (make_pipeline(PowerTransformer(standardize=False), NET), FILLED),
    "components": (make_pipeline(PCA(2), NET), FILLED),
    "variances": (make_pipeline(VarianceThreshold(), NET), FILLED),
    "best": (make_pipeline(SelectKBest(k=2), NET), FILLED),
    "filled": (make_pipeline(SimpleImputer(), NET), X),
    "marked": (make_pipeline(SimpleImputer(add_indicator=True), NET), X),
    "most frequent": (make_pipeline(SimpleImputer(strategy="most_frequent"), NET), X),
    "gaps": (make_pipeline(MissingIndicator(), NET), X),
    "all gaps": (make_pipeline(MissingIndicator(features="all"), NET), X),
    "function": (make_pipeline(FunctionTransformer(np.tanh), NET), FILLED),
    "one-hot": (make_pipeline(OneHotEncoder(), NET), FRAME[["town", "rank"]]),
    "numbers one-hot": (make_pipeline(OneHotEncoder(), NET), X),
    "rare": (make_pipeline(OneHotEncoder(**RARE), NET), FRAME[["town", "rank"]]),
    "one dropped": (make_pipeline(OneHotEncoder(drop=["Ulm", 0]), NET), FRAME[["town", "rank"]]),
    "ordinal": (
        make_pipeline(OrdinalEncoder(min_frequency=2, encoded_missing_value=-1), NET),
        FRAME[["town", "rank"]],
    ),
    "columns": (
        make_pipeline(
            ColumnTransformer(
                [
                    ("texts", OneHotEncoder(), ["town"]),
                    ("rest", StandardScaler(), slice("fee", "rank")),
                    ("none", "drop", "town"),
                ],
                transformer_weights={"rest": 2.0},
                verbose_feature_names_out="{transformer_name}-{feature_name}",
            ),
            StandardScaler(with_mean=False),
            NET,
        ),
        FRAME,
    ),
    "places": (
        make_pipeline(
            ColumnTransformer(
                [("some", StandardScaler(), [1, -1]), ("nothing", StandardScaler(), [])],
                remainder="passthrough",
            ),
            make_pipeline("passthrough", StandardScaler()),
            NET,
        ),
        FILLED,
    ),
    "truths": (
        make_pipeline(ColumnTransformer([("some", "passthrough", [True, False, True])]), NET),
        FILLED,
    ),
    "targets": (
        TransformedTargetRegressor(
            make_pipeline(StandardScaler(), MLPRegressor(**SMALL)),
            transformer=make_pipeline(StandardScaler(), "passthrough"),
        ),
        FILLED,
    ),
    "network": (NET, FILLED),
    "regressor": (MLPRegressor(**SMALL), FILLED),
    "table": (TabularClassifier(hidden_layer_sizes=(2,), max_iter=1, random_state=0), FRAME),
}


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """Each model, what it predicts and its file; made when it is first asked for."""
    made = {}

    def get(name):
        if name not in made:
            model, rows = MODELS[name]
            path = tmp_path_factory.mktemp("model") / "m.safetensors"
            save(model.fit(rows, Y), path)
            made[name] = (path, rows, model.predict(rows))
        return made[name]

    return get


@pytest.fixture
def edited(saved, tmp_path):
    """A file of a model whose description and arrays a function changed."""

    def write(name, change):
        text, arrays = read(saved(name)[0])
        description = json.loads(text)
        del description["digest"]
        change(description, arrays)
        description["digest"] = digest(description, arrays)
        save_file(arrays, tmp_path / "m.safetensors", {"syn0": json.dumps(description)})
        return tmp_path / "m.safetensors"

    return write


@pytest.mark.parametrize("name", MODELS)
def test_what_follows_from_other_attributes_is_worked_out_anew(saved, name):
    path, rows, predicted = saved(name)
    assert np.array_equal(load(path).predict(rows), predicted)


def test_what_follows_from_other_attributes_stands_in_no_file(saved):
    """An encoder's numbers of categories go into SciPy's compiled code as places in memory."""
    for name in ("rare", "one dropped", "ordinal", "columns", "quantiles"):
        text, arrays = read(saved(name)[0])
        for derived in (
            "_default_to_infrequent_mappings", "_drop_idx_after_grouping", "_n_features_outs",
            "_infrequent_enabled", "_missing_indices", "references_", "output_indices_",
            "_transformer_to_input_indices", "n_jobs", "memory", "kw_args",
        ):  # fmt: skip
            assert derived not in text
            assert not any(derived in array for array in arrays)


def parts(node):
    """The instances in a description, from the outermost."""
    if isinstance(node, dict) and {"class", "parameters", "attributes"} <= set(node):
        yield node
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for child in children:
        yield from parts(child)


def put(kind, place, name, value):
    """Sets a parameter or an attribute of the last instance of a class."""

    def change(description, arrays):
        *_, instance = (part for part in parts(description) if part["class"] == kind)
        instance[place][name] = value

    return change


def without(kind, name):
    """Takes an attribute from an instance of a class, and its array."""

    def change(description, arrays):
        *_, instance = (part for part in parts(description) if part["class"] == kind)
        taken = instance["attributes"].pop(name)
        if isinstance(taken, dict) and "array" in taken:
            del arrays[taken["array"]]

    return change


def array(ending, function):
    """Changes the only array whose name ends so."""

    def change(description, arrays):
        (name,) = (name for name in arrays if name.endswith(ending))
        arrays[name] = np.ascontiguousarray(function(np.array(arrays[name])))

    return change


def at(place, value):
    """Sets an entry of an array."""

    def change(values):
        values[place] = value
        return values

    return change


def attribute(kind, name, value):
    return put(kind, "attributes", name, value)


def parameter(kind, name, value):
    return put(kind, "parameters", name, value)


def fitted_column(place, value):
    """Sets a part of the first fitted step of a ColumnTransformer."""

    def change(description, arrays):
        (columns,) = (p for p in parts(description) if p["class"] == "ColumnTransformer")
        columns["attributes"]["transformers_"][0]["tuple"][place] = value

    return change


def unfitted(kind):
    """Takes all attributes from an instance, and its arrays."""

    def change(description, arrays):
        *_, instance = (part for part in parts(description) if part["class"] == kind)
        for taken in instance["attributes"].values():
            if isinstance(taken, dict) and "array" in taken:
                del arrays[taken["array"]]
        instance["attributes"] = {}

    return change


def network_in(description):
    """The description of the network of an estimator alone."""
    return description["estimator"]["estimator"]["attributes"]["network_"]["network"][1]


def schema_of(description):
    """A schema that fits the network of an estimator alone."""
    numbers = {"mean": 0.0, "scale": 1.0, "reach": None}
    flags = {"marks_missing": False, "zero_or_one": False}
    columns = [{"kind": "number", "name": name, **numbers, **flags} for name in "abc"]
    target = {"task": "classification", "name": "y", "classes": ["0", "1", "2"]}
    return {
        "columns": columns, "target": target, "prepare": True, "image_shape": None, "missing": None,
    }  # fmt: skip


def parts_of_columns(description):
    """The description of a ColumnTransformer."""
    return next(p for p in parts(description) if p["class"] == "ColumnTransformer")


def objects(*values):
    return {"objects": [[len(values)], list(values)]}


def nested(description, arrays):
    for _ in range(30):
        inner = description["estimator"]
        steps = [{"tuple": ["again", inner]}]
        description["estimator"] = {
            "estimator": {"class": "Pipeline", "parameters": {"steps": steps}, "attributes": {}}
        }


def last_of_regressor(step):
    """Sets the last step of the pipeline that a TransformedTargetRegressor holds."""

    def change(description, arrays):
        targets = description["estimator"]["estimator"]["attributes"]["regressor_"]
        targets["estimator"]["parameters"]["steps"][-1]["tuple"][1] = step

    return change


FUNCTION = {"function": "numpy.log"}
SELECTOR_OF_ANY = {
    "estimator": {
        "class": "make_column_selector",
        "parameters": {"pattern": None, "dtype_include": None, "dtype_exclude": None},
        "attributes": {},
    }
}
SELECTOR = {
    "estimator": {
        "class": "make_column_selector", "parameters": {"pattern": 5}, "attributes": {},
    }
}  # fmt: skip
STATE = {"random_state": ["words", 5, 2, 0.0]}
SCORE = {"function": "sklearn.chi2"}

EDITS = {
    "numbers of X below 1": ("standard", attribute("StandardScaler", "n_features_in_", 0)),
    "numbers of X as a fraction": ("standard", attribute("StandardScaler", "n_features_in_", 3.0)),
    "names of other columns": ("standard", attribute("StandardScaler", "feature_names_in_", None)),
    "too few names": ("standard", attribute("StandardScaler", "feature_names_in_", objects("a"))),
    "names that are numbers": (
        "standard", attribute("StandardScaler", "feature_names_in_", objects(1, 2, 3)),
    ),
    "an output of no kind": (
        "standard", attribute("StandardScaler", "_sklearn_output_config", "pandas"),
    ),
    "no mean": ("standard", attribute("StandardScaler", "mean_", None)),
    "means of whole numbers": ("standard", array("mean_", lambda m: m.astype(np.int64))),
    "a mean too few": ("standard", array("mean_", lambda m: m[:-1])),
    "means of texts": ("standard", attribute("StandardScaler", "mean_", objects("a", "b", "c"))),
    "a scale of 0": ("standard", array("scale_", at(0, 0.0))),
    "no scale": ("standard", without("StandardScaler", "scale_")),
    "a scaler that was not fitted": ("standard", unfitted("StandardScaler")),
    "rows that are a text": ("standard", attribute("StandardScaler", "n_samples_seen_", "many")),
    "rows of other columns": (
        "standard", attribute("StandardScaler", "n_samples_seen_", objects(1, 2, 3)),
    ),
    "a range upside down": (
        "min max", parameter("MinMaxScaler", "feature_range", {"tuple": [1, 0]}),
    ),
    "a range of texts": (
        "min max", parameter("MinMaxScaler", "feature_range", {"tuple": ["a", "b"]}),
    ),
    "a center of other columns": ("robust", array("center_", lambda c: c[:-1])),
    "no center": ("robust", attribute("RobustScaler", "center_", None)),
    "quantiles that fall": ("quantiles", array("quantiles_", lambda q: q[:, ::-1])),
    "quantiles of other columns": ("quantiles", array("quantiles_", lambda q: q[:-1])),
    "no quantile": ("quantiles", array("quantiles_", lambda q: q[:, :0])),
    "one row of quantiles": ("quantiles", array("quantiles_", lambda q: q[0])),
    "shares of quantiles": ("quantiles", attribute("QuantileTransformer", "references_", [0, 1])),
    "no scaler of powers": ("powers", parameter("PowerTransformer", "standardize", False)),
    "a scaler of no powers": ("raw powers", parameter("PowerTransformer", "standardize", True)),
    "components of other columns": ("components", array("components_", lambda c: c[:, :-1])),
    "components too few": ("components", array("components_", lambda c: c[:1])),
    "a variance too few": ("components", array("explained_variance_", lambda v: v[:1])),
    "a variance below 0": ("components", array("explained_variance_", at(0, -1.0))),
    "a variance of all": ("variances", parameter("VarianceThreshold", "threshold", 1e9)),
    "scores of other columns": ("best", array("scores_", lambda s: s[:-1])),
    "another number of the best": ("best", parameter("SelectKBest", "k", 3)),
    "a score that is none": ("best", parameter("SelectKBest", "score_func", FUNCTION)),
    "fillings too few": ("filled", array("statistics_", lambda s: s[:-1])),
    "fillings of truths": ("filled", array("statistics_", lambda s: s > 1)),
    "fillings of texts": (
        "filled", attribute("SimpleImputer", "statistics_", objects("a", "b", "c")),
    ),
    "fillings of endless width": (
        "filled", attribute("SimpleImputer", "_fill_dtype", {"dtype": "<U500000000"}),
    ),
    "an indicator that nobody asked for": (
        "marked", parameter("SimpleImputer", "add_indicator", False),
    ),
    "no indicator": ("filled", parameter("SimpleImputer", "add_indicator", True)),
    "an indicator of other columns": ("marked", attribute("MissingIndicator", "n_features_in_", 2)),
    "an indicator of its own": ("marked", attribute("MissingIndicator", "_precomputed", False)),
    "gaps past the end": ("gaps", array("features_", at(0, 10**12))),
    "gaps before the start": ("gaps", array("features_", at(0, -1))),
    "gaps that are fractions": ("gaps", array("features_", lambda f: f + 0.5)),
    "gaps without order": ("gaps", array("features_", lambda f: np.array([1, 0]))),
    "a function that is no ufunc": ("function", parameter("FunctionTransformer", "func", SCORE)),
    "a function of names": (
        "function", parameter("FunctionTransformer", "feature_names_out", FUNCTION),
    ),
    "where a function writes": (
        "function", parameter("FunctionTransformer", "kw_args", {"dict": [["out", None]]}),
    ),
    "categories of fewer columns": ("one-hot", attribute("OneHotEncoder", "categories_", [])),
    "categories that are lists": (
        "one-hot", attribute("OneHotEncoder", "categories_", [["a"], ["b"]]),
    ),
    "no category": (
        "one-hot", attribute("OneHotEncoder", "categories_", [objects(), objects("b")]),
    ),
    "a category twice": (
        "one-hot", attribute("OneHotEncoder", "categories_", [objects("a", "a"), objects("b")]),
    ),
    "a category that is a tuple": (
        "one-hot",
        attribute("OneHotEncoder", "categories_", [objects({"tuple": [1]}), objects("b")]),
    ),
    "NaN before others": (
        "one-hot",
        attribute("OneHotEncoder", "categories_", [objects({"float": "nan"}, "a"), objects("b")]),
    ),
    "numbers without order": (
        "numbers one-hot", array("categories_.1", lambda categories: categories[::-1]),
    ),
    "numbers of columns": ("one-hot", attribute("OneHotEncoder", "_n_features_outs", [9, 9])),
    "rare ones past the end": ("rare", array("_infrequent_indices.0", at(-1, 10**12))),
    "rare ones that are none": ("rare", array("_infrequent_indices.0", lambda rare: rare[:0])),
    "rare ones of one column": ("rare", attribute("OneHotEncoder", "_infrequent_indices", [None])),
    "rare ones that nobody asked for": ("rare", parameter("OneHotEncoder", "max_categories", None)),
    "none rare": ("one-hot", parameter("OneHotEncoder", "max_categories", 2)),
    "dropped by a matrix": (
        "one-hot", parameter("OneHotEncoder", "drop", [["Ulm", "Bonn"], [1, 2]]),
    ),
    "dropped by a tuple": (
        "one-hot", parameter("OneHotEncoder", "drop", objects({"tuple": [1]}, 0)),
    ),
    "dropped by another category": ("one dropped", parameter("OneHotEncoder", "drop", ["Rom", 0])),
    "numbers of objects": ("one-hot", parameter("OneHotEncoder", "dtype", {"type": "object"})),
    "numbers of no type": ("one-hot", parameter("OneHotEncoder", "dtype", 5)),
    "numbers that SciPy lacks": (
        "one-hot", parameter("OneHotEncoder", "dtype", {"dtype": "float16"}),
    ),
    "names by a function": (
        "one-hot", parameter("OneHotEncoder", "feature_name_combiner", FUNCTION),
    ),
    "another number of ones": (
        "one-hot",
        attribute("OneHotEncoder", "categories_", [objects("Ulm"), objects("Bonn")]),
    ),
    "a number for the unknown": ("ordinal", parameter("OrdinalEncoder", "unknown_value", 5)),
    "no number for the unknown": (
        "ordinal", parameter("OrdinalEncoder", "handle_unknown", "use_encoded_value"),
    ),
    "a missing value too large": (
        "ordinal",
        lambda d, a: [
            parameter("OrdinalEncoder", "dtype", {"type": "numpy.int8"})(d, a),
            parameter("OrdinalEncoder", "encoded_missing_value", 1000)(d, a),
        ],
    ),
    "a weight that is a text": (
        "columns", parameter("ColumnTransformer", "transformer_weights", {"dict": [["rest", "2"]]}),
    ),
    "names that look into objects": (
        "columns",
        parameter("ColumnTransformer", "verbose_feature_names_out", "{feature_name.__class__}"),
    ),
    "names of endless width": (
        "columns",
        parameter("ColumnTransformer", "verbose_feature_names_out", "{feature_name:>999999999}"),
    ),
    "names by a function of columns": (
        "columns", parameter("ColumnTransformer", "verbose_feature_names_out", FUNCTION),
    ),
    "a step of another name": ("columns", fitted_column(0, "other")),
    "a step that is a text": ("columns", fitted_column(1, "passthrough")),
    "a step of a column by itself": ("columns", fitted_column(2, "town")),
    "a step of no column": ("columns", fitted_column(2, ["river"])),
    "a step of columns past the end": ("places", fitted_column(2, [1, 10**12])),
    "a step of columns of a fraction": ("places", fitted_column(2, [1, 0.5])),
    "a step of other columns": ("places", fitted_column(2, [1, 0])),
    "a step of more columns": ("places", fitted_column(2, [1, 0, 2])),
    "truths of fewer columns": ("truths", fitted_column(2, [True, False])),
    "a slice of no step": ("places", fitted_column(2, {"slice": [None, None, 0]})),
    "no transformer of targets": (
        "targets", attribute("TransformedTargetRegressor", "transformer_", None),
    ),
    "a number for a dimension": (
        "targets", attribute("TransformedTargetRegressor", "_training_dim", 3),
    ),
    **{
        f"columns that are {name}": (
            "truths",
            lambda d, a, columns=columns: parts_of_columns(d)["parameters"]["transformers"][0][
                "tuple"
            ].__setitem__(2, columns),
        )
        for name, columns in {
            "an estimator": {"tuple": ["one", SELECTOR_OF_ANY]},
            "nothing": None,
            "a number with a point": 0.5,
            "lists": [[0], [1]],
            "no names in a list": [None],
        }.items()
    },
    **{
        f"a regressor that is {last!r}": ("targets", last_of_regressor(last))
        for last in (None, "passthrough", "drop", "")
    },
    "a step that is dropped": (
        "standard",
        lambda d, a: d["estimator"]["estimator"]["parameters"]["steps"].insert(
            0, {"tuple": ["first", "drop"]}
        ),
    ),
    "pipelines without end": ("standard", nested),
    "a regressor of quantiles": ("regressor", parameter("MLPRegressor", "loss", "quantile:0.5")),
    "losses that are texts": ("network", attribute("MLPClassifier", "loss_curve_", ["a"])),
    "passes below 0": ("network", attribute("MLPClassifier", "n_iter_", -1)),
    "labels beyond all numbers": ("network", parameter("LabelBinarizer", "pos_label", 10**400)),
    "labels in a sparse array": ("network", parameter("LabelBinarizer", "sparse_output", True)),
    "targets of another kind": ("network", attribute("LabelBinarizer", "y_type_", "continuous")),
    "an estimator of arrays with a table": (
        "network",
        lambda d, a: network_in(d).update(schema=schema_of(d)),
    ),
    "an estimator of tables without probabilities": (
        "table",
        lambda d, a: [
            network_in(d)["network"].update(loss="squared_error"),
            network_in(d)["network"]["layers"][-1].update(activation="identity"),
        ],
    ),
    "a number that its type cannot hold": (
        "standard", attribute("StandardScaler", "n_samples_seen_", {"number": ["int8", 0.5]}),
    ),
    "a generator without its number": (
        "network",
        lambda d, a: [
            a.update(words=np.zeros(624, np.uint32)),
            parameter("MLPClassifier", "random_state", STATE)(d, a),
        ],
    ),
    "a selector by a number": (
        "columns",
        lambda d, a: parts_of_columns(d)["parameters"]["transformers"][0].update(
            tuple=["texts", "drop", SELECTOR]
        ),
    ),
    "a network that was not fitted": ("network", attribute("MLPClassifier", "n_outputs_", None)),
}  # fmt: skip


def test_an_edited_step_is_refused_in_a_sentence(edited):
    with Together() as together:
        for what, (name, change) in EDITS.items():
            with together(what):
                with pytest.raises(
                    ValueError, match=r"m\.safetensors is not a model that this"
                ) as caught:
                    load(edited(name, change))
                assert "\n" not in str(caught.value)
                assert len(str(caught.value)) < 450


def test_a_model_of_another_kind_is_refused(saved):
    with pytest.raises(ValueError, match="holds a Pipeline, not a Network"):
        load(saved("standard")[0], Network)


def test_a_step_that_no_file_holds_cannot_hide_in_a_pipeline(tmp_path):
    model = make_pipeline(make_union(StandardScaler()), NET).fit(FILLED, Y)
    with pytest.raises(ValueError, match="a file cannot hold a FeatureUnion"):
        save(model, tmp_path / "m.safetensors")


def test_many_steps_are_loaded_as_fast_as_they_are_many(tmp_path):
    model = make_pipeline(*[StandardScaler() for _ in range(100)], NET).fit(FILLED, Y)
    save(model, tmp_path / "m.safetensors")
    assert len(load_file(tmp_path / "m.safetensors")) > 300
    assert np.array_equal(load(tmp_path / "m.safetensors").predict(FILLED), model.predict(FILLED))
