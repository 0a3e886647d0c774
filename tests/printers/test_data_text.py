"""Data written into a program's text come back exactly."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from syn0.derive import LOSSES, target_columns, training_program
from syn0.printers import Data, Script, example_data
from syn0.printers.data import MOST_NUMBERS, array_text
from syn0.printers.numpy import NumpyPrinter
from syn0.spec import Dense, NetworkSpec, Training
from syn0.spec.network import DTYPES

SIZES = arrays.array_shapes(min_dims=2, max_dims=2, max_side=12)
MODERATE = st.floats(-1e30, 1e30)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
ROUND = st.integers(-999, 999).map(lambda n: n / 100)


def read(text: str) -> NDArray[Any]:
    """What the text binds X to, where there is nothing but NumPy."""
    world: dict[str, Any] = {"np": np}
    exec(text, world)  # noqa: S102
    found: NDArray[Any] = world["X"]
    return found


def assert_round_trip(values: NDArray[Any], dtype: str) -> None:
    found = read(array_text("X", values, dtype))
    assert found.shape == values.shape
    np.testing.assert_array_equal(found.astype(dtype), values.astype(dtype))
    if dtype == "float32":
        assert found.dtype == np.float32


@pytest.mark.parametrize("dtype", DTYPES)
@given(data=st.data())
def test_numbers_come_back_exactly(dtype: str, data: st.DataObject) -> None:
    values = data.draw(arrays.arrays(dtype, SIZES, elements=FLOATS if dtype == "float64" else None))
    if dtype == "float32":
        values = np.nan_to_num(values)
    assert_round_trip(values, dtype)


@given(values=arrays.arrays(np.float64, SIZES, elements=ROUND))
def test_float64_numbers_are_rounded_once_in_a_float32_program(values: NDArray[Any]) -> None:
    assert_round_trip(values, "float32")


@pytest.mark.parametrize("dtype", DTYPES)
@given(values=arrays.arrays(np.int64, SIZES, elements=st.integers(-(2**53), 2**53)))
def test_whole_numbers_come_back_exactly(dtype: str, values: NDArray[Any]) -> None:
    assert_round_trip(values, dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@given(labels=st.lists(st.integers(0, 3), min_size=1, max_size=60))
def test_one_of_many_targets_come_back_exactly(dtype: str, labels: list[int]) -> None:
    assert_round_trip(np.eye(4)[labels], dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@given(values=arrays.arrays(np.float64, SIZES, elements=MODERATE))
@example(values=np.ones((2, 32)))
def test_lines_are_at_most_a_hundred_columns_wide(dtype: str, values: NDArray[Any]) -> None:
    assert max(map(len, array_text("X", values, dtype).splitlines())) <= 100


def test_one_of_many_targets_are_written_as_their_classes() -> None:
    assert array_text("y", np.eye(3)[[0, 2, 1]], "float64") == "y = np.eye(3)[[0, 2, 1]]"


def test_whole_numbers_are_written_without_a_point() -> None:
    assert array_text("X", np.array([[1.0, 0.0], [3.0, -2.0]]), "float64") == (
        "X = np.array([[1, 0], [3, -2]])"
    )


def test_one_column_is_written_as_a_row_turned() -> None:
    text = array_text("y", np.array([[0.5], [1], [2]]), "float64")
    assert text == "y = np.array([[0.5, 1.0, 2.0]]).T"


def test_float32_numbers_are_written_as_short_as_they_stay_exact() -> None:
    values = np.array([[0.1, 0.25], [1.5, 3.3]], np.float32)
    assert array_text("X", values, "float32") == (
        "X = np.array([[0.1, 0.25], [1.5, 3.3]], dtype=np.float32)"
    )


def test_the_most_numbers_that_a_program_carries_are_named_when_refused() -> None:
    Data(np.zeros((MOST_NUMBERS - 10, 1)), np.zeros((10, 1)), "just enough")
    with pytest.raises(ValueError, match=r"200,001 numbers.*at most 200,000"):
        Data(np.zeros((MOST_NUMBERS - 10, 1)), np.zeros((11, 1)), "one too many")


SUITED: dict[str, Callable[[NDArray[Any]], bool]] = {
    "numbers": lambda y: bool(((y >= 0) & (y < 1)).all()) and len(np.unique(y)) > 4,
    "shares": lambda y: set(y.ravel()) == {0, 1},
    "classes": lambda y: set(y.ravel()) == {0, 1} and bool((y.sum(axis=1) == 1).all()),
    "counts": lambda y: bool((y == np.rint(y)).all()) and y.min() >= 0 and y.max() > 1,
    "sides": lambda y: set(y.ravel()) == {-1, 1},
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("loss", LOSSES)
def test_made_up_data_suit_the_loss_and_the_number_type(loss: str, dtype: str) -> None:
    name = "quantile:0.1,0.4,0.6,0.9" if loss == "quantile" else loss
    network = NetworkSpec(5, (Dense(4, LOSSES[loss].output),), loss=name, dtype=dtype)
    data, world = example_data(network), {"np": np}
    exec("\n".join(data.code), world)  # noqa: S102
    X, y = world["X"], world["y"]
    assert X.shape == data.X.shape == (8, 5)
    assert y.shape == data.y.shape == (8, target_columns(network))
    assert X.dtype == dtype
    assert np.result_type(y, np.dtype(dtype)) == dtype
    assert SUITED[LOSSES[loss].targets](y)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("hidden", [(), (4,)], ids=["two layers", "three layers"])
def test_the_tutorials_tables_suit_every_loss_of_one_output(
    loss: str, hidden: tuple[int, ...]
) -> None:
    layers = (*map(Dense, hidden), Dense(1, LOSSES[loss].output))
    data = example_data(NetworkSpec(3, layers, loss=loss))
    right = [0, 1, 1, 0] if hidden else [0, 0, 1, 1]
    expected = [2 * n - 1 for n in right] if loss == "hinge" else right
    assert data.X.tolist() == [[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]]
    assert data.y.ravel().tolist() == expected
    assert data.code == ()


@pytest.mark.parametrize("dtype", DTYPES)
def test_weights_of_rows_are_written_beside_the_data(dtype: str) -> None:
    network = NetworkSpec(3, (Dense(1),), dtype=dtype)
    weights = np.array([[0.1, 2.5, 0, 1]]).T
    data = replace(example_data(network), sample_weight=weights)
    training = Training(steps=1)
    program = training_program(network, training, weighted=True)
    lines = NumpyPrinter().data_lines(Script.of(program, network, training, data))
    assert [line.split(" = ")[0] for line in lines[1:]] == ["X", "y", "sample_weight"]
    kind = "" if dtype == "float64" else ", dtype=np.float32"
    assert lines[-1] == f"sample_weight = np.array([[0.1, 2.5, 0.0, 1.0]]{kind}).T"
