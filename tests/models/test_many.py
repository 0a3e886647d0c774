"""Many networks at once: each is what it would have become alone, and together they say more."""

import pickle
import signal
import time
from itertools import product

import joblib
import numpy as np
import pytest

from syn0 import Adam, Network, train_many
from syn0.engines import native
from syn0.training import Run

HOW = {
    "full batches": {},
    "mini-batches": {"batch_size": 4, "momentum": 0.5},
    "Adam": {"optimizer": Adam(), "batch_size": 10, "l2": 0.01},
    "a schedule": {"schedule": "cosine", "warm_up": 3},
    "L-BFGS": {"optimizer": "lbfgs"},
}


def small(seed: int | None = 4, **settings) -> Network:
    """A network whose masks hang on its seed as well."""
    return Network([5, 4, 2], seed=seed, **{"dropout": 0.2} | settings)


@pytest.fixture
def apart(rows):
    """Eight networks, two of which a rate beyond all measure ends."""
    network = Network([5, 4, 2], output_activation="identity")
    return train_many(network, *rows, seeds=2, learning_rates=[0.01, 0.02, 1e9, 0.001], steps=50)


@pytest.mark.needs_compiler
@pytest.mark.usefixtures("quick_compiler")
@pytest.mark.parametrize("engine", ["numpy", "native"])
@pytest.mark.parametrize("how", HOW.values(), ids=HOW)
def test_each_is_to_the_bit_what_it_becomes_alone(rows, assert_same, engine, how):
    solver = how.get("optimizer") == "lbfgs"
    rates = None if solver else [0.3, 0.05] if how else [1.0, 0.05]  # 1 has a program of its own
    drop = {"dropout": 0} if solver else {}
    how = {"steps": 25, "report_every": 10, "engine": engine, **how}
    many = train_many(small(**drop), *rows, seeds=3, learning_rates=rates, threads=2, **how)
    grid = [*product(rates or [None], (4, 5, 6))]
    assert len(many) == len(grid)
    for k, (rate, seed) in enumerate(grid):
        alone = small(seed, **drop)
        history = alone.train(*rows, learning_rate=rate, threads=1, **how)
        assert_same(many[k], alone)
        assert many.histories[k] == history
        assert many[k].spec == alone.spec
        assert many[k].training == alone.training
        assert many[k].engine == engine


def test_jax_trains_all_in_step_and_each_is_what_it_becomes_alone(rows):
    pytest.importorskip("jax")
    how = {"epochs": 4, "batch_size": 5, "schedule": "plateau:2", "validation": 0.2}
    network = small(output_activation="identity")
    rates = [0.02, 1e60]
    many = train_many(network, *rows, seeds=3, learning_rates=rates, engine="jax", **how)
    alone = train_many(network, *rows, seeds=3, learning_rates=rates, engine="numpy", **how)
    assert many[0].engine == "jax"
    assert many.diverged.tolist() == alone.diverged.tolist() == [False] * 3 + [True] * 3
    for mine, theirs in zip(many, alone, strict=True):
        assert mine.steps_taken == theirs.steps_taken
        for name, value in mine.checkpoint.values.items():
            assert value == pytest.approx(theirs.checkpoint.values[name], rel=1e-9), name
    for name in ("loss", "error", "validation_loss"):
        mine, theirs = getattr(many, name), getattr(alone, name)
        assert mine == pytest.approx(theirs, rel=1e-9, nan_ok=True)


@pytest.mark.needs_compiler
@pytest.mark.usefixtures("quick_compiler")
def test_what_is_compiled_for_one_serves_all(rows, monkeypatch):
    made = []
    compiled = native.library
    monkeypatch.setattr(native, "library", lambda *given: made.append(given) or compiled(*given))
    train_many(small(), *rows, seeds=5, learning_rates=[0.1, 0.2], steps=20, engine="native")
    assert len(made) == 1


