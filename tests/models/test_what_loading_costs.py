"""Loading costs what the file is long: it draws nothing and reads no more than a model can mean."""

import time

import numpy as np
import pytest

from syn0 import Dense, Network, load
from syn0.files import container as files
from syn0.files.container import is_model
from syn0.models import record
from syn0.program import interpreter


@pytest.fixture
def draws(monkeypatch):
    """Of each start value that is worked out from now on, whether random numbers were drawn."""
    evaluate, seen = interpreter.evaluate, []

    def watched(expression, values, generator):
        before = generator.get_state()[1:3]
        value = evaluate(expression, values, generator)
        after = generator.get_state()[1:3]
        seen.append(before[1] != after[1] or not np.array_equal(before[0], after[0]))
        return value

    monkeypatch.setattr(interpreter, "evaluate", watched)
    return seen


@pytest.mark.parametrize("init", ["uniform", "orthogonal", "he_normal"])
@pytest.mark.parametrize("seed", [1, None])
def test_neither_loading_nor_going_on_draws_start_weights(tmp_path, draws, init, seed):
    X, y = np.ones((3, 4)), np.ones((3, 2))
    network = Network(4, [Dense(4, init=init), Dense(2, bias=True)], seed=seed)
    assert any(draws)
    network.train(X, y, steps=2, optimizer="adam", engine="numpy")
    network.save(tmp_path / "m.safetensors")
    draws.clear()
    again = load(tmp_path / "m.safetensors")
    assert np.array_equal(again.predict(X), network.predict(X))
    again.train(X, y, steps=2, optimizer="adam", engine="numpy")
    assert draws  # what the optimizer remembers starts anew
    assert not any(draws)


def test_layers_cost_what_they_are_many(tmp_path, calls):
    def loading(layers):
        Network(2, [Dense(1) for _ in range(layers)]).save(tmp_path / "m.safetensors")
        record.training_program.cache_clear()
        return calls(lambda: load(tmp_path / "m.safetensors"))

    few, many = loading(100), loading(400)
    assert many < 5 * few


def test_quantiles_cost_what_they_are_many(tmp_path):
    shares = ",".join(f"{(n + 1) / 5001:.6f}" for n in range(5000))
    network = Network(1, [Dense(5000, "identity")], loss=f"quantile:{shares}")
    network.save(tmp_path / "m.safetensors")
    began = time.process_time()
    load(tmp_path / "m.safetensors")
    assert time.process_time() - began < 3  # it was 6, and 90 for 20,000


def test_a_wrong_number_among_many_is_named_in_a_short_message():
    shares = ",".join(["0.5"] * 1000)
    with pytest.raises(ValueError, match="must be a number, not 'x'") as caught:
        Network(1, [Dense(1001, "identity")], loss=f"quantile:{shares},x")
    assert len(str(caught.value)) < 300


def test_a_header_of_endless_length_is_not_looked_at(tmp_path):
    path = tmp_path / "m.safetensors"
    with path.open("wb") as file:
        file.write((2**27).to_bytes(8, "little"))
        file.truncate(2**27 + 8)  # a file with a hole: it takes no room
    with pytest.raises(ValueError, match="its header says that it has 134,217,728 bytes"):
        load(path)
    assert not is_model(path)


@pytest.mark.parametrize("limit", ["MOST_TEXT", "MOST_VALUES"])
def test_a_description_without_end_is_neither_written_nor_read(tmp_path, monkeypatch, limit):
    network, path = Network([2, 2, 1]), tmp_path / "m.safetensors"
    network.save(path)
    assert is_model(path)
    monkeypatch.setattr(files, limit, 20)
    with pytest.raises(ValueError, match="its description has more than"):
        load(path)
    with pytest.raises(ValueError, match="its description has more than"):
        network.save(tmp_path / "other.safetensors")
    assert [*tmp_path.iterdir()] == [path]


VERSIONS = {
    "a list": ["2.0"],
    "a text": "2.0",
    "numbers": {"numpy": 2.0},
    "a tree": {"numpy": {"numpy": {"numpy": "2.0"}}},
    "a long text": {"numpy": "2" * 1000},
    "many": {f"numpy{n}": "2.0" for n in range(100)},
}


@pytest.mark.parametrize("versions", VERSIONS.values(), ids=VERSIONS)
def test_versions_are_a_few_short_texts(edited, trained, versions):
    path = edited(trained, lambda description, arrays: description.update(versions=versions))
    with pytest.raises(ValueError, match="does not say which versions made it"):
        load(path)
