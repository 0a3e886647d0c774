"""Estimators, and pipelines that end in one, as a single safetensors file. Nothing is unpickled.

The file holds the network as a network's own file does, and beside it parameters and attributes,
each of a kind that `values.py` lists, of classes in closed tables: ours say themselves what they
keep (`kept.py`), scikit-learn's stand in `pipelines.py`.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import sklearn
from sklearn.utils.validation import check_is_fitted

from syn0.estimators.kept import OURS, Kinds, article, our_estimators
from syn0.estimators.pipelines import KINDS
from syn0.estimators.reading import Reader
from syn0.estimators.steps import is_fitted, last_of
from syn0.estimators.writing import Writer
from syn0.files.container import Arrays, Description, write
from syn0.spec.doors import warn


def all_kinds() -> Kinds:
    """The classes that a file may hold."""
    return {**KINDS, **OURS}


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
    if type(last_of(model)) not in our_estimators():
        names = ", ".join(our_estimators().values())
        raise ValueError(
            f"{article(type(model).__name__)} cannot be saved: a file holds a Network, or an "
            f"estimator or a pipeline that ends in one of: {names}"
        )
    check_is_fitted(model)
    writer = Writer(all_kinds())
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
    model = Reader(arrays, all_kinds()).whole(description["estimator"])
    if type(last_of(model)) not in our_estimators() or not is_fitted(model):
        raise ValueError("it does not end in an estimator of syn0's that was fitted")
    if type(model) not in our_estimators():
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
