"""Estimators as ONNX, alone by `export` or, with skl2onnx, within pipelines.

from syn0.estimators.onnx import register_converters
register_converters()                      # once; from then on
skl2onnx.to_onnx(pipeline, X[:1])          # knows MLPClassifier and MLPRegressor
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray
from sklearn.base import is_classifier

from syn0.derive import target_columns
from syn0.estimators.mlp import MLPClassifier, MLPRegressor
from syn0.estimators.module import estimator_module, is_multilabel, plain_classes
from syn0.models.export import onnx_of


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
    width = target_columns(estimator.network_.spec)
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
