"""What "auto" picks: the engine that is done first, and a sentence that says why."""

import ast
import re
import subprocess
import sys

import pytest

from syn0 import Network
from syn0.derive import prediction_program, training_program
from syn0.engines import ENGINES, Predictor, choose, compiler, make_runner
from syn0.engines.choice import SHORT
from syn0.engines.compiler import Compiler
from syn0.spec import LBFGS, Adam, AdamW, Dense, Dropout, NetworkSpec, Training

NETWORKS = {
    "tutorial": NetworkSpec(3, (Dense(4), Dense(1))),
    "digits": NetworkSpec(64, (Dense(16), Dense(10))),
    "images": NetworkSpec(784, (Dense(128, "relu"), Dense(10, "softmax")), loss="cross_entropy"),
}
STEPS = [10**k for k in range(9)]


@pytest.mark.parametrize("spec", NETWORKS.values(), ids=NETWORKS)
@pytest.mark.parametrize("rows", [1, 64, 10_000])
def test_more_steps_never_turn_native_back_to_numpy(spec, rows) -> None:
    program = training_program(spec, Training(steps=1, optimizer=Adam()))
    engines = [choose(program, rows, steps).engine for steps in STEPS]
    assert engines[0] == "numpy"
    assert engines == sorted(engines, key=["numpy", "native"].index)


@pytest.mark.needs_compiler
def test_small_steps_in_great_numbers_go_native() -> None:
    program = training_program(NETWORKS["tutorial"], Training(steps=1))
    assert choose(program, 4, 100).engine == "numpy"
    assert choose(program, 4, 1_000_000).engine == "native"


@pytest.mark.needs_compiler
def test_many_networks_share_the_compiling_and_fill_a_gpu(monkeypatch):
    from syn0.engines import jax

    program = training_program(Network([3, 4, 1]).spec, Training(steps=100))
    assert choose(program, 4, 100, networks=1000).engine == "native"
    if not ENGINES["jax"].missing():
        monkeypatch.setattr(jax, "accelerator_expected", lambda: True)
        assert choose(program, 4, 60_000, threads=2, networks=2).engine == "native"
        assert choose(program, 4, 60_000, threads=2, networks=100_000).engine == "jax"


@pytest.mark.needs_compiler
@pytest.mark.parametrize("steps", [1, 10**8])
@pytest.mark.parametrize("optimizer", [Adam(), LBFGS()], ids=["adam", "lbfgs"])
def test_the_reason_is_one_sentence(steps, optimizer) -> None:
    program = training_program(NETWORKS["digits"], Training(steps=1, optimizer=optimizer))
    choice = choose(program, 32, steps)
    assert re.fullmatch(r"[A-Za-z][^\n]{10,120}[^.\n]", choice.reason)
    assert choice.notice == ""


def test_without_a_compiler_the_choice_says_so_only_where_it_matters(machine_with) -> None:
    machine_with("exit 1").unlink()
    program = training_program(NETWORKS["tutorial"], Training(steps=1))
    large, tiny = choose(program, 4, 10**8), choose(program, 4, 1)
    assert (large.engine, tiny.engine) == ("numpy", "numpy")
    assert "mend or unset it" in large.notice
    assert tiny.notice == ""


@pytest.mark.needs_compiler
@pytest.mark.parametrize(("steps", "engine"), [(1, "numpy"), (10**8, "native")])
def test_auto_makes_the_runner_that_is_chosen(steps, engine) -> None:
    spec = NETWORKS["tutorial"]
    programs = training_program(spec, Training(steps=1)), prediction_program(spec)
    runner = make_runner("auto", *programs, rows=4, steps=steps)
    assert type(runner) is ENGINES[engine]
    assert (runner.name, runner.notice) == (engine, "")


def test_tiny_work_calls_no_compiler(rows, monkeypatch) -> None:
    def refuse() -> None:
        raise AssertionError

    monkeypatch.setattr("syn0.engines.native.find_compiler", refuse)
    assert Network([5, 4, 2]).train(*rows, steps=3).engine == "numpy"


NUMPY_ALONE = """
import sys
from syn0 import Network
Network([3, 4, 1]).train([[0, 0, 1]], [1], steps=1, engine="numpy", progress=False)
print([name for name in sys.modules if name.startswith(("syn0.engines.", "syn0.printers."))])
"""


