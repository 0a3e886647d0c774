"""Text of users and files is shown, never obeyed by a terminal; and what is shown stays bounded."""

import json
import os
import subprocess
import sys
import tomllib

import pytest

from syn0.cli.show import MOST_CLASSES_TOLD, MOST_ROWS_SHOWN
from syn0.spec.words import visible
from tests.cli.forks import SECONDS

EVIL = {
    "colours": "a\x1b[31mb",
    "a title": "\x1b]0;owned\x07",
    "C1": "a\x9b31mb",
    "NUL": "a\x00b",
    "carriage return": "good\rbad",
    "lines": "a\nError: b",
    "line separator": "a\u2028b",
    "bidi override": "a\u202eb",
    "bidi isolate": "a\u2066b",
    "backspace": "a\x08\x08b",
    "zero width": "a\u200bb",
}

OBEYED = set("\x1b\x9b\x00\r\u2028\u202e\u2066\x08\x07\u200b")


@pytest.mark.parametrize("text", EVIL.values(), ids=EVIL)
def test_what_a_terminal_obeys_is_written_out(text):
    shown = visible(text)
    assert shown.isprintable()
    assert "\\" in shown
    assert shown.encode().decode("unicode_escape") == text


@pytest.mark.parametrize(
    "text", ["größe", "年齢\u3000層", "a\u00a0b", "क्\u200dष", "नम\u200cस्ते", "x'\"\\"]
)
def test_letters_of_all_scripts_stay_as_they_are(text):
    assert visible(text) == text


@pytest.mark.parametrize("length", [1, 279, 280, 281, 10_000, 20_000_000])
@pytest.mark.parametrize("character", ["x", "\x1b"])
def test_a_message_is_never_longer_than_it_may_be(character, length):
    assert len(visible(character * length, 280)) <= 280


def test_of_a_long_text_the_start_and_the_end_are_shown():
    shown = visible(f"the start {'x' * 1000} the end", 100)
    assert shown.startswith("the start x")
    assert shown.endswith("x the end")
    assert " … " in shown
    assert len(shown) == 100


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


@pytest.mark.parametrize("evil", [t for t in EVIL.values() if "\x00" not in t and "\r" not in t])
def test_names_of_columns_and_classes_reach_no_output_raw(syn0, csv, evil):
    rows = "".join(f"{k},same,{quoted(evil) if k % 2 else 'plain'}\n" for k in range(40))
    table = csv(f"{quoted('n' + evil)},{quoted('c' + evil)},{quoted('y' + evil)}\n{rows}")
    train = ("train", table, "--hidden", 2, "--epochs", 1, "--out", "m.safetensors")
    outputs = [
        syn0(*train, "-v"),
        syn0("evaluate", "m.safetensors", table, "-v"),
        syn0("evaluate", "m.safetensors", table, "--json"),
        syn0("train", table, "--print-config"),
        syn0("train", table, "--target", evil),
        syn0("train", table, "--class-weight", f"{evil}x=1"),
        syn0("train", evil),
        syn0("train", table, "--config", evil),
        syn0("predict", evil, table),
        syn0("write", evil),
        syn0(evil),
        syn0("train", table, f"--{evil}"),
        syn0("train", table, "--activation", evil),
    ]
    for done in outputs:
        assert not OBEYED & set(done.out + done.err)
        if "\n" in evil:
            assert "\nError: b" not in done.out + done.err
    (table.parent / table.name.replace("table", f"t{evil}")).write_text(
        table.read_text() + "9,x,\n"
    )
    outputs.append(syn0("evaluate", "m.safetensors", f"t{evil}.csv"))
    assert not OBEYED & set(outputs[-1].out + outputs[-1].err)
    assert tomllib.loads(outputs[3].out)["target"] == f"y{evil}"
    assert json.loads(outputs[2].out)["figures"]["classes"][0]["name"] in (evil, "plain")


def test_a_terminal_obeys_no_class_among_predictions(syn0, csv, monkeypatch):
    rows = "1,\x1b[31m\n2,plain\n" * 20
    table = csv("n,kind\n" + rows)
    syn0("train", table, "--hidden", 2, "--epochs", 1, "--out", "m.safetensors")
    assert "\x1b[31m" in syn0("predict", "m.safetensors", table).out  # data are as they are
    monkeypatch.setattr(type(sys.stdout), "isatty", lambda self: True)
    shown = syn0("predict", "m.safetensors", table).out
    assert "\x1b" not in shown
    assert "\\x1b[31m" in shown


