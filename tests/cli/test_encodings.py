"""What programs read is UTF-8 whatever the locale; only a terminal gets ? for what it lacks."""

import ast
import io
import json
import os
import pty
import sys
import threading
import tomllib

import pytest

from syn0.cli import main
from tests.cli.forks import SECONDS

ENCODINGS = ["cp1252", "ascii", "latin-1", "utf-16"]

CITIES = ["Łódź", "東京"]


@pytest.fixture
def cities(tmp_path):
    """A table whose classes are two cities, with no letter in common."""
    lines = "".join(f"{k % 10},{CITIES[k % 2]}\n" for k in range(60))
    path = tmp_path / "k.csv"
    path.write_text("n,größe\n" + lines, encoding="utf-8")
    return path


@pytest.fixture
def model(cities, syn0):
    words = ("train", cities, "--hidden", 4, "--epochs", 30, "--learning-rate", 0.05)
    assert syn0(*words, "--out", "k.st").code == 0
    return "k.st"


@pytest.fixture
def printed(monkeypatch):
    """The bytes that a command writes on stdout and stderr, where these have an encoding."""

    def run(encoding, *words):
        files = io.BytesIO(), io.BytesIO()
        for name, file in zip(("stdout", "stderr"), files, strict=True):
            monkeypatch.setattr(sys, name, io.TextIOWrapper(file, encoding=encoding))
        monkeypatch.setattr(sys, "argv", ["syn0", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            main()
        sys.stderr.flush()
        assert left.value.code == 0, files[1].getvalue()
        return tuple(file.getvalue() for file in files)

    return run


def test_a_locale_does_not_change_predictions(fork, model, cities):
    process = fork("predict", model, cities, env={"PYTHONIOENCODING": "cp1252"})
    out, err = process.communicate(timeout=SECONDS)
    assert process.returncode == 0, err
    assert {row.split(",")[0] for row in out.splitlines()[1:]} <= set(CITIES)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_predictions_name_the_classes_as_they_are(printed, model, cities, encoding):
    out, _ = printed(encoding, "predict", model, cities)
    header, *rows = out.decode("utf-8").splitlines()
    assert header == f"prediction,probability of {CITIES[0]},probability of {CITIES[1]}"
    assert {row.split(",")[0] for row in rows} <= set(CITIES)
    assert len(rows) == 60


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_files_settings_figures_and_programs_are_utf_8(printed, model, cities, encoding, tmp_path):
    def text(*words):
        return printed(encoding, *words)[0].decode("utf-8")

    text("predict", model, cities, "--out", "p.csv")
    assert CITIES[0] in (tmp_path / "p.csv").read_text(encoding="utf-8")
    assert CITIES[1] in text("evaluate", model, cities)
    figures = json.loads(text("evaluate", model, cities, "--json"))["figures"]
    assert [c["name"] for c in figures["classes"]] == CITIES
    assert tomllib.loads(text("train", cities, "--print-config"))["target"] == "größe"
    ast.parse(text("write", "1-1", "--data", cities))


def test_messages_in_a_file_are_utf_8_too(printed, cities):
    _, err = printed("ascii", "train", cities, "--hidden", 2, "--epochs", 1)
    assert "'größe' holds 2 classes" in err.decode("utf-8")


def test_only_a_terminal_that_cannot_show_a_letter_gets_a_question_mark(fork, model, cities):
    master, slave = pty.openpty()
    process = fork("predict", model, cities, stdout=slave, env={"PYTHONIOENCODING": "ascii"})
    os.close(slave)
    chunks = []

    def read():
        try:
            while chunk := os.read(master, 65536):
                chunks.append(chunk)
        except OSError:
            pass

    reader = threading.Thread(target=read)
    reader.start()
    assert process.wait() == 0
    reader.join(SECONDS)
    os.close(master)
    assert b"probability of ??" in b"".join(chunks)


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_settings_are_read_as_utf_8_with_or_without_a_mark(printed, cities, tmp_path, mark):
    (tmp_path / "run.toml").write_text(f'{mark}target = "größe"\n', encoding="utf-8")
    out, _ = printed("cp1252", "train", cities, "--config", "run.toml", "--print-config")
    assert tomllib.loads(out.decode("utf-8"))["target"] == "größe"
