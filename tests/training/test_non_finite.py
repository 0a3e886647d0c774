"""Numbers that stop being numbers: training stops, says where, and keeps the last good weights."""

import re

import numpy as np
import pytest

from syn0 import Adam, Network, NonFiniteError, load
from syn0.training import loop


def linear(dtype: str = "float64") -> Network:
    """A network that nothing keeps from growing."""
    return Network([5, 4, 2], activation=["identity", "identity"], dtype=dtype)


def diverge(rows, dtype="float64", **how):
    """A network whose weights double and redouble, and the error that ends it."""
    network = linear(dtype)
    with pytest.raises(NonFiniteError) as caught:
        network.train(*rows, steps=5000, **how)
    return network, caught.value


HOW = {
    "full batch": {"learning_rate": 3.0},
    "mini-batches": {"learning_rate": 3.0, "batch_size": 4},
    "mini-batches that take longer to fail": {"learning_rate": 0.2, "batch_size": 4},
    "a mean": {"learning_rate": 50.0, "batch_size": 4, "reduction": "mean"},
    "a report every step": {"learning_rate": 3.0, "report_every": 1},
}


@pytest.mark.parametrize("how", HOW.values(), ids=HOW)
def test_the_network_keeps_exactly_the_state_after_the_step_that_is_named(
    rows, assert_same, named_step, how
):
    network, error = diverge(rows, **how)
    reference = linear()
    assert named_step(error) == network.steps_taken > 0
    assert all(np.isfinite(weights).all() for weights in network.weights.values())
    how = {"report_every": 5000, **how}
    reference.train(*rows, steps=network.steps_taken, **how)  # these steps are all good
    assert_same(network, reference)


def test_the_step_after_the_kept_state_is_the_one_that_fails(rows):
    network, _ = diverge(rows, learning_rate=3.0)
    step = network.steps_taken
    with pytest.raises(NonFiniteError, match=f"at step {step:,}:"):
        network.train(*rows, steps=1, learning_rate=3.0)
    assert network.steps_taken == step


def test_the_step_and_the_line_that_are_named_do_not_hang_on_the_speed_of_the_machine(
    rows, monkeypatch
):
    messages = set()
    for seconds in (1e-9, 0.05, 10.0):
        monkeypatch.setattr(loop, "STRETCH_SECONDS", seconds)
        network, error = diverge(rows, learning_rate=0.1)
        messages.add((str(error), network.steps_taken))
    assert len(messages) == 1, messages


def test_the_message_names_array_line_and_count_and_what_to_do(rows):
    _, error = diverge(rows, learning_rate=3.0)
    pattern = (
        r"training stopped at step [\d,]+: \w+ became (infinite|NaN) "
        r"\([\d,]+ of [\d,]+ values\): .+\. Likely cause: the learning rate of 3 is too high: "
        r"try 0\.3; .+\. The network keeps its weights from before that step$"
    )
    assert re.match(pattern, str(error)), error
    assert "\n" not in str(error)
    assert isinstance(error, FloatingPointError)


def test_bad_entries_are_counted_in_the_first_line_that_has_them():
    network = Network([2, 2], activation="identity")
    network.weights["syn0"][:] = [[1, 0.1], [1, 0.1]]
    X, y = [[1.7e308, 1.7e308], [1, 1], [2, 2]], np.zeros((3, 2))
    with pytest.raises(NonFiniteError, match=r"at step 0: l1 became infinite \(1 of 6 values\)"):
        network.train(X, y, steps=5)
    assert network.weights["syn0"].tolist() == [[1, 0.1], [1, 0.1]]
    assert network.steps_taken == 0


def test_a_loss_too_large_for_a_number_is_named_as_such():
    network = Network([1, 1], activation="identity")
    with pytest.raises(NonFiniteError, match=r"loss became infinite \(1 of 1 values\)"):
        network.train([[1.0]], [[1e200]], steps=5)


def test_float32_overflows_earlier_and_is_caught_as_well(rows, named_step):
    network, error = diverge(rows, dtype="float32", learning_rate=0.5, batch_size=4)
    in_float64, _ = diverge(rows, learning_rate=0.5, batch_size=4)
    assert named_step(error) == network.steps_taken < in_float64.steps_taken
    assert all(np.isfinite(w).all() for w in network.weights.values())


def test_a_smaller_learning_rate_goes_on_from_the_kept_weights(rows):
    network = Network([1, 1], activation="identity")
    X, y = [[2.0], [1.0]], [1.0, 0.5]
    with pytest.raises(NonFiniteError):
        network.train(X, y, steps=5000, learning_rate=1e100)
    assert network.steps_taken > 0
    network.weights["syn0"][:] = 1.0
    history = network.train(X, y, steps=100, learning_rate=0.1)
    assert history.stopped == "finished"
    assert network.predict(X) == pytest.approx(np.array([[1.0], [0.5]]))


def test_what_is_kept_can_be_saved_and_loaded(rows, tmp_path, assert_same):
    network, _ = diverge(rows, learning_rate=3.0, batch_size=4)
    network.save(tmp_path / "m.safetensors")
    assert_same(load(tmp_path / "m.safetensors"), network)


