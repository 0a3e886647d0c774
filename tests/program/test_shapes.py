"""Shape rules agree with NumPy's own."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syn0.program.operations import broadcast

shapes = st.lists(st.integers(0, 4), max_size=3).map(tuple)


@given(st.lists(shapes, min_size=1, max_size=3))
def test_broadcast_agrees_with_numpy(given_shapes: list[tuple[int, ...]]) -> None:
    try:
        expected = np.broadcast_shapes(*given_shapes)
    except ValueError:
        with pytest.raises(ValueError, match="do not fit together"):
            broadcast(*given_shapes)
    else:
        assert broadcast(*given_shapes) == expected


def test_a_named_length_fits_itself_and_one() -> None:
    assert broadcast(("rows", 4), (4,)) == ("rows", 4)
    assert broadcast(("rows", 4), ("rows", 1)) == ("rows", 4)
    assert broadcast(("rows", 1), ()) == ("rows", 1)


@pytest.mark.parametrize("other", [("batch", 4), (8, 4), ("rows", 3)])
def test_a_named_length_fits_nothing_else(other: tuple[int | str, ...]) -> None:
    with pytest.raises(ValueError, match="do not fit together"):
        broadcast(("rows", 4), other)