def test_seeds_go_on_from_the_networks_own(rows):
    def seeds(seed, **which):
        return train_many(small(seed), *rows, steps=1, engine="numpy", **which).seeds.tolist()

    assert seeds(4, seeds=3) == [4, 5, 6]
    assert seeds(4, seeds=[9, 2]) == [9, 2]
    assert seeds(4, seeds=np.array([9, 2])) == [9, 2]
    assert seeds(4, learning_rates=[0.1]) == [4]
    fresh, others = seeds(None, seeds=2), seeds(None, seeds=2)
    assert fresh[1] == fresh[0] + 1
    assert fresh != others


def test_the_network_that_they_are_like_does_not_move(rows):
    network = small()
    before = network.record()
    train_many(network, *rows, seeds=2, steps=5)
    assert network.record() == before


def test_one_that_diverges_says_where_and_does_not_end_the_others(apart):
    assert apart.diverged.tolist() == [False] * 4 + [True] * 2 + [False] * 2
    assert apart.learned.tolist() == (~apart.diverged).tolist()
    assert np.isnan(apart.final_loss).tolist() == apart.diverged.tolist()
    for history in apart.histories[4:6]:
        assert history.stopped == "diverged"
        assert history.trouble.startswith("training stopped at step ")
        assert "the learning rate of 1e+09 is too high" in history.trouble
        assert repr(history).endswith(history.trouble)
    assert [history.trouble for history in apart.histories[:4]] == [""] * 4
    assert all(np.isfinite(x).all() for x in apart[4].weights.values())
    assert set(apart.ranking) == {0, 1, 2, 3, 6, 7}


def test_they_predict_the_mean_and_its_spread_without_those_that_diverged(apart, rows):
    each = np.array([apart[k].predict(rows[0]) for k in (0, 1, 2, 3, 6, 7)])
    assert np.array_equal(apart.predict_each(rows[0]), each)
    mean, spread = apart.predict(rows[0], spread=True)
    assert mean == pytest.approx(each.mean(axis=0), rel=1e-12)
    assert spread == pytest.approx(each.std(axis=0), rel=1e-12)
    assert np.array_equal(apart.predict(rows[0]), mean)


def test_where_none_has_learned_there_is_no_best(rows):
    network = Network([5, 4, 2], output_activation="identity")
    many = train_many(network, *rows, learning_rates=[1e9], steps=50)
    for asked in (many.best, lambda: many.predict(rows[0])):
        with pytest.raises(
            ValueError, match="none of the networks has learned: 1 diverged, seed 1: train"
        ):
            asked()


def test_figures_are_those_of_the_weights_that_are_kept(rows):
    X, y = rows
    many = train_many(small(), X, y, seeds=4, steps=30, report_every=10)
    losses = [((y - many[k].predict(X)) ** 2).sum() / 2 for k in range(4)]
    assert many.final_loss == pytest.approx(losses, rel=1e-12)
    assert many.final_error == pytest.approx(
        [np.abs(y - network.predict(X)).mean() for network in many], rel=1e-12
    )
    assert many.best().spec.seed == many.seeds[np.argmin(losses)]
    assert many.steps.tolist() == [0, 10, 20]
    assert many.loss.shape == many.error.shape == (4, 3)
    assert many.loss.tolist() == [history.loss for history in many.histories]


def test_all_are_judged_by_the_same_validation_rows(rows, assert_same):
    how = {"epochs": 8, "batch_size": 5, "patience": 2, "monitor": "error", "learning_rate": 3.0}
    many = train_many(small(), *rows, seeds=6, validation=0.3, engine="numpy", **how)
    first = small()
    history = first.train(*rows, validation=0.3, engine="numpy", **how)
    assert_same(many[0], first)
    assert many.histories[0] == history
    assert len({h.validation_loss[0] for h in many.histories}) == 6
    assert many.final_error == pytest.approx(np.nanmin(many.validation_error, axis=1), rel=1e-12)
    lengths = [len(history.reports) for history in many.histories]
    assert (~np.isnan(many.validation_loss)).sum(axis=1).tolist() == lengths
    assert many.best().spec.seed == many.seeds[many.final_error.argmin()]


