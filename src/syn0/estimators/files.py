"""Estimators, and pipelines that end in one, as a single safetensors file. Nothing is unpickled.

The file holds the network as a network's own file does, and beside it parameters and attributes,
each of a kind that `values.py` lists, of classes in a closed table: ours below, scikit-learn's in
`pipelines.py`.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import sklearn
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils.validation import check_is_fitted

from syn0.derive import loss_of
from syn0.estimators.fitting import OptimizerState
from syn0.estimators.mlp import MLPClassifier, MLPRegressor
from syn0.estimators.pipelines import (
    COMMON,
    KINDS,
    Test,
    attributes,
    instances,
    number_lists,
    optional,
)
from syn0.estimators.reading import Reader
from syn0.estimators.steps import is_fitted, last_of
from syn0.estimators.tabular import TabularClassifier, TabularRegressor
from syn0.estimators.targets import Scaling
from syn0.estimators.values import Kind, Kinds, article
from syn0.estimators.writing import Writer
from syn0.files.container import Arrays, Description, write
from syn0.models import Network
from syn0.spec.doors import warn

OURS = (MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor)

TARGETS = ("binary", "multiclass", "multilabel-indicator")


def save(model: Any, path: str | os.PathLike[str]) -> None:
    """Save a fitted estimator, or a pipeline that ends in one, in one safetensors file.

    Parameters that are code, `callbacks` and a `scoring` of your own, are left out, with a warning;
    so are those of scikit-learn's steps that concern the machine: `memory`, `n_jobs`, `verbose`.
    What is written was read back before: a file that is there can be loaded.

    Raises:
        ValueError: it holds something that a file cannot hold; the message says what and where.
        OSError: the file cannot be written, and what was there is left as it was.
        NotFittedError: it was not fitted.
    """
    if type(last_of(model)) not in OURS:
        names = ", ".join(cls.__name__ for cls in OURS)
        raise ValueError(
            f"{article(type(model).__name__)} cannot be saved: a file holds a Network, or an "
            f"estimator or a pipeline that ends in one of: {names}"
        )
    check_is_fitted(model)
    writer = Writer(ALL_KINDS)
    description: Description = {"estimator": writer.data(model, "")}
    versions = {"scikit-learn": sklearn.__version__}
    try:
        restore(json.loads(json.dumps(description)) | {"versions": versions}, writer.arrays)
    except (ValueError, TypeError, LookupError) as error:
        name = article(type(model).__name__)
        raise ValueError(f"{name} as it stands cannot be saved: {error}") from None
    write(Path(path), description, writer.arrays, **versions)
    if writer.left_out:
        what = ", ".join(writer.left_out)
        warn(
            f"{what}: code is not saved, nor what concerns the machine; a loaded estimator has the "
            "default in its place"
        )


def restore(description: Description, arrays: Arrays) -> Any:
    """The estimator of a description; ValueError, TypeError or LookupError where it does not hold
    together."""
    if set(description) != {"estimator", "versions"}:
        raise ValueError("it does not have the entries of an estimator")
    model = Reader(arrays, ALL_KINDS).whole(description["estimator"])
    if type(last_of(model)) not in OURS or not is_fitted(model):
        raise ValueError("it does not end in an estimator of syn0's that was fitted")
    if type(model) not in OURS:
        tell_of_other_version(description["versions"])
    return model


def tell_of_other_version(versions: Any) -> None:
    """Warn where a pipeline was saved with another version of scikit-learn."""
    found = versions.get("scikit-learn") if isinstance(versions, dict) else None
    if not isinstance(found, str) or not re.fullmatch(r"\d+\.\d+[\w.+]*", found):
        raise ValueError("it does not say with which scikit-learn it was saved")
    if found.split(".")[:2] != sklearn.__version__.split(".")[:2]:
        warn(
            f"this pipeline was saved with scikit-learn {found}, and this is "
            f"{sklearn.__version__}: its steps may work otherwise"
        )


# What is checked of our own estimators.


def check_mlp(made: Any) -> None:
    """ValueError unless the attributes of a fitted estimator fit its network."""
    spec = made.network_.spec
    if made.network_.schema is not None:
        raise ValueError(f"the network of {article(type(made).__name__)} is one of a table")
    expected = {
        "n_features_in_": spec.inputs,
        "n_outputs_": spec.outputs,
        "n_layers_": len(spec.dense) + 1,
    }
    for name, number in expected.items():
        if getattr(made, name) != number:
            raise ValueError(f"{name} is {getattr(made, name)}, but the network {spec}'s {number}")
    made._read_weights()
    if isinstance(made, MLPClassifier):
        check_classes(made, spec)
        return
    of_quantiles = loss_of(spec).name == "quantile"
    if of_quantiles != made.loss.startswith("quantile"):
        raise ValueError(f"the network {spec} was not trained with loss {made.loss!r}")
    check_scaling(made._scaling, 1 if of_quantiles else spec.outputs)


def check_classes(made: Any, spec: Any) -> None:
    """ValueError unless a classifier's classes are those that its network tells apart."""
    binarizer = made._label_binarizer
    if getattr(binarizer, "y_type_", None) not in TARGETS:
        raise ValueError(f"the targets of an MLPClassifier must be one of: {', '.join(TARGETS)}")
    classes, of_one = made.classes_, binarizer.y_type_ == "binary"
    counts = (1, 2) if of_one else (spec.outputs,)
    if classes.ndim != 1 or len(classes) not in counts or (of_one and spec.outputs != 1):
        raise ValueError(f"{len(classes)} classes do not fit the network {spec}")
    if not np.array_equal(classes, getattr(binarizer, "classes_", [])):
        raise ValueError("the two lists of MLPClassifier's classes differ")
    if (spec.loss, spec.dense[-1].activation) != made._targets.loss:
        raise ValueError(f"the network {spec} is not one of MLPClassifier's")


