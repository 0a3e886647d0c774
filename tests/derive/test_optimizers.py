"""Optimizers, limits and penalties agree with their definitions, with optax and with PyTorch."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize

from syn0 import Network
from syn0.derive import LOSSES, training_program
from syn0.derive.optimizers import OPTIMIZERS, Change, OptimizerRule, rule_of
from syn0.program import ACTIVATIONS, Line
from syn0.program.interpreter import start, step
from syn0.spec import (
    LBFGS,
    SGD,
    AdaGrad,
    Adam,
    AdamW,
    Dense,
    NetworkSpec,
    Optimizer,
    RMSprop,
    Training,
)
from tests.together import Together

from .problems import KINDS, LOSS_TEXTS, Arrays, largest, layers_with, network_with, problem

pytestmark = pytest.mark.usefixtures("derived_anew")

Vector = NDArray[np.float64]

NETWORK = NetworkSpec(3, (Dense(4, "tanh", bias=True), Dense(2, "identity", bias=True)), seed=3)
X = np.array([[0.2, -0.4, 1.0], [0.9, 0.1, 1.0], [-0.6, 0.8, 1.0], [0.3, 0.7, 1.0]])
Y = np.array([[0.1, 0.9], [-0.5, 0.2], [0.4, 0.4], [0.8, -0.3]])
SHAPES = {"syn0": (3, 4), "bias0": (4,), "syn1": (4, 2), "bias1": (2,)}
NAMES = tuple(SHAPES)
SPLITS = np.cumsum([12, 4, 8])
IS_WEIGHT = np.repeat([1.0, 0.0, 1.0, 0.0], [12, 4, 8, 2])
"""1 for the entries of the weight matrices, 0 for the units' constants."""


def arrays_of(theta: Vector) -> Arrays:
    """The arrays that `theta` holds end to end."""
    parts = np.split(theta, SPLITS)
    return {name: part.reshape(SHAPES[name]) for name, part in zip(NAMES, parts, strict=True)}


def end_to_end(arrays: Any) -> Vector:
    """The arrays as one vector."""
    return np.concatenate([np.ravel(arrays[name]) for name in NAMES])


def loss_and_gradient(theta: Vector) -> tuple[float, Vector]:
    """Half the squared error of NETWORK, and how it rises with each parameter."""
    w0, b0, w1, b1 = arrays_of(theta).values()
    hidden = np.tanh(X @ w0 + b0)
    residual = hidden @ w1 + b1 - Y
    upstream = np.einsum("ro,ho,rh->rh", residual, w1, 1 - hidden * hidden)
    parts = (
        np.einsum("ri,rh->ih", X, upstream),
        np.einsum("rh->h", upstream),
        np.einsum("rh,ro->ho", hidden, residual),
        np.einsum("ro->o", residual),
    )
    return float(np.sum(residual**2)) / 2, np.concatenate([part.ravel() for part in parts])


def gradient(theta: Vector) -> Vector:
    return loss_and_gradient(theta)[1]


Step = Callable[[Vector, int], Vector]
"""What is taken off the parameters, from the gradient and the number of the step."""


def sgd(optimizer: SGD) -> Step:
    """Sutskever et al. (2013), equations 1 and 2; Nesterov's as the momentum looked ahead to."""
    velocity = np.zeros(26)

    def take(g: Vector, t: int) -> Vector:
        nonlocal velocity
        velocity = optimizer.momentum * velocity + optimizer.learning_rate * g
        if optimizer.nesterov:
            return optimizer.momentum * velocity + optimizer.learning_rate * g
        return velocity

    return take


def adagrad(optimizer: AdaGrad) -> Step:
    """Duchi, Hazan & Singer (2011): the diagonal of the sum of outer products."""
    seen: list[Vector] = []

    def take(g: Vector, t: int) -> Vector:
        seen.append(g)
        length = np.sqrt(np.sum(np.square(seen), axis=0))
        return optimizer.learning_rate * g / (length + optimizer.epsilon)

    return take


def rmsprop(optimizer: RMSprop) -> Step:
    """Hinton (2012): the squares of k steps ago have decayed k times."""
    seen: list[Vector] = []

    def take(g: Vector, t: int) -> Vector:
        seen.append(g)
        ages = np.arange(len(seen))[::-1, None]
        mean = np.sum((1 - optimizer.decay) * optimizer.decay**ages * np.square(seen), axis=0)
        return optimizer.learning_rate * g / (np.sqrt(mean) + optimizer.epsilon)

    return take


