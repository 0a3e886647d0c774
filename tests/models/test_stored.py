"""Examples on disk: memory-mapped arrays and datasets, and files that stream."""

import numpy as np
import pytest

from syn0 import Network
from syn0.models.stored import StoredRows, drawn_apart, shards_for, source_of
from syn0.spec import Training
from syn0.training.shards import Shards

ROWS = 200
LITTLE = 1000  # bytes: all that is on disk streams


@pytest.fixture
def on_disk(tmp_path):
    draw = np.random.default_rng(0)
    X = draw.normal(size=(ROWS, 5))
    np.save(tmp_path / "X.npy", X)
    return np.load(tmp_path / "X.npy", mmap_mode="r"), (X[:, :1] > 0).astype(float)


class Dataset:
    """Gives rows as HDF5 and Zarr datasets do."""

    def __init__(self, array):
        self.array, self.shape, self.dtype = array, array.shape, array.dtype

    def __len__(self):
        return len(self.array)

    def __getitem__(self, rows):
        assert isinstance(rows, slice)  # never all of them
        assert rows.stop - rows.start < ROWS
        return np.array(self.array[rows])


def trained(X, y, **how):
    network = Network([5, 3, 1], loss="binary_cross_entropy")
    usual = {"epochs": 2, "batch_size": 4, "engine": "numpy", "progress": False}
    network.train(X, y, **{**usual, **how})
    return network


def same(one, other):
    return all(np.array_equal(one.weights[name], other.weights[name]) for name in one.weights)


def test_arrays_on_disk_stream_where_they_take_more_memory_than_they_may(on_disk, capsys):
    X, y = on_disk
    streamed = trained(X, y, max_memory=LITTLE, progress=True)
    told = capsys.readouterr().err
    assert "9.6 KB of rows stream from disk, shuffled in 50 shards; 1 at a time" in told
    in_memory = trained(np.array(X), y, shards=Shards(4))
    assert same(streamed, in_memory)
    assert not same(streamed, trained(X, y))  # which fits
    assert capsys.readouterr().err == ""


def test_what_gives_rows_when_asked_is_never_asked_for_all(on_disk):
    X, y = on_disk
    shards = Shards(8, 2)
    assert same(trained(Dataset(X), y, shards=shards), trained(X, y, shards=shards))


@pytest.mark.parametrize("change", ["a part", "other numbers", "columns first", "a copy"])
def test_mapped_arrays_are_read_as_they_stand(on_disk, tmp_path, change):
    X, y = on_disk
    if change == "a part":
        X, y = X[3:-5], y[3:-5]
    elif change == "other numbers":
        np.save(tmp_path / "small.npy", np.asarray(X, np.float32))
        X = np.load(tmp_path / "small.npy", mmap_mode="r")
    elif change == "columns first":
        np.save(tmp_path / "T.npy", np.ascontiguousarray(X.T))
        X = np.load(tmp_path / "T.npy", mmap_mode="r").T
    else:
        X = np.load(tmp_path / "X.npy", mmap_mode="c")
        X[7] = 5
    assert same(trained(X, y, shards=Shards(8, 2)), trained(np.array(X), y, shards=Shards(8, 2)))


def test_weights_of_rows_and_classes_stream_too(on_disk):
    X, y = on_disk
    weight = np.arange(ROWS) % 3
    how = {"sample_weight": weight, "class_weight": "balanced", "shards": Shards(ROWS)}
    assert same(trained(X, y, **how), trained(np.array(X), y, **{**how, "shards": None}))


def test_some_rows_are_set_apart_to_validate(on_disk):
    X, y = on_disk
    history = Network([5, 3, 1]).train(
        X, y, epochs=2, batch_size=4, validation=0.25, max_memory=LITTLE, progress=False
    )
    assert len(history.validation_loss) == 2
    apart = drawn_apart(ROWS, 0.25, 1)
    assert len(set(apart.tolist())) == 50
    kept = StoredRows({"X": source_of(X)}, {"X": 5}, "float64", ROWS, apart)
    out = kept.empty(kept.rows)
    kept.read(0, {"X": out["X"][:60]})
    kept.read(60, {"X": out["X"][60:]})
    assert np.array_equal(out["X"], np.delete(X, apart, axis=0))


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"batch_size": None}, "full batches take all rows at once"),
        ({"reshuffle": True}, "reshuffle takes all rows at once"),
        ({"shards": Shards(6, 2)}, "shards of 6 rows do not hold whole batches of 4"),
        ({"validation": 0.999999}, "leaves one part empty"),
        ({"max_memory": "a lot"}, "max_memory must be a size"),
        ({"sample_weight": np.zeros(ROWS)}, "all weights are 0"),
        ({"sample_weight": np.ones(3)}, "sample_weight has shape"),
    ],
)
def test_what_cannot_stream_is_said_in_a_sentence(on_disk, how, words):
    with pytest.raises(ValueError, match=words):
        trained(*on_disk, **{"max_memory": LITTLE, **how})


def test_full_batches_of_mapped_arrays_are_read_in_place_where_nobody_names_a_limit(
    on_disk, monkeypatch
):
    from syn0.data import memory

    monkeypatch.setattr(memory, "free_memory", lambda: LITTLE)
    assert same(
        trained(*on_disk, batch_size=None),
        trained(np.array(on_disk[0]), on_disk[1], batch_size=None),
    )


def test_numbers_that_are_not_finite_are_found_with_their_row(on_disk, tmp_path):
    X, y = np.array(on_disk[0]), on_disk[1]
    X[123, 2] = np.nan
    np.save(tmp_path / "bad.npy", X)
    with pytest.raises(ValueError, match="X holds NaN at row 123, column 2"):
        trained(np.load(tmp_path / "bad.npy", mmap_mode="r"), y, shards=Shards(8))


def test_arrays_that_do_not_fit_are_refused(on_disk):
    X, y = on_disk
    with pytest.raises(ValueError, match=r"X has shape \(200, 4\)"):
        trained(X[:, :4], y, max_memory=LITTLE)
    with pytest.raises(ValueError, match=r"y has shape \(7, 1\)"):
        trained(X, y[:7], max_memory=LITTLE)


def test_a_file_that_shrinks_ends_training_with_its_error(on_disk, tmp_path):
    X, y = on_disk

    def cut(report):
        with (tmp_path / "X.npy").open("r+b") as file:
            file.truncate(500)

    with pytest.raises(OSError, match="rows on disk have become fewer"):
        trained(X, y, shards=Shards(8, 2), epochs=5, callbacks=[cut])


def test_shards_follow_from_the_rows_alone_unless_memory_is_named():
    wide = StoredRows({}, {"X": 99, "y": 1}, "float32", 10_000_000, np.empty(0, np.int64))
    how = Training(epochs=1, batch_size=512)
    usual = shards_for(wide, how, None)
    assert usual.rows % 512 == 0
    assert 2**25 < usual.rows * usual.held * wide.row_bytes <= 2**26
    assert usual.held >= 32
    assert shards_for(wide, how, 10**9) == usual
    small = shards_for(wide, how, 10**8)
    assert small.rows * small.held * wide.row_bytes <= 10**8 / 8
