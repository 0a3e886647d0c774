"""Rows in shards: in what order they are taken, and that they are the same from disk and memory."""

import numpy as np
import pytest

from syn0 import Adam, Network
from syn0.engines import Stretch
from syn0.spec import Training
from syn0.training import Batches, Checkpoint
from syn0.training.shards import Feed, Shards

ROWS, SIZE = 100, 4
SHARDS = Shards(8, 3)  # 13 shards, the last of 4 rows; 5 windows, the last of one shard


def start(seed=1):
    return Checkpoint({}, np.random.RandomState(seed).get_state())


def training(**how):
    return Training(**{"epochs": 2, "batch_size": SIZE, **how})


def rows_taken(batches, steps, shards):
    """The rows of each step, by their numbers among all."""
    taken = []
    while len(taken) < steps:
        stretch = batches.take(steps - len(taken))
        where = [
            np.arange(s * shards.rows, min((s + 1) * shards.rows, ROWS)) for s in batches.window
        ]
        taken += [np.concatenate(where)[batch] for batch in stretch]
    return taken


def test_epochs_take_shuffled_shards_and_shuffle_the_rows_of_a_window():
    taken = rows_taken(Batches(ROWS, training(), start(), SHARDS), 50, SHARDS)
    expected, draw = [], np.random.RandomState(1)
    for _ in range(2):
        order = np.arange(12)
        draw.shuffle(order)
        order = [*order, 12]  # the short one
        for first in range(0, 13, 3):
            window = np.concatenate(
                [np.arange(s * 8, min(s * 8 + 8, ROWS)) for s in order[first:][:3]]
            )
            place = np.arange(len(window))
            draw.shuffle(place)
            expected += np.split(window[place], range(SIZE, len(window), SIZE))
    assert [row.tolist() for row in taken] == [row.tolist() for row in expected]
    for epoch in (taken[:25], taken[25:]):
        assert sorted(np.concatenate(epoch).tolist()) == list(range(ROWS))


def test_with_one_shard_the_order_is_the_usual_one():
    one, usual = (
        Batches(ROWS, training(), start(), Shards(ROWS)),
        Batches(ROWS, training(), start()),
    )
    for _ in range(3):
        assert np.array_equal(one.take(30).order, usual.take(30).order)
    assert one.position()[1] == usual.position()[1]


def test_unshuffled_shards_come_as_they_stand():
    taken = rows_taken(Batches(ROWS, training(shuffle=False), start(), SHARDS), 25, SHARDS)
    assert np.concatenate(taken).tolist() == list(range(ROWS))


@pytest.mark.parametrize("steps", [1, 5, 6, 7, 24, 25, 26])
def test_batches_go_on_from_where_others_stood(steps):
    first = Batches(ROWS, training(), start(), SHARDS)
    rows_taken(first, steps, SHARDS)
    generator, epoch = first.position()
    again = Batches(ROWS, training(), Checkpoint({}, generator, epoch), SHARDS)
    for rest, other in zip(
        rows_taken(first, 20, SHARDS), rows_taken(again, 20, SHARDS), strict=True
    ):
        assert np.array_equal(rest, other)


def test_an_epoch_in_other_shards_begins_anew():
    first = Batches(ROWS, training(), start(), SHARDS)
    rows_taken(first, 7, SHARDS)
    generator, epoch = first.position()
    other = Batches(ROWS, training(), Checkpoint({}, generator, epoch), Shards(8, 2))
    assert other.position()[1] is None


def test_what_is_upcoming_comes():
    batches = Batches(ROWS, training(), start(), SHARDS)
    batches.take(1)
    for _ in range(8):  # beyond the end of an epoch
        promised, before = batches.upcoming(), batches.window
        while batches.window is before:
            batches.take(1)
        assert np.array_equal(batches.window, promised)


class Counting:
    """Rows that hold their numbers, and count how often they are read."""

    rows = ROWS

    def __init__(self):
        self.read_from = []

    def empty(self, rows):
        return {"X": np.empty((rows, 1))}

    def read(self, first, out):
        self.read_from.append(first)
        out["X"][:, 0] = np.arange(first, first + len(out["X"]))


