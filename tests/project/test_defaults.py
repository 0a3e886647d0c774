"""What help texts and documents say of defaults, held to the code that has them."""

import re
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from syn0 import Network
from syn0.cli import cli
from syn0.data import read_table
from syn0.engines import ENGINES
from syn0.models import defaults, plan_table, table_options, tutorial_training
from syn0.models.options import TableOptions
from syn0.spec import OPTIMIZERS, NetworkSpec, Optimizer, Training
from syn0.spec.defaults import (
    CHECKPOINT_EVERY,
    CHECKPOINTS_KEPT,
    FEWEST_ROWS_TO_SPLIT,
    HIDDEN,
    HOLDOUT,
    MOST_CELLS,
    MOST_PIXELS,
    SEED,
    VALIDATION,
)

DOCS = Path(__file__).parents[2] / "docs"
(UNITS,) = HIDDEN


def help_of(command: str, option: str) -> str:
    (found,) = (p for p in cli.commands[command].params if p.name == option)
    return found.help


def document(name: str) -> str:
    return " ".join((DOCS / name).read_text(encoding="utf-8").split())


def section(name: str, title: str) -> str:
    text = (DOCS / name).read_text(encoding="utf-8")
    return text.split(f"{title}\n")[1].split("\n## ")[0]


def table(rows: int):
    numbers = np.random.RandomState(0).normal(size=(rows, 4))
    return read_table((numbers, numbers[:, 0] > 0))


SMALLEST, LARGEST = defaults.default_batch_size(1), defaults.default_batch_size(10**9)

# The command.

READERS = ("train", "predict", "evaluate", "write", "explain", "plot", "tour")
SEEDED = ("train", "write", "check", "explain", "plot", "tour")

HELP = {
    **{(command, "max_cells"): f"default {MOST_CELLS:,}." for command in READERS},
    **{(command, "max_pixels"): f"default {MOST_PIXELS:,}." for command in READERS},
    **{(command, "seed"): f"default {SEED}." for command in SEEDED},
    ("train", "hidden"): f"default {UNITS}.",
    ("train", "holdout"): f"default {HOLDOUT:g}, of fewer than {FEWEST_ROWS_TO_SPLIT} rows none",
    ("train", "patience"): f"{VALIDATION:.0%} of the rows",
    ("train", "batch_size"): f"of a table that is trained on {SMALLEST} to {LARGEST}.",
    ("train", "engine"): " or ".join(", ".join(["auto", *ENGINES]).rsplit(", ", 1)),
    ("train", "monitor"): "loss or error",
    ("train", "checkpoint_every"): f"default {CHECKPOINT_EVERY}.",
    ("train", "keep"): f"default {CHECKPOINTS_KEPT}.",
}


@pytest.mark.parametrize(("place", "words"), HELP.items(), ids="-".join)
def test_help_says_the_defaults_that_there_are(place, words):
    assert words in help_of(*place)


def test_no_default_of_a_number_stands_in_help_unheld():
    for name, command in cli.commands.items():
        for option in command.params:
            if re.search(r"default \d", getattr(option, "help", None) or ""):
                assert (name, option.name) in HELP


def test_a_plan_has_the_defaults_that_help_says():
    plan = plan_table(table(FEWEST_ROWS_TO_SPLIT), table_options())
    assert plan.network.spec.sizes == (4, UNITS, 1)
    assert len(plan.held_out) == round(HOLDOUT * FEWEST_ROWS_TO_SPLIT)
    assert plan.network.origin.seed == plan.network.spec.seed == SEED == NetworkSpec.seed
    assert len(plan_table(table(FEWEST_ROWS_TO_SPLIT - 1), table_options()).held_out) == 0
    watched = plan_table(table(100), table_options(patience=3))
    assert watched.network.origin.validation == VALIDATION == TableOptions().validation
    assert len(watched.examples.validation[0]) > 0


def test_what_patience_watches_by_default_is_a_choice_that_help_names():
    assert Training(steps=1).monitor in help_of("train", "monitor")


# Documents.


