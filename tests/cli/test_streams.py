"""Files that take more memory than they may: train, evaluate and predict read them in blocks."""

import json
import shutil
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from syn0 import Network, load
from syn0.cli.streams import passes_over
from syn0.data import Reading, csv_blocks, parquet, passes

LITTLE = ("--max-memory", "4KB")
SHORT = ("--hidden", "4", "--epochs", "2", "--engine", "numpy")


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    monkeypatch.setattr(csv_blocks, "BLOCK_BYTES", 4000)
    monkeypatch.setattr(passes, "CELLS_AT_ONCE", 900)
    for room in (passes, parquet):
        monkeypatch.setattr(room, "try_apart", lambda path: None)  # another process, for 0.4 s


@pytest.fixture(params=["csv", "parquet"])
def big(request, tmp_path):
    """A table of 600 rows, of which 500 have a target."""
    draw = np.random.default_rng(0)
    a, b = draw.normal(size=(2, 600))
    target = ["yes" if x + y > 0 else "no" for x, y in zip(a, b, strict=True)]
    table = pl.DataFrame(
        {
            "a": a,
            "b": b,
            "town": [["Ulm", "Rom"][k % 2] for k in range(600)],
            "weight": draw.integers(1, 4, 600),
            "late": ["1"] * 590 + ["x"] * 10,
            "y": [None if k % 6 == 0 else t for k, t in enumerate(target)],
        }
    )
    path = tmp_path / f"big.{request.param}"
    (table.write_csv if request.param == "csv" else table.write_parquet)(path)
    return path


@pytest.fixture
def model(syn0, big, tmp_path, kept_models):
    path = tmp_path / "model.safetensors"
    if big.name not in kept_models:
        assert syn0("train", big, *SHORT, *LITTLE, "--out", path).code == 0
        kept_models[big.name] = path.read_bytes()
    path.write_bytes(kept_models[big.name])
    return path


def test_a_large_file_trains_from_disk_and_leaves_nothing_there(syn0, big, tmp_path):
    done = syn0("train", big, *SHORT, *LITTLE, "--json")
    assert done.code == 0, done.err
    assert "Left out: 100 rows without a target" in done.err
    assert "of rows stream from disk, shuffled in" in done.err
    figures = json.loads(done.out)
    assert figures["rows_trained"] + figures["rows_held_out"] == 500
    assert figures["figures"]["rows"] == figures["rows_held_out"]
    assert figures["figures"]["accuracy"] > 0.6
    assert [*tmp_path.iterdir()] == [big]


def test_the_model_is_judged_on_the_same_rows_again_in_blocks_and_in_memory(syn0, big, tmp_path):
    out = tmp_path / "model.safetensors"
    first = json.loads(syn0("train", big, *SHORT, *LITTLE, "--out", out, "--json").out)
    for memory in (LITTLE, ()):
        again = json.loads(syn0("evaluate", out, big, *memory, "--json").out)
        assert again["evaluated_on"] == first["evaluated_on"] == "held-out rows"
        for name in ("rows", "accuracy", "confusion"):
            assert again["figures"][name] == first["figures"][name]
        for name in ("log_loss", "roc_auc"):
            assert again["figures"][name] == pytest.approx(first["figures"][name], abs=1e-5)


def test_other_data_are_judged_in_blocks_as_in_memory(syn0, big, model, tmp_path):
    other = tmp_path / "other.csv"
    read = pl.read_csv if big.suffix == ".csv" else pl.read_parquet
    table = read(big, **({"infer_schema": False} if big.suffix == ".csv" else {}))
    table.drop_nulls().head(300).with_columns(town=pl.lit("Paris")).write_csv(other)
    blocks, whole = (syn0("evaluate", model, other, *memory) for memory in (LITTLE, ()))
    assert "column 'town' holds texts unknown to the model (rows: 300)" in blocks.err
    assert (blocks.out, blocks.err) == (whole.out, whole.err)


