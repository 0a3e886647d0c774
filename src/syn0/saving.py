"""`save` and `load`: whatever syn0 trains, as one safetensors file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, overload

from syn0.files.container import Arrays, Description, read_model
from syn0.models import Network
from syn0.models.record import Record
from syn0.spec.doors import door

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

    from syn0.estimators import (
        MLPClassifier,
        MLPRegressor,
        TabularClassifier,
        TabularRegressor,
    )

    Model: TypeAlias = (
        Network | MLPClassifier | MLPRegressor | TabularClassifier | TabularRegressor | Pipeline
    )

M = TypeVar("M")


@door
def save(model: Model, path: str | os.PathLike[str]) -> None:
    """Save a network, an estimator, or a pipeline of scikit-learn's that ends in one.

    The file holds arrays and JSON, and is written whole or not at all. See
    docs/data-and-models.md for the steps that a pipeline may have.

    Raises:
        ValueError: the model holds something that a file cannot hold.
        OSError: the file cannot be written, and what was there is left as it was.
        NotFittedError: an estimator was not fitted.
    """
    if isinstance(model, Network):
        model.save(path)
        return
    from syn0.estimators.files import save as save_estimator

    save_estimator(model, path)


@overload
def load(path: str | os.PathLike[str]) -> Model: ...
@overload
def load(path: str | os.PathLike[str], kind: type[M]) -> M: ...
@door
def load(path: str | os.PathLike[str], kind: type[Any] = object) -> Any:
    """Read a network, an estimator or a pipeline that `save`, or a `save` of its own, wrote.

    Nothing in a file is executed: names are looked up in closed tables.

    Args:
        path: the file.
        kind: the class that the model must be of, such as `Network`; any by default. Type checkers
            then know which it is.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is not a model of syn0's, is damaged or was edited, or is of another kind.
        TypeError: `kind` is no class.
    """
    if not isinstance(kind, type):
        raise TypeError(f"kind must be a class, such as Network, not {kind!r}")
    model = read_model(path, restore)
    if not isinstance(model, kind):
        raise ValueError(f"{path} holds a {type(model).__name__}, not a {kind.__name__}")
    return model


def restore(description: Description, arrays: Arrays) -> Any:
    """What a description is one of."""
    if "estimator" not in description:
        return Network.from_record(Record.from_parts(description, arrays))
    from syn0.estimators.files import restore as restore_estimator

    return restore_estimator(description, arrays)
