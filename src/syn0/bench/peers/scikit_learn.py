"""scikit-learn's MLPClassifier and MLPRegressor."""

from __future__ import annotations

from typing import Any

import numpy as np

from syn0.bench.peers.base import Call, Job, Peer, UnfitError


class ScikitLearn(Peer):
    """An epoch by `partial_fit`, which neither stops early nor warns."""

    name, title = "sklearn", "scikit-learn"
    packages = ("sklearn",)
    note = (
        "draws its own start and order; gives every unit a constant; tells two classes by one "
        "output; where the outputs are sigmoids, descends the logarithmic loss"
    )

    def training(self, job: Job) -> Call:
        """See `Peer`."""
        model, X, y, more = fitting(job)

        def train() -> object:
            return model.partial_fit(X, y, **more)

        return train

    def prediction(self, job: Job) -> Call:
        """See `Peer`."""
        model, X, y, more = fitting(job)
        model.partial_fit(X, y, **more)
        row, predict = X[:1], getattr(model, "predict_proba", model.predict)
        return lambda: predict(row)


def fitting(job: Job) -> tuple[Any, Any, Any, dict[str, Any]]:
    """A model, and the rows and further arguments of its `partial_fit`."""
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    repeats = job.steps if job.order is None else 1  # an epoch of full batches is one step
    kind = MLPRegressor if job.end == "identity" else MLPClassifier
    model = kind(
        hidden_layer_sizes=tuple(W.shape[1] for W, _ in job.layers[:-1]),
        activation={"sigmoid": "logistic"}.get(job.hidden, job.hidden),
        solver=job.optimizer,
        alpha=0,
        batch_size=len(job.X) if job.order is None else job.order.shape[1],
        learning_rate_init=job.rate,
        momentum=0,
        shuffle=job.order is not None,
    )
    rows = slice(None) if job.order is None else job.order.ravel()
    y = job.y.ravel() if job.y.shape[1] == 1 else job.y
    more = {}
    if job.end == "softmax":
        y, more = job.classes, {"classes": np.arange(job.y.shape[1])}
    elif job.end == "sigmoid":
        if y.ndim > 1:
            raise UnfitError("it has no such loss of several outputs")
        y, more = (y > 0.5).astype(int), {"classes": np.arange(2)}
    X, y = job.X[rows], y[rows]
    return model, np.concatenate([X] * repeats), np.concatenate([y] * repeats), more
