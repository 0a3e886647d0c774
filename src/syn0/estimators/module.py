"""A fitted estimator as a `Module`: what predicts in its own words, for other programs to run."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import is_classifier
from sklearn.utils.validation import check_is_fitted

from syn0.data.targets import NumberTarget
from syn0.estimators.targets import Scaling
from syn0.models import Network
from syn0.models.export import write_module
from syn0.models.module import Answers, assembled, labels_of, output_of
from syn0.printers.module import Module
from syn0.program import Expr
from syn0.program.expressions import columns


def export(estimator: Any, path: str | os.PathLike[str], to: str = "onnx") -> None:
    """Write a fitted estimator to a file, whole or not at all: see `Portable.export`."""
    write_module(estimator_module(estimator), network_of(estimator), path, to)


def estimator_module(
    estimator: Any, *, dtype: str | None = None, classes: NDArray[Any] | None = None
) -> Module:
    """The plan of a fitted estimator; see `onnx.estimator_model`."""
    network = network_of(estimator)
    spec = replace(network.spec, dtype=dtype or network.spec.dtype)
    answers = Answers(spec, output_of(spec))
    if is_classifier(estimator):
        add_classes(answers, estimator, plain_classes(estimator) if classes is None else classes)
    else:
        units = units_of(estimator)
        answers.numbers(units.mean, units.scale, guessed=True)
    title = f"Predicts as a {type(estimator).__name__} with a {spec} neural network does."
    return assembled(title, spec, network.weights, network.schema, answers)


def network_of(estimator: Any) -> Network:
    """The network of a fitted estimator; NotFittedError for others."""
    check_is_fitted(estimator)
    network: Network = estimator.network_
    return network if network.schema is not None else estimator._synchronised()


def add_classes(answers: Answers, estimator: Any, classes: NDArray[Any]) -> None:
    """Labels and probabilities, in the order of `classes_`."""
    if is_multilabel(estimator):
        answers.yeses()
        return
    out: Expr = answers.output
    if hasattr(estimator, "_places"):  # of tables
        places = np.array(estimator._places)  # of the network's classes among `classes_`
        order = np.argsort(places)
        if answers.network.outputs == 1 and order[0] > order[1]:
            out = answers.bind("turned", 1 - out, "of the other class")
        elif (np.diff(order) < 0).any():
            out = answers.bind("sorted", columns(out, map(int, order)), "in the order of classes")
        classes = classes[places[order]]
    answers.classes(out, labels_of(classes))


def plain_classes(estimator: Any) -> NDArray[Any]:
    """The classes, two at least, of a type that other programs have."""
    classes = estimator.classes_
    if classes.dtype.kind == "O":
        classes = np.array(classes.tolist())
    return np.repeat(classes, 2) if len(classes) == 1 else classes


def is_multilabel(estimator: Any) -> bool:
    """Whether a classifier tells several labels a row."""
    binarizer = getattr(estimator, "_label_binarizer", None)
    return binarizer is not None and binarizer.y_type_.startswith("multilabel")


def units_of(estimator: Any) -> NumberTarget | Scaling:
    """What a regressor's outputs are multiplied by, and what is added to them."""
    schema = estimator.network_.schema
    units: NumberTarget | Scaling = schema.target_column if schema else estimator._scaling
    return units
