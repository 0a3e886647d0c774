"""The native engine: right for every size, the same every time, and never in the way."""

import os
import re
import shutil
import stat
import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from syn0 import Network, NonFiniteError
from syn0.derive import prediction_program, training_program
from syn0.engines import NativeRunner, compiler
from syn0.printers import NumpyPrinter
from syn0.printers.tiles import TilePrinter
from syn0.spec import (
    SGD,
    Adam,
    BatchNorm,
    Dense,
    Dropout,
    LayerNorm,
    NetworkSpec,
    Noise,
    Skip,
    Training,
)

TOLERANCE = {"float64": 1e-10, "float32": 1e-4}
WIDTHS = (1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 130)
GCC = shutil.which("gcc")
needs_gcc = pytest.mark.skipif(GCC is None, reason="gcc is not installed")

REPRESENTATIVE = {
    "small, all rows": (NetworkSpec(3, (Dense(4), Dense(1))), Training(steps=3), None),
    "wide": (
        NetworkSpec(65, (Dense(130, "tanh", True), Dense(33, "relu", True), Dense(17)), seed=2),
        Training(epochs=2, batch_size=9, optimizer=Adam(0.01), l2=0.01, clip_norm=0.5),
        None,
    ),
    "narrow": (
        NetworkSpec(130, (Dense(3, "tanh", True), Dense(63), Dense(1)), dtype="float32"),
        Training(epochs=2, batch_size=16, optimizer=SGD(0.1, momentum=0.9)),
        None,
    ),
    "softmax": (
        NetworkSpec(
            31, (Dense(64, "gelu", True), Dense(10, "softmax")),
            loss="cross_entropy", dtype="float32",
        ),
        Training(epochs=2, batch_size=7, label_smoothing=0.1, max_norm=1.0),
        None,
    ),
    "normalized": (
        NetworkSpec(7, (Noise(0.1), Dense(16), BatchNorm(), Dropout(0.4), Dense(16, "elu"),
                        LayerNorm(), Skip(1), Dense(2))),
        Training(epochs=2, batch_size=5, optimizer=Adam(0.01), l1=0.01),
        None,
    ),
    "weighted, one input": (
        NetworkSpec(1, (Dense(1), Dense(17), Dense(15)), dtype="float32"),
        Training(epochs=2, batch_size=1, reduction="mean", trim_deltas=0.001),
        "weighted",
    ),
}  # fmt: skip
"""A network, its training, and whether its rows are weighted."""


def data(spec: NetworkSpec, rows: int = 23) -> tuple[np.ndarray, np.ndarray]:
    """X and y that any loss takes: rows between 0 and 1 that sum to 1."""
    random = np.random.RandomState(3)
    X = random.uniform(-1, 1, (rows, spec.inputs)).astype(spec.dtype)
    y = np.eye(spec.outputs, dtype=spec.dtype)[np.arange(rows) % spec.outputs]
    return X, y


def trained(
    spec: NetworkSpec, training: Training, engine: str, weighted: str | None = None, rows: int = 23
) -> Network:
    """A network after its training, which the engine that is named has run."""
    from syn0.models.network import Examples

    network, (X, y) = Network.from_spec(spec), data(spec, rows)
    weight = np.linspace(0, 2, rows, dtype=spec.dtype)[:, np.newaxis] if weighted else None
    history = network.run(training, Examples(X, y, weight), engine=engine, progress=False)
    assert history.engine == engine
    return network


def source(spec: NetworkSpec, training: Training, weighted: str | None = None) -> str:
    program = training_program(spec, training, weighted=weighted is not None)
    return TilePrinter(program, training.batch_size or 23).source()


def runner(spec: NetworkSpec, training: Training) -> NativeRunner:
    return NativeRunner(training_program(spec, training), prediction_program(spec))


# Right for every size

widths = st.sampled_from(WIDTHS) | st.integers(1, 130)


