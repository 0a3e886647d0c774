"""Which knobs of the practitioner's defaults earn how much: each is turned off by itself.

    python benchmarks/knobs.py DATA [--target COLUMN] [--seeds 5]

Prints a table of held-out figures, the mean of some seeds: accuracy and log loss, or R².
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import numpy as np

from syn0.data import Table, read_table
from syn0.models import Regression, evaluate, plan_table, table_options

WITHOUT: dict[str, dict[str, Any]] = {
    "all defaults": {},
    "no dropout": {"dropout": 0.0},
    "no input dropout": {"input_dropout": 0.0},
    "no schedule": {"schedule": "constant", "learning_rate": 0.001},
    "no weight decay": {"weight_decay": 0.0},
    "a tenth of the rows says which epoch was best": {"patience": 400},
    "none of the first four": {
        "dropout": 0.0,
        "input_dropout": 0.0,
        "schedule": "constant",
        "learning_rate": 0.001,
        "weight_decay": 0.0,
    },
    "and label smoothing 0.1": {"label_smoothing": 0.1},
    "and batch normalization": {"batch_norm": True},
}


def figures(table: Table, seeds: int, settings: dict[str, Any]) -> list[str]:
    """The mean figures over the seeds, and seconds a run."""
    found = []
    started = time.perf_counter()
    for seed in range(seeds):
        fitted = plan_table(table, table_options(seed=seed, **settings)).fit(
            engine="numpy", progress=False
        )
        result = evaluate(fitted.network, fitted.held_out)
        if isinstance(result, Regression):
            found.append([result.r2 or 0.0])
        else:
            found.append([result.accuracy, result.log_loss or 0.0])
    seconds = (time.perf_counter() - started) / seeds
    return [*(f"{mean:.4f}" for mean in np.mean(found, axis=0)), f"{seconds:.1f}"]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data")
    parser.add_argument("--target")
    parser.add_argument("--drop", action="append", default=[])
    parser.add_argument("--seeds", type=int, default=5)
    words = parser.parse_args()
    table = read_table(words.data, target=words.target, drop=words.drop)
    print(f"| {words.data} | figures | seconds |")
    for name, settings in WITHOUT.items():
        try:
            print(f"| {name} | {' | '.join(figures(table, words.seeds, settings))} |", flush=True)
        except ValueError as error:
            print(f"| {name} | not for these data: {error} |")


if __name__ == "__main__":
    main()
