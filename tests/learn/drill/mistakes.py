"""Programs with one mistake each, over six networks: what is changed in the exercise's own program,
the first line that is then wrong, and why."""

from __future__ import annotations

from dataclasses import dataclass

from syn0 import SGD, Adam, Network
from syn0.learn.drill.exercise import Exercise
from syn0.spec import Training

EXERCISES = {
    "two": Exercise(Network([3, 1]).spec, Training(steps=10_000)),
    "plain": Exercise(Network([3, 4, 1]).spec, Training(steps=60_000)),
    "bias": Exercise(
        Network([3, 4, 2], bias=True, activation="tanh").spec,
        Training(steps=1000, optimizer=SGD(learning_rate=0.5)),
    ),
    "batch": Exercise(
        Network([3, 5, 4, 1]).spec,
        Training(steps=1000, batch_size=3, optimizer=SGD(learning_rate=0.3, momentum=0.9)),
    ),
    "classes": Exercise(
        Network([4, 5, 3], activation="relu", loss="cross_entropy", bias=True).spec,
        Training(steps=1000, reduction="mean", optimizer=SGD(learning_rate=0.2)),
    ),
    "adam": Exercise(
        Network([3, 4, 1], batch_norm=True).spec,
        Training(steps=1000, optimizer=Adam(learning_rate=0.01)),
    ),
}


@dataclass(frozen=True)
class Mistake:
    """In which exercise, what stands where, and what is told of it."""

    network: str
    right: str
    wrong: str
    line: str
    cause: str