def adam(optimizer: Adam) -> Step:
    """Kingma & Ba (2015), Algorithm 1, in the paper's own symbols."""
    m = v = np.zeros(26)
    b1, b2 = optimizer.beta1, optimizer.beta2

    def take(g: Vector, t: int) -> Vector:
        nonlocal m, v
        m = b1 * m + (1 - b1) * g
        v = b2 * v + (1 - b2) * g * g
        m_hat, v_hat = m / (1 - b1**t), v / (1 - b2**t)
        return optimizer.learning_rate * m_hat / (np.sqrt(v_hat) + optimizer.epsilon)

    return take


DEFINITIONS: dict[type, Callable[[Any], Step]] = {
    SGD: sgd,
    AdaGrad: adagrad,
    RMSprop: rmsprop,
    Adam: adam,
    AdamW: adam,
}


def limited(training: Training, g: Vector) -> Vector:
    """The gradient, no larger than is allowed: first each entry, then the whole."""
    if training.clip_value is not None:
        g = np.minimum(np.maximum(g, -training.clip_value), training.clip_value)
    if training.clip_norm is not None and (norm := np.sqrt(g @ g)) > training.clip_norm:
        g = g * training.clip_norm / norm
    return g


def shortened(theta: Vector, limit: float) -> Vector:
    """The weights that lead to each unit, as a vector no longer than the limit."""
    arrays = arrays_of(theta.copy())
    for name in ("syn0", "syn1"):
        for unit in arrays[name].T:
            unit *= min(1, limit / np.sqrt(unit @ unit))
    return end_to_end(arrays)


def path_by_definition(training: Training, theta: Vector, steps: int) -> list[Vector]:
    """The parameters after each step: penalties, limits, decay, the optimizer, max-norm."""
    optimizer: Any = training.optimizer
    take, path = DEFINITIONS[type(optimizer)](optimizer), []
    for t in range(1, steps + 1):
        g = gradient(theta)
        g = g + IS_WEIGHT * (training.l2 * theta + training.l1 * np.sign(theta))
        g = limited(training, g)
        decay = optimizer.learning_rate * optimizer.weight_decay * IS_WEIGHT
        theta = theta - decay * theta - take(g, t)
        if training.max_norm is not None:
            theta = shortened(theta, training.max_norm)
        path.append(theta)
    return path


SETTINGS: list[Optimizer] = [
    SGD(),
    SGD(0.05),
    SGD(0.05, momentum=0.9),
    SGD(momentum=0.3),
    SGD(0.05, momentum=0.9, nesterov=True),
    SGD(momentum=0.3, nesterov=True),
    AdaGrad(),
    AdaGrad(0.2, epsilon=1e-30),
    AdaGrad(1.0, epsilon=0.1),
    RMSprop(),
    RMSprop(0.1, decay=0.5, epsilon=0.01),
    RMSprop(1.0, decay=0.99, epsilon=0.1),
    Adam(),
    Adam(0.3),
    Adam(0.01, beta1=0.5, beta2=0.9, epsilon=0.1),
    Adam(0.01, beta1=0, beta2=0),
    AdamW(),
    AdamW(0.1, beta1=0.8, weight_decay=0.2),
]

ONE_OF_EACH: list[Optimizer] = [
    SGD(0.05),
    SGD(0.05, momentum=0.8),
    SGD(0.05, momentum=0.8, nesterov=True),
    AdaGrad(0.1, epsilon=1e-30),
    RMSprop(0.02),
    Adam(0.05),
    AdamW(0.05, weight_decay=0.05),
]

EXTRAS: dict[str, dict[str, Any]] = {
    "penalties": {"l1": 0.02, "l2": 0.3},
    "clip_value": {"clip_value": 0.4},
    "clip_norm": {"clip_norm": 0.7},
    "both": {"clip_value": 0.5, "clip_norm": 0.9, "l2": 0.3},
    "max_norm": {"max_norm": 0.8},
    "all": {"clip_value": 0.5, "clip_norm": 0.9, "max_norm": 0.8, "l1": 0.02, "l2": 0.3},
}


def trainings() -> Iterator[Any]:
    """Every setting by itself; each optimizer with weight decay and with each of the extras."""
    for optimizer in SETTINGS:
        yield pytest.param(Training(1, optimizer=optimizer), id=str(optimizer))
    for optimizer in ONE_OF_EACH:
        decaying = replace(optimizer, weight_decay=optimizer.weight_decay + 0.3)
        yield pytest.param(Training(1, optimizer=decaying), id=f"{optimizer} decaying")
        for name, extra in EXTRAS.items():
            yield pytest.param(Training(1, optimizer=optimizer, **extra), id=f"{optimizer} {name}")
            both = Training(1, optimizer=decaying, **extra)
            yield pytest.param(both, id=f"{optimizer} decaying {name}")
    yield pytest.param(Training(1, optimizer=SGD(weight_decay=0.1)), id="rate 1, decaying")


