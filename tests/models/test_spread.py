"""A file that is read in blocks by many processes: what each of them holds."""

import numpy as np
import pytest

from syn0.data import csv_blocks
from syn0.data.passes import passes
from syn0.models import table_options
from syn0.models.spread import spread_over
from syn0.models.streamed import plan_streamed

ROWS = 400


class Processes:
    """Stands for a cluster of which this is one process, with one device each."""

    def __init__(self, rank, size):
        self.rank, self.size, self.first = rank, size, rank == 0

    def places(self, rows):
        each = -(-rows // self.size)
        return slice(min(rows, self.rank * each), min(rows, (self.rank + 1) * each))


@pytest.fixture
def big(tmp_path, monkeypatch):
    """A file of many blocks, in which every sixth row lacks its target."""
    monkeypatch.setattr(csv_blocks, "BLOCK_BYTES", 1000)
    draw = np.random.default_rng(0)
    lines = ["a,b,town,weight,y"]
    for row in range(ROWS):
        a, b = draw.normal(size=2)
        target = "" if row % 6 == 0 else ["no", "yes"][int(a + b > 0)]
        lines.append(f"{a:.6f},{b:.6f},{['Ulm', 'Rom'][row % 2]},{row % 3},{target}")
    path = tmp_path / "big.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def planned(big, **options):
    wanted = table_options(hidden=[4], epochs=2, batch_size=16, **options)
    return plan_streamed(passes(big), wanted, None, big.parent)


def everything(stored):
    """All rows of those on disk, by the names of arrays."""
    arrays = stored.empty(stored.rows)
    stored.read(0, arrays)
    return arrays


@pytest.mark.parametrize(
    "options", [{}, {"patience": 1, "sample_weight": "weight"}, {"holdout": 0.0}]
)
def test_every_row_is_in_one_share_and_the_others_in_all(big, options):
    alone = planned(big, **options)
    for size in (1, 3):
        check_shares(big, alone, size, **options)
    alone.close()


def check_shares(big, alone, size, **options):
    whole = everything(alone.examples.stored)
    plans = [spread_over(planned(big, **options), Processes(rank, size)) for rank in range(size)]
    shares = [plan.examples.shared(plan.cluster) for plan in plans]
    for name in ("X", "y"):
        parts = [share[name].own for share in shares]
        assert max(map(len, parts)) == -(-len(whole[name]) // size)
        np.testing.assert_array_equal(np.concatenate(parts), whole[name])
        assert {len(share[name]) for share in shares} == {alone.examples.rows}
    for plan, share in zip(plans, shares, strict=True):
        assert plan.examples.rows == alone.examples.rows
        assert ("sample_weight" in share) == ("sample_weight" in whole)
        if "sample_weight" in whole:
            np.testing.assert_array_equal(share["sample_weight"], whole["sample_weight"])
        assert (plan.examples.validation is None) == (alone.examples.validation is None)
        for own, other in zip(
            plan.examples.validation or (), alone.examples.validation or (), strict=True
        ):
            np.testing.assert_array_equal(own, other)
        assert plan.out_of_reach == alone.out_of_reach
    judged, expected = everything(plans[0].judged), everything(alone.judged)
    for name in ("X", "y"):
        np.testing.assert_array_equal(judged[name], expected[name])
    assert not any(plan.scratch for plan in plans[1:])
    for plan in plans:
        plan.close()
