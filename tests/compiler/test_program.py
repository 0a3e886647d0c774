"""What a derived program says of itself, in the tutorial's names."""

import pytest

from syn0.derive import prediction_program, training_program
from syn0.program import PHASES, Name, Program
from syn0.spec import SGD, Dense, NetworkSpec, Optimizer, Training


def derived(
    *layers: Dense, optimizer: Optimizer | None = None, batch_size: int | None = None
) -> Program:
    network = NetworkSpec(3, layers or (Dense(4), Dense(1)))
    optimizer = optimizer or SGD()
    return training_program(network, Training(steps=1, optimizer=optimizer, batch_size=batch_size))


def targets(program: Program, *phases: str) -> list[str]:
    return [line.target for line in program.phase(*(phases or PHASES))]


def test_the_tutorials_network_has_the_tutorials_names_in_the_tutorials_order() -> None:
    program = derived()
    assert targets(program, "init") == ["syn0", "syn1"]
    assert targets(program, "forward") == ["l0", "l1", "l2"]
    assert targets(program, "loss") == ["l2_error", "loss", "error"]
    assert targets(program, "backward") == ["l2_delta", "l1_error", "l1_delta"]
    assert targets(program, "update") == ["syn1", "syn0"]
    assert program.output == "l2"


def test_each_bias_adds_its_own_lines_and_changes_one() -> None:
    plain, with_bias = derived(Dense(4), Dense(1)), derived(Dense(4, bias=True), Dense(1))
    added = [line for line in with_bias.lines if line not in plain.lines]
    assert [line.target for line in added] == ["bias0", "l1", "bias0"]
    assert set(with_bias.weights) - set(plain.weights) == {"bias0"}


def test_a_learning_rate_adds_alpha_and_touches_the_updates_only() -> None:
    plain, slower = derived(), derived(optimizer=SGD(0.5))
    changed = [line for line in slower.lines if line not in plain.lines]
    assert [line.target for line in changed] == ["alpha", "syn1", "syn0"]
    assert slower.constants == ("alpha",)


def test_batches_touch_the_rows_and_nothing_else() -> None:
    plain, batched = derived(), derived(batch_size=2)
    changed = [line for line in batched.lines if line not in plain.lines]
    assert [line.target for line in changed] == ["l0", "y_batch", "l2_error"]
    assert set(batched.inputs) == {"X", "y", "batch"}


def test_an_activation_of_its_own_changes_its_layers_two_lines() -> None:
    plain, other = derived(), derived(Dense(4, "tanh"), Dense(1))
    changed = [line for line in other.lines if line not in plain.lines]
    assert [line.target for line in changed] == ["l1", "l1_delta"]


def test_the_identity_adds_no_operation() -> None:
    program = derived(Dense(4, "identity"), Dense(1, "identity"))
    lines = {line.target: line.expression for line in program.lines}
    assert lines["l1"] == Name("l0") @ Name("syn0")
    assert lines["l1_delta"] == Name("l1_error")


def test_the_figures_that_only_report_are_known() -> None:
    assert [line.target for line in derived().measured] == ["loss", "error"]


def test_the_weights_are_what_training_changes_and_predicting_reads() -> None:
    program = derived(Dense(4, bias=True), Dense(1), optimizer=SGD(0.5))
    assert program.weights == program.state == ("syn0", "bias0", "syn1")


def test_predicting_takes_the_forward_and_loss_lines_of_training() -> None:
    network = NetworkSpec(3, (Dense(4, bias=True), Dense(1)))
    training = training_program(network, Training(steps=1))
    prediction = prediction_program(network)
    assert prediction.lines == training.phase("init", "forward", "loss")
    assert prediction.output == training.output


def test_lines_know_their_layer_and_say_what_they_do() -> None:
    lines = {line.target: line for line in derived(Dense(4, bias=True), Dense(1)).lines}
    layers = {"l0": 0, "l1": 1, "l2": 2, "syn0": 1, "bias0": 1, "syn1": 2, "l1_delta": 1}
    assert {name: lines[name].layer for name in layers} == layers
    assert all(line.note for line in lines.values())


@pytest.mark.parametrize("depth", [1, 2, 3, 6])
def test_each_layer_has_one_line_in_each_direction(depth: int) -> None:
    program = derived(*(Dense(2) for _ in range(depth)))
    forward = [f"l{k}" for k in range(depth + 1)]
    assert targets(program, "forward") == forward
    assert [t for t in targets(program, "backward") if t.endswith("_delta")] == [
        f"l{k}_delta" for k in range(depth, 0, -1)
    ]