def test_a_window_is_read_ahead_once_and_stays_as_it_is_meanwhile():
    stored = Counting()
    feed = Feed(stored, SHARDS)
    windows = [np.array([4, 0, 2]), np.array([1, 3, 5])]
    one = feed.arrays(windows[0], lambda: windows[1])["X"]
    assert feed.arrays(windows[0], lambda: windows[1])["X"] is one  # engines know it again
    expected = [*range(32, 40), *range(8), *range(16, 24)]
    assert one[:, 0].tolist() == expected
    other = feed.arrays(windows[1], lambda: windows[0])["X"]
    assert other[:, 0].tolist() == [*range(8, 16), *range(24, 32), *range(40, 48)]
    feed.close()
    assert stored.read_from[:6] == [32, 0, 16, 8, 24, 40]


def test_an_error_of_the_reader_is_raised_where_its_rows_are_wanted():
    stored = Counting()
    feed = Feed(stored, SHARDS)
    windows = [np.array([0]), np.array([1])]
    stored.read = lambda first, out: None if first == 0 else 1 / 0
    feed.arrays(windows[0], lambda: windows[1])
    with pytest.raises(ZeroDivisionError):
        feed.arrays(windows[1], lambda: windows[0])
    feed.close()


@pytest.fixture
def data(tmp_path):
    draw = np.random.default_rng(0)
    X = draw.normal(size=(ROWS, 5)).astype(np.float32)
    y = (X[:, :1] * X[:, 1:2] > 0).astype(np.float32)
    np.save(tmp_path / "X.npy", X)
    return np.load(tmp_path / "X.npy", mmap_mode="r"), X, y


def network():
    return Network([5, 4, 1], dtype="float32", loss="binary_cross_entropy")


HOW = {"epochs": 3, "batch_size": SIZE, "optimizer": "adam", "progress": False}


@pytest.mark.usefixtures("quick_compiler")
@pytest.mark.parametrize(
    "engine", ["numpy", pytest.param("native", marks=pytest.mark.needs_compiler)]
)
def test_weights_from_disk_are_those_from_memory_to_the_bit(data, engine):
    disk, X, y = data
    streamed = network()
    history = streamed.train(disk, y, shards=SHARDS, engine=engine, **HOW)

    # The same steps by hand, on arrays in memory: the rows in the order that is documented.
    by_hand = network()
    how = Training(epochs=3, batch_size=SIZE, optimizer=Adam())
    batches = Batches(ROWS, how, by_hand.checkpoint, SHARDS)
    steps = rows_taken(batches, 75, SHARDS)
    program, fresh, runner = by_hand._to_train(how, streamed_examples(X, y), engine, None)
    values = {name: by_hand.checkpoint.values.get(name, fresh[name]) for name in fresh}
    state, losses = runner.train(values, {"X": X, "y": y}, Stretch.of(steps, ROWS), measure=True)
    for name in program.weights:
        assert np.array_equal(state[name], streamed.weights[name])
    assert history.loss == pytest.approx(losses[:, 0].reshape(3, 25).sum(axis=1))


def streamed_examples(X, y):
    from syn0.models import Examples

    return Examples(X, y)


def test_training_in_parts_from_disk_is_training_in_one_piece(data):
    disk, _, y = data
    whole, parts = network(), network()
    how = {**HOW, "epochs": None, "engine": "numpy", "shards": SHARDS}
    whole.train(disk, y, steps=60, **how)
    for steps in (7, 11, 42):
        parts.train(disk, y, steps=steps, **how)
    assert np.array_equal(whole.weights["syn0"], parts.weights["syn0"])
    assert whole.checkpoint.epoch == parts.checkpoint.epoch == (ROWS, SIZE, 10, 8, 3)


def test_what_goes_bad_is_named_in_a_window_too(data):
    from syn0 import NonFiniteError

    disk, _, y = data
    net = Network([5, 4, 1], dtype="float32", activation="identity", output_activation="identity")
    with pytest.raises(NonFiniteError, match=r"at step \d+: .* became"):
        net.train(disk, y, shards=SHARDS, **{**HOW, "optimizer": "sgd"}, learning_rate=1e3)
    assert np.isfinite(net.weights["syn0"]).all()
