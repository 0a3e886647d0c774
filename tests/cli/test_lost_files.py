"""No command writes over what it reads, nor over a file that syn0 did not write."""

import gzip
import os
from pathlib import Path

import numpy as np
import pytest

from syn0 import Network, load

TRAIN = ("--hidden", 4, "--epochs", 1)


@pytest.fixture
def table(csv) -> Path:
    return csv("a,b,kind\n" + "".join(f"{k},{k % 7},{'xy'[k % 2]}\n" for k in range(40)), "d.csv")


@pytest.fixture
def named(table, tmp_path, monkeypatch):
    """Other names of the table."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "linked").symlink_to(tmp_path)
    (tmp_path / "soft.csv").symlink_to(table)
    (tmp_path / "softer.csv").symlink_to("soft.csv")
    os.link(table, tmp_path / "hard.csv")
    return tmp_path


NAMES = [
    "d.csv",
    "./d.csv",
    "folder/../d.csv",
    "linked/d.csv",
    "soft.csv",
    "softer.csv",
    "hard.csv",
]


def refused(done, words: str) -> None:
    """Fails unless there was one sentence that says so, and nothing else."""
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("Error: ")
    assert words in done.err
    assert done.err.count("\n") == 1, "before anything was read"


@pytest.mark.parametrize("force", [(), ("--force",)])
@pytest.mark.parametrize("name", NAMES)
def test_a_model_never_replaces_the_data(syn0, named, table, name, force):
    before = table.read_bytes()
    for data, out in (("d.csv", name), (name, "d.csv"), (table, name)):
        done = syn0("train", data, *TRAIN, "--out", out, *force)
        refused(done, f"{out} is the data itself: name another file with --out")
    assert table.read_bytes() == before
    assert (named / "soft.csv").is_symlink()


def test_a_model_never_replaces_the_file_of_its_settings(syn0, table, csv):
    config = csv("hidden = [4]\nepochs = 1\n", "run.toml")
    refused(
        syn0("train", table, "--config", config, "--out", "run.toml"), "the configuration itself"
    )
    assert config.read_text().startswith("hidden")


def test_a_model_never_replaces_images_or_their_labels(syn0, tmp_path):
    def idx(name, array):
        head = bytes((0, 0, 8, array.ndim)) + np.array(array.shape, ">u4").tobytes()
        (tmp_path / name).write_bytes(gzip.compress(head + array.astype("u1").tobytes()))

    images, labels = "t-images-idx3-ubyte.gz", "t-labels-idx1-ubyte.gz"
    idx(images, np.arange(30 * 4).reshape(30, 2, 2))
    idx(labels, np.arange(30) % 2)
    for out in (images, labels):
        refused(syn0("train", images, *TRAIN, "--out", out), "is the data itself")


def test_a_model_never_replaces_a_file_in_a_folder_of_images(syn0, tmp_path):
    for kind in ("cat", "dog"):
        (tmp_path / "pictures" / kind).mkdir(parents=True)
        (tmp_path / "pictures" / kind / "1.png").write_bytes(b"a picture")
    refused(syn0("train", "pictures", "--out", "pictures/dog/1.png"), "is the data itself")
    assert (tmp_path / "pictures" / "dog" / "1.png").read_bytes() == b"a picture"


def test_predictions_never_replace_the_data_or_the_model(syn0, named, table, tmp_path):
    syn0("train", table, *TRAIN, "--out", "m.safetensors")
    before = (tmp_path / "m.safetensors").read_bytes(), table.read_bytes()
    (tmp_path / "same.safetensors").symlink_to("m.safetensors")
    for name in NAMES:
        refused(syn0("predict", "m.safetensors", table, "--out", name), "is the data itself")
    for name in ("m.safetensors", "same.safetensors"):
        done = syn0("predict", "m.safetensors", table, "--out", name, "--force")
        refused(done, "is the model itself")
    assert before == ((tmp_path / "m.safetensors").read_bytes(), table.read_bytes())


def test_a_picture_never_replaces_the_description_of_the_network(syn0, csv, tmp_path):
    pytest.importorskip("matplotlib", reason="Matplotlib is not installed")
    config = csv('net = "3-1"\n', "net.toml")
    (tmp_path / "net.png").symlink_to(config)
    refused(syn0("bench", "net.toml", "--plot", "net.png"), "name another file with --plot")
    assert config.read_text() == 'net = "3-1"\n'


def test_an_export_never_replaces_the_model_by_another_name(syn0, tmp_path):
    Network([2, 1]).save("m.safetensors")
    (tmp_path / "m.onnx").symlink_to("m.safetensors")
    refused(syn0("export", "m.safetensors"), "m.onnx is the model itself")
    os.link("m.safetensors", "hard.onnx")
    refused(syn0("export", "m.safetensors", "--out", "hard.onnx", "--force"), "the model itself")
    assert load("m.safetensors").spec.sizes == (2, 1)


def test_a_model_never_replaces_what_comes_by_stdin(fork, finish, table):
    with table.open() as data:
        for name in ("-", "/dev/stdin"):
            done = finish(fork("train", name, *TRAIN, "--out", "d.csv", stdin=data))
            refused(done, "d.csv is the data itself")


def test_predictions_are_not_added_to_the_data(fork, finish, syn0, table):
    syn0("train", table, *TRAIN, "--out", "m.safetensors")
    before = table.read_bytes()
    with table.open("ab") as end:  # as >> has it
        done = finish(fork("predict", "m.safetensors", table, stdout=end))
    assert done.code == 2
    assert "is the data itself" in done.err
    assert table.read_bytes() == before


# What may be replaced, and what asks for --force.


def test_a_run_that_goes_on_may_be_saved_where_it_came_from(syn0, table):
    syn0("train", table, *TRAIN, "--out", "m.safetensors")
    done = syn0(
        "train", table, "--resume", "m.safetensors", "--epochs", 1, "--out", "m.safetensors"
    )
    assert done.code == 0, done.err


FOREIGN = {
    "a text": b"my notes",
    "a table": b"a,b\n1,2\n",
    "a table that begins alike": b"prediction_date,b\n1,2\n",
    "bytes": bytes(range(256)),
    "another's tensors": None,
    "another's ONNX": b"\x08\x08\x12\x07pytorch",
}


@pytest.fixture(params=FOREIGN)
def foreign(request, tmp_path) -> Path:
    """A file that syn0 did not write."""
    path, content = tmp_path / "mine", FOREIGN[request.param]
    if content is None:
        from safetensors.numpy import save_file

        save_file({"weight": np.zeros(3)}, path)
    else:
        path.write_bytes(content)
    return path


@pytest.mark.parametrize("command", ["train", "predict", "export"])
def test_a_file_of_another_kind_is_replaced_only_with_force(syn0, table, foreign, command):
    if command == "export":
        pytest.importorskip("onnx", reason="the package onnx is not installed")
    assert syn0("train", table, *TRAIN, "--out", "m.safetensors").code == 0
    words = {
        "train": ("train", table, *TRAIN),
        "predict": ("predict", "m.safetensors", table),
        "export": ("export", "m.safetensors"),
    }[command]
    before = foreign.read_bytes()
    refused(syn0(*words, "--out", foreign), "holds something else, which would be lost")
    assert foreign.read_bytes() == before
    assert syn0(*words, "--out", foreign, "--force").code == 0
    assert foreign.read_bytes() != before
    again = syn0(*words, "--out", foreign)  # now it is ours
    assert again.code == 0, again.err


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_old_predictions_are_replaced_without_a_question(syn0, table, form, tmp_path):
    syn0("train", table, *TRAIN, "--out", "m.safetensors")
    Network([3, 1]).save("plain.safetensors")
    (tmp_path / "numbers.csv").write_text("a,b,c\n1,2,3\n")
    for words in (("m.safetensors", table), ("plain.safetensors", "numbers.csv")):
        for again in ((), ("--json",), form):
            done = syn0("predict", *words, "--out", "answers", *again)
            assert (done.code, done.out, done.err) == (0, "", "Saved answers\n")


def test_an_empty_file_holds_nothing_to_lose(syn0, table, tmp_path):
    (tmp_path / "m.safetensors").touch()  # as mktemp makes them
    assert syn0("train", table, *TRAIN, "--out", "m.safetensors").code == 0


# predict --out


def test_predictions_in_a_file_are_those_on_stdout(syn0, table, tmp_path):
    syn0("train", table, *TRAIN, "--out", "m.safetensors")
    for form in ((), ("--json",)):
        printed = syn0("predict", "m.safetensors", table, *form).out
        assert syn0("predict", "m.safetensors", table, *form, "--out", "-").out == printed
        done = syn0("predict", "m.safetensors", table, *form, "--out", "answers")
        assert (done.code, done.out, done.err) == (0, "", "Saved answers\n")
        assert (tmp_path / "answers").read_text(encoding="utf-8") == printed


def test_predictions_are_written_whole_or_not_at_all(syn0, table, tmp_path, monkeypatch):
    syn0("train", table, *TRAIN, "--out", "m.safetensors")
    assert syn0("predict", "m.safetensors", table, "--out", "answers").code == 0
    before = (tmp_path / "answers").read_bytes()

    def refuse(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    done = syn0("predict", "m.safetensors", table, "--out", "answers")
    assert done.code == 2
    assert "answers: the predictions cannot be written: No space left on device" in done.err
    assert (tmp_path / "answers").read_bytes() == before


@pytest.mark.parametrize("place", ["nowhere/answers.csv", "folder"])
def test_a_place_where_no_predictions_can_be_written_is_told_first(syn0, named, table, place):
    done = syn0("predict", "nothing.safetensors", table, "--out", place)
    refused(done, "the predictions cannot be written")


@pytest.mark.parametrize("place", ["answers/", "m.safetensors/", "folder/"])
def test_a_name_that_ends_as_folders_do_is_no_file(syn0, named, table, place):
    syn0("train", table, *TRAIN, "--out", "m.safetensors")
    for words in (("train", table, *TRAIN), ("predict", "m.safetensors", table)):
        refused(syn0(*words, "--out", place), "this is a folder: name a file in it")
    assert not Path("answers").exists()


def test_a_pipe_or_a_device_is_written_to(fork, finish, syn0, table):
    syn0("train", table, *TRAIN, "--out", "m.safetensors")
    words = ("predict", "m.safetensors", table)
    done = finish(fork(*words, "--out", "/dev/stdout"))
    assert done.out == syn0(*words).out
    assert syn0(*words, "--out", "/dev/null").code == 0
    assert Path("/dev/null").is_char_device()
