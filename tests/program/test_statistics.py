"""Chance: the generators, and what is drawn by them, are what they are said to be.

Every seed is fixed: nothing here fails now and then. Bounds are four to five standard deviations.
"""

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from syn0.derive import INITIALIZERS, prediction_program, training_program
from syn0.derive.layers import layers_in_place
from syn0.printers import PRINTERS, example_data
from syn0.printers.numpy import NumpyPrinter
from syn0.program import Line, Name, Program, randoms
from syn0.program.expressions import apply
from syn0.program.interpreter import start, step, walk
from syn0.spec import SGD, BatchNorm, Dense, Dropout, Layer, LayerNorm, NetworkSpec, Noise, Training

MANY = 100_000
whole = st.integers(0, 2**32 - 1)


def bits_of(seed: int, stream: int, step: int, count: int) -> list[int]:
    """The first 24-bit numbers of a key, in Python's own whole numbers: the definition, again."""

    def scrambled(x: int) -> int:
        x = (x ^ (x >> 16)) * 0x7FEB352D % 2**32
        x = (x ^ (x >> 15)) * 0x846CA68B % 2**32
        return x ^ (x >> 16)

    key = 0
    for part in (seed, stream, step):
        key = scrambled((key + part) % 2**32)
    return [scrambled((scrambled(place) + key) % 2**32) >> 8 for place in range(count)]


def uniform(seed: int, stream: int, step: int, count: int = MANY) -> NDArray[np.float64]:
    return randoms.uniform_like(np.empty(count), seed, stream, step)


def normal(seed: int, stream: int, step: int, count: int = MANY) -> NDArray[np.float64]:
    return randoms.normal_like(np.empty(count), seed, stream, step)


PINNED = {
    (0, 0, 0): [0, 5829961, 3561215, 6784506, 9427303, 13941346, 418276, 5549290],
    (1, 0, 0): [5089560, 9161066, 14460427, 12011175, 5216271, 14350410, 13902882, 6810552],
    (1, 0, 1): [950390, 3203048, 4113971, 15558245, 1384320, 2054872, 13198873, 10269542],
    (1, 2, 0): [3624250, 14512326, 7160799, 4743832, 15497021, 16173790, 2333696, 12612119],
    (2, 0, 0): [3159652, 2655879, 14317669, 7874296, 3022029, 12088029, 16273192, 5865368],
    (2**32 - 1, 4, 59_999): [11879627, 9283911, 13645489, 3003546, 10678628, 4649724],
}


KEYS = list(PINNED)
"""(seed, stream, step)."""


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_the_first_numbers_of_a_key_are_these_forever(key: tuple[int, int, int]) -> None:
    """Models that were trained with masks can be trained again, on any machine and engine."""
    pinned = PINNED[key]
    assert bits_of(*key, len(pinned)) == pinned
    assert (uniform(*key, len(pinned)) * 2**24).tolist() == pinned


@given(whole, whole, whole, st.integers(0, 40))
def test_the_generator_is_the_hash_of_whole_numbers(
    seed: int, stream: int, step: int, count: int
) -> None:
    found = uniform(seed, stream, step, count) * 2**24
    assert found.tolist() == bits_of(seed, stream, step, count)


def test_numbers_fill_an_array_row_by_row() -> None:
    found = randoms.uniform_like(np.empty((3, 4)), 1, 2, 3)
    np.testing.assert_array_equal(found.ravel(), uniform(1, 2, 3, 12))


def printed(operation: str) -> Any:
    """The function of that name that scripts carry, where `random` draws as `randoms` is given."""
    names = [Name("array"), Name("seed"), Name("stream"), Name("step")]
    line = Line("out", apply(operation, *names), "forward", 1, "")
    world: dict[str, Any] = {"np": np}
    for text in NumpyPrinter().helper_functions([line]):
        exec(text, world)  # noqa: S102
    return world


@pytest.mark.parametrize("name", ["uniform_like", "normal_like"])
@given(
    shape=st.lists(st.integers(0, 9), min_size=1, max_size=2).map(tuple),
    key=st.tuples(whole, st.integers(0, 2**32 - 2), whole),
)
def test_scripts_carry_the_generator_itself(
    name: str, shape: tuple[int, ...], key: tuple[int, int, int]
) -> None:
    array = np.empty(shape)
    found, expected = printed(name)[name](array, *key), getattr(randoms, name)(array, *key)
    np.testing.assert_array_equal(found, expected)
    assert found.dtype == expected.dtype == np.float64


