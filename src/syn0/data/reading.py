"""Reading: what a user says of how files are to be read."""

from collections.abc import Collection
from dataclasses import dataclass

from syn0.data.images import USUAL, Images
from syn0.spec.defaults import MOST_CELLS

USUAL_CELLS = 10
"""Cells that a byte of a packed file may hold without a question."""


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
    max_cells: most cells of a table whose file is much smaller
    """

    header: bool | None = None
    missing: Collection[str] | None = None
    expected: Collection[str] = ()
    float32: bool = False
    images: Images = USUAL
    max_cells: int = MOST_CELLS

    def check_cells(self, place: object, cells: int, size: int) -> None:
        """ValueError if a file of so many bytes grows to more cells than is usual and allowed."""
        if cells > max(self.max_cells, USUAL_CELLS * size):
            raise ValueError(
                f"{place} holds {cells:,} cells or more in {size:,} bytes, which is more than "
                f"{self.max_cells:,}: raise max_cells (--max-cells) to read them"
            )