def test_a_message_stays_short_whatever_a_file_holds(syn0, csv):
    long = "x" * 100_000
    rows = "".join(f"{k},{long if k % 2 else 'y'}\n" for k in range(40))
    table = csv(f"n,{long}\n{rows}")
    for words in (("--target", "n" * 50_000), ("--drop", long), ("--hidden", 2, "--epochs", 1)):
        done = syn0("train", table, *words)
        for line in (done.out + done.err).splitlines():
            assert len(line) < 300


# Streams that are closed or full.


def shell(command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", command.replace("syn0", f"{sys.executable} -m syn0", 1)],
        capture_output=True, text=True, timeout=SECONDS, check=False,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip


def test_a_closed_stdout_gets_one_sentence():
    done = shell("syn0 write 3-1 >&-")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "Error: stdout is closed: send it to a file, or to /dev/null\n"


def test_a_closed_stderr_and_stdin_change_nothing():
    done = shell("syn0 write 3-1 --to terse 2>&- <&-")
    assert done.returncode == 0
    assert done.stdout.startswith("import numpy")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")  # noqa: PTH110
def test_a_full_disk_behind_stdout_is_told():
    done = shell("syn0 write 3-1 > /dev/full")
    assert done.returncode == 2
    assert done.stderr == "Error: No space left on device\n"


# Many classes.


@pytest.fixture(scope="module")
def table_of_many(tmp_path_factory):
    def write(classes):
        path = tmp_path_factory.mktemp("many") / "many.csv"
        rows = "".join(
            f"{k % classes},{k % 3},class {k % classes:04}\n" for k in range(3 * classes)
        )
        path.write_text("a,b,kind\n" + rows)
        return path

    return write


FEW_STEPS = ("--hidden", 2, "--steps", 3)


def test_of_many_classes_machines_get_the_cells_that_are_not_0(syn0, table_of_many):
    table = table_of_many(1000)
    done = syn0("train", table, *FEW_STEPS, "--json", "--out", "m.safetensors")
    assert len(done.out) < 500_000  # the matrix alone would be four million characters
    figures = json.loads(done.out)["figures"]
    assert figures["confusion"] is None
    cells = figures["confused"]
    assert set(cells[0]) == {"true", "predicted", "rows"}
    assert sum(cell["rows"] for cell in cells) == figures["rows"]
    right = sum(cell["rows"] for cell in cells if cell["true"] == cell["predicted"])
    assert right == pytest.approx(figures["accuracy"] * figures["rows"])
    by_class = {c["name"]: c["rows"] for c in figures["classes"] if c["rows"]}
    told = {}
    for cell in cells:
        told[cell["true"]] = told.get(cell["true"], 0) + cell["rows"]
    assert told == by_class
    assert json.loads(syn0("evaluate", "m.safetensors", table, "--json").out)["figures"] == figures


@pytest.mark.parametrize("classes", [MOST_CLASSES_TOLD, MOST_CLASSES_TOLD + 1])
def test_the_matrix_is_there_as_long_as_it_is_small(syn0, table_of_many, classes):
    done = syn0("train", table_of_many(classes), *FEW_STEPS, "--json")
    figures = json.loads(done.out)["figures"]
    small = classes == MOST_CLASSES_TOLD
    assert (figures["confusion"] is not None) is small
    assert ("confused" not in figures) is small
    if small:
        assert sum(map(sum, figures["confusion"])) == figures["rows"]


def test_people_see_the_classes_with_the_most_rows(syn0, table_of_many):
    done = syn0("train", table_of_many(1000), *FEW_STEPS)
    lines = done.out.splitlines()
    assert len(lines) < MOST_ROWS_SHOWN + 15
    assert f"({1000 - MOST_ROWS_SHOWN} more classes, of no more rows, are in --json)" in done.out
    assert sum("class 0" in line for line in lines) == MOST_ROWS_SHOWN