@st.composite
def trainings(draw: Any) -> tuple[NetworkSpec, Training, int]:
    """A network of smooth layers, a training of three steps at least, and a number of rows."""
    rows = draw(st.integers(1, 70))
    loss = draw(st.sampled_from(["squared_error", "binary_cross_entropy"]))
    layers = [
        Dense(
            draw(widths),
            draw(st.sampled_from(["sigmoid", "tanh", "softplus"])),
            draw(st.booleans()),
            "glorot_uniform",  # wide layers of large weights would only amplify roundings
        )
        for _ in range(draw(st.integers(0, 2)))
    ]
    spec = NetworkSpec(
        draw(widths),
        (*layers, Dense(draw(widths), "sigmoid", draw(st.booleans()), "glorot_uniform")),
        loss=loss,
        dtype=draw(st.sampled_from(["float64", "float32"])),
    )
    size = draw(st.none() | st.just(1) | st.integers(1, rows))
    training = Training(
        steps=draw(st.integers(3, 5)),
        batch_size=size,
        reduction="mean",
        optimizer=SGD(0.1, momentum=draw(st.sampled_from([0.0, 0.8]))),
        l2=draw(st.sampled_from([0, 0.01])),
    )
    return spec, training, rows


@settings(
    deadline=None,
    max_examples=60,
    derandomize=True,  # a compile takes its time: the same sizes each time, cached
    database=None,
    phases=[Phase.explicit, Phase.generate],  # each further size would be compiled
    suppress_health_check=list(HealthCheck),
)
@given(trainings())
def test_networks_of_any_size_learn_as_on_numpy(drawn: tuple[NetworkSpec, Training, int]) -> None:
    spec, training, rows = drawn
    found = trained(spec, training, "native", rows=rows)
    expected = trained(spec, training, "numpy", rows=rows)
    for name, value in expected.checkpoint.values.items():
        limit = TOLERANCE[spec.dtype] * float(np.abs(value).max())
        assert np.abs(found.checkpoint.values[name] - value).max() <= limit, name


@pytest.mark.parametrize("case", REPRESENTATIVE.values(), ids=REPRESENTATIVE)
def test_two_runs_are_the_same_to_the_last_bit(case, assert_same) -> None:
    spec, training, weighted = case
    one, other = (trained(spec, training, "native", weighted) for _ in range(2))
    assert_same(one, other)
    assert not np.array_equal(one.weights["syn0"], Network.from_spec(spec).weights["syn0"])


# Going on

MASKED = {"optimizer": "adam", "learning_rate": 0.01, "engine": "native"}


def masked(dtype: str) -> Network:
    """A network with dropout and running statistics, wide enough for tiles."""
    layers = [Dense(17, "relu", True), BatchNorm(), Dropout(0.3), Dense(2)]
    return Network(5, layers, dtype=dtype)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("batch_size", [None, 4])
def test_ten_epochs_and_ten_more_equal_twenty(rows, assert_same, dtype, batch_size) -> None:
    parts, whole = masked(dtype), masked(dtype)
    for _ in range(2):
        parts.train(*rows, epochs=10, batch_size=batch_size, **MASKED)
    whole.train(*rows, epochs=20, batch_size=batch_size, **MASKED)
    assert whole.engine == "native"
    assert_same(parts, whole)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_going_on_at_the_short_last_batch_equals_the_whole(rows, assert_same, dtype) -> None:
    """The library for three rows would round otherwise than the one for ten."""
    parts, whole = (Network([5, 17, 2], dtype=dtype) for _ in range(2))
    how = {"batch_size": 10, "learning_rate": 0.1, "engine": "native"}
    for _ in range(8):
        parts.train(*rows, steps=2, **how)
        parts.train(*rows, steps=1, **how)
    whole.train(*rows, steps=24, **how)
    assert_same(parts, whole)


# Numbers that stop being numbers


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("batch_size", [None, 4])
def test_numbers_that_go_bad_are_seen_and_named_as_on_numpy(rows, assert_same, dtype, batch_size):
    how = {"learning_rate": 3.0, "batch_size": batch_size}
    words, networks = [], []
    for engine in ("numpy", "native"):
        network = Network([5, 4, 2], activation=["identity", "identity"], dtype=dtype)
        with pytest.raises(NonFiniteError, match=r"at step [1-9]") as caught:
            network.train(*rows, steps=5000, engine=engine, **how)
        assert network.engine == engine
        words.append(re.sub(r"\d of \d+", "", str(caught.value)))
        networks.append(network)
    assert words[0] == words[1]
    numpy, native = networks
    assert all(np.isfinite(value).all() for value in native.checkpoint.values.values())
    assert native.steps_taken == numpy.steps_taken
    again = Network([5, 4, 2], activation=["identity", "identity"], dtype=dtype)
    again.train(*rows, steps=native.steps_taken, report_every=5000, engine="native", **how)
    for name in native.weights:
        np.testing.assert_allclose(native.weights[name], again.weights[name], rtol=1e-3)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("activation", ["sigmoid", "relu", "tanh", "softmax", "gelu"])