@given(st.tuples(st.integers(1, 9), st.integers(1, 9)), whole)
def test_scripts_carry_the_orthogonal_start_itself(shape: tuple[int, int], seed: int) -> None:
    world = printed("orthogonal")
    world["random"] = np.random.RandomState(seed)
    expected = randoms.orthogonal(shape, np.random.RandomState(seed))
    np.testing.assert_array_equal(world["orthogonal"](shape), expected)


def assert_even(counts: NDArray[Any]) -> None:
    """By the chi-square test, not too uneven, nor, in many bins, too even to be chance."""
    p = stats.chisquare(np.ravel(counts)).pvalue
    assert p > 1e-4
    assert p < 1 - 1e-4 or counts.size == 2


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_numbers_are_even(key: tuple[int, int, int]) -> None:
    numbers = uniform(*key)
    assert 0 <= numbers.min() < 1e-4
    assert 1 - 1e-4 < numbers.max() < 1
    assert_even(np.histogram(numbers, bins=256, range=(0, 1))[0])
    bits = (numbers * 2**24).astype(np.int64)
    for place in range(24):
        assert_even(np.bincount(bits >> place & 1))


NEIGHBOURS: dict[str, tuple[tuple[int, int, int], tuple[int, int, int]]] = {
    "the next step": ((1, 0, 0), (1, 0, 1)),
    "a later step": ((1, 0, 0), (1, 0, 1000)),
    "the next layer": ((1, 0, 7), (1, 2, 7)),
    "the other half of the noise": ((1, 0, 7), (1, 1, 7)),
    "the next seed": ((1, 0, 0), (2, 0, 0)),
    "seed and stream exchanged": ((1, 2, 0), (2, 1, 0)),
    "stream and step exchanged": ((1, 2, 4), (1, 4, 2)),
}


def assert_unrelated(one: NDArray[Any], other: NDArray[Any]) -> None:
    """Neither correlated, nor uneven as pairs."""
    assert abs(np.corrcoef(one, other)[0, 1]) < 4.5 / math.sqrt(len(one))
    assert_even(np.histogram2d(one, other, bins=16, range=[[0, 1], [0, 1]])[0])


@pytest.mark.parametrize(("one", "other"), NEIGHBOURS.values(), ids=NEIGHBOURS)
def test_numbers_of_other_keys_are_unrelated(one: Any, other: Any) -> None:
    assert_unrelated(uniform(*one), uniform(*other))


@pytest.mark.parametrize("key", KEYS, ids=str)
@pytest.mark.parametrize("distance", [1, 2, 3, 4, 8, 100, 128])
def test_numbers_of_other_places_are_unrelated(key: Any, distance: int) -> None:
    numbers = uniform(*key)
    assert_unrelated(numbers[:-distance], numbers[distance:])


def test_the_numbers_of_one_place_are_even_from_step_to_step() -> None:
    steps = np.array([uniform(3, 0, t, count=4) for t in range(20_000)])
    for place in range(4):
        assert_even(np.histogram(steps[:, place], bins=64, range=(0, 1))[0])
        assert_unrelated(steps[:-1, place], steps[1:, place])


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_noise_is_normal(key: tuple[int, int, int]) -> None:
    numbers = normal(*key)
    assert np.isfinite(numbers).all()
    assert stats.kstest(numbers, "norm").pvalue > 1e-4
    # The moments of the standard normal, within 4.5 deviations of their estimates.
    assert abs(numbers.mean()) < 4.5 / math.sqrt(MANY)
    assert abs(numbers.var() - 1) < 4.5 * math.sqrt(2 / MANY)
    assert abs((numbers**3).mean()) < 4.5 * math.sqrt(15 / MANY)
    assert abs((numbers**4).mean() - 3) < 4.5 * math.sqrt(96 / MANY)
    assert 4 < np.abs(numbers).max() < math.sqrt(2 * 24 * math.log(2))


@pytest.mark.parametrize(
    "name", ["the next step", "a later step", "the next layer", "the next seed"]
)
def test_noise_of_other_keys_is_uncorrelated(name: str) -> None:
    one, other = NEIGHBOURS[name]
    assert abs(np.corrcoef(normal(*one), normal(*other))[0, 1]) < 4.5 / math.sqrt(MANY)


def program_of(
    *layers: Layer, seed: int = 1, learning_rate: float = 0.5, **settings: Any
) -> Program:
    network = NetworkSpec(3, layers, seed=seed)
    training = Training(steps=1, optimizer=SGD(learning_rate), **settings)
    return training_program(network, training)


def started(program: Program, rows: int) -> dict[str, Any]:
    """Start values, with data."""
    random = np.random.RandomState(5)
    data = {"X": random.uniform(1, 2, (rows, 3)), "y": random.uniform(0, 1, (rows, 1))}
    return start(program, np.random.RandomState(1)) | data


