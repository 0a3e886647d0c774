"""JavaScript programs, run by Node alone, report what the NumPy programs do."""

import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from syn0 import Network
from tests.derive.cases import Row, described
from tests.together import Together

from .test_c import TOLERANCE, program_text, reports

NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="there is no Node here")

NETWORKS: dict[str, Row] = {
    "as the tutorial's": {"outputs": 1, "optimizer": "sgd"},
    "classes, masks and batches": {
        "hidden": "relu", "loss": "cross_entropy", "optimizer": "adam", "batching": "shuffled",
        "bias": True, "dropout": 0.4, "length": "epochs", "reduction": "mean",
    },
    "batch norm, orders on orders": {
        "hidden": "gelu", "batch_norm": True, "optimizer": "nesterov", "batching": "reshuffled",
        "bias": True, "init": "he_normal",
    },
    "layer norm, warm-up": {
        "hidden": "silu", "layer_norm": True, "optimizer": "rmsprop", "schedule": "cosine",
        "warm_up": 6, "input_dropout": 0.2,
    },
    "skips in the rows' order": {
        "hidden": "mish", "depth": 3, "skip": 2, "optimizer": "adagrad", "batching": "ordered",
        "init": "glorot_uniform",
    },
    "counts": {"loss": "poisson", "output": "exp", "schedule": "step", "l2": 0.02, "bias": True},
    "weighted rows, noise": {
        "loss": "huber", "weighted": True, "optimizer": "momentum", "noise": 0.1,
        "batching": "shuffled",
    },
    "quantiles on plateaus": {
        "loss": "quantile", "optimizer": "adamw", "weight_decay": 0.05, "schedule": "plateau",
    },
    "sides": {
        "loss": "hinge", "output": "identity", "hidden": "selu", "schedule": "one_cycle",
        "clip_value": 0.1, "batching": "shuffled",
    },
    "shares, smoothed and clipped": {
        "loss": "binary_cross_entropy", "output": "sigmoid", "label_smoothing": 0.1,
        "clip_norm": 0.5, "trim_deltas": 0.01, "schedule": "inverse_scaling",
    },
    "limits": {
        "hidden": "hard_tanh", "max_norm": 0.9, "l1": 0.01, "clip_deltas": 0.05,
        "loss": "absolute_error", "schedule": "exponential",
    },
    "in float32": {
        "hidden": "softmax", "loss": "cross_entropy", "dtype": "float32", "optimizer": "adam",
        "batching": "shuffled", "dropout": 0.4,
    },
}  # fmt: skip


ALL = """
for (const path of process.argv.slice(2)) {
    await import(path);
    console.log("\\f");
}
"""


def printed_by_node(texts: Sequence[str], folder: Path) -> list[str]:
    """What each of some programs prints; starting Node takes longer than they do."""
    paths = [folder / f"net{number}.mjs" for number in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text, encoding="utf-8")
    (folder / "all.mjs").write_text(ALL, encoding="utf-8")
    command = [str(NODE), folder / "all.mjs", *paths]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split("\f\n")[:-1]


@needs_node
def test_javascript_programs_report_what_the_numpy_programs_do(
    made_up_arrays: Any, numpy_only: Callable[[str], Any], tmp_path: Path
) -> None:
    cases = [described(row) for row in NETWORKS.values()]
    texts = [program_text("javascript", case, made_up_arrays(case)) for case in cases]
    printed = printed_by_node(texts, tmp_path)
    with Together() as together:
        for name, case, by_node in zip(NETWORKS, cases, printed, strict=True):
            with together(name):
                text = program_text("numpy", case, made_up_arrays(case))
                assert_alike(by_node, numpy_only(text).printed, TOLERANCE[case.network.dtype])


def assert_alike(by_node: str, in_python: str, limit: float) -> None:
    """Reports, and what is predicted in the end."""
    found, expected = reports(by_node), reports(in_python)
    assert len(found) > 1
    for one, other in zip(found, expected, strict=True):
        assert one[:3] == pytest.approx(other[:3], rel=limit, abs=limit * 1e-3)
        assert one[3:] == pytest.approx(other[3:], rel=1e-3)
    all_rows = re.compile(r"^all rows: loss (\S+), error (\S+)$", re.MULTILINE)
    one, other = ([float(x) for x in sum(all_rows.findall(p), ())] for p in (by_node, in_python))
    assert one == pytest.approx(other, rel=limit)
    last = "Output after training:\n"
    one, other = (re.sub(r"[][]", " ", p.partition(last)[2]).split() for p in (by_node, in_python))
    assert [*map(float, one)] == pytest.approx([*map(float, other)], abs=max(limit, 2e-8))


@needs_node
def test_the_tutorials_numbers_come_to_all_digits_in_javascript(tmp_path: Path) -> None:
    (printed,) = printed_by_node([Network([3, 4, 1]).program("javascript")], tmp_path)
    errors = [line.split("error ")[1] for line in printed.splitlines() if "error" in line]
    assert errors[:3] == ["0.496410031903", "0.00858452565325", "0.00578945986251"]
