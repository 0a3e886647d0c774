"""Estimators as ONNX, alone by `export` or, with skl2onnx, within pipelines.

from syn0.estimators.onnx import register_converters
register_converters()                      # once; from then on
skl2onnx.to_onnx(pipeline, X[:1])          # knows MLPClassifier and MLPRegressor
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray
from sklearn.base import is_classifier
from sklearn.utils.validation import check_is_fitted

from syn0.data.targets import NumberTarget
from syn0.estimators.mlp import MLPClassifier, MLPRegressor
from syn0.estimators.tabular import BaseTabular, TabularClassifier
from syn0.estimators.targets import Scaling
from syn0.models import Network
from syn0.models.export import onnx_of, write_module
from syn0.models.module import Answers, assembled, labels_of, output_of
from syn0.printers.module import Module
from syn0.program import Expr
from syn0.program.expressions import columns


def export(estimator: Any, path: str | os.PathLike[str], to: str = "onnx") -> None:
    """Write a fitted estimator to a file, whole or not at all: see `Portable.export`."""
    write_module(estimator_module(estimator), network_of(estimator), path, to)


def estimator_model(
    estimator: Any,
    *,
    given: DTypeLike | None = None,
    dtype: str | None = None,
    classes: NDArray[Any] | None = None,
) -> Any:
    """The checked `onnx.ModelProto` of a fitted estimator.

    Args:
        estimator: one of ours.
        given: the type of X; by default that of the computations. An estimator of tables has a
            typed input for each column instead.
        dtype: "float32" or "float64", of the computations; by default the network's own.
        classes: (n,) what the classes are called; by default `classes_`.
    """
    return onnx_of(estimator_module(estimator, dtype=dtype, classes=classes), given)


def estimator_module(
    estimator: Any, *, dtype: str | None = None, classes: NDArray[Any] | None = None
) -> Module:
    """The plan of a fitted estimator; see `estimator_model`."""
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
    of_table = isinstance(estimator, BaseTabular)
    network: Network = estimator.network_ if of_table else estimator._synchronised()
    return network


def add_classes(answers: Answers, estimator: Any, classes: NDArray[Any]) -> None:
    """Labels and probabilities, in the order of `classes_`."""
    if is_multilabel(estimator):
        answers.yeses()
        return
    out: Expr = answers.output
    if isinstance(estimator, TabularClassifier):
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
    if not isinstance(estimator, BaseTabular):
        scaling: Scaling = estimator._scaling
        return scaling
    target = estimator.network_.schema.target_column  # type: ignore[union-attr]  # of a table
    assert isinstance(target, NumberTarget)  # noqa: S101  (of a regressor)
    return target


# For skl2onnx.


def register_converters() -> None:
    """Let skl2onnx convert `MLPClassifier` and `MLPRegressor`, alone and in pipelines.

    Raises:
        ModuleNotFoundError: skl2onnx is not installed.
    """
    try:
        from skl2onnx import update_registered_converter
    except ImportError:
        message = "to convert pipelines the package skl2onnx is needed: pip install skl2onnx"
        raise ModuleNotFoundError(message) from None
    options = {"zipmap": [True, False, "columns"], "nocl": [True, False]}
    update_registered_converter(
        MLPClassifier, "Syn0MLPClassifier", classifier_types, convert, options=options
    )
    update_registered_converter(MLPRegressor, "Syn0MLPRegressor", regressor_types, convert)


def convert(scope: Any, operator: Any, container: Any) -> None:
    """Add an estimator's nodes to a graph of skl2onnx's, in the type of the numbers given."""
    from onnx.helper import tensor_dtype_to_np_dtype
    from skl2onnx.helpers.integration import add_onnx_graph

    estimator, (X,) = operator.raw_operator, operator.inputs
    model = estimator_model(
        estimator,
        given=tensor_dtype_to_np_dtype(X.type.to_onnx_type().tensor_type.elem_type),
        dtype=number_type(operator)[0],
        classes=label_classes(operator) if is_classifier(estimator) else None,
    )
    add_onnx_graph(scope, operator, container, model)


def classifier_types(operator: Any) -> None:
    """Say what comes out of a classifier."""
    from skl2onnx.common.data_types import Int64TensorType, StringTensorType

    estimator, rows = operator.raw_operator, operator.inputs[0].get_first_dimension()
    classes, many = label_classes(operator), is_multilabel(estimator)
    width = len(classes)
    texts = classes.dtype.kind == "U" and not many
    kind = StringTensorType if texts else Int64TensorType
    operator.outputs[0].set_type(kind([rows, width] if many else [rows]))
    operator.outputs[1].set_type(number_type(operator)[1]([rows, width]))


def regressor_types(operator: Any) -> None:
    """Say what comes out of a regressor."""
    from skl2onnx.common.data_types import DoubleTensorType

    estimator, rows = operator.raw_operator, operator.inputs[0].get_first_dimension()
    width = 1 if estimator.loss.startswith("quantile") else estimator.n_outputs_
    _, kind = number_type(operator)
    if any(answer.wide for answer in estimator_module(estimator).answers):
        kind = DoubleTensorType
    operator.outputs[0].set_type(kind([rows, width]))


def label_classes(operator: Any) -> NDArray[Any]:
    """What classes are called in a graph of skl2onnx's: whole numbers or texts; with its option
    `nocl`, their places.

    Raises:
        ValueError: they are numbers that are not whole.
    """
    classes = plain_classes(operator.raw_operator)
    if operator.scope_inst.get_options(operator.raw_operator, {"nocl": False})["nocl"]:
        return np.arange(len(classes))
    if classes.dtype.kind == "f" and (classes != np.floor(classes)).any():
        raise ValueError(f"skl2onnx has no classes such as {classes[0]}: make them texts")
    return classes if classes.dtype.kind == "U" else classes.astype(np.int64)


def number_type(operator: Any) -> tuple[str, Any]:
    """The type of computations, and of what comes out: double where double goes in."""
    from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType

    if isinstance(operator.inputs[0].type, DoubleTensorType):
        return "float64", DoubleTensorType
    return "float32", FloatTensorType
