"""What the command says of columns that are left out, merged, or of another type than before."""

import re

import numpy as np
import polars as pl
import pytest


@pytest.fixture
def cities(tmp_path, monkeypatch):
    """A file of pandas's: rows in any order, their index, 100 cities, days, a truth value."""
    monkeypatch.chdir(tmp_path)
    rows = [
        f"{n},city {n % 100},2024-{n % 12 + 1:02}-{n // 12 % 28 + 1:02},{n % 2 > 0},{n % 7},{n % 2}"
        for n in range(300)
    ]
    np.random.RandomState(0).shuffle(rows)
    (tmp_path / "cities.csv").write_text("\n".join([",city,day,odd,n,answer", *rows, ""]))
    return tmp_path


def test_training_says_what_it_leaves_out_and_merges(syn0, cities):
    done = syn0("train", "cities.csv", "--epochs", 2, "--out", "m.safetensors")
    assert done.code == 0
    assert "Left out: column 'column 1', only numbers the rows\n" in done.err
    assert "Left out: column 'day', " in done.err
    assert re.search(r"Merged: column 'city', the 3\d rarest of its \d+ texts have no", done.err)
    assert syn0("predict", "m.safetensors", "cities.csv").err == ""
    new = (cities / "cities.csv").read_text().replace("city 17,", "Atlantis,")
    (cities / "new.csv").write_text(new)
    words = "Note: column 'city' holds texts unknown to the model (rows: 3)\n"
    assert syn0("predict", "m.safetensors", "new.csv").err == words


def test_predictions_are_the_same_from_other_types(syn0, cities, monkeypatch):
    monkeypatch.setattr("syn0.data.parquet.try_apart", lambda path: None)  # 0.3 s for each file
    assert syn0("train", "cities.csv", "--epochs", 2, "--out", "m.safetensors").code == 0
    expected = syn0("predict", "m.safetensors", "cities.csv").out
    frame = pl.read_csv("cities.csv")
    frame.cast(pl.String).write_parquet("texts.parquet")
    as_numbers = frame.with_columns(pl.col("odd").cast(pl.Int8), pl.col("n").cast(pl.Float32))
    as_numbers.drop("").write_parquet("numbers.parquet")
    for name in ("texts.parquet", "numbers.parquet"):
        assert syn0("predict", "m.safetensors", name).out == expected
    figures = [
        syn0("evaluate", "m.safetensors", f).out.split("\n", 2)[2]
        for f in ("texts.parquet", "numbers.parquet")
    ]
    assert figures[0] == figures[1]
    frame.with_columns(pl.lit("many").alias("n")).write_parquet("stray.parquet")
    done = syn0("predict", "m.safetensors", "stray.parquet")
    assert (done.code, done.out) == (2, "")
    assert "column 'n' held numbers in training, but now it holds 'many' in row 1" in done.err


def test_plain_networks_do_not_take_an_index_for_an_input(syn0, cities):
    from syn0 import Network

    Network([2, 1]).save("plain.safetensors")
    (cities / "plain.csv").write_text(",a,b\n2,0.5,1\n0,1.5,2\n1,3,4\n")
    (cities / "bare.csv").write_text("a,b\n0.5,1\n1.5,2\n3,4\n")
    expected = syn0("predict", "plain.safetensors", "bare.csv").out
    assert syn0("predict", "plain.safetensors", "plain.csv").out == expected
    assert len(expected.splitlines()) == 4
