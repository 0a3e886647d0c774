"""Reading: what a user says of how files are to be read."""

from collections.abc import Collection
from dataclasses import dataclass

from syn0.data.images import USUAL, Images


@dataclass(frozen=True)
class Reading:
    """How files of text, and of images, are read.

    header: whether the first line holds the columns' names; None (default) finds out
    missing: texts that stand for a missing value, besides nothing at all; None (default) for the
        usual ones: NA, n/a, NaN, null, None, ? and the like
    expected: names that the columns may have, which tell that a line holds names
    float32: whether the numbers are for a network that computes in float32, so that large files
        need not be kept in float64
    images: the size that images are brought to, and how many pixels are read
    """

    header: bool | None = None
    missing: Collection[str] | None = None
    expected: Collection[str] = ()
    float32: bool = False
    images: Images = USUAL
