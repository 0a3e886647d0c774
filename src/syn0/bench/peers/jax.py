"""JAX with Optax: a whole call of steps compiled as one `scan`."""

from __future__ import annotations

from typing import Any

import numpy as np

from syn0.bench.peers.base import MANY_STEPS, Call, Job, Peer, UnfitError


class Jax(Peer):
    """With the order of the rows given, or, if it `shuffles`, drawn inside as JAX would have it."""

    name = "jax"
    packages = ("jax", "optax")
    most_steps = MANY_STEPS

    def __init__(self, *, shuffles: bool) -> None:
        self._shuffles = shuffles
        self.title = "JAX, shuffling" if shuffles else "JAX"
        self.note = "draws an order of the rows in every call" if shuffles else ""

    def training(self, job: Job) -> Call:
        """See `Peer`."""
        import jax

        if self._shuffles and job.order is None:
            raise UnfitError("full batches have no order")
        with numbers(job):
            epoch = compiled_epoch(job, self._shuffles)
            key, start = jax.random.key(0), jax.tree.map(jax.numpy.array, job.layers)
            state = (key, start, optimizer_of(job).init(start))
            given = [None if a is None else jax.numpy.array(a) for a in (job.X, job.y, job.order)]

        def train() -> object:
            nonlocal state
            with numbers(job):
                state = jax.block_until_ready(epoch(state, *given))
            return state[1]

        return train

    def prediction(self, job: Job) -> Call:
        """See `Peer`."""
        import jax

        if self._shuffles:
            raise UnfitError("one row has no order")
        row = job.X[:1]
        with numbers(job):
            layers = jax.tree.map(jax.numpy.array, job.layers)
            forward = jax.jit(lambda layers, X: end_of(job)(sums_of(job, layers, X)))

        def predict() -> object:
            with numbers(job):
                return np.asarray(forward(layers, row))

        return predict


def numbers(job: Job) -> Any:
    """Lets JAX compute in the job's dtype, without changing what it does elsewhere."""
    import jax

    double = job.X.dtype == np.float64
    if hasattr(jax, "enable_x64"):
        return jax.enable_x64(double)
    from jax.experimental import enable_x64  # its place before JAX 0.8

    return enable_x64(double)


def compiled_epoch(job: Job, shuffles: bool) -> Any:
    """The function of a call's steps: (key, layers, what the optimizer remembers), X, y and order
    to the next of the first three."""
    import jax
    import optax

    optimizer = optimizer_of(job)

    def loss(layers: Any, X: Any, y: Any) -> Any:
        return loss_of(job, sums_of(job, layers, X), y)

    def epoch(state: Any, X: Any, y: Any, order: Any) -> Any:
        key, layers, memory = state

        def step(carry: Any, rows: Any) -> Any:
            layers, memory = carry
            taken = (X, y) if rows is None else (X[rows], y[rows])
            changes, memory = optimizer.update(jax.grad(loss)(layers, *taken), memory)
            return (optax.apply_updates(layers, changes), memory), None

        if shuffles:
            key, now = jax.random.split(key)
            order = jax.random.permutation(now, order.reshape(-1)).reshape(order.shape)
        after, _ = jax.lax.scan(step, (layers, memory), order, length=job.steps)
        return key, *after

    return jax.jit(epoch)


def optimizer_of(job: Job) -> Any:
    """Optax's optimizer of a job."""
    import optax

    return {"sgd": optax.sgd, "adam": optax.adam}[job.optimizer](job.rate)


def sums_of(job: Job, layers: Any, X: Any) -> Any:
    """The last layer's weighted sums."""
    import jax

    hidden = {"relu": jax.nn.relu, "sigmoid": jax.nn.sigmoid, "tanh": jax.numpy.tanh}[job.hidden]
    for n, (W, b) in enumerate(layers):
        X = (hidden(X) if n else X) @ W
        X = X if b is None else X + b
    return X


def end_of(job: Job) -> Any:
    """The last activation."""
    import jax

    ends = {"softmax": jax.nn.softmax, "sigmoid": jax.nn.sigmoid}
    return ends.get(job.end, lambda z: z)


def loss_of(job: Job, z: Any, y: Any) -> Any:
    """The loss of the last layer's weighted sums."""
    import optax

    if job.loss == "cross_entropy":
        loss = optax.softmax_cross_entropy(z, y).sum()
    elif job.loss == "binary_cross_entropy":
        loss = optax.sigmoid_binary_cross_entropy(z, y).sum()
    else:
        loss = ((end_of(job)(z) - y) ** 2).sum() / 2
    return loss / len(z) if job.mean else loss