every_training = pytest.mark.parametrize("training", list(trainings()))


def start_of(training: Training) -> dict[str, Any]:
    program = training_program(NETWORK, training)
    return start(program, np.random.RandomState(3)) | {"X": X, "y": Y}


def path_of(training: Training, steps: int) -> list[Vector]:
    """The parameters after each step of the derived program, laid end to end."""
    program, values, path = training_program(NETWORK, training), start_of(training), []
    for _ in range(steps):
        values = step(program, values)
        path.append(end_to_end(values))
    return path


def assert_alike(ours: list[Vector], theirs: list[Vector]) -> None:
    """Both take the same ten steps, to 12 digits."""
    assert len(ours) == 10
    np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-12)


@every_training
def test_the_first_ten_steps_agree_with_the_definition(training: Training) -> None:
    theta = end_to_end(start_of(training))
    assert_alike(path_of(training, 10), path_by_definition(training, theta, 10))


def test_every_optimizer_has_a_definition_and_a_setting_to_try() -> None:
    assert set(DEFINITIONS) == set(OPTIMIZERS) == set(map(type, SETTINGS))
    assert set(map(type, ONE_OF_EACH)) == set(OPTIMIZERS)


def test_the_settings_lead_to_different_places() -> None:
    ends = [path_of(parameter.values[0], 10)[-1] for parameter in trainings()]
    for i, end in enumerate(ends):
        assert all(np.abs(end - other).max() > 1e-5 for other in ends[:i]), i


def in_optax(training: Training, learning_rate: Any = None) -> Any:
    """The training as optax has it: limits, direction, decay of the weights, learning rate."""
    import optax

    optimizer: Any = training.optimizer
    direction = {
        SGD: lambda o: optax.trace(o.momentum, o.nesterov) if o.momentum else optax.identity(),
        AdaGrad: lambda o: optax.scale_by_rss(0.0, eps=o.epsilon),
        RMSprop: lambda o: optax.scale_by_rms(o.decay, o.epsilon, eps_in_sqrt=False),
        Adam: lambda o: optax.scale_by_adam(o.beta1, o.beta2, o.epsilon),
        AdamW: lambda o: optax.scale_by_adam(o.beta1, o.beta2, o.epsilon),
    }[type(optimizer)](optimizer)
    clips = {optax.clip: training.clip_value, optax.clip_by_global_norm: training.clip_norm}
    return optax.chain(
        *(clip(limit) for clip, limit in clips.items() if limit is not None),
        direction,
        optax.add_decayed_weights(optimizer.weight_decay, mask=weights_only),
        optax.scale_by_learning_rate(learning_rate or optimizer.learning_rate),
    )


def weights_only(parameters: Arrays) -> dict[str, bool]:
    return {name: name.startswith("syn") for name in parameters}


def in_two(theta: Vector) -> Arrays:
    """The weights, and the units' constants: all that optax tells apart, and it takes long for
    each array."""
    return {"syn": theta[IS_WEIGHT == 1], "bias": theta[IS_WEIGHT == 0]}


def path_by_optax(transform: Any, training: Training) -> list[Vector]:
    """The parameters after each of ten steps."""
    import optax

    theta = end_to_end(start_of(training))
    state, path = transform.init(in_two(theta)), []
    for _ in range(10):
        g = gradient(theta) + IS_WEIGHT * (training.l2 * theta + training.l1 * np.sign(theta))
        updates, state = transform.update(in_two(g), state, in_two(theta))
        stepped, theta = optax.apply_updates(in_two(theta), updates), np.empty(26)
        theta[IS_WEIGHT == 1], theta[IS_WEIGHT == 0] = stepped["syn"], stepped["bias"]
        path.append(theta)
    return path


def optax_can(training: Training) -> bool:
    """It has no max-norm, its AdaGrad wants epsilon inside the root: there a tiny one is tried."""
    epsilon = training.optimizer.epsilon if isinstance(training.optimizer, AdaGrad) else 0
    return training.max_norm is None and epsilon < 1e-20


@pytest.mark.usefixtures("reference")
@pytest.mark.parametrize("training", [t for t in trainings() if optax_can(t.values[0])])
def test_the_first_ten_steps_agree_with_optax(training: Training) -> None:
    assert_alike(path_of(training, 10), path_by_optax(in_optax(training), training))