MISTAKES = [
    # a network of two layers
    Mistake("two", "l0.T @ l1_delta", "l0.T @ l1_error", "syn0", "slope"),
    Mistake("two", "y - l1", "y + l1", "l1_error", "sign"),
    Mistake("two", "l1_error * (l1 * (1 - l1))", "l1_error * l1", "l1_delta", "slope"),
    Mistake("two", "l1_error * (l1 * (1 - l1))", "l1_error * sigmoid(l1) * (1 - sigmoid(l1))",
            "l1_delta", "slope at"),
    Mistake("two", "syn0 += l0.T", "syn0 -= l0.T", "syn0", "sign"),
    Mistake("two", "syn0 += l0.T @ l1_delta", "syn0 = l0.T @ l1_delta", "syn0", "overwritten"),
    Mistake("two", "2 * random.random_sample((3, 1)) - 1", "random.random_sample((3, 1))",
            "syn0", "start"),
    # a hidden layer
    Mistake("plain", "syn1.T", "syn1", "l1_error", "transpose"),
    Mistake("plain", "syn1 += l1.T @ l2_delta", "syn1 += l1 @ l2_delta", "syn1", "transpose"),
    Mistake("plain", "(l2 * (1 - l2))", "(l2 * (1 + l2))", "l2_delta", "sign"),
    Mistake("plain", "l1_error * (l1 * (1 - l1))", "l1_error * (l2 * (1 - l2))", "l1_delta",
            "slope of"),
    Mistake("plain", "l1_error * (l1 * (1 - l1))", "l1_error * (l0 @ syn0 * (1 - l0 @ syn0))",
            "l1_delta", "slope at"),
    Mistake("plain", "l2_error = y - l2", "l2_error = l2 - y", "l2_error", "sign"),
    Mistake("plain", "l2_error = y - l2", "l2_error = 2 * (y - l2)", "l2_error", "factor 2"),
    Mistake("plain", "l1_error = l2_delta @ syn1.T", "l1_error = l2_error @ syn1.T", "l1_error",
            "slope"),
    Mistake("plain", "sigmoid(l1 @ syn1)", "l1 @ syn1", "l2", "activation"),
    Mistake("plain", "l1 = sigmoid(l0 @ syn0)", "l1 = np.tanh(l0 @ syn0)", "l1", "activation"),
    Mistake("plain", "syn0 += l0.T @ l1_delta", "syn0 += l0.T @ l1_delta / len(X)", "syn0", "mean"),
    Mistake("plain", "    syn0 += l0.T", "    syn0 += l1.T", "syn0", "name"),
    Mistake("plain", "np.exp(-z)", "np.exp(z)", "l1", "sign"),
    Mistake("plain", "1 + np.exp(-z)", "1 - np.exp(-z)", "l1", "sign"),
    # biases, two outputs, a learning rate
    Mistake("bias", "l0 @ syn0 + bias0", "l0 @ syn0", "l1", "bias"),
    Mistake("bias", "bias1 += alpha * np.sum(l2_delta, axis=0)",
            "bias1 += alpha * np.sum(l2_delta)", "bias1", "sum"),
    Mistake("bias", "bias1 += alpha * np.sum(l2_delta, axis=0)",
            "bias1 += alpha * np.mean(l2_delta, axis=0)", "bias1", "mean"),
    Mistake("bias", "alpha * (l1.T @ l2_delta)", "l1.T @ l2_delta", "syn1", "alpha"),
    Mistake("bias", "alpha * (l1.T @ l2_delta)", "alpha * alpha * (l1.T @ l2_delta)", "syn1",
            "alpha"),
    Mistake("bias", "1 - l1 ** 2", "l1 * (1 - l1)", "l1_delta", "slope of"),
    Mistake("bias", "l1_error * (1 - l1 ** 2)", "l1_error * (1 - l1)", "l1_delta", "function"),
    Mistake("bias", "np.sum(l1_delta, axis=0)", "l1_delta[0]", "bias0", "off by one"),
    # three layers, mini-batches, momentum
    Mistake("batch", "l2_delta @ syn1.T", "l2_delta * syn1.T", "l1_error", "product"),
    Mistake("batch", "momentum * syn1_velocity + ", "", "syn1_velocity", "term"),
    Mistake("batch", "momentum * syn0_velocity + ", "syn0_velocity + ", "syn0_velocity", "factor"),
    Mistake("batch", "y_batch - l3", "y[: len(l3)] - l3", "l3_error", ""),
    Mistake("batch", "syn1 += syn1_velocity", "syn1 -= syn1_velocity", "syn1", "sign"),
    Mistake("batch", "l1_error = l2_delta @ syn1.T", "l1_error = l3_delta @ syn2.T @ syn1.T",
            "l1_error", "slope"),
    Mistake("batch", "syn1 += syn1_velocity", "syn1 = syn1_velocity", "syn1", "overwritten"),
    Mistake("batch", "    syn1 += syn1_velocity", "    pass #", "syn1", "missing"),
    Mistake("batch", "syn2_velocity + alpha", "syn2_velocity - alpha", "syn2_velocity", "sign"),
    Mistake("bias", "bias1 += alpha", "bias1 = alpha", "bias1", "overwritten"),
    # classes
    Mistake("classes", "(l1 > 0)", "(l1 < 0)", "l1_delta", ""),
    Mistake("classes", "l1_error * (l1 > 0)", "l1_error", "l1_delta", "slope"),
    Mistake("classes", "relu(l0 @ syn0 + bias0)", "l0 @ syn0 + bias0", "l1", "activation"),
    # batch norm and Adam
    Mistake("adam", "scale1 * l1_normal + shift1", "l1_normal + shift1", "l1_scaled", "factor"),
    Mistake("adam", "beta2 * syn0_v + (1 - beta2) * syn0_update ** 2",
            "beta2 * syn0_v + (1 - beta2) * syn0_update", "syn0_v", "function"),
    Mistake("adam", "beta1 * syn1_m + (1 - beta1) * syn1_update",
            "beta1 * syn1_m + syn1_update", "syn1_m", "factor"),
    Mistake("adam", "t = step + 1", "t = step + 2", "syn1", "off by one"),
    Mistake("adam", "l1_normal = (l1 - l1_mean) /", "l1_normal = (l1) /", "l1_normal", "term"),
    Mistake("adam", "np.sqrt(syn0_v)", "syn0_v", "syn0", "function"),
]  # fmt: skip


def planted(mistake: Mistake) -> str:
    """The program with the mistake in it."""
    solution = EXERCISES[mistake.network].solution
    before, found, after = solution.partition(mistake.right)
    # Of what stands twice, as before and after the training, the one in the loop is meant.
    assert found, f"{mistake.right!r} does not stand in the program"
    return before + mistake.wrong + after
