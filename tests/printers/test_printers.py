"""What every printer promises: an operation that it cannot write is named, never made up."""

from typing import Any

import pytest

from syn0.derive import SCHEDULES, training_program
from syn0.printers import PRINTERS, UnsupportedError, example_data
from syn0.printers.numpy import NumpyPrinter
from syn0.program import ACTIVATIONS, Apply, Line, Name
from syn0.program.expressions import apply, exp
from syn0.spec import LBFGS, SGD, Adam, Dense, Dropout, Layer, NetworkSpec, Training
from tests.together import Together


def lacking(operation: str) -> NumpyPrinter:
    """A printer of a language that cannot say `operation`."""
    printer = NumpyPrinter()
    printer.language = "sparse"
    printer.templates = {k: v for k, v in printer.templates.items() if k != operation}
    return printer


def program_text(printer: NumpyPrinter, hidden: str) -> str:
    network = NetworkSpec(3, (Dense(4, hidden), Dense(1)))
    training = Training(steps=1)
    program = training_program(network, training)
    return printer.script(program, network, training, example_data(network))


@pytest.mark.parametrize("operation", ["matmul", "exp", "random", "sum", "transpose"])
def test_an_operation_that_a_language_lacks_is_named_with_the_language(operation: str) -> None:
    with pytest.raises(UnsupportedError, match=rf"sparse .*'{operation}'"):
        program_text(lacking(operation), "sigmoid")


@pytest.mark.parametrize("language", ["numpy", "terse"])
def test_an_operation_that_nobody_knows_is_named_with_the_language(language: str) -> None:
    with pytest.raises(UnsupportedError, match=f"{language} .*'cosine'"):
        PRINTERS[language].expression(1 + apply("cosine", Name("z")))


def test_an_activation_that_is_itself_an_operation_gets_no_helper_that_calls_itself() -> None:
    with pytest.raises(UnsupportedError, match=r"sparse .*'tanh'"):
        program_text(lacking("tanh"), "tanh")


def test_an_unsupported_operation_inside_an_activation_is_found() -> None:
    call = Line("l1", Apply("sigmoid", (Name("X"),)), "forward", 1, "")
    with pytest.raises(UnsupportedError, match="'exp'"):
        lacking("exp").helper_functions([call])


@pytest.mark.parametrize("language", PRINTERS)
def test_every_language_can_write_every_activation(language: str) -> None:
    training = Training(steps=1, batch_size=2, optimizer=Adam())
    with Together() as together:
        for hidden in ACTIVATIONS:
            with together(hidden):
                network = NetworkSpec(3, (Dense(4, hidden, bias=True), Dense(1)))
                program = training_program(network, training)
                text = PRINTERS[language].script(program, network, training, example_data(network))
                assert "l2_delta" in text.replace("\\_", "_")  # as LaTeX has it


@pytest.mark.parametrize("language", PRINTERS)
def test_the_same_description_gives_the_same_text(language: str) -> None:
    network, training = NetworkSpec(3, (Dense(4), Dense(1))), Training(steps=9, optimizer=SGD(0.5))
    program, data = training_program(network, training), example_data(network)
    first, second = (PRINTERS[language].script(program, network, training, data) for _ in range(2))
    assert first == second


def script(*layers: Layer, language: str = "numpy", **settings: Any) -> str:
    network = NetworkSpec(3, layers or (Dense(4), Dense(1)))
    training = Training(**{"steps": 2000} | settings)
    program = training_program(network, training)
    return PRINTERS[language].script(program, network, training, example_data(network))


def test_a_printed_search_has_every_setting_of_its_solver() -> None:
    settings = '{"maxiter": 2000, "maxfun": 3, "maxcor": 7, "gtol": 0.01}'
    assert settings in script(optimizer=LBFGS(memory=7, tolerance=0.01, evaluations=3))
    assert '"maxfun": 10**9' in script(optimizer=LBFGS())


REPORTED = {
    "once in a thousand steps": ({}, "if step % 1000 == 0:"),
    "as often as is asked": ({"report_every": 7}, "if step % 7 == 0:"),
    "once an epoch": ({"steps": None, "epochs": 9, "batch_size": 2}, "if step % batches == 0:"),
    "once an epoch of one step": ({"steps": None, "epochs": 50}, ""),
    "always": ({"report_every": 1}, ""),
}


@pytest.mark.parametrize(("settings", "head"), REPORTED.values(), ids=REPORTED)
def test_reports_are_printed_at_their_intervals(settings: dict[str, Any], head: str) -> None:
    lines = script(**settings).splitlines()
    place = next(i for i, line in enumerate(lines) if "print(f" in line)
    block = [line for line in lines[:place] if line.strip().startswith("if ")]
    assert block[-1:] == ([f"    {head}"] if head else [])
    assert lines[place].startswith("        print" if head else "    print")


def test_what_is_trimmed_is_reported_where_all_deltas_are_known() -> None:
    missed, back, update = (
        script(trim_deltas=0.1).split(f"    # {heading}")[1]
        for heading in ("Loss: ", "Backward: ", "Update: ")
    )
    report = missed.split("    # Backward")[0]
    assert "loss = " in report
    assert "print(" not in report
    assert back.index("trimmed = ") < back.index(", trimmed {trimmed:.4g}")
    assert "trimmed" not in update


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_a_schedule_that_ends_knows_with_which_step(schedule: str) -> None:
    text = script(schedule=schedule, epochs=5, steps=None, batch_size=3)
    if SCHEDULES[schedule].ends:
        assert "\nsteps = 5 * batches " in text
        assert "\nfor step in range(steps):" in text
    else:
        assert "steps = " not in text
        assert "\nfor step in range(5 * batches):" in text


@pytest.mark.parametrize("operation", ["where", "clip", "uniform_like", "float", "choose"])
def test_a_newer_operation_that_a_language_lacks_is_named(operation: str) -> None:
    texts = {
        "where": ("leaky_relu", {}),
        "clip": ("tanh", {"clip_deltas": 1.0}),
        "uniform_like": ("tanh", {}),
        "float": ("tanh", {"schedule": "plateau"}),
        "choose": ("tanh", {"schedule": "one_cycle"}),
    }
    hidden, settings = texts[operation]
    network = NetworkSpec(3, (Dense(4, hidden), Dropout(), Dense(1)))
    training = Training(steps=1, **settings)
    program = training_program(network, training)
    with pytest.raises(UnsupportedError, match=rf"sparse .*'{operation}'"):
        lacking(operation).script(program, network, training, example_data(network))


def test_something_that_is_no_expression_is_refused() -> None:
    with pytest.raises(TypeError, match="is not an expression"):
        NumpyPrinter().expression("exp(z)")  # type: ignore[arg-type]


def test_a_part_that_occurs_twice_in_a_formula_is_computed_once() -> None:
    text = NumpyPrinter().helper_function("softmax")
    assert text.count("np.exp(") == 1
    assert text.splitlines()[-1].startswith("    return part / ")


def test_expressions_are_plain_values() -> None:
    assert exp(Name("z") + 1) == exp(Name("z") + 1)
    assert hash(exp(Name("z"))) == hash(exp(Name("z")))
    assert exp(Name("z")) != exp(Name("y"))
