"""The estimators for tables beside scikit-learn's MLP and its gradient boosting, all defaults.

    python benchmarks/tabular.py FOLDER [--data iris mpg …] [--models syn0 …] [--repeats 10]

FOLDER holds titanic.csv, penguins.csv, mpg.csv, diamonds.csv and MNIST's 10,000 test images
(t10k-images-idx3-ubyte.gz and its labels). Prints, for each table, the mean over shuffled five-fold
cross-validations (the same folds for all, stratified for classes) of the accuracy or R² in points,
and the seconds of a fit; and its standard error over the repeats.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn import datasets
from sklearn.compose import (
    TransformedTargetRegressor,
    make_column_selector,
    make_column_transformer,
)
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from syn0.data import read_table

Data = tuple[pd.DataFrame, np.ndarray[Any, Any]]
Make = Callable[[pd.DataFrame, bool], Any]

BUILT_IN = ("iris", "wine", "breast_cancer", "digits", "diabetes")
TARGETS = {"titanic": "survived", "penguins": "species", "mpg": "mpg", "diamonds": "price"}
LEAKS = ["alive"]  # of the titanic: the target in words
NUMBERS = ("diabetes", "mpg", "diamonds")
DIAMONDS = 10_000
REPEATS = {"digits": 3, "diamonds": 2, "mnist": 1}
USUAL_REPEATS = 10
DATA = (*BUILT_IN, *TARGETS, "mnist")


def load(name: str, folder: Path) -> Data:
    """Inputs and target: frames with texts as objects, as every contestant takes them."""
    if name in BUILT_IN:
        bunch = getattr(datasets, f"load_{name}")(as_frame=True)
        return bunch.data, bunch.target.to_numpy()
    if name == "mnist":
        table = read_table(folder / "t10k-images-idx3-ubyte.gz")
        pixels = {c.name: c.values.astype(np.float32) for c in table.inputs}
        return pd.DataFrame(pixels), table.columns[str(table.target)].values
    frame = pd.read_csv(folder / f"{name}.csv")
    if name == "diamonds":
        frame = frame.sample(DIAMONDS, random_state=0).reset_index(drop=True)
    y = frame.pop(TARGETS[name]).to_numpy()
    frame = frame.drop(columns=LEAKS, errors="ignore")
    texts = frame.select_dtypes(exclude="number").columns
    return frame.astype(dict.fromkeys(texts, object)), y


def prepared(texts: Any) -> Any:
    """The usual preparation of numbers, and `texts` for the other columns."""
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    return make_column_transformer(
        (numbers, make_column_selector(dtype_include="number")),
        (texts, make_column_selector(dtype_exclude="number")),
    )


def mlp(X: pd.DataFrame, classes: bool) -> Any:
    """scikit-learn's MLP in its usual pipeline; the target of a regressor is standardised."""
    texts = make_pipeline(
        SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore")
    )
    model = MLPClassifier(random_state=0) if classes else MLPRegressor(random_state=0)
    pipeline = make_pipeline(prepared(texts), model)
    if classes:
        return pipeline
    return TransformedTargetRegressor(regressor=pipeline, transformer=StandardScaler())


def boosting(X: pd.DataFrame, classes: bool) -> Any:
    """Histogram gradient boosting, which takes missing values, and texts as numbered categories."""
    kind = HistGradientBoostingClassifier if classes else HistGradientBoostingRegressor
    codes = OrdinalEncoder(
        handle_unknown="use_encoded_value", unknown_value=np.nan, max_categories=254
    )
    texts = make_column_selector(dtype_exclude="number")
    columns = make_column_transformer((codes, texts), remainder="passthrough")
    return make_pipeline(columns, kind(random_state=0, categorical_features=range(len(texts(X)))))


def syn0(X: pd.DataFrame, classes: bool) -> Any:
    """The estimators of this project."""
    from syn0.estimators.tabular import TabularClassifier, TabularRegressor

    return TabularClassifier(random_state=0) if classes else TabularRegressor(random_state=0)


MODELS: dict[str, Make] = {"syn0": syn0, "mlp": mlp, "boosting": boosting}


def scores(make: Make, data: Data, classes: bool, repeats: int) -> Any:
    """(repeats, folds) scores in points, and the seconds of a fit."""
    X, y = data
    points, seconds = [], []
    for repeat in range(repeats):
        folds = (StratifiedKFold if classes else KFold)(5, shuffle=True, random_state=repeat)
        points.append([])
        for trained, judged in folds.split(X, y):
            model = make(X, classes)
            started = time.perf_counter()
            model.fit(X.iloc[trained], y[trained])
            seconds.append(time.perf_counter() - started)
            points[-1].append(100 * model.score(X.iloc[judged], y[judged]))
    return np.array(points), float(np.mean(seconds))


def main() -> None:
    """Print the table, a line as soon as it is known."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--data", nargs="+", choices=DATA, default=DATA)
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    parser.add_argument("--repeats", type=int)
    words = parser.parse_args()
    warnings.simplefilter("ignore")  # of training that has not converged, and unknown categories
    print(f"| data | rows | {' | '.join(words.models)} | {' s | '.join(words.models)} s |")
    print(f"|---|{'---:|' * (1 + 2 * len(words.models))}")
    for name in words.data:
        data = load(name, words.folder)
        repeats = words.repeats or REPEATS.get(name, USUAL_REPEATS)
        points, seconds = [], []
        for model in words.models:
            found, took = scores(MODELS[model], data, name not in NUMBERS, repeats)
            spread = found.mean(axis=1).std(ddof=1) / repeats**0.5 if repeats > 1 else np.nan
            points.append(f"{found.mean():.2f} ± {spread:.2f}".removesuffix(" ± nan"))
            seconds.append(f"{took:.2f}")
        cells = [name, f"{len(data[1]):,}", *points, *seconds]
        print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
