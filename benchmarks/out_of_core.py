"""Training on data that are larger than the memory they may take: speed and memory, beside the same
training with all rows in memory.

    python benchmarks/out_of_core.py --folder FOLDER [--gigabytes N] [--hidden N …] [--parquet]

It writes a raw array (`np.save`'s format, 40 float32 inputs) to the folder, measures, and removes
it. The native engine trains on batches of 512 rows, by turns from disk and from memory: each turn
begins an epoch of a new network, in which rows are also looked at for NaN. A speed is the median of
the turns' reports, per second of the clock; beside it that of all turns per second of the processor
(user and system, all threads), which hangs less on what else the machine does. Memory is the most
that a process ever held which trains from disk alone. Cold is a turn after the system's cache of
files was emptied, which only root may do. With --parquet, `syn0 train` takes an epoch over a table
of the same numbers.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

COLUMNS, BATCH = 40, 512
AT_ONCE = 250_000

MEASURE = """
import json, sys, time
import numpy as np
from syn0 import Network

folder, hidden, seconds, modes = sys.argv[1], sys.argv[2], float(sys.argv[3]), sys.argv[4:]
disk = [np.load(f"{folder}/{name}.npy", mmap_mode="r") for name in "Xy"]
memory = [np.array(array) for array in disk] if "memory" in modes else None
found = {mode: [[], 0, 0.0] for mode in modes}
for mode in modes:
    network = Network(f"40-{hidden}-1", activation="relu", init="he_uniform", bias=True,
                      loss="binary_cross_entropy", dtype="float32")
    marks = []

    def look(report):
        marks.append((report.step, time.perf_counter(), time.process_time()))
        return len(marks) > 3 and marks[-1][1] - marks[0][1] > seconds

    network.train(*(memory if mode == "memory" else disk), epochs=None, steps=10_000_000,
                  batch_size=512, optimizer="adam", reduction="mean", report_every=819,
                  callbacks=[look], engine="native", progress=False,
                  max_memory=None if mode == "memory" else "1GB")
    speeds, rows, work = found[mode]
    speeds += [(m[0] - n[0]) * 512 / (m[1] - n[1]) for n, m in zip(marks, marks[1:])]
    rows += (marks[-1][0] - marks[0][0]) * 512
    found[mode] = [speeds, rows, work + marks[-1][2] - marks[0][2]]
peak = int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0]) / 1000
print(json.dumps([{m: [float(np.median(s)), r / w] for m, (s, r, w) in found.items()}, peak]))
"""


def write_arrays(folder: Path, rows: int) -> None:
    """X and y on disk, some rows at a time."""
    draw = np.random.default_rng(0)
    weights = draw.standard_normal(COLUMNS, dtype=np.float32)
    open_new = np.lib.format.open_memmap
    X = open_new(folder / "X.npy", "w+", np.float32, (rows, COLUMNS))
    y = open_new(folder / "y.npy", "w+", np.float32, (rows, 1))
    for first in range(0, rows, AT_ONCE):
        part = draw.standard_normal((min(AT_ONCE, rows - first), COLUMNS), dtype=np.float32)
        X[first : first + len(part)] = part
        y[first : first + len(part), 0] = part @ weights > 0


def write_table(folder: Path) -> Path:
    """The same numbers as a Parquet file."""
    import polars as pl
    from polars.io.plugins import register_io_source

    X, y = (np.load(folder / f"{name}.npy", mmap_mode="r") for name in "Xy")
    schema = {**{f"n{k}": pl.Float32 for k in range(COLUMNS)}, "y": pl.Int8}

    def parts(columns, predicate, n_rows, batch_size):  # type: ignore[no-untyped-def]
        for first in range(0, len(X), AT_ONCE):
            rows = slice(first, first + AT_ONCE)
            numbers = {f"n{k}": X[rows, k] for k in range(COLUMNS)}
            yield pl.DataFrame({**numbers, "y": y[rows, 0].astype(np.int8)})

    path = folder / "table.parquet"
    register_io_source(parts, schema=schema).sink_parquet(path, compression="lz4")
    return path


def train_arrays(
    folder: Path, hidden: int, seconds: float, *modes: str
) -> tuple[dict[str, list[float]], float]:
    """For each of some turns rows per second, and rows per second of the processor; megabytes."""
    words = [sys.executable, "-c", MEASURE, str(folder), str(hidden), str(seconds), *modes]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    figures: tuple[dict[str, list[float]], float] = json.loads(done.stdout)
    return figures


def train_table(path: Path, hidden: int) -> tuple[float, float]:
    """Seconds that `syn0 train` takes for a Parquet file, one epoch, and its megabytes."""
    words = [sys.executable, "-m", "syn0", "train", str(path), "--hidden", str(hidden)]
    words += ["--epochs", "1", "--max-memory", "1GB"]
    began = time.perf_counter()
    done = subprocess.run(["/usr/bin/time", "-v", *words], capture_output=True, text=True)
    found = re.search(r"Maximum resident set size \(kbytes\): (\d+)", done.stderr)
    assert done.returncode == 0 and found, done.stderr  # noqa: S101, PT018
    print(done.stdout.strip())
    return time.perf_counter() - began, int(found[1]) / 1000


def emptied_cache() -> bool:
    """Whether the system's cache of files could be emptied."""
    os.sync()
    try:
        Path("/proc/sys/vm/drop_caches").write_text("3")
    except OSError:
        return False
    return True


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--gigabytes", type=float, default=4)
    parser.add_argument("--hidden", type=int, nargs="+", default=[64, 256])
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--parquet", action="store_true")
    given = parser.parse_args()
    rows = int(given.gigabytes * 1e9 / COLUMNS / 4)
    write_arrays(given.folder, rows)
    files = [given.folder / name for name in ("X.npy", "y.npy")]
    try:
        print(f"{rows:,} rows, {sum(file.stat().st_size for file in files) / 1e9:.2f} GB")
        for hidden in given.hidden:
            shown: dict[str, list[float]] = {}
            if emptied_cache():
                figures, peak = train_arrays(given.folder, hidden, given.seconds, "disk")
                shown["disk, cold"] = figures["disk"]
            _, peak = train_arrays(given.folder, hidden, given.seconds, "disk")
            turns = ["memory", "disk"] * given.turns
            shown |= train_arrays(given.folder, hidden, given.seconds, *turns)[0]
            for mode, (speed, work) in shown.items():
                print(
                    f"{COLUMNS}-{hidden}-1  {mode:10}  {speed:11,.0f} rows/s  "
                    f"{work:11,.0f} rows/s of the processor"
                )
            print(f"{COLUMNS}-{hidden}-1  from disk alone: {peak:,.0f} MB")
        if given.parquet:
            files.append(write_table(given.folder))
            seconds, peak = train_table(files[-1], given.hidden[0])
            size = files[-1].stat().st_size / 1e9
            print(
                f"syn0 train, {size:.2f} GB of Parquet, an epoch: {seconds:.0f} s, {peak:,.0f} MB"
            )
    finally:
        for file in files:
            file.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