SAID = {
    "data-and-models.md": [
        f"one hidden layer of {UNITS} {defaults.DEFAULT_NETWORK['activation']} units",
        f"{defaults.DEFAULT_NETWORK['dtype']}, with dropout of {defaults.DROPOUT['dropout']:g} "
        f"(images: {defaults.DROPOUT_FOR_IMAGES['dropout']:g}, and "
        f"{defaults.DROPOUT_FOR_IMAGES['input_dropout']:g} of the pixels)",
        f"one cycle up to {defaults.DEFAULT_OPTIMIZER['learning_rate']:g} (images: "
        f"{defaults.OPTIMIZER_FOR_IMAGES['learning_rate']:g})",
        f"weight decay of {defaults.DECAY_ROWS} / rows, within {defaults.DECAYS[0]:g} and "
        f"{defaults.DECAYS[1]:g} (images: {defaults.OPTIMIZER_FOR_IMAGES['weight_decay']:g})",
        f"batches of {SMALLEST} rows (up to {LARGEST} for large tables",
        f"for about {defaults.STEPS:,} steps (images: {defaults.STEPS_FOR_IMAGES:,}), within "
        f"{defaults.EPOCHS[0]} and {defaults.EPOCHS[1]} epochs",
        f"Tables of fewer than {FEWEST_ROWS_TO_SPLIT} rows are used whole",
    ],
    "tabular.md": [f"One hidden layer of {UNITS} relu units"],
    "knobs.md": [
        f"The default network for images is 784-{UNITS}-10 with relu, dropout of "
        f"{defaults.DROPOUT_FOR_IMAGES['dropout']:g} and of "
        f"{defaults.DROPOUT_FOR_IMAGES['input_dropout']:g} of the pixels, AdamW with weight decay "
        f"{defaults.OPTIMIZER_FOR_IMAGES['weight_decay']:g}, one cycle up to "
        f"{defaults.OPTIMIZER_FOR_IMAGES['learning_rate']:g}",
    ],
}


@pytest.mark.parametrize(
    ("name", "words"), [(name, words) for name, all_words in SAID.items() for words in all_words]
)
def test_documents_say_the_defaults_that_there_are(name, words):
    assert words in document(name)


def test_the_fifth_and_the_tenth_of_the_documents_are_the_codes():
    text = document("data-and-models.md")
    assert (HOLDOUT, VALIDATION) == (1 / 5, 1 / 10)
    assert "**Holds out** a fifth of the rows" in text
    assert "with `--patience N` a tenth of them says which epoch was best" in text


def test_the_tutorials_number_of_steps_is_the_codes():
    deep, shallow = (tutorial_training({}, Network(sizes).spec).steps for sizes in ("3-4-1", "3-1"))
    words = f"{deep:,} with a hidden layer, {shallow:,} without"
    assert words in " ".join(Network.train.__doc__.split())


OPTIMIZER_ROWS = re.findall(
    r"^\| `(?!optimizer)(\w+)` \| (.*?) \|",
    section("knobs.md", "## Optimizers"),
    flags=re.MULTILINE,
)


@pytest.mark.parametrize(("name", "settings"), OPTIMIZER_ROWS)
def test_optimizers_have_the_defaults_that_the_page_of_knobs_says(name, settings):
    kind = OPTIMIZERS[name]
    for setting, number in re.findall(r"`(\w+)` ([\d.e-]+)", settings):
        assert getattr(kind(), setting) == float(number)


def test_learning_rates_are_those_that_the_docstring_says():
    said = " ".join(Network.train.__doc__.split())
    for kind in get_args(Optimizer):
        assert f"{kind().learning_rate:g} for {kind.__name__}" in said


FLAG = re.compile(r"(?<![\w-])--[a-z][\w-]+")


@pytest.mark.parametrize("path", [DOCS.parent / "README.md", *sorted(DOCS.glob("*.md"))], ids=str)
def test_every_flag_that_a_document_names_is_there(path):
    known = {
        flag
        for command in cli.commands.values()
        for option in command.params
        for flag in (*option.opts, *option.secondary_opts)
    }
    scripts = "".join(
        script.read_text(encoding="utf-8")
        for folder in ("benchmarks", "scripts")
        for script in (DOCS.parent / folder).glob("*.py")
    )
    text = path.read_text(encoding="utf-8")
    unknown = {flag for flag in FLAG.findall(text) if flag not in known and flag not in scripts}
    others = {"--quiet", "--hypothesis-profile", "--data-binary"}  # of pip, pytest and curl
    others |= {"--nnodes", "--nproc-per-node", "--nodes", "--ntasks-per-node", "--requeue"}
    assert unknown <= {"--help", "--verbose", "--version", *others}