@pytest.mark.parametrize("how", [(), ("--json",)])
def test_predictions_in_blocks_are_those_of_the_whole(syn0, big, model, tmp_path, how):
    whole = syn0("predict", model, big, *how).out
    assert syn0("predict", model, big, *how, *LITTLE).out == whole
    assert syn0("predict", model, big, *how, *LITTLE, "--out", tmp_path / "p.csv").code == 0
    assert (tmp_path / "p.csv").read_text() == whole


def test_numbers_are_learned_and_judged_in_blocks(syn0, big):
    done = syn0("train", big, "--drop", "y", "--target", "b", *SHORT, *LITTLE, "--json")
    figures = json.loads(done.out)["figures"]
    assert figures["r2"] == pytest.approx(1 - (figures["rmse"] / 1.0) ** 2, abs=0.3)


@pytest.mark.parametrize(
    "options",
    [
        ("--sample-weight", "weight"),
        ("--class-weight", "balanced"),
        ("--patience", "1"),
        ("--holdout", "0"),
        ("--patience", "1", "--sample-weight", "weight"),
    ],
)
def test_options_of_tables_work_in_blocks(syn0, big, options):
    done = syn0("train", big, *SHORT, *LITTLE, *options)
    assert done.code == 0, done.err
    assert "accuracy" in done.out


def test_training_goes_on_in_blocks_and_in_memory(syn0, big, model, tmp_path):
    before = load(model, Network)
    for memory in (LITTLE, ()):
        out = tmp_path / "further.safetensors"
        done = syn0(
            "train", big, "--resume", model, "--epochs", "1", *memory, "--out", out, "--force"
        )
        assert done.code == 0, done.err
        assert load(out, Network).steps_taken > before.steps_taken


def test_a_run_that_was_broken_off_goes_on_in_blocks(syn0, big, tmp_path):
    whole, parts = tmp_path / "whole.safetensors", tmp_path / "parts.safetensors"
    how = (big, *SHORT, *LITTLE)
    assert syn0("train", *how, "--out", whole).code == 0
    folder = tmp_path / "run"
    done = syn0("train", *how, "--checkpoint", folder, "--checkpoint-every", "1epochs")
    assert done.code == 0, done.err
    latest = max(folder.glob("step-*"), key=lambda path: int(path.stem.split("-")[1]))
    latest.unlink()
    done = syn0("train", big, "--resume", folder, *LITTLE, "--out", parts)
    assert done.code == 0, done.err
    one, other = load(whole, Network), load(parts, Network)
    assert np.array_equal(one.weights["syn0"], other.weights["syn0"])


@pytest.mark.parametrize("in_blocks", [True, False])
@pytest.mark.parametrize("memory", ["4KB", None])
def test_on_a_cluster_the_first_process_decides_whether_a_file_is_read_in_blocks(
    big, in_blocks, memory
):
    cluster = SimpleNamespace(agreed=lambda own: int(in_blocks))
    found = passes_over(str(big), {"max_memory": memory}, Reading(), target=None, cluster=cluster)
    assert (found is not None) == in_blocks


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--net", "5-1"), "column 'town' holds texts such as 'Ulm'"),
        (("--max-memory", "much"), "max_memory must be a size such as 500MB or 2GB, not 'much'"),
        (("--scratch", "nowhere"), "--scratch nowhere is no folder"),
        (("--target", "z"), "no column 'z'"),
        (("--optimizer", "lbfgs"), "full batches take all rows at once"),
    ],
)
def test_misuse_is_told_in_a_sentence(syn0, big, options, words):
    done = syn0("train", big, "--drop", "late", *LITTLE, *options)
    assert done.code == 2
    assert words in done.err
    assert "Traceback" not in done.err


def test_a_disk_without_room_is_told_before_anything_is_written(syn0, big, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=100))
    done = syn0("train", big, *SHORT, *LITTLE)
    assert done.code == 2
    assert "the prepared rows take" in done.err
    assert "but 100 B are free: name another folder with --scratch" in done.err