def test_nan_and_infinity_in_the_weights_stay_visible(rows, bad, activation) -> None:
    """On whatever path of a tile they lie: padding, maxima and e^x let them through."""
    spec = NetworkSpec(5, (Dense(17, activation, bias=True), Dense(2)))
    training = Training(steps=1)
    program, arrays = training_program(spec, training), dict(zip("Xy", data(spec), strict=True))
    weights = {n: v.copy() for n, v in Network.from_spec(spec).weights.items()}
    weights["syn0"][2, 16] = weights["syn0"][0, 3] = bad
    ends = []
    for engine in (NativeRunner, NativeRunner.__mro__[1]):
        given = {name: value.copy() for name, value in weights.items()}
        state, _ = engine(program, prediction_program(spec)).train(
            given, arrays, [None], measure=True
        )
        ends.append({name: np.isfinite(value) for name, value in state.items()})
    for name in program.weights:
        np.testing.assert_array_equal(ends[0][name], ends[1][name])
    assert not ends[0]["syn0"].all()


# Memory


@pytest.mark.parametrize("batch_size", [None, 256])
def test_a_large_array_is_read_in_place(batch_size) -> None:
    X = np.zeros((500_000, 100), np.float32)  # 200 MB
    y = np.zeros((len(X), 1), np.float32)
    network = Network([100, 1], dtype="float32")
    tracemalloc.start()
    try:
        history = network.train(
            X, y, steps=2, batch_size=batch_size, reduction="mean", engine="native"
        )
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert history.engine == "native"
    assert peak < X.nbytes / 10


# The cache

SPEC, TRAINING = NetworkSpec(3, (Dense(4), Dense(1))), Training(steps=3)


