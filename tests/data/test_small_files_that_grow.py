"""Small files that would grow beyond bounds end in a sentence, before they have grown."""

import gzip
import os
import signal
import subprocess

import numpy as np
import polars as pl
import pytest

from syn0.data import Reading, parquet, read_table

FEW = Reading(max_cells=1_000)


def test_a_packed_table_is_unpacked_within_bounds(csv):
    packed = gzip.compress(b"a,b\n" + b"1,2\n" * 200_000)
    message = (
        r"table\.csv\.gz holds [\d,]+ cells or more in 8\d\d bytes, which is more than 1,000: "
    )
    with pytest.raises(ValueError, match=message + r"raise max_cells \(--max-cells\) to read them"):
        read_table(csv(packed, "table.csv.gz"), reading=FEW)
    assert len(read_table(csv(packed, "table.csv.gz"))) == 200_000


def test_a_plain_table_is_never_too_large(csv):
    assert len(read_table(csv("a,b\n" + "1,2\n" * 2_000), reading=FEW)) == 2_000


def test_packed_zeros_are_refused_at_their_beginning(csv):
    with pytest.raises(ValueError, match="holds bytes of 0, so it is no text"):
        read_table(csv(gzip.compress(bytes(2**26)), "zeros.csv.gz"))


@pytest.mark.usefixtures("trusting")
def test_parquet_is_asked_for_its_size_first(tmp_path, monkeypatch):
    path = tmp_path / "same.parquet"
    pl.DataFrame({"a": np.zeros(300_000), "b": ["x" * 50] * 300_000}).write_parquet(path)
    assert len(read_table(path)) == 300_000
    monkeypatch.setattr(parquet, "frame_columns", None)  # it is not read
    with pytest.raises(ValueError, match=r"same\.parquet holds 600,000 cells or more in [\d,]+ by"):
        read_table(path, reading=FEW)


def test_a_parquet_file_that_ends_the_process_ends_another_one(tmp_path, monkeypatch):
    """polars asks for what a file claims, and a claim of exabytes is an abort."""
    path = tmp_path / "a.parquet"
    pl.DataFrame({"a": [1.0, 2.0]}).write_parquet(path)
    aborted = subprocess.CompletedProcess([], -signal.SIGABRT, "", "memory allocation failed")
    with monkeypatch.context() as patched:
        patched.setattr(subprocess, "run", lambda *_, **__: aborted)
        with pytest.raises(ValueError, match="reading it ends in an abort, as it is damaged or cl"):
            read_table(path, for_prediction=True)
    assert len(read_table(path, for_prediction=True)) == 2


def test_what_is_read_apart_imports_nothing_from_the_working_folder(tmp_path, monkeypatch):
    pl.DataFrame({"a": [1.0, 2.0]}).write_parquet(tmp_path / "a.parquet")
    (tmp_path / "polars.py").write_text("import os; os.mkdir('planted')")
    monkeypatch.chdir(tmp_path)
    assert len(read_table("a.parquet", for_prediction=True)) == 2
    assert not os.path.exists("planted")  # noqa: PTH110


@pytest.mark.usefixtures("trusting")
def test_texts_of_parquet_and_frames_are_kept_once(tmp_path):
    words = ["one", None, " two ", "one", "NA"]
    frame = pl.DataFrame({"t": words, "c": pl.Series(words, dtype=pl.Categorical)})
    frame.write_parquet(tmp_path / "t.parquet")
    for data in (frame, tmp_path / "t.parquet"):
        table = read_table(data, for_prediction=True)
        for column in table.columns.values():
            assert column.categories == ("one", "two")
            assert column.values.tolist() == [0, -1, 1, 0, -1]
