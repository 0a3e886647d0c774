from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from syn0.data import parquet, passes


@pytest.fixture
def csv(tmp_path: Path) -> Callable[..., str]:
    """Writes text to a CSV file and gives its path."""

    def write(text: str | bytes, name: str = "table.csv") -> str:
        content = text if isinstance(text, bytes) else text.encode()
        (tmp_path / name).write_bytes(content)
        return str(tmp_path / name)

    return write


@pytest.fixture
def trusting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parquet files are not tried by another process first, which takes a quarter of a second."""
    for room in (parquet, passes):
        monkeypatch.setattr(room, "try_apart", lambda path: None)


@pytest.fixture
def idx_bytes() -> Callable[[np.ndarray], bytes]:
    """An array of bytes in the IDX format."""

    def pack(array: np.ndarray) -> bytes:
        shape = np.array(array.shape, ">u4").tobytes()
        return bytes((0, 0, 8, array.ndim)) + shape + array.astype(np.uint8).tobytes()

    return pack