@pytest.mark.usefixtures("reference")
@pytest.mark.parametrize(
    ("optimizer", "alias"),
    [
        (SGD(0.05), "sgd"),
        (SGD(0.05, momentum=0.9), "sgd"),
        (SGD(0.05, momentum=0.9, nesterov=True), "sgd"),
        (RMSprop(0.02), "rmsprop"),
        (Adam(0.05), "adam"),
        (AdamW(0.05), "adamw"),
    ],
    ids=str,
)
def test_the_first_ten_steps_agree_with_those_that_optax_calls_the_same(
    optimizer: Any, alias: str
) -> None:
    import optax

    keywords: dict[str, Any] = {
        "sgd": lambda o: {"momentum": o.momentum or None, "nesterov": o.nesterov},
        "rmsprop": lambda o: {"decay": o.decay, "eps": o.epsilon, "eps_in_sqrt": False},
        "adam": lambda o: {"b1": o.beta1, "b2": o.beta2, "eps": o.epsilon},
        "adamw": lambda o: {"weight_decay": o.weight_decay, "mask": weights_only},
    }[alias](optimizer)
    transform = getattr(optax, alias)(optimizer.learning_rate, **keywords)
    training = Training(1, optimizer=optimizer)
    assert_alike(path_of(training, 10), path_by_optax(transform, training))


def in_torch(torch: Any, o: Any, tensors: dict[str, Any]) -> Any:
    """PyTorch's own; of these, AdamW alone decays the weights as syn0 does."""
    every, rate = list(tensors.values()), o.learning_rate
    decaying = [
        {"params": [tensor], "weight_decay": o.weight_decay * name.startswith("syn")}
        for name, tensor in tensors.items()
    ]
    betas = {"betas": (o.beta1, o.beta2), "eps": o.epsilon} if isinstance(o, Adam) else {}
    make = {
        SGD: lambda: torch.optim.SGD(every, rate, momentum=o.momentum, nesterov=o.nesterov),
        AdaGrad: lambda: torch.optim.Adagrad(every, rate, eps=o.epsilon),
        RMSprop: lambda: torch.optim.RMSprop(every, rate, alpha=o.decay, eps=o.epsilon),
        Adam: lambda: torch.optim.Adam(every, rate, **betas),
        AdamW: lambda: torch.optim.AdamW(decaying, rate, **betas),
    }
    return make[type(o)]()


@pytest.mark.parametrize("optimizer", SETTINGS, ids=str)
def test_the_first_ten_steps_agree_with_pytorch(optimizer: Optimizer) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    training = Training(1, optimizer=optimizer)
    begin = arrays_of(end_to_end(start_of(training)))
    tensors = {name: torch.tensor(array, requires_grad=True) for name, array in begin.items()}
    theirs, path = in_torch(torch, optimizer, tensors), []
    for _ in range(10):
        now = {name: tensor.detach().numpy() for name, tensor in tensors.items()}
        for name, part in arrays_of(gradient(end_to_end(now))).items():
            tensors[name].grad = torch.tensor(part)
        theirs.step()
        path.append(end_to_end(now).copy())
    assert_alike(path_of(training, 10), path)


@pytest.mark.parametrize("memory", [1, 3, 10])
def test_lbfgs_takes_scipys_steps(memory: int) -> None:
    path: list[Vector] = []
    minimize(
        loss_and_gradient,
        end_to_end(Network.from_spec(NETWORK).weights),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": 10, "maxcor": memory, "gtol": 0},
        callback=lambda theta: path.append(theta.copy()),
    )
    ours = []
    for steps in range(1, 11):
        network = Network.from_spec(NETWORK)
        network.train(X, Y, steps=steps, optimizer=LBFGS(memory=memory, tolerance=0))
        ours.append(end_to_end(network.weights))
    assert_alike(ours, path)


SMALL_STEPS = [replace(optimizer, learning_rate=0.01) for optimizer in ONE_OF_EACH]

# An identity leaves a unit's constant without any slope before a batch normalization, and an
# optimizer that divides by the slope's size then divides rounding by rounding.
STRAIGHT = {"identity", "relu", "leaky_relu", "hard_sigmoid", "hard_tanh"}
# Exponentials of exponentials leave all bounds.
IN_TURN = [name for name in ACTIVATIONS if name not in STRAIGHT | {"exp"}]