def test_ctrl_c_keeps_what_each_has_learned(rows, monkeypatch):
    interval = Run._interval
    begun = []

    def pressed(run, interrupt, **how):
        begun.append(run)
        if len(begun) == 3:
            signal.raise_signal(signal.SIGINT)
            deadline = time.monotonic() + 30
            while not interrupt.requested and time.monotonic() < deadline:
                time.sleep(0.001)
        return interval(run, interrupt, **how)

    monkeypatch.setattr(Run, "_interval", pressed)
    many = train_many(small(), *rows, seeds=9, epochs=2, engine="numpy")
    assert [history.stopped for history in many.histories] == [
        "finished", *["interrupted"] * 8
    ]  # fmt: skip
    assert [network.steps_taken for network in many] == [2, 1, *[0] * 7]
    assert many.learned.tolist() == [True, True, *[False] * 7]
    assert "8 were interrupted" in repr(many)


def test_joblibs_workers_train_the_same(rows):
    how = {"seeds": 3, "learning_rates": [0.1, 0.2], "steps": 20, "engine": "numpy"}
    here = train_many(small(), *rows, **how)
    with joblib.parallel_config("threading"):
        spread = train_many(small(), *rows, n_jobs=4, **how)
    assert spread.seeds.tolist() == here.seeds.tolist()
    assert spread.histories == here.histories
    assert np.array_equal(spread.predict(rows[0]), here.predict(rows[0]))
    assert repr(pickle.loads(pickle.dumps(here))) == repr(spread)  # noqa: S301


def test_they_show_their_rates_the_best_and_what_went_wrong(apart):
    head, names, *rows, best, trouble = repr(apart).splitlines()
    assert head == f"8 networks 5-4-2, seeds 1, 2; 50 steps by SGD, engine {apart[0].engine}"
    columns = "learning rate  networks  learned  best loss  median  worst  mean error  spread"
    assert " ".join(names.split()) == " ".join(columns.split())
    assert [row.split()[:3] for row in rows] == [
        ["0.01", "2", "2"], ["0.02", "2", "2"], ["1e+09", "2", "0"], ["0.001", "2", "2"]
    ]  # fmt: skip
    first = apart.ranking[0]
    rate = apart.learning_rates[first]
    assert best == f"best: seed {apart.seeds[first]}, learning rate {rate:g} (number {first})"
    assert trouble.startswith("2 diverged, seed 1: training stopped at step ")
    html = apart._repr_html_()
    assert best in html
    assert "polyline" in html
    frame = apart.to_frame()
    assert frame["seed"].tolist() == [1, 2] * 4
    assert frame["stopped"].tolist().count("diverged") == 2


WRONG = {
    "no network": ({"network": [3, 4, 1]}, TypeError, "takes a Network first"),
    "no seeds": ({"seeds": []}, ValueError, "seeds must be a list of at least one number"),
    "too few": ({"seeds": 0}, ValueError, "seeds must be at least 1, not 0"),
    "a text": ({"seeds": "12"}, ValueError, "seeds must be a list"),
    "half a seed": ({"seeds": [1.5]}, TypeError, "seed must be a whole number"),
    "one twice": ({"seeds": [1, 1]}, ValueError, "seeds must differ, but 1 stands there twice"),
    "one rate": ({"learning_rates": 0.1}, TypeError, "learning_rates must be a list of numbers"),
    "no step": ({"learning_rates": [0]}, ValueError, "learning_rates must be .* above 0, not 0"),
    "two ways": (
        {"learning_rates": [1], "learning_rate": 1}, ValueError, "learning_rate or learning_rates"
    ),
    "a solver": (
        {"learning_rates": [1], "optimizer": "lbfgs"}, ValueError, "leave out learning_rates"
    ),
    "no such setting": ({"seed": 3}, TypeError, "train_many has no setting 'seed'"),
    "nothing to watch": ({"patience": 3}, ValueError, "patience needs validation rows"),
    "no workers": ({"n_jobs": 0}, ValueError, "n_jobs must be a number of workers"),
    "no threads": ({"threads": 0}, ValueError, "threads must be at least 1"),
}  # fmt: skip


@pytest.mark.parametrize(("given", "kind", "words"), WRONG.values(), ids=WRONG)
def test_what_does_not_fit_is_told_in_a_sentence(rows, given, kind, words):
    given = {"network": small(), "X": rows[0], "y": rows[1], "steps": 5, **given}
    with pytest.raises(kind, match=words):
        train_many(**given)
