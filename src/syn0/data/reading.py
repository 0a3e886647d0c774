"""Reading: what a user says of how a file of text is to be read."""

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True)
class Reading:
    """How files of text are read.

    header: whether the first line holds the columns' names; None (default) finds out
    missing: texts that stand for a missing value, besides nothing at all; None (default) for the
        usual ones: NA, n/a, NaN, null, None, ? and the like
    expected: names that the columns may have, which tell that a line holds names
    float32: whether the numbers are for a network that computes in float32, so that large files
        need not be kept in float64
    """

    header: bool | None = None
    missing: Collection[str] | None = None
    expected: Collection[str] = ()
    float32: bool = False