def apart(reference: ModuleType, optimizer: Optimizer, kind: str, loss: str) -> float:
    """How far the derived program and JAX with optax are apart after three steps, over how far
    they went; the hidden activations take turns."""
    import optax

    turn = 2 * list(KINDS).index(kind) + 7 * list(LOSSES).index(loss)
    hidden, output = IN_TURN[turn % len(IN_TURN)], LOSSES[loss].output
    training = Training(1, optimizer=optimizer)
    at = problem(network_with(kind, hidden, loss, output), training)
    compiled = reference.compiled(layers_with(kind, "hidden", "output"), (*LOSS_TEXTS.values(),))
    by_jax = compiled(hidden, output, LOSS_TEXTS[loss])
    program = training_program(at.network, training)
    values = start(program, np.random.RandomState(1)) | at.values
    theirs, transform = dict(at.weights), in_optax(training)
    state = transform.init(theirs)
    for number in range(3):
        values = step(program, values)
        _, slopes = by_jax(theirs, at.given(reference, number))
        updates, state = transform.update(slopes, state, theirs)
        theirs = optax.apply_updates(theirs, updates)
    went = largest({name: values[name] - at.weights[name] for name in theirs})
    return largest({name: values[name] - theirs[name] for name in theirs}) / went


@pytest.mark.parametrize("optimizer", SMALL_STEPS, ids=str)
@pytest.mark.parametrize("kind", KINDS)
def test_steps_through_every_kind_of_layer_agree_with_jax_and_optax(
    reference: ModuleType, optimizer: Optimizer, kind: str
) -> None:
    """No line sees a loss and an optimizer (see `APART`): the losses take turns, two at a time."""
    turn = SMALL_STEPS.index(optimizer) + list(KINDS).index(kind)
    with Together() as together:
        for loss in [*LOSSES, *LOSSES][turn % len(LOSSES) :][:2]:
            with together(loss):
                assert apart(reference, optimizer, kind, loss) < 1e-9


class WrongRule:
    """An optimizer's rule whose changes are off by one part in a thousand."""

    def __init__(self, right: OptimizerRule) -> None:
        self.right = right

    def __getattr__(self, name: str) -> Any:
        return getattr(self.right, name)

    def change(self, *args: Any) -> Iterator[Line | Change]:
        for item in self.right.change(*args):
            yield replace(item, value=1.001 * item.value) if isinstance(item, Change) else item


@pytest.mark.parametrize("optimizer", SMALL_STEPS, ids=str)
def test_a_planted_wrong_optimizer_is_caught(
    reference: ModuleType, monkeypatch: pytest.MonkeyPatch, optimizer: Optimizer
) -> None:
    monkeypatch.setattr("syn0.derive.updates.rule_of", lambda o: WrongRule(rule_of(o)))
    training = Training(1, optimizer=optimizer)
    theta = end_to_end(start_of(training))
    differences = np.subtract(path_of(training, 10), path_by_definition(training, theta, 10))
    assert np.abs(differences).max() > 1e-6
    assert apart(reference, optimizer, "Dense", "squared_error") > 1e-6


def test_a_learning_rate_of_one_adds_no_line() -> None:
    plain = training_program(NETWORK, Training(steps=1))
    slower = training_program(NETWORK, Training(steps=1, optimizer=SGD(0.5)))
    assert "alpha" not in {line.target for line in plain.lines}
    assert len(slower.lines) == len(plain.lines) + 1


REMEMBERED: list[tuple[Optimizer, list[str], set[str]]] = [
    (SGD(0.5), [], {"alpha"}),
    (SGD(0.5, momentum=0.9), ["velocity"], {"alpha", "momentum"}),
    (SGD(0.5, momentum=0.9, nesterov=True), ["velocity"], {"alpha", "momentum"}),
    (AdaGrad(), ["squares"], {"alpha", "epsilon"}),
    (RMSprop(), ["squares"], {"alpha", "decay", "epsilon"}),
    (Adam(), ["m", "v"], {"alpha", "beta1", "beta2", "epsilon"}),
    (AdamW(), ["m", "v"], {"alpha", "beta1", "beta2", "epsilon"}),
    (LBFGS(), [], set()),
]


@pytest.mark.parametrize(
    ("optimizer", "memory", "settings"),
    REMEMBERED,
    ids=lambda value: str(sorted(value) if isinstance(value, set) else value),
)
def test_what_an_optimizer_remembers_is_state_from_zero_and_its_settings_are_constants(
    optimizer: Optimizer, memory: list[str], settings: set[str]
) -> None:
    program = training_program(NETWORK, Training(steps=1, optimizer=optimizer))
    values = start(program, np.random.RandomState(1))
    remembered = {f"{name}_{what}" for name in NAMES for what in memory}
    counted = {"t"} if isinstance(optimizer, Adam) else set()
    assert set(program.state) == {*NAMES, *remembered, *counted}
    assert set(program.weights) == set(NAMES)
    assert set(program.constants) == settings
    assert not any(np.any(values[name]) for name in remembered | counted)