def forwards(program: Program, rows: int, steps: int) -> Iterator[dict[str, Any]]:
    """The forward values of many steps, the weights staying as they are."""
    values = started(program, rows)
    lines = program.phase("forward")
    for t in range(steps):
        yield {line.target: value for line, value in walk(lines, values | {"t": t})}


STEPS, ROWS = 2000, 6


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_dropout_keeps_its_share_and_the_mean(rate: float) -> None:
    program = program_of(Dropout(rate), Dense(4, "exp"), Dropout(rate), Dense(1))
    seen = list(forwards(program, ROWS, STEPS))
    for values, mask, kept in (("l0", "l0_mask", "l0_kept"), ("l1", "l1_mask", "l1_kept")):
        masks = np.array([each[mask] for each in seen])
        assert masks.dtype == bool
        deviation = math.sqrt(rate * (1 - rate) / STEPS)
        places = masks[0].size
        assert abs(masks.mean() - (1 - rate)) < 4.5 * deviation / math.sqrt(places)
        assert np.abs(masks.mean(axis=0) - (1 - rate)).max() < 4.5 * deviation
        for each in seen[:50]:
            np.testing.assert_allclose(each[kept], each[values] * each[mask] / (1 - rate))
        if kept == "l0_kept":  # whose values are the same in every step
            mean = np.mean([each[kept] for each in seen], axis=0)
            assert np.abs(mean / seen[0][values] - 1).max() < 4.5 * deviation / (1 - rate)


def test_masks_are_unrelated_between_steps_layers_and_neighbours() -> None:
    program = program_of(Dropout(), Dense(3), Dropout(), Dense(3), Dropout(), Dense(1))
    seen = list(forwards(program, ROWS, STEPS))
    first, second, third = (
        np.array([each[f"l{k}_mask"] for each in seen]).astype(float) for k in range(3)
    )
    pairs = {
        "steps": (first[:-1], first[1:]),
        "neighbouring layers": (first, second),
        "layers further off": (first, third),
        "a layer and the next in the next step": (first[1:], second[:-1]),
        "columns": (first[:, :, :-1], first[:, :, 1:]),
        "rows": (first[:, :-1], first[:, 1:]),
        "corners": (first[:, :-1, :-1], first[:, 1:, 1:]),
    }
    for what, (one, other) in pairs.items():
        correlation = np.corrcoef(one.ravel(), other.ravel())[0, 1]
        assert abs(correlation) < 4.5 / math.sqrt(one.size), what


def test_each_layer_that_draws_has_streams_of_its_own() -> None:
    layers = (Noise(), Dropout(), Dense(3), Dropout(), Dense(3), Noise(), Dropout(), Dense(1))
    places = layers_in_place(NetworkSpec(3, layers))
    drawing = [place.stream for _, layer, place in places if isinstance(layer, Noise | Dropout)]
    assert drawing == [0, 2, 4, 6, 8]


def test_input_noise_has_the_deviation_that_was_asked_for() -> None:
    program = program_of(Noise(0.3), Dense(1))
    seen = list(forwards(program, ROWS, STEPS))
    noise = np.array([each["l0_noisy"] - each["l0"] for each in seen])
    assert abs(noise.mean()) < 4.5 * 0.3 / math.sqrt(noise.size)
    assert noise.std() == pytest.approx(0.3, rel=4.5 / math.sqrt(2 * noise.size))


CHANCE = NetworkSpec(3, (Noise(0.1), Dropout(0.2), Dense(4), Dropout(), Dense(1)))
DRAWN = ("l0_noisy", "l0_mask", "l1_mask")


def drawn(steps: int, seed: int = 1) -> dict[str, NDArray[Any]]:
    """What the interpreter draws in the last of so many steps."""
    network = NetworkSpec(3, CHANCE.layers, seed=seed)
    program, data = training_program(network, Training(steps=steps)), example_data(network)
    values = start(program, np.random.RandomState(1)) | {"X": data.X, "y": data.y}
    for _ in range(steps):
        values = step(program, values)
    return {name: values[name] for name in DRAWN}


