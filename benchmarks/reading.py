"""Tables of text: processor time and memory to read one, beside polars and pandas; and the time to
predict a single row from a frame or a dict.

    python benchmarks/reading.py [--megabytes N]

Each reader runs in a process of its own, on the same file: 18 columns of numbers with six decimals,
a text of four, a whole number and a class. Memory is the most that reading took beyond what the
imports did (Linux alone tells); prepared are the float32 inputs that syn0 makes of the table.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl

from syn0 import TabularClassifier

BYTES_A_ROW = 181
INPUTS = 23  # of the columns: numbers, and one for each of four texts

OURS = (
    "from syn0.data import Reading, read_table as read; how = dict(reading=Reading(float32=True))"
)
READERS = {
    "syn0": OURS,
    "polars": "from polars import read_csv as read; how = {}",
    "pandas": "from pandas import read_csv as read; how = {}",
}

MEASURE = """
import json, re, sys, time
{imports}
def peak():  # of this program alone: getrusage counts what its parent took as well
    return int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) / 1000
before, began = peak(), time.process_time()
table = read(sys.argv[1], **how)
print(json.dumps([time.process_time() - began, peak() - before]))
"""


def write_table(path: Path, rows: int) -> None:
    """A CSV file of that many rows."""
    draw = np.random.default_rng(0)
    columns = {f"n{i}": np.round(draw.normal(size=rows), 6) for i in range(18)}
    columns["city"] = draw.choice(["Rome", "Oslo", "New York", "Berlin"], rows)
    columns["count"] = draw.integers(0, 1000, rows)
    columns["y"] = (columns["n0"] + columns["n1"] > 0).astype(int)
    pl.DataFrame(columns).write_csv(path)


def read_by(reader: str, path: Path) -> tuple[float, float]:
    """Seconds of processor time, and megabytes."""
    program = MEASURE.replace("{imports}", READERS[reader])
    words = [sys.executable, "-c", program, str(path)]
    figures = json.loads(subprocess.run(words, capture_output=True, check=True).stdout)
    return figures[0], figures[1]


def one_row(columns: int) -> dict[str, float]:
    """Milliseconds to predict a row, the least of many, by what it is given as."""
    draw = np.random.default_rng(0)
    frame = pd.DataFrame(
        draw.normal(size=(500, columns)), columns=[f"c{i}" for i in range(columns)]
    )
    for i in range(0, columns, 3):
        frame[f"c{i}"] = draw.choice(["a", "b", "c"], 500)
    model = TabularClassifier(max_iter=5, random_state=0).fit(frame, draw.integers(0, 2, 500))
    one = frame[:1]
    given = {
        "pandas": one,
        "polars": pl.DataFrame(one.to_dict("list")),
        "dict": one.to_dict("records")[0],
    }
    least = {}
    for name, row in given.items():
        seconds = []
        for _ in range(500):
            began = time.perf_counter()
            model.predict(row)
            seconds.append(time.perf_counter() - began)
        least[name] = 1000 * min(seconds)
    return least


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=int, default=254, metavar="N")
    rows = parser.parse_args().megabytes * 1_000_000 // BYTES_A_ROW
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        write_table(path, rows)
        arrays = rows * INPUTS * 4 / 1e6
        print(f"{path.stat().st_size / 1e6:,.0f} MB, {rows:,} rows; prepared: {arrays:,.0f} MB")
        for reader in READERS:
            cpu, memory = read_by(reader, path)
            print(f"{reader:8} {cpu:6.2f} s  {memory:8,.0f} MB  {memory / arrays:5.2f} x prepared")
    for columns in (10, 30):
        figures = ", ".join(f"{name} {ms:.2f} ms" for name, ms in one_row(columns).items())
        print(f"one row of {columns} columns: {figures}")


if __name__ == "__main__":
    main()
