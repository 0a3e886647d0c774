"""The rows of a step: which they are, and how they count."""

from __future__ import annotations

from dataclasses import dataclass

from syn0.program import Expr, Name
from syn0.program.expressions import row_count, total


@dataclass(frozen=True)
class Rows:
    """All rows or those of a batch, alike or by their weights, summed or averaged."""

    batched: bool = False
    weighted: bool = False
    mean: bool = False

    @property
    def target(self) -> Name:
        """The targets of the rows."""
        return Name("y_batch" if self.batched else "y")

    @property
    def weight(self) -> Name:
        """How much each counts."""
        return Name("weight_batch" if self.batched else "sample_weight")

    def total(self, values: Expr) -> Expr:
        """The sum of a (rows, outputs) array, each row by its weight."""
        return total(self.weight * values) if self.weighted else total(values)

    def averaged(self, sum_of_rows: Expr, out: Name) -> Expr:
        """A sum over the rows, divided by their number where the mean is asked for."""
        if not self.mean:
            return sum_of_rows
        return sum_of_rows / (Name("weight_sum") if self.weighted else row_count(out))

    def share(self, values: Expr, out: Name) -> Expr:
        """Each row's values, as its share of the sum or the mean."""
        return self.averaged(self.weight * values if self.weighted else values, out)

    @property
    def words(self) -> str:
        """How they count, to follow other words; "" where they are just summed."""
        if self.weighted:
            return ", weighted mean over rows" if self.mean else ", rows weighted"
        return ", mean over rows" if self.mean else ""
