"""What a derived program says of itself, in the tutorial's names."""

from typing import Any

import pytest

from syn0.derive import prediction_program, training_program
from syn0.program import PHASES, Name, Program, reads
from syn0.spec import (
    LBFGS,
    SGD,
    Activation,
    Adam,
    BatchNorm,
    Dense,
    Dropout,
    Layer,
    LayerNorm,
    NetworkSpec,
    Noise,
    Skip,
    Training,
)


def derived(*layers: Layer, weighted: bool = False, **settings: Any) -> Program:
    network = NetworkSpec(3, layers or (Dense(4), Dense(1)))
    return training_program(network, Training(steps=1, **settings), weighted=weighted)


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


def test_what_updates_need_is_not_measured() -> None:
    assert [x.target for x in derived(schedule="plateau").measured] == ["error"]
    assert [x.target for x in derived(optimizer=LBFGS()).measured] == ["error"]
    trimmed = [x.target for x in derived(trim_deltas=0.1).measured]
    assert trimmed == ["loss", "error", "trimmed"]


BETWEEN: dict[Layer, dict[str, str]] = {
    Activation("tanh"): {
        "forward": "l0 l1 l1_active l2",
        "backward": "l2_delta l1_active_error l1_error l1_delta",
    },
    Dropout(): {
        "init": "syn0 syn1 seed t",
        "forward": "l0 l1 l1_mask l1_kept l2",
        "backward": "l2_delta l1_kept_error l1_error l1_delta",
        "update": "t syn1 syn0",
    },
    Noise(): {
        "init": "syn0 syn1 seed t",
        "forward": "l0 l1 l1_noisy l2",
        "backward": "l2_delta l1_noisy_error l1_delta",
        "update": "t syn1 syn0",
    },
    LayerNorm(): {
        "init": "syn0 scale1 shift1 syn1",
        "forward": "l0 l1 l1_mean l1_variance l1_normal l1_scaled l2",
        "backward": "l2_delta l1_scaled_error l1_normal_error l1_error l1_delta",
        "update": "syn1 scale1 shift1 syn0",
    },
    BatchNorm(): {
        "init": "syn0 scale1 shift1 mean1 variance1 syn1",
        "forward": "l0 l1 l1_mean l1_variance l1_normal l1_scaled l2",
        "backward": "l2_delta l1_scaled_error l1_normal_error l1_error l1_delta",
        "update": "syn1 scale1 shift1 syn0 mean1 variance1",
    },
    Skip(): {"forward": "l0 l1 l1_joined l2", "backward": "l2_delta l1_joined_error l1_delta"},
}


@pytest.mark.parametrize("layer", BETWEEN, ids=str)
def test_a_layer_in_between_adds_lines_of_its_own(layer: Layer) -> None:
    """What is not named here is as without it; an error that only passes keeps its name."""
    plain, more = derived(Dense(3), Dense(1)), derived(Dense(3), layer, Dense(1))
    for phase in PHASES:
        expected = BETWEEN[layer].get(phase, " ".join(targets(plain, phase)))
        assert targets(more, phase) == expected.split()


def test_nothing_is_sent_back_below_the_first_layer_that_learns() -> None:
    program = derived(Dropout(), Activation("tanh"), Dense(4), Dense(1))
    assert targets(program, "backward") == ["l2_delta", "l1_error", "l1_delta"]
    program = derived(BatchNorm(), Dense(4), Dense(1))
    assert targets(program, "backward") == ["l2_delta", "l1_error", "l1_delta", "l0_scaled_error"]


def test_a_skip_connection_brings_two_errors_together() -> None:
    program = derived(Dense(4), Dense(4), Skip(), Dense(4), Skip(2), Dense(1))
    errors = {x.target: x.expression for x in program.phase("backward")}
    through_weights = Name("l2_delta") @ Name("syn1").T
    over_one, over_two = Name("l2_joined_error"), Name("l3_joined_error")
    assert errors["l1_error"] == through_weights + over_one + over_two


def test_predicting_drops_nothing_and_draws_nothing() -> None:
    layers = (Noise(), Dense(4), BatchNorm(), Dropout(), Dense(1))
    program = prediction_program(NetworkSpec(3, layers))
    lines = {line.target: line.expression for line in program.phase("forward")}
    assert (lines["l0_noisy"], lines["l1_kept"]) == (Name("l0"), Name("l1_scaled"))
    assert {"mean1", "variance1"} <= set(reads(program.lines))
    assert not {"seed", "t"} & {line.target for line in program.lines}


def test_running_statistics_are_weights_that_no_pull_moves() -> None:
    program = derived(Dense(4), BatchNorm(), Dense(1), optimizer=Adam())
    names = ("syn0", "scale1", "shift1", "mean1", "variance1", "syn1")
    assert program.weights == names
    assert {f"{name}_m" for name in ("syn0", "scale1", "shift1", "syn1")} <= set(program.state)
    assert "mean1_m" not in program.state


def test_the_inputs_are_arrays_numbers_and_the_rows_of_a_step() -> None:
    program = derived(batch_size=2, schedule="cosine", weighted=True)
    assert dict(program.inputs) == {
        "X": ("rows", 3),
        "y": ("rows", 1),
        "sample_weight": ("rows", 1),
        "batch": ("batch",),
        "steps": (),
    }
    assert program.arrays == ("X", "y", "sample_weight")
    assert program.numbers == ("steps",)
    assert (derived().arrays, derived().numbers) == (("X", "y"), ())


def test_what_changes_is_state_and_what_stays_is_constant() -> None:
    program = derived(optimizer=Adam(), warm_up=5, schedule="plateau")
    moments = ("syn1_m", "syn1_v", "syn0_m", "syn0_v")
    assert program.state == ("syn0", "syn1", "rate", "best", "waited", "t", *moments)
    assert program.constants == ("beta1", "beta2", "epsilon")
    assert "alpha" in targets(program, "update")


def test_a_solver_gets_a_pull_for_each_weight() -> None:
    program = derived(Dense(4, bias=True), Dense(1), optimizer=LBFGS())
    assert program.pulls == {
        "syn0": "syn0_update",
        "bias0": "bias0_update",
        "syn1": "syn1_update",
    }
    assert program.state == program.weights
    assert derived().pulls == {}
    assert derived(clip_norm=1).pulls == {}
    assert derived(optimizer=Adam()).pulls == {}


def test_reports_are_loss_error_and_what_was_trimmed() -> None:
    assert derived().reports == ("loss", "error")
    assert derived(trim_deltas=0.1).reports == ("loss", "error", "trimmed")


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