def check_scaling(scaling: Scaling, outputs: int) -> None:
    """ValueError unless targets are scaled by as many finite numbers as there are."""
    for array in (scaling.mean, scaling.scale):
        fits = isinstance(array, np.ndarray) and array.dtype == np.float64
        if not fits or array.shape != (outputs,) or not np.isfinite(array).all():
            raise ValueError(f"targets must be scaled by {outputs} numbers")
    if (scaling.scale <= 0).any():
        raise ValueError("targets must be scaled by numbers above 0")


def check_optimizer(made: OptimizerState) -> None:
    """ValueError unless the learning rate is one."""
    rate = made.learning_rate
    if type(rate) is not float or not 0 < rate < float("inf"):
        raise ValueError(f"the learning rate must be a number above 0, not {rate!r}")


def check_tabular(made: Any) -> None:
    """ValueError unless the attributes of a fitted estimator fit its network's table."""
    schema = made.network_.schema
    task = "classification" if isinstance(made, TabularClassifier) else "regression"
    if schema is None or schema.task != task or schema.target != made._target_name:
        raise ValueError(f"the network is not one of {type(made).__name__}'s")
    if made._names != [c.name for c in schema.columns] or made.n_features_in_ != len(made._names):
        raise ValueError("the names of the columns are not those of the network's table")
    if schema.classes is None:
        return
    spec = made.network_.spec
    if spec.dense[-1].activation != ("sigmoid" if spec.outputs == 1 else "softmax"):
        raise ValueError(f"the network {spec} gives no probabilities")
    texts, places = made._texts, made._places
    if len({*texts}) != len(texts) or made.classes_.shape != (len(texts),):
        raise ValueError("the classes do not have a text each")
    if not all(type(p) is int and 0 <= p < len(texts) for p in places):
        raise ValueError("the network's classes are none of TabularClassifier's")
    if tuple(texts[place] for place in places) != schema.classes:
        raise ValueError("the classes are not those of the network's table")


MLP: Mapping[str, Test] = {
    **attributes(counts="n_outputs_ n_layers_ t_ _no_improvement_count n_iter_", numbers="loss_"),
    "out_activation_": instances(str),
    "loss_curve_": number_lists,
    "validation_scores_": number_lists,
    "network_": instances(Network),
    "best_loss_": optional(float, np.floating),
    "best_validation_score_": optional(float, np.floating),
    "_optimizer": instances(OptimizerState),
}

TABULAR: Mapping[str, Test] = {
    **attributes(counts="n_iter_"),
    "loss_curve_": number_lists,
    "validation_loss_curve_": number_lists,
    "_names": instances(list),
    "_target_name": instances(str),
    "network_": instances(Network),
}

CLASSES: Mapping[str, Test] = {"classes_": instances(np.ndarray)}

OPTIONAL = frozenset({*COMMON, "loss_"} - {"n_features_in_"})
"""Attributes that a fitted estimator may lack."""

DERIVED = frozenset({"coefs_", "intercepts_", "_random_state", "_task", "_skl_callbacks"})
"""Attributes that follow from others, or that live as long as a training."""


def ours(cls: Any, own: Mapping[str, Test], check: Any, prepare: Any = lambda made: None) -> Kind:
    """A class of ours."""
    return Kind(
        cls,
        tuple(cls._get_param_names()),
        {**COMMON, **own},
        OPTIONAL,
        check=check,
        dropped=DERIVED,
        drops_code=True,
        prepare=prepare,
    )


def keep_weights(made: Any) -> None:
    """Bring the weights that a user may have put into attributes into the network."""
    if hasattr(made, "coefs_"):
        made._synchronised()


def record(cls: Any, check: Any = lambda made: None) -> Kind:
    """A dataclass that our estimators keep."""
    return Kind(cls, tuple(field.name for field in fields(cls)), check=check)


OUR_KINDS: dict[str, Kind] = {
    row.cls.__name__: row
    for row in (
        ours(
            MLPClassifier,
            {**MLP, **CLASSES, "_label_binarizer": instances(LabelBinarizer)},
            check_mlp,
            keep_weights,
        ),
        ours(MLPRegressor, {**MLP, "_scaling": instances(Scaling)}, check_mlp, keep_weights),
        ours(
            TabularClassifier,
            {**TABULAR, **CLASSES, "_texts": instances(tuple), "_places": instances(list)},
            check_tabular,
        ),
        ours(TabularRegressor, TABULAR, check_tabular),
        record(Scaling),
        record(OptimizerState, check_optimizer),
    )
}
"""Our own classes, by name."""

ALL_KINDS: Kinds = {**KINDS, **OUR_KINDS}
"""All that a file may hold."""