def test_the_optimizers_memory_is_kept_with_the_weights(assert_same):
    X, y = np.array([[1.0], [1e155]]), np.zeros((2, 1))
    network, reference = (Network([1, 1], activation="identity") for _ in range(2))
    with pytest.raises(NonFiniteError):  # its square passes what a float64 holds
        network.train(X, y, steps=100, optimizer=Adam(), report_every=1)
    assert network.checkpoint.values["t"] == network.steps_taken
    if network.steps_taken:
        reference.train(X, y, steps=network.steps_taken, optimizer=Adam())
        assert_same(network, reference)


def test_validation_figures_that_are_no_numbers_do_not_pass_silently():
    network = Network([1, 1], activation="identity")
    with pytest.raises(NonFiniteError, match="validation"):
        network.train([[1.0]], [[0.5]], steps=5, validation=([[1.0]], [[1e200]]))


def test_no_warning_of_numpys_reaches_the_user(rows, recwarn):
    diverge(rows, learning_rate=3.0)
    assert not list(recwarn)


CAUSES = {
    "unscaled inputs": (
        {"inputs": 1e5, "learning_rate": 1e3},
        r"the inputs reach 2\.\d+e\+05: scale them",
    ),
    "unscaled targets": (
        {"targets": 1e5, "learning_rate": 1e3},
        r"the targets reach 9\.\d+e\+04: scale them",
    ),
    "a learning rate": ({"learning_rate": 3.0}, r"the learning rate of 3 is too high: try 0\.3;"),
    "a small learning rate": (
        {"learning_rate": 0.25, "batch_size": 4},
        r"the learning rate of 0\.25 is too high: try 0\.025;",
    ),
    "no limit": ({"learning_rate": 3.0}, r"clip_norm=1 keeps single steps short\. The"),
}


@pytest.mark.parametrize(("how", "words"), CAUSES.values(), ids=CAUSES)
def test_the_likely_cause_is_named(rows, how, words):
    X, y = rows
    X, y = X * how.pop("inputs", 1), y * how.pop("targets", 1)
    with pytest.raises(NonFiniteError, match=f"Likely cause: .*{words}") as caught:
        linear().train(X, y, steps=5000, **how)
    assert "\n" not in str(caught.value)


def test_what_is_advised_helps(rows):
    _, error = diverge(rows, learning_rate=0.1)
    assert "try 0.01; clip_norm=1" in str(error)
    assert linear().train(*rows, steps=500, learning_rate=0.01).stopped == "finished"
    assert linear().train(*rows, steps=500, learning_rate=0.1, clip_norm=1).stopped == "finished"


def test_what_is_done_already_is_not_advised():
    network = Network([1, 1], loss="poisson", init="constant:50")
    with pytest.raises(NonFiniteError) as caught:
        network.train([[20.0]], [[1.0]], steps=5, clip_norm=1)
    assert "clip_norm" not in str(caught.value)


def test_an_output_that_grows_exponentially_is_named():
    network = Network([1, 1], loss="poisson", init="constant:50")
    words = r"l1 became infinite .*l1 grows exponentially: 'softplus' is a gentler output"
    with pytest.raises(NonFiniteError, match=words):
        network.train([[20.0]], [[1.0]], steps=5)
    gentler = Network([1, 1], loss="poisson", init="constant:50", output_activation="softplus")
    assert gentler.train([[20.0]], [[1.0]], steps=5, learning_rate=0.01).stopped == "finished"


@pytest.mark.parametrize("optimizer", ["sgd", "adagrad", "rmsprop", "adam", "adamw"])
def test_every_optimizer_stops_at_the_step_that_fails_and_keeps_what_was_before(
    rows, assert_same, named_step, optimizer
):
    how = {"optimizer": optimizer, "learning_rate": 1e160, "batch_size": 4}
    network, reference = linear(), linear()
    with pytest.raises(NonFiniteError) as caught:
        network.train(*rows, steps=500, **how)
    assert named_step(caught.value) == network.steps_taken
    assert all(np.isfinite(value).all() for value in network.checkpoint.values.values())
    if network.steps_taken:
        reference.train(*rows, steps=network.steps_taken, **how)
        assert_same(network, reference)


def test_of_many_steps_only_the_last_are_taken_line_by_line(monkeypatch):
    walked = []
    first_trouble = loop.first_trouble

    def counted(program, values, arrays, batches, **how):
        walked.append(len(batches))
        return first_trouble(program, values, arrays, batches, **how)

    monkeypatch.setattr(loop, "first_trouble", counted)
    network = Network([1, 1], activation="identity")
    how = {"learning_rate": 0.75, "steps": 5000, "report_every": 5000}
    with pytest.raises(NonFiniteError):  # each step doubles what is wrong
        network.train(np.ones((4, 1)), [0, 1, 1, 0], **how)
    assert 1000 < network.steps_taken < 1100
    assert 1 <= walked[0] <= 16


def test_masks_and_running_statistics_fail_and_are_kept_like_weights(rows, assert_same):
    def make():
        return Network([5, 8, 2], activation="exp", output_activation="exp", batch_norm=True,
                       dropout=0.3, loss="poisson")  # fmt: skip

    network, reference = make(), make()
    how = {"learning_rate": 5.0, "batch_size": 4, "schedule": "exponential:0.999",
           "engine": "numpy"}  # fmt: skip
    with pytest.raises(NonFiniteError):
        network.train(*rows, steps=5000, **how)
    assert network.steps_taken > 0
    assert all(np.isfinite(value).all() for value in network.checkpoint.values.values())
    reference.train(*rows, steps=network.steps_taken, **how)
    assert_same(network, reference)
