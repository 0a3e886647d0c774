"""`save` and `load`: whatever syn0 trains, as one safetensors file."""

from __future__ import annotations

import os
from typing import Any

from syn0.models import Network
from syn0.models.files import Arrays, Description, read_model
from syn0.models.files import restore as restore_network


def save(model: Any, path: str | os.PathLike[str]) -> None:
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


def load(path: str | os.PathLike[str]) -> Any:
    """Read a network, an estimator or a pipeline that `save`, or a `save` of its own, wrote.

    Nothing in a file is executed: names are looked up in closed tables.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is not a model of syn0's, is damaged or was edited.
    """
    return read_model(path, restore)


def restore(description: Description, arrays: Arrays) -> Any:
    """What a description is one of."""
    if "estimator" not in description:
        return restore_network(description, arrays)
    from syn0.estimators.files import restore as restore_estimator

    return restore_estimator(description, arrays)
