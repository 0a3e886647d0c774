"""What is likely to keep a network from learning, in a sentence that names what to add.

The tutorial's learning rate of 1, its start from -1 to 1 and its summed gradients suit its own few
rows and smooth layers. Every knob can be turned away from them alone, and some then kill units or
go too far without a word. What is said here was measured: tests/models/test_advice.py.
"""

from __future__ import annotations

from collections.abc import Iterator

from syn0.spec import SGD, Activation, NetworkSpec, Training
from syn0.spec.doors import door

FAST = 0.1
"""From above this learning rate on, SGD suits only what is listed in `AT_HOME`."""

FAR = 8
"""Rows times learning rate from above which a summed step goes too far."""

SMOOTH = ("sigmoid", "tanh", "softsign", "softmax")
AT_HOME = {
    "squared_error": (
        *SMOOTH, "leaky_relu", "elu", "selu", "gelu", "silu", "mish", "softplus", "hard_tanh",
    ),
    "binary_cross_entropy": SMOOTH,
    "cross_entropy": ("sigmoid", "softsign", "softmax"),
}  # fmt: skip
"""Hidden activations that learn at the tutorial's rate, for the losses that do."""

FLAT = ("relu", "hard_sigmoid")
"""Activations whose slope is 0 over much of their range: from the tutorial's start they die or stay
there at any rate."""

SLOW = 0.01
"""A learning rate at which the others learn too, if from such a start and with a bias."""

UNSUITABLE = {
    "identity": "hidden layers of identity give no more than a network without them: try tanh",
    "exp": "hidden layers of exp grow so fast that they overflow: softplus is its gentle form",
}


STARTS = {"hard_sigmoid": "uniform:4"}
"""What suits an activation better than an orthogonal start."""


@door
def advice(
    network: NetworkSpec, training: Training, rows: int, start: str = "orthogonal"
) -> Iterator[str]:
    """Sentences on what may keep a network from learning `rows` rows, with the options to add;
    none for the tutorial's. `start` is the initializer that is advised."""
    hidden = hidden_activations(network)
    yield from (words for name, words in UNSUITABLE.items() if name in hidden)
    if hidden == ["identity"]:
        return  # no rate nor start teaches it more
    optimizer, first = training.optimizer, network.dense[0]
    rate = optimizer.learning_rate if isinstance(optimizer, SGD) else 0
    fast = rate > FAST and not is_at_home(network, hidden)
    suspects, add = [], []
    if fast:
        suspects.append(f"a learning rate of {rate:g}")
        add.append(f"--learning-rate {SLOW}")
    if first.init == "uniform" and (fast or set(hidden) & set(FLAT)):
        suspects.append("a start from -1 to 1")
        starts = [STARTS[name] for name in hidden if name in STARTS]
        add.append(f"--init {max(starts, default=start)}" + " --bias" * (not first.bias))
    if add:
        kind = " and ".join([*hidden, network.loss])
        what = " and ".join(suspects)
        yield f"with {kind}, {what} may teach nothing: if so, add {' '.join(add)}"
    taken = training.batch_size or rows
    if training.reduction == "sum" and taken * rate > FAR:
        yield (
            f"a step adds up the gradients of {taken:,} rows, which goes too far at a learning "
            f"rate of {rate:g}: if it teaches nothing, add --reduction mean"
        )


def hidden_activations(network: NetworkSpec) -> list[str]:
    """The names of the hidden activations, each once; one that is a layer of its own stands for the
    identity before it."""
    apart = [layer.activation for layer in network.layers if isinstance(layer, Activation)]
    names = [layer.activation for layer in network.dense[:-1]]
    return list(dict.fromkeys([*(n for n in names if not apart or n != "identity"), *apart]))


def is_at_home(network: NetworkSpec, hidden: list[str]) -> bool:
    """Whether a network learns at the tutorial's rate, which needs outputs within bounds."""
    within = network.dense[-1].activation in SMOOTH
    return within and set(hidden) <= set(AT_HOME.get(network.loss, ()))
