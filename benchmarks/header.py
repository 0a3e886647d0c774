"""The C headers of trained models beside others' C, and ONNX Runtime, on one network of digits.

    python benchmarks/header.py [--passes 500]

It trains 64-32-10 on 1,300 digits, and hands its weights to all. Prints, for each: the bytes of its
machine code and data (`gcc -O2`), those of all its functions' stack frames together, the
microseconds that a row takes (a row a call, in the best pass over all rows), and the share of the
497 other digits that it tells. Beside syn0's `c` and `c-int8` stand:

- `expressions`: what m2cgen prints of the models that it knows, of which an MLP is none: each unit
  is one expression of doubles, in which the weights stand as numbers.
- `emlearn`, where it is installed: floats in arrays, with loops of a library.
- ONNX Runtime, from Python; its bytes are those of the model's file, without the runtime's.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.datasets import load_digits
from sklearn.neural_network import MLPClassifier

import syn0

TRAINED = 1300
HIDDEN = 32

TIMES = """\
#include <stdio.h>
#include <time.h>

int classify(const float *x);

static const float rows[][64] = {
%s
};

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

int main(void) {
    const int count = sizeof rows / sizeof rows[0];
    double best = 1e9;
    volatile int kept = 0;
    for (int pass = 0; pass < %d; pass++) {
        const double start = now();
        for (int i = 0; i < count; i++) kept += classify(rows[i]);
        const double took = now() - start;
        if (took < best) best = took;
    }
    printf("%%.9g\\n", best / count);
    for (int i = 0; i < count; i++) printf("%%d\\n", classify(rows[i]));
}
"""

HEADER = """\
#include "model.h"
int classify(const float *x);
int classify(const float *x) { return (int)model_predict(x).label; }
"""


@dataclass(frozen=True)
class Measured:
    """What one of them takes.

    Attributes:
        size: bytes of code and constants.
        stack: bytes of frames; None where they are not known.
        seconds: of a row.
        labels: (rows,) the digits that it tells.
    """

    size: int
    stack: int | None
    seconds: float
    labels: np.ndarray[Any, Any]


def expressions(model: syn0.MLPClassifier) -> str:
    """A network as nested expressions of doubles, as m2cgen prints models."""
    hidden, out = model.coefs_
    below, above = model.intercepts_

    def total(bias: float, weights: Any, name: str) -> str:
        terms = (f"({name.format(k)}) * ({float(w)!r})" for k, w in enumerate(weights))
        return f"({float(bias)!r}) + " + " + ".join(terms)

    sums = [total(below[k], hidden[:, k], "x[{}]") for k in range(HIDDEN)]
    units = "\n".join(f"    const double h{k} = fmax(0.0, {x});" for k, x in enumerate(sums))
    scores = ",\n".join(f"        {total(above[k], out[:, k], 'h{}')}" for k in range(10))
    return f"""\
#include <math.h>
#include <string.h>
static void score(const float *x, double *output) {{
{units}
    memcpy(output, (double[]){{
{scores}
    }}, 10 * sizeof(double));
}}
int classify(const float *x);
int classify(const float *x) {{
    double output[10];
    int best = 0;
    score(x, output);
    for (int k = 1; k < 10; k++) if (output[k] > output[best]) best = k;
    return best;
}}
"""


def with_emlearn(model: syn0.MLPClassifier, folder: Path) -> tuple[str, list[str]]:
    """emlearn's program of the same weights, and where the compiler finds its library."""
    import emlearn

    other = MLPClassifier((HIDDEN,), max_iter=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        other.fit(np.eye(10, 64), range(10))
    other.coefs_ = [np.array(weights) for weights in model.coefs_]
    other.intercepts_ = [np.array(weights) for weights in model.intercepts_]
    emlearn.convert(other, method="inline").save(file=str(folder / "digits.h"), name="digits")
    code = (
        '#include "digits.h"\nint classify(const float *x);\n'
        "int classify(const float *x) { return digits_predict(x, 64); }\n"
    )
    return code, ["-I", emlearn.includedir]


def compiled(code: str, more: list[str], X: Any, passes: int, folder: Path) -> Measured:
    """What a C program takes whose function `classify` tells a row's digit."""
    (folder / "model.c").write_text(code, encoding="utf-8")
    rows = ",\n".join("{" + ", ".join(f"{float(x)!r}f" for x in row) + "}" for row in X)
    (folder / "main.c").write_text(TIMES % (rows, passes), encoding="utf-8")

    def run(*words: str) -> str:
        return subprocess.check_output(words, cwd=folder, text=True)

    run("gcc", "-O2", "-fstack-usage", "-c", "model.c", *more)
    run("gcc", "-O2", "main.c", "model.o", "-lm", "-o", "main")
    sections = re.findall(
        r"^\.(?:text|rodata|data|bss)\S*\s+(\d+)", run("size", "-A", "model.o"), re.M
    )
    frames = [line.split("\t")[1] for line in (folder / "model.su").read_text().splitlines()]
    seconds, *labels = run("./main").split()
    return Measured(sum(map(int, sections)), sum(map(int, frames)), float(seconds),
                    np.array(labels, int))  # fmt: skip


def by_runtime(model: syn0.MLPClassifier, X: Any, passes: int, folder: Path) -> Measured:
    """What ONNX Runtime takes, a row a call."""
    import onnxruntime

    path = folder / "model.onnx"
    model.export(path, to="onnx")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    kind = np.float64 if "double" in session.get_inputs()[0].type else np.float32
    rows = [{"X": row[np.newaxis].astype(kind)} for row in X]
    best = np.inf
    for _ in range(max(1, passes // 20)):
        start = time.perf_counter()
        labels = [session.run(["label"], row)[0][0] for row in rows]
        best = min(best, (time.perf_counter() - start) / len(rows))
    return Measured(path.stat().st_size, None, best, np.array(labels))


def main() -> None:
    """Train, measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--passes", type=int, default=500, help="over all rows, of which the best counts"
    )
    passes = parser.parse_args().passes
    images, digits = load_digits(return_X_y=True)
    X, y = (images / 16).astype(np.float32), digits
    model = syn0.MLPClassifier((HIDDEN,), max_iter=100, learning_rate_init=0.003, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(X[:TRAINED], y[:TRAINED])
    contestants: dict[str, Callable[[Path], Measured]] = {}
    for name in ("c", "c-int8"):
        contestants[f"syn0 {name}"] = lambda folder, name=name: (
            model.export(folder / "model.h", to=name),
            compiled(HEADER, [], X[TRAINED:], passes, folder),
        )[1]
    contestants["expressions"] = lambda folder: compiled(
        expressions(model), [], X[TRAINED:], passes, folder
    )
    if find_spec("emlearn"):
        contestants["emlearn"] = lambda folder: compiled(
            *with_emlearn(model, folder), X[TRAINED:], passes, folder
        )
    if find_spec("onnxruntime"):
        contestants["ONNX Runtime"] = lambda folder: by_runtime(model, X[TRAINED:], passes, folder)
    print(f"{'':14}{'bytes':>8}{'stack':>8}{'µs a row':>10}{'accuracy':>10}")
    for name, measure in contestants.items():
        with tempfile.TemporaryDirectory() as folder:
            found = measure(Path(folder))
        stack = "" if found.stack is None else f"{found.stack:,}"
        right = (found.labels == y[TRAINED:]).mean()
        print(f"{name:14}{found.size:8,}{stack:>8}{found.seconds * 1e6:10.2f}{right:10.1%}")


if __name__ == "__main__":
    main()