def count_calls(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The commands that are run from now on."""
    calls, run = [], subprocess.run

    def counting(command: Any, **how: Any) -> Any:
        calls.append(command)
        return run(command, **how)

    monkeypatch.setattr(subprocess, "run", counting)
    return calls


def libraries(cache: Any) -> list[str]:
    return sorted(path.name for path in cache.glob("*.so"))


def test_a_program_is_compiled_once(cache, monkeypatch) -> None:
    compiler.find_compiler()
    calls = count_calls(monkeypatch)
    first = trained(SPEC, TRAINING, "native")
    assert len(calls) == 1
    second = trained(SPEC, TRAINING, "native")
    assert len(calls) == 1
    np.testing.assert_array_equal(first.weights["syn0"], second.weights["syn0"])
    trained(SPEC, Training(steps=3, l2=0.1), "native")
    assert len(calls) == len(libraries(cache)) == 2


def test_the_cache_is_the_users_own_and_holds_nothing_else(cache) -> None:
    cache.chmod(0o755)
    trained(SPEC, TRAINING, "native")
    assert stat.S_IMODE(cache.stat().st_mode) == 0o700
    assert [path.suffix for path in cache.iterdir()] == [".so"]


def test_other_flags_another_compiler_or_processor_is_another_library(monkeypatch) -> None:
    one = compiler.Compiler(("cc",), "1.0")
    keys = [compiler.key_of("source", one), compiler.key_of("other", one)]
    keys += [compiler.key_of("source", compiler.Compiler(("cc",), "1.1"))]
    keys += [compiler.key_of("source", compiler.Compiler(("cc", "-m32"), "1.0"))]
    with monkeypatch.context() as changed:
        changed.setattr(compiler, "FLAGS", ("-O2",))
        keys.append(compiler.key_of("source", one))
    with monkeypatch.context() as changed:
        changed.setattr(compiler, "cpu", lambda: "another")
        keys.append(compiler.key_of("source", one))
    assert len(set(keys)) == len(keys) == 6
    assert compiler.key_of("source", one) == keys[0]


def test_the_libraries_not_used_for_longest_go_first(cache, monkeypatch) -> None:
    monkeypatch.setattr(compiler, "MOST_KEPT", 3)
    sources = [f"int train(void) {{ return {k}; }}" for k in range(4)]
    names = [f"{compiler.key_of(source, compiler.find_compiler())}.so" for source in sources]
    for k in range(3):
        compiler.library(sources[k])
        os.utime(cache / names[k], (k, k))
    compiler.library(sources[0])  # it was made first, and is used again
    compiler.library(sources[3])
    assert libraries(cache) == sorted([names[0], names[2], names[3]])


def test_the_cache_is_emptied(cache) -> None:
    compiler.library("int train(void) { return 1; }")
    (cache / "failed.log").write_text("words")
    assert compiler.clear_cache() == 1
    assert list(cache.iterdir()) == []
    assert compiler.clear_cache() == 0


def test_a_library_that_was_damaged_is_made_again(cache) -> None:
    source = "int train(void) { return 77; }"
    path = cache / f"{compiler.key_of(source, compiler.find_compiler())}.so"
    path.write_bytes(b"garbage")
    with pytest.raises(compiler.CompilerError, match="cannot be used"):
        compiler.library(source)
    assert compiler.library(source).train() == 77


def python(script: str, **surroundings: str) -> "subprocess.Popen[str]":
    """A Python process of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", script],
        env=os.environ | surroundings,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


AT_ONCE = """
from syn0 import Network

network = Network([3, 9, 1])
network.train([[0, 0, 1], [1, 1, 1]], [0, 1], steps=5, engine="native", progress=False)
print(network.engine, network.weights["syn0"].tolist())
"""


def test_processes_that_compile_the_same_at_once_do_not_meet(cache) -> None:
    processes = [python(AT_ONCE) for _ in range(3)]
    answers = {process.communicate(timeout=60) for process in processes}
    assert len(answers) == 1
    [(out, err)] = answers
    assert out.startswith("native [[")
    assert err == ""
    assert [path.suffix for path in cache.iterdir()] == [".so"]


# Without a compiler, or with a bad one


def told(capsys: pytest.CaptureFixture[str]) -> str:
    """The only thing that was printed: a note on stderr."""
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("Note: ")
    assert printed.err.count("\n") == 1
    return printed.err


def learns_on_numpy(rows: Any, engine: str) -> None:
    """Training takes place, on numpy, and arrives where numpy does."""
    network, reference = Network([5, 4, 2]), Network([5, 4, 2])
    history = network.train(*rows, steps=30, engine=engine, progress=False)
    reference.train(*rows, steps=30, engine="numpy", progress=False)
    assert history.engine == network.engine == "numpy"
    np.testing.assert_array_equal(network.weights["syn0"], reference.weights["syn0"])


@pytest.mark.parametrize("engine", ["native", "auto"])
def test_without_a_compiler_numpy_trains_and_says_what_to_install(
    rows, engine, machine_with, slow_numpy, monkeypatch, capsys, tmp_path
) -> None:
    machine_with("exit 1")
    monkeypatch.delenv("CC")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(compiler, "find_spec", lambda name: None)
    compiler.find.cache_clear()
    learns_on_numpy(rows, engine)
    assert "no C compiler was found: install gcc or clang, or `pip install" in told(capsys)


@pytest.mark.parametrize("engine", ["native", "auto"])
def test_a_compiler_that_is_not_there_is_named(
    rows, engine, machine_with, slow_numpy, monkeypatch, capsys
) -> None:
    machine_with("exit 1").unlink()
    learns_on_numpy(rows, engine)
    assert re.search(r"\$CC is '.*some-cc', which does not run: mend or unset it", told(capsys))


BAD = {
    "fails": ("echo wrong >&2; exit 1", r"some-cc failed: see (\S+\.log)"),
    "fails in strange letters": (r"printf '\377\376' >&2; exit 1", r"failed: see (\S+\.log)"),
    "makes nothing": ("exit 0", r"some-cc failed: see (\S+\.log)"),
    "hangs": ("exec sleep 20", r"some-cc took longer than 1 s"),
    "makes garbage": (
        'while [ "$1" != -o ]; do shift; done; echo garbage > "$2"', r"cannot be used: .*\.so"
    ),
}  # fmt: skip


@pytest.mark.parametrize("engine", ["native", "auto"])
@pytest.mark.parametrize(("script", "words"), BAD.values(), ids=BAD)
def test_where_the_compiler_is_bad_numpy_trains_and_says_why(
    rows, engine, script, words, machine_with, slow_numpy, monkeypatch, capsys, cache
) -> None:
    machine_with(script)
    monkeypatch.setattr(compiler, "SECONDS", 1)
    learns_on_numpy(rows, engine)
    found = re.search(words, told(capsys))
    assert found
    assert libraries(cache) == []
    for log in found.groups():
        text = Path(log).read_text(encoding="utf-8")
        assert "some-cc -O3" in text
        assert "int train(" in text


@needs_gcc
def test_warnings_of_a_compiler_are_no_failure(rows, machine_with, capsys) -> None:
    machine_with(f'echo "warning: mind the gap" >&2; exec {GCC} "$@"')
    assert Network([5, 4, 2]).train(*rows, steps=3, engine="native").engine == "native"
    assert capsys.readouterr().err == ""


def test_where_nothing_can_be_kept_numpy_trains(rows, monkeypatch, capsys, tmp_path) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    learns_on_numpy(rows, "native")
    assert "compiled programs cannot be kept" in told(capsys)


def test_lbfgs_is_left_to_numpy_with_a_notice(rows, capsys) -> None:
    history = Network([5, 4, 2]).train(*rows, steps=5, optimizer="lbfgs", engine="native")
    assert history.engine == "numpy"
    assert "L-BFGS is SciPy's" in told(capsys)


# The printed C


@needs_gcc
@pytest.mark.parametrize("case", REPRESENTATIVE.values(), ids=REPRESENTATIVE)
def test_the_source_compiles_without_a_warning(case, tmp_path) -> None:
    (tmp_path / "program.c").write_text(source(*case), encoding="utf-8")
    asked = ["-Wall", "-Wextra", "-Werror", "-Wno-unused-function", "-Wno-unused-variable"]
    command = [GCC, *compiler.FLAGS[:-2], *asked, "-c", "program.c", "-o", "program.o"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("case", REPRESENTATIVE.values(), ids=REPRESENTATIVE)
def test_every_kernel_is_headed_by_its_line(case) -> None:
    spec, training, weighted = case
    program = training_program(spec, training, weighted=weighted is not None)
    text, place = source(*case), 0
    lines = program.phase("forward", "loss", "backward")
    idle = set(program.measured)
    for line in (*(x for x in lines if x not in idle), *program.measured, *program.phase("update")):
        place = text.index(f"/* {NumpyPrinter().statement(line)}", place) + 1


def test_no_flag_assumes_finite_numbers() -> None:
    refused = {"-ffast-math", "-Ofast", "-ffinite-math-only", "-funsafe-math-optimizations"}
    refused |= {"-fassociative-math", "-freciprocal-math", "-fno-signed-zeros"}
    assert not refused & set(compiler.FLAGS)


SANITIZED = ("-O1", "-g", "-march=native", "-fsanitize=address,undefined",
             "-fno-sanitize-recover=undefined", "-shared", "-fPIC")  # fmt: skip


def sanitizer() -> str | None:
    """gcc's address sanitizer, where it is there."""
    if GCC is None:
        return None
    command = [GCC, "-print-file-name=libasan.so"]
    path = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    return path if Path(path).is_absolute() else None


UNDER_GUARD = """
import importlib.util, os, sys

del os.environ["LD_PRELOAD"]  # the compiler is not to be guarded
from syn0.engines import compiler

compiler.FLAGS = {flags}
spec = importlib.util.spec_from_file_location("native_cases", {file!r})
cases = importlib.util.module_from_spec(spec)
sys.modules["native_cases"] = cases
spec.loader.exec_module(cases)
for name, (network, training, weighted) in cases.REPRESENTATIVE.items():
    print(name, flush=True)
    cases.trained(network, training, "native", weighted)
print("done")
"""


def test_no_kernel_reads_or_writes_where_it_must_not(cache) -> None:
    """Under gcc's sanitizers, which end the process."""
    guard = sanitizer()
    if guard is None:
        pytest.skip("gcc's libasan is not installed")
    script = UNDER_GUARD.format(flags=SANITIZED, file=__file__)
    surroundings = {"LD_PRELOAD": guard, "ASAN_OPTIONS": "detect_leaks=0", "CC": "gcc"}
    done = python(script, **surroundings).communicate(timeout=120)
    assert done == ("".join(f"{name}\n" for name in [*REPRESENTATIVE, "done"]), "")
    assert len(libraries(cache)) == len(REPRESENTATIVE)
