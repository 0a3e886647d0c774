"""What "auto" picks: the engine that is done first, and a sentence that says why."""

import re

import pytest

from syn0 import Network
from syn0.derive import prediction_program, training_program
from syn0.engines import ENGINES, choose, make_runner
from syn0.spec import LBFGS, Adam, Dense, NetworkSpec, Training

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

    monkeypatch.setattr("syn0.engines.choice.find_compiler", refuse)
    assert Network([5, 4, 2]).train(*rows, steps=3).engine == "numpy"