def test_who_asks_for_numpy_imports_no_other_engine_or_language() -> None:
    done = subprocess.run(
        [sys.executable, "-c", NUMPY_ALONE], capture_output=True, text=True, check=True
    )
    imported = ast.literal_eval(done.stdout)
    assert {"syn0.engines.numpy", "syn0.printers.numpy"} <= set(imported)
    others = ("native", "compiler", "compiled", "tiles", "c", "terse", "loops", "numpy_module")
    assert not set(others) & {name.split(".")[2] for name in imported}


# What the compiler at hand costs


@pytest.fixture
def only_zig(monkeypatch, cache):
    """ziglang's compiler is the only one, and has made nothing here yet; it is never called."""
    monkeypatch.setenv("CC", "/some/python -m ziglang cc")
    monkeypatch.setattr(
        "syn0.engines.native.find_compiler", lambda: Compiler(ZIG, "clang version 22")
    )
    return cache


ZIG = ("/some/python", "-m", "ziglang", "cc")
PRACTITIONERS = NetworkSpec(
    20,
    (Dense(256, "relu", bias=True), Dropout(0.2), Dense(1, bias=True)),
    loss="binary_cross_entropy",
)
"""The default network for a table of 20 columns; its first fit once took ten times as long."""


def fit_of(rows, batch, epochs=40):
    """The arguments that such a fit gives to `choose`."""
    training = Training(epochs=epochs, batch_size=batch, optimizer=AdamW())
    return training_program(PRACTITIONERS, training), batch, training.total_steps(rows)


def test_a_first_fit_does_not_wait_for_ziglang(only_zig) -> None:
    choice = choose(*fit_of(60_000, 256, epochs=3))
    assert choice.engine == "numpy"
    assert re.search(r"after [56][.\d]* s of compiling", choice.reason)


def test_ziglang_pays_for_itself_in_one_training_or_is_left_alone(only_zig) -> None:
    program, rows, _ = fit_of(60_000, 256)
    before = [choose(program, rows, steps) for steps in range(100, 20_000, 100)]
    engines = [choice.engine for choice in before]
    assert {"numpy", "native"} == set(engines)
    for choice in before:
        if choice.engine == "native":
            native, compiling, numpy = map(float, re.findall(r"([\d.e+]+) s", choice.reason))
            assert native + compiling <= 1.05 * numpy  # the reason rounds
    compiler.started(only_zig, ZIG).touch()
    after = [choose(program, rows, steps).engine for steps in range(100, 20_000, 100)]
    assert after.index("native") < engines.index("native") / 2


def test_what_is_compiled_fast_may_take_three_trainings_and_what_is_not_one(monkeypatch) -> None:
    program, rows, _ = fit_of(60_000, 256)
    monkeypatch.setattr("syn0.engines.native.find_compiler", lambda: None)
    first = {}
    for seconds in (SHORT, SHORT * 1.001):
        monkeypatch.setattr("syn0.engines.native.expected_seconds", lambda _, s=seconds: s)
        engines = [choose(program, rows, steps).engine for steps in range(100, 9000, 20)]
        first[seconds] = engines.index("native")
    few, one = first.values()
    assert one == pytest.approx(3 * few, abs=12)


@pytest.mark.parametrize(
    ("command", "slow"),
    [
        ("python -m ziglang cc", True), ("zig cc", True), ("/opt/zig/zig cc -O2", True),
        ("cc", False), ("/opt/zig/bin/gcc", False), ("", False), ("'", False),
    ],
)  # fmt: skip
def test_the_compiler_is_known_by_its_command_without_a_call(
    monkeypatch, cache, command, slow
) -> None:
    monkeypatch.setenv("CC", command)
    monkeypatch.setattr(compiler, "call", None)
    monkeypatch.setattr(compiler.shutil, "which", lambda name, path=None: name)
    assert (compiler.expected_seconds(0.5) > 0.5) is slow


def test_nobody_waits_for_ziglang_to_predict_either(only_zig) -> None:
    program = prediction_program(NETWORKS["digits"])
    calm = Predictor(program, {}, lambda values, X: X)
    assert calm._patience > compiler.ZIG_START
    assert Predictor(program, {}, lambda values, X: X, eager=True)._patience == 0
