"""--quiet and --verbose belong to every command: results and errors alone, or more than usual."""

import platform

import pytest

import syn0 as package
from syn0.cli import cli


@pytest.fixture
def commands(syn0, pets, model):
    """A way to call each command."""
    return {
        "write": ("write", "3-1"),
        "train": ("train", pets, "--hidden", 2, "--epochs", 1),
        "predict": ("predict", model, pets),
        "evaluate": ("evaluate", model, pets),
        "check": ("check", "3-1"),
        "explain": ("explain", "3-1"),
        "engines": ("engines",),
    }


@pytest.mark.parametrize("flag", ["-q", "--quiet"])
def test_a_quiet_command_says_nothing_but_its_results(syn0, commands, flag):
    for words in commands.values():
        usual, quiet = syn0(*words), syn0(*words, flag)
        assert (quiet.code, quiet.err) == (0, "")
        assert quiet.out == usual.out


def test_a_quiet_command_still_tells_its_errors(syn0, pets):
    done = syn0("train", "nothing.csv", "-q")
    assert done.code == 2
    assert done.err.startswith("Error: no file")


def test_a_quiet_training_tells_neither_files_nor_notes_nor_progress(fork, finish, pets, tmp_path):
    words = ("--hidden", 2, "--epochs", 1, "--out", "m.safetensors", "--threads", 10**6, "-q")
    environment = {"CC": "/nowhere/cc"}
    done = finish(fork("train", pets, *words, "--engine", "native", env=environment))
    assert (done.code, done.err) == (0, "")
    assert (tmp_path / "m.safetensors").exists()


def test_what_could_not_be_saved_where_it_should_is_told_by_a_quiet_command_too(
    syn0, pets, tmp_path, monkeypatch
):
    from syn0 import Network

    save, full = Network.save, str(tmp_path / "full.safetensors")

    def save_elsewhere_only(self, path):
        if str(path) == full:
            raise OSError(28, "No space left on device", full)
        save(self, path)

    monkeypatch.setattr(Network, "save", save_elsewhere_only)
    done = syn0("train", pets, "--hidden", 2, "--epochs", 1, "--out", full, "-q")
    assert done.code == 2
    assert "No space left on device; it is saved as " in done.err
    assert done.err.count("\n") == 1


@pytest.mark.parametrize("flag", ["-v", "--verbose"])
def test_a_verbose_command_says_what_runs_here(syn0, commands, flag):
    for words in commands.values():
        usual, more = syn0(*words), syn0(*words, flag)
        assert more.out == usual.out
        assert f"syn0 {package.__version__}, NumPy " in more.err
        assert f"Python {platform.python_version()}" in more.err


def test_a_verbose_training_names_the_columns_and_the_reason_for_its_engine(syn0, commands):
    done = syn0(*commands["train"], "-v")
    assert "Columns: weight, height (2 inputs), house (2 inputs)\n" in done.err
    assert "Engine: numpy, about " in done.err


def test_a_verbose_prediction_says_what_the_model_is(syn0, commands):
    done = syn0(*commands["predict"], "-v")
    assert "pets.safetensors, 5-8-3, " in done.err
    assert "pets.csv\n" in done.err
    assert "Columns: weight, height (2 inputs), house (2 inputs)\n" in done.err


def test_less_and_more_at_once_is_refused(syn0):
    done = syn0("write", "3-1", "-q", "-v")
    assert (done.code, done.out) == (2, "")
    assert "give one of them" in done.err


@pytest.mark.parametrize("command", sorted(cli.commands))
def test_every_command_has_both(syn0, command):
    text = syn0(command, "-h").out
    assert "-q, --quiet" in text
    assert "-v, --verbose" in text
