"""What every printer promises: an operation that it cannot write is named, never made up."""

import pytest

from syn0.derive import training_program
from syn0.printers import PRINTERS, NumpyPrinter, UnsupportedError, example_data
from syn0.program import ACTIVATIONS, Apply, Line, Name
from syn0.program.expressions import apply, exp
from syn0.spec import SGD, Adam, Dense, NetworkSpec, Training


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


@pytest.mark.parametrize("language", PRINTERS)
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
@pytest.mark.parametrize("hidden", ACTIVATIONS)
def test_every_language_can_write_every_activation(language: str, hidden: str) -> None:
    network = NetworkSpec(3, (Dense(4, hidden, bias=True), Dense(1)))
    training = Training(steps=1, batch_size=2, optimizer=Adam())
    program = training_program(network, training)
    text = PRINTERS[language].script(program, network, training, example_data(network))
    assert "l2_delta" in text


@pytest.mark.parametrize("language", PRINTERS)
def test_the_same_description_gives_the_same_text(language: str) -> None:
    network, training = NetworkSpec(3, (Dense(4), Dense(1))), Training(steps=9, optimizer=SGD(0.5))
    program, data = training_program(network, training), example_data(network)
    first, second = (PRINTERS[language].script(program, network, training, data) for _ in range(2))
    assert first == second


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
