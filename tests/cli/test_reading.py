"""How files are read can be told, is said where it is close, and is kept by the model."""

import numpy as np
import pytest

from syn0.cli.reading import reading_of
from syn0.data import Reading

CONTINENTS = "x,y,continent\n" + "".join(
    f"{x:.2f},{y:.2f},{'NA' if x > 0 else 'EU' if y > 0 else 'AS'}\n"
    for x, y in np.random.RandomState(0).normal(size=(60, 2))
)
QUICK = ("--epochs", "2")


@pytest.fixture
def continents(tmp_path):
    path = tmp_path / "continents.csv"
    path.write_text(CONTINENTS)
    return path


def test_a_class_that_is_read_as_missing_is_named_and_can_be_kept(syn0, continents):
    """North America, and the None of a survey, are classes (pandas: `keep_default_na`)."""
    lost = CONTINENTS.count(",NA\n")
    done = syn0("train", continents, *QUICK)
    assert (
        f"Left out: {lost} rows without a target, as it is 'NA' ({lost}): --missing '' keeps such "
        "texts" in done.err
    )
    assert "holds 2 classes" in done.err
    kept = syn0("train", continents, *QUICK, "--missing", "", "--out", "kept.safetensors")
    assert "Left out" not in kept.err
    assert "holds 3 classes" in kept.err
    answers = syn0("predict", "kept.safetensors", continents)
    assert answers.out.splitlines()[0].endswith("probability of AS,probability of EU,"
                                                "probability of NA")  # fmt: skip
    assert syn0("evaluate", "kept.safetensors", continents).code == 0


def test_why_nothing_can_be_learned_is_said_first(syn0, tmp_path):
    (tmp_path / "t.csv").write_text("x,y\n" + "1,NA\n2,EU\n" * 20)
    done = syn0("train", "t.csv", *QUICK)
    assert done.code == 2
    assert done.err.index("it is 'NA' (20)") < done.err.index("nothing to learn")


def test_settings_of_reading_stand_in_files_too(syn0, continents, tmp_path):
    printed = syn0("train", continents, "--missing", "", "--no-header", "--print-config").out
    assert 'missing = ""' in printed
    assert "header = false" in printed
    for setting in ('missing = ""', "missing = []"):
        (tmp_path / "run.toml").write_text(f"{setting}\nepochs = 2\n")
        assert "3 classes" in syn0("train", continents, "--config", "run.toml").err


def test_header_and_no_header(syn0, tmp_path):
    (tmp_path / "m.csv").write_text("1,2,3\n4,5,6\n7,8,9\n" * 10)
    done = syn0("train", "m.csv", *QUICK)
    assert "the first line was read as a row: '1, 2, 3'; --header reads it as names" in done.err
    assert "'3' holds" in syn0("train", "m.csv", "--header", *QUICK).err
    assert "30 rows" in done.err
    syn0("train", "m.csv", "--header", *QUICK, "--out", "m.safetensors")
    assert len(syn0("predict", "m.safetensors", "m.csv").out.splitlines()) == 30
    (tmp_path / "new.csv").write_text("1,2\n4,5\n7,8\n")
    assert len(syn0("predict", "m.safetensors", "new.csv").out.splitlines()) == 3
    assert len(syn0("predict", "m.safetensors", "new.csv", "--no-header").out.splitlines()) == 4


def test_a_model_knows_the_header_of_its_columns(syn0, tmp_path):
    """Though a file to predict holds nothing but texts, some of them names."""
    lines = "kind,grade,y\n" + "kind,b,1\na,grade,0\n" * 30
    (tmp_path / "t.csv").write_text(lines)
    syn0("train", "t.csv", "--header", *QUICK, "--out", "t.safetensors")
    (tmp_path / "new.csv").write_text("kind,grade\nkind,b\n")
    assert len(syn0("predict", "t.safetensors", "new.csv").out.splitlines()) == 2


def test_what_the_options_say():
    schema_less = reading_of({"header": None, "missing": None})
    assert schema_less == Reading()
    assert reading_of({"header": True, "missing": "x,-"}).missing == ("x", "-")
    assert reading_of({"header": True, "missing": ""}).missing == ()
