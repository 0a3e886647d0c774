"""No more threads work than there are cores, whoever asks for them: others would wait for ever."""

import warnings

import numpy as np
import pytest

from syn0 import MLPClassifier, Network, TabularClassifier
from syn0.engines import at_most_cores, threads

X, y = np.eye(3), [0, 1, 1]


@pytest.fixture
def cores(monkeypatch) -> int:
    """A machine of two cores."""
    monkeypatch.setattr(threads, "cores", lambda: 2)
    return 2


@pytest.mark.parametrize("asked", [3, 1000, 2**31, 2**32 + 1, 2**64, 10**30])
def test_more_than_there_are_are_not_taken_and_a_note_says_so(cores, asked):
    assert at_most_cores(asked) == (2, "2 threads work at once, as there are 2 cores")


@pytest.mark.parametrize("asked", [None, 1, 2])
def test_as_many_as_there_are_are_taken_without_a_word(cores, asked):
    assert at_most_cores(asked) == (asked, "")


@pytest.mark.parametrize("engine", ["numpy", "native", "auto"])
def test_a_network_says_it_once_and_trains(cores, capsys, engine):
    Network([3, 4, 1]).train(X, y, steps=3, threads=1000, engine=engine)
    assert capsys.readouterr().err.count("2 threads work at once") == 1


@pytest.mark.parametrize("kind", [MLPClassifier, TabularClassifier])
def test_an_estimator_says_it_and_trains(cores, capsys, kind):
    rows = np.random.RandomState(0).normal(size=(30, 3))
    model = kind(threads=2**32 + 1, max_iter=2, progress=False)
    with warnings.catch_warnings(action="ignore"):  # two epochs are few
        model.fit(rows, rows[:, 0] > 0)
    assert "2 threads work at once" in capsys.readouterr().err


@pytest.mark.parametrize("asked", [0, -1, -(2**40)])
def test_fewer_than_one_is_one_sentence(asked):
    with pytest.raises(ValueError, match=f"threads must be at least 1, not {asked}"):
        Network([3, 1]).train(X, y, steps=1, threads=asked)


@pytest.mark.parametrize("asked", [1.5, "two", True])
def test_what_is_no_number_is_one_sentence(asked):
    with pytest.raises(TypeError, match="threads must be a whole number"):
        Network([3, 1]).train(X, y, steps=1, threads=asked)


@pytest.mark.parametrize(
    ("given", "allowed"),
    [("", 2), ("1", 1), ("2", 2), ("1000", 2), ("1,2", 1), (" 1 ", 1), ("9" * 5000, 2)],
)
def test_the_environment_takes_no_more_than_there_are_either(cores, monkeypatch, given, allowed):
    monkeypatch.setenv("OMP_NUM_THREADS", given)
    assert threads.threads_allowed() == allowed


@pytest.mark.parametrize("given", ["0", "-1", "many", "1.5", "²", "x" * 5000])
def test_an_environment_of_no_number_is_one_short_sentence(monkeypatch, given):
    monkeypatch.setenv("OMP_NUM_THREADS", given)
    with pytest.raises(ValueError, match="OMP_NUM_THREADS must be a number of at least 1") as found:
        threads.threads_allowed()
    assert len(str(found.value)) < 100