@pytest.mark.parametrize("steps", [1, 2, 9])
@pytest.mark.parametrize("language", ["numpy", "terse"])
def test_a_script_draws_the_masks_of_the_interpreter(
    language: str, steps: int, numpy_only: Callable[[str], Any]
) -> None:
    training, expected = Training(steps=steps), drawn(steps)
    program = training_program(CHANCE, training)
    text = PRINTERS[language].script(program, CHANCE, training, example_data(CHANCE))
    left = numpy_only(text).values
    kept = [name for name in DRAWN if name in left]  # the terse form writes out what is read once
    assert kept == ([*DRAWN] if language == "numpy" else ["l0_noisy", "l1_mask"])
    for name in kept:
        np.testing.assert_array_equal(left[name], expected[name])
        assert left[name].dtype == expected[name].dtype


def test_other_seeds_and_steps_give_other_masks() -> None:
    all_drawn = [drawn(1), drawn(2), drawn(3), drawn(1, seed=2), drawn(1, seed=3)]
    for name in DRAWN:
        assert len({each[name].tobytes() for each in all_drawn}) == len(all_drawn)
    assert drawn(2)["l1_mask"].tobytes() == drawn(2)["l1_mask"].tobytes()


def test_the_first_mask_of_the_tutorials_network_is_this_forever() -> None:
    program = program_of(Dense(4), Dropout(), Dense(1))
    mask = next(forwards(program, rows=4, steps=1))["l1_mask"]
    assert mask.astype(int).tolist() == [[0, 1, 1, 1], [0, 1, 1, 0], [0, 0, 1, 1], [1, 1, 0, 0]]
    numbers = np.array(bits_of(1, 0, 0, 16)).reshape(4, 4)
    np.testing.assert_array_equal(mask, numbers >= 2**23)


def spread(values: NDArray[Any], axis: int) -> tuple[NDArray[Any], NDArray[Any]]:
    return values.mean(axis=axis), values.var(axis=axis)


@pytest.mark.parametrize("batch_size", [None, 8])
def test_batch_normalization_gives_each_unit_mean_0_and_variance_1(batch_size: int | None) -> None:
    program = program_of(Dense(5, "identity"), BatchNorm(), Dense(1), batch_size=batch_size)
    values = started(program, 30) | {"scale1": np.arange(5.0), "shift1": np.arange(5.0) - 2}
    after = step(program, values | {"batch": np.arange(3, 11)})
    mean, variance = spread(after["l1_normal"], axis=0)
    np.testing.assert_allclose(mean, 0, atol=1e-12)
    raw = after["l1"].var(axis=0)
    np.testing.assert_allclose(variance, raw / (raw + 1e-5))
    np.testing.assert_allclose(variance, 1, rtol=1e-3)
    mean, variance = spread(after["l1_scaled"], axis=0)
    np.testing.assert_allclose(mean, np.arange(5.0) - 2, atol=1e-12)
    np.testing.assert_allclose(variance, np.arange(5.0) ** 2, rtol=1e-3)


def test_layer_normalization_gives_each_row_mean_0_and_variance_1() -> None:
    program = program_of(Dense(50, "identity"), LayerNorm(), Dense(1))
    after = step(program, started(program, 30))
    mean, variance = spread(after["l1_normal"], axis=1)
    np.testing.assert_allclose(mean, 0, atol=1e-12)
    np.testing.assert_allclose(variance, 1, rtol=1e-3)
    alone = step(program, started(program, 30) | {"X": started(program, 30)["X"][:1], "y": [[0.5]]})
    np.testing.assert_allclose(alone["l1_normal"], after["l1_normal"][:1])


def test_running_statistics_come_to_those_of_the_data() -> None:
    program = program_of(Dense(5, "tanh"), BatchNorm(), Dense(1), learning_rate=1e-12)
    values = started(program, 30)
    for count in range(1, 201):
        values = step(program, values)
        if count in (1, 5, 200):
            mean, variance = spread(values["l1"], axis=0)
            left = 0.9**count
            np.testing.assert_allclose(values["mean1"], (1 - left) * mean, rtol=1e-6)
            expected = left + (1 - left) * variance
            np.testing.assert_allclose(values["variance1"], expected, rtol=1e-6)
    network = NetworkSpec(3, (Dense(5, "tanh"), BatchNorm(), Dense(1)))
    predicted = {x.target: v for x, v in walk(prediction_program(network).phase("forward"), values)}
    np.testing.assert_allclose(predicted["l1_normal"], values["l1_normal"], rtol=1e-4, atol=1e-6)


def test_running_statistics_follow_the_batches() -> None:
    """Their mean over an epoch is that of all rows."""
    layers = (Dense(5, "identity"), BatchNorm(update_rate=0.01), Dense(1))
    program = program_of(*layers, learning_rate=1e-12, batch_size=6)
    values, random = started(program, 600), np.random.RandomState(2)
    values["l1"] = values["X"] @ values["syn0"]
    everything = spread(values["l1"], axis=0)
    for _ in range(1000):
        values = step(program, values | {"batch": random.permutation(600)[:6]})
    np.testing.assert_allclose(values["mean1"], everything[0], atol=0.05)
    # The variance in six rows is on average 5/6 of that of all.
    np.testing.assert_allclose(values["variance1"], everything[1] * 5 / 6, rtol=0.15)


