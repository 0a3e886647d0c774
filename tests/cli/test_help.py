"""Every command and option explains itself."""

import re
import shutil

import click
import pytest

from syn0 import __version__
from syn0.cli import cli

COMMANDS = sorted(cli.commands)


def test_the_commands_are_those_that_are_promised():
    assert {"write", "train", "predict", "evaluate", "export", "check"} <= set(COMMANDS)


@pytest.mark.parametrize("flag", ["-h", "--help"])
@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_every_command_answers_to_h(syn0, command, flag):
    done = syn0(*filter(None, [command, flag]))
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"Usage: syn0 {command}".rstrip())


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_and_option_has_a_help_text(command):
    found = cli.commands[command]
    assert found.help
    assert "syn0 " + command in found.help, "an example"
    for parameter in found.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name


@pytest.mark.parametrize("command", COMMANDS)
def test_help_fits_a_terminal_of_eighty_columns(syn0, command):
    for line in syn0(command, "-h").out.splitlines():
        assert len(line) <= 80, line


def test_the_choices_that_help_names_are_those_that_there_are(syn0):
    from syn0.data import BUILT_IN
    from syn0.derive import INITIALIZERS, LOSSES, SCHEDULES
    from syn0.models.export import FORMATS
    from syn0.printers import PRINTERS
    from syn0.spec import OPTIMIZERS
    from syn0.spec.choices import listed

    networks = (*listed(LOSSES), *INITIALIZERS, *OPTIMIZERS, *listed(SCHEDULES))
    for command in ("train", "write", "check", "explain"):
        text = " ".join(syn0(command, "-h").out.split())
        for name in networks:
            assert name in text, (command, name)
    for command, names in (("train", BUILT_IN), ("write", PRINTERS), ("export", FORMATS)):
        assert ", ".join(names) in " ".join(syn0(command, "-h").out.split())


@pytest.mark.parametrize("command", ["train", "write", "check", "explain"])
def test_help_names_all_activations_and_so_does_the_error_for_an_unknown_one(syn0, command):
    from syn0.program import ACTIVATIONS

    text = " ".join(syn0(command, "-h").out.split())
    named = re.search(r"one for each layer: ([\w, ]+?)\.", text)
    assert re.split(", | or ", named[1]) == list(ACTIVATIONS)
    words = ("iris", "--net", "4-3") if command == "train" else ("4-3",)
    done = syn0(command, *words, "--activation", "none")
    assert done.code == 2
    assert done.err.endswith(f"choose from: {', '.join(ACTIVATIONS)}\n")


def test_the_version_is_told(syn0):
    assert syn0("--version").out.strip() == f"syn0, version {__version__}"


def test_syn0_alone_shows_how_it_is_used(syn0):
    done = syn0()
    assert "Usage: syn0" in done.out + done.err
    assert "train" in done.out + done.err
    assert "Error" not in done.out + done.err


# Sections, summaries, completion.


@pytest.mark.parametrize("command", COMMANDS)
def test_options_stand_in_sections_each_once(syn0, command):
    from syn0.cli.command import SECTIONS

    text = syn0(command, "-h").out
    titles = [line[:-1] for line in text.splitlines() if re.fullmatch(r"[A-Z][a-z ]+:", line)]
    assert titles == [title for title in SECTIONS if title in titles]
    assert titles[-1] == SECTIONS[-1]
    flags = re.findall(r"^  (?:-\w, )?(--[\w-]+)", text, flags=re.MULTILINE)
    assert len(flags) == len(set(flags))
    found = cli.commands[command]
    known = {p.opts[-1] for p in found.get_params(click.Context(found)) if p.opts[0][0] == "-"}
    assert set(flags) == known


@pytest.mark.parametrize(
    ("command", "own"),
    [
        ("engines", ["--seed", "--clear-cache"]),
        ("check", ["--seed", "--json"]),
        ("explain", ["--step", "--line", "--weight", "--json"]),
        ("plot", ["--out", "--layer", "--weight", "--step", "--columns"]),
        ("bench", ["--peers", "--threads", "--growth", "--plot", "--json"]),
    ],
)
def test_a_commands_own_options_come_first(syn0, command, own):
    flags = re.findall(r"^  (?:-\w, )?(--[\w-]+)", syn0(command, "-h").out, flags=re.MULTILINE)
    assert flags[: len(own)] == own


def test_the_summaries_of_commands_are_whole(syn0):
    listed = syn0("-h").out.split("Commands:")[1]
    assert "..." not in listed
    words = " ".join(listed.split())
    for command in COMMANDS:
        first = " ".join(cli.commands[command].help.split("\n\n")[0].split()).split(". ")[0]
        assert f"{command} {first.rstrip('.')}" in words


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_are_given_what_completes_words(fork, finish, shell):
    if shell == "bash" and shutil.which("bash") is None:
        pytest.skip("bash, whose version is asked for, is not here")
    done = finish(fork(env={"_SYN0_COMPLETE": f"{shell}_source"}))
    assert done.code == 0
    assert "_SYN0_COMPLETE" in done.out


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        ("syn0 tra", ["plain,train"]),
        ("syn0 train --pat", ["plain,--patience"]),
        ("syn0 predict m.safetensors ta", ["file,ta"]),
        ("syn0 train table.csv --out ", ["file,"]),
        ("syn0 train table.csv --task ", ["plain,classification", "plain,regression"]),
    ],
)
def test_commands_options_and_files_are_completed(fork, finish, words, completed):
    typed = {"COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    done = finish(fork(env={"_SYN0_COMPLETE": "bash_complete", **typed}))
    assert done.out.splitlines() == completed
