"""An order of rows that depends on what they hold, not on where they stood."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from syn0.data.table import Column, Table

_FACTOR = np.uint64(0x9E3779B97F4A7C15)
"""Odd, its bits well mixed: 2^64 divided by the golden ratio."""


def order_of_content(table: Table) -> NDArray[np.intp]:
    """(rows,) indices that sort rows by a hash of their cells: the same rows give the same table,
    however they were arranged before. Rows that are alike stay next to each other."""
    hashes = np.zeros(len(table), np.uint64)
    for column in table.columns.values():
        hashes = (hashes ^ _bits(column)) * _FACTOR
        hashes ^= hashes >> np.uint64(32)
    return np.argsort(hashes, kind="stable")


def _bits(column: Column) -> NDArray[np.uint64]:
    """(rows,) whole numbers, the same for equal cells: of texts a hash, whatever their codes."""
    if column.categories is None:
        numbers = column.values.astype(np.float64) + 0.0  # -0 becomes 0
        numbers[np.isnan(numbers)] = np.nan  # of many bit patterns for NaN, one
        return numbers.view(np.uint64)
    texts = (text.encode("utf-8", "surrogatepass") for text in column.categories)
    digests = (hashlib.blake2b(text, digest_size=8).digest() for text in texts)
    of_texts: list[Any] = [int.from_bytes(digest, "little") for digest in digests]
    # The code of a missing text, -1, picks the last element.
    return np.take(np.array([*of_texts, 0], np.uint64), column.values)