HIGH, WIDE = 300, 200
VARIANCES = {
    "uniform": 1 / 3,
    "uniform:0.5": 0.25 / 3,
    "normal": 1,
    "normal:0.1": 0.01,
    "glorot_uniform": 2 / (HIGH + WIDE),
    "glorot_normal": 2 / (HIGH + WIDE),
    "he_uniform": 2 / HIGH,
    "he_normal": 2 / HIGH,
    "lecun_uniform": 1 / HIGH,
    "lecun_normal": 1 / HIGH,
    "orthogonal": 1 / HIGH,
    "orthogonal:2": 4 / HIGH,
}


def drawn_weights(init: str, inputs: int = HIGH, units: int = WIDE, seed: int = 1) -> NDArray[Any]:
    network = NetworkSpec(inputs, (Dense(units, init=init),))
    program = training_program(network, Training(steps=1))
    weights: NDArray[Any] = start(program, np.random.RandomState(seed))["syn0"]
    assert weights.shape == (inputs, units)
    return weights


def test_every_initializer_has_a_stated_variance() -> None:
    assert {name.partition(":")[0] for name in VARIANCES} | {"constant"} == set(INITIALIZERS)


@pytest.mark.parametrize("init", VARIANCES)
def test_weights_start_with_the_mean_and_the_variance_that_the_paper_states(init: str) -> None:
    weights, variance = drawn_weights(init), VARIANCES[init]
    assert abs(weights.mean()) < 4.5 * math.sqrt(variance / weights.size)
    assert weights.var() == pytest.approx(variance, rel=4.5 * math.sqrt(2 / weights.size))


@pytest.mark.parametrize("init", [name for name in VARIANCES if "uniform" in name])
def test_weights_that_start_evenly_fill_their_bounds(init: str) -> None:
    bound, weights = math.sqrt(3 * VARIANCES[init]), drawn_weights(init)
    assert 0.999 * bound < np.abs(weights).max() <= bound
    assert_even(np.histogram(weights, bins=64, range=(-bound, bound))[0])


@pytest.mark.parametrize("init", [name for name in VARIANCES if "normal" in name])
def test_weights_that_start_normally_are_normal(init: str) -> None:
    weights = drawn_weights(init) / math.sqrt(VARIANCES[init])
    assert stats.kstest(weights.ravel(), "norm").pvalue > 1e-4


@pytest.mark.parametrize(("high", "wide"), [(300, 200), (200, 300), (50, 50), (5, 1), (1, 5)])
@pytest.mark.parametrize(("init", "gain"), [("orthogonal", 1), ("orthogonal:0.5", 0.5)])
def test_orthogonal_weights_are_orthonormal_times_the_gain(
    init: str, gain: float, high: int, wide: int
) -> None:
    weights = drawn_weights(init, high, wide) / gain
    products = weights.T @ weights if high >= wide else weights @ weights.T
    np.testing.assert_allclose(products, np.eye(min(high, wide)), atol=1e-12)


def test_orthogonal_weights_prefer_no_direction() -> None:
    """Of many, each column points anywhere on the circle, and half are mirrored."""
    many = np.array([drawn_weights("orthogonal", 2, 2, seed) for seed in range(1000)])
    for column in (0, 1):
        angles = np.arctan2(many[:, 1, column], many[:, 0, column])
        assert_even(np.histogram(angles, bins=16, range=(-math.pi, math.pi))[0])
    assert_even(np.bincount(np.linalg.det(many) > 0))


@pytest.mark.parametrize("value", [0, 0.25, -1])
def test_a_constant_start_is_constant(value: float) -> None:
    assert (drawn_weights(f"constant:{value}") == value).all()
    assert not drawn_weights("constant").any()


def test_a_run_without_a_seed_draws_other_masks_than_the_next(
    numpy_only: Callable[[str], Any],
) -> None:
    network, training = (
        NetworkSpec(3, (Dense(20), Dropout(), Dense(1)), seed=None),
        Training(steps=1),
    )
    text = PRINTERS["numpy"].script(
        training_program(network, training), network, training, example_data(network)
    )
    one, other = numpy_only(text).values, numpy_only(text).values
    assert one["seed"] != other["seed"]
    assert one["l1_mask"].tolist() != other["l1_mask"].tolist()
