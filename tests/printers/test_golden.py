"""The printed texts: some whole, and for each knob what it changes in the plain network's.

A change of any printed line shows up as a difference in golden/. UPDATE_GOLDEN=1 writes the texts
anew; read the difference before you commit it.
"""

import ast
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from syn0.cli.write import write
from syn0.derive import INITIALIZERS, LOSSES, SCHEDULES, training_program
from syn0.models.settings import NETWORK_SETTINGS, default_steps, make_network, make_training
from syn0.printers import PRINTERS, Data, example_data
from syn0.printers.difference import difference
from syn0.program import ACTIVATIONS, Line, Program, ProgramError, check
from syn0.spec import (
    LBFGS,
    OPTIMIZERS,
    SGD,
    Adam,
    BatchNorm,
    Dense,
    Dropout,
    NetworkSpec,
    Noise,
    Training,
)
from tests.together import Together

from .neat import assert_neat

FOLDER = Path(__file__).parent / "golden"
SCRIPTS = ("numpy", "terse")
"""The languages whose scripts are Python with NumPy."""
UPDATE = os.environ.get("UPDATE_GOLDEN") == "1"


@dataclass(frozen=True)
class Golden:
    """A network, how it is trained, and the data if not the example's."""

    network: NetworkSpec
    training: Training
    data: Data | None = None

    @property
    def program(self) -> Program:
        weighted = self.data is not None and self.data.sample_weight is not None
        return training_program(self.network, self.training, weighted=weighted)

    def text(self, language: str) -> str:
        data = self.data or example_data(self.network)
        return PRINTERS[language].script(self.program, self.network, self.training, data)


def tutorial(**options: Any) -> NetworkSpec:
    return NetworkSpec(3, (Dense(4), Dense(1)), **options)


FLOWERS = Data(
    np.array([[5.1, 3.5, 1.4, 0.2], [7, 3.2, 4.7, 1.4], [6.3, 3.3, 6, 2.5], [4.9, 3, 1.4, 0.2]]),
    np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0]]),
    "four flowers, measured in cm",
)
TENTHS = np.arange(10).reshape(-1, 1) / 10
LINE = Data(TENTHS, (2 * TENTHS - 1).round(1), "y is 2 X - 1")
WEIGHTS = np.array([[1, 2, 0.5, 1]]).T

WHOLE = {
    "tutorial-3-1": Golden(NetworkSpec(3, (Dense(1),)), Training(steps=10_000)),
    "tutorial-3-4-1": Golden(tutorial(), Training(steps=60_000)),
    "deep-relu": Golden(
        NetworkSpec(
            5,
            (
                Dense(8, "relu", bias=True, init="he_uniform"),
                Dense(6, "relu", bias=True, init="he_uniform"),
                Dense(2, "sigmoid", bias=True, init="glorot_uniform"),
            ),
        ),
        Training(steps=500, optimizer=SGD(0.01)),
    ),
    "regression": Golden(
        NetworkSpec(1, (Dense(6, "tanh", bias=True), Dense(1, "identity", bias=True))),
        Training(steps=500, optimizer=SGD(0.02)),
        LINE,
    ),
    "softmax": Golden(
        NetworkSpec(4, (Dense(5, "tanh"), Dense(3, "softmax")), loss="cross_entropy"),
        Training(steps=500, optimizer=SGD(0.1)),
        FLOWERS,
    ),
    "modern": Golden(
        NetworkSpec(
            4,
            (
                Noise(0.05),
                Dense(6, "gelu", bias=True, init="he_normal"),
                BatchNorm(),
                Dropout(0.2),
                Dense(3, "softmax", bias=True, init="glorot_normal"),
            ),
            loss="cross_entropy",
            dtype="float32",
        ),
        Training(
            epochs=100,
            batch_size=3,
            optimizer=Adam(0.01),
            schedule="one_cycle",
            warm_up=10,
            reduction="mean",
            l2=0.001,
            label_smoothing=0.1,
            clip_norm=1,
        ),
        replace(FLOWERS, sample_weight=WEIGHTS),
    ),
    "lbfgs": Golden(
        NetworkSpec(1, (Dense(6, "tanh", bias=True), Dense(1, "identity", bias=True))),
        Training(steps=100, optimizer=LBFGS(), reduction="mean", l2=0.001),
        LINE,
    ),
    "epochs": Golden(tutorial(), Training(epochs=50, batch_size=2)),
    "no-seed": Golden(
        NetworkSpec(3, (Dense(4), Dropout(0.1), Dense(1)), seed=None), Training(steps=2000)
    ),
    "one-step": Golden(tutorial(), Training(steps=1)),
}


QUICK = 60
"""Steps within which each knob shows its effect."""


@dataclass(frozen=True)
class Knob:
    """What is set beside what is set on both sides, by the names of the command's options.

    `quick` holds what shows the knob's effect within a few steps, where a default needs many.
    """

    settings: dict[str, Any]
    both: dict[str, Any] = field(default_factory=dict)
    sizes: tuple[int, ...] = (3, 4, 1)
    weights: Any = None
    quick: dict[str, Any] = field(default_factory=dict)

    @property
    def net(self) -> str:
        return "-".join(map(str, self.sizes))

    def texts(self, *, quick: bool = False) -> tuple[str, str]:
        """The program without the knob and with it, on the same data."""
        with_it = self.golden(quick=quick)
        data = example_data(replace(with_it.network, dtype="float64"))
        without = replace(self.golden(turned=False, quick=quick), data=data)
        if self.weights is not None:
            with_it = replace(with_it, data=replace(data, sample_weight=self.weights))
        return without.text("numpy"), with_it.text("numpy")

    def golden(self, *, turned: bool = True, quick: bool = False) -> Golden:
        """The network and its training, with the knob or without it."""
        settings = self.both | self.settings | (self.quick if quick else {})
        if not turned:
            settings = {k: v for k, v in settings.items() if k not in self.settings}
        own = {name: value for name, value in settings.items() if name in NETWORK_SETTINGS}
        network = make_network(self.sizes, own)
        how = {name: value for name, value in settings.items() if name not in own}
        steps = QUICK if quick else default_steps(network)
        return Golden(network, make_training({"steps": steps} | how))

    def difference(self) -> str:
        return "".join(difference(*self.texts(), self.net))


def one_for_each(what: str, names: Any) -> Iterator[tuple[str, Knob]]:
    """A knob for each name that a table offers but the plain network's own, the first."""
    for name in [n for n in names if getattr(names[n], "listed", True)][1:]:
        yield f"{what}-{name}", Knob({what: name})


KNOBS = {
    "alpha": Knob({"learning_rate": 0.5}),
    **dict(one_for_each("schedule", SCHEDULES)),
    "schedule-step": Knob({"schedule": "step"}, quick={"schedule": "step:9"}),
    "schedule-plateau": Knob(
        {"schedule": "plateau"}, quick={"schedule": "plateau:3", "learning_rate": 30}
    ),
    "warm-up": Knob({"warm_up": 100}),
    "bias": Knob({"bias": True}),
    "mini-batches": Knob({"batch_size": 3}),
    "no-shuffle": Knob({"batch_size": 3, "shuffle": False}),
    "mean-reduction": Knob({"reduction": "mean"}),
    "clip-deltas": Knob({"clip_deltas": 0.1}, quick={"clip_deltas": 0.05, "activation": "tanh"}),
    "clip-value": Knob({"clip_value": 0.1}, quick={"clip_value": 0.01}),
    "clip-norm": Knob({"clip_norm": 1}, quick={"clip_norm": 0.01}),
    "trim-deltas": Knob({"trim_deltas": 0.01}, quick={"learning_rate": 10}),
    "l1": Knob({"l1": 0.001}),
    "l2": Knob({"l2": 0.001}),
    "weight-decay": Knob({"weight_decay": 0.001}),
    "max-norm": Knob({"max_norm": 1}),
    "label-smoothing": Knob(
        {"label_smoothing": 0.1}, both={"loss": "cross_entropy"}, sizes=(3, 4, 3)
    ),
    "dropout": Knob({"dropout": 0.5}),
    "input-dropout": Knob({"input_dropout": 0.2}),
    "input-noise": Knob({"input_noise": 0.1}),
    "momentum": Knob({"momentum": 0.9}),
    "nesterov": Knob({"momentum": 0.9, "nesterov": True}),
    **dict(one_for_each("optimizer", OPTIMIZERS)),
    "batch-norm": Knob({"batch_norm": True}),
    "layer-norm": Knob({"layer_norm": True}),
    "skip": Knob({"skip": True}, sizes=(3, 4, 4, 1)),
    **dict(one_for_each("activation", ACTIVATIONS)),
    **dict(one_for_each("init", INITIALIZERS)),
    **dict(one_for_each("loss", LOSSES)),
    "loss-cross_entropy": Knob({"loss": "cross_entropy"}, sizes=(3, 4, 3)),
    "sample-weight": Knob({}, weights=WEIGHTS),
    "float32": Knob({"dtype": "float32"}),
}
COMMANDS = {name: knob for name, knob in KNOBS.items() if knob.settings and not knob.both}
"""The knobs that the command can turn in the plain network."""


def stored(name: str) -> str:
    return (FOLDER / f"{name}.txt").read_text(encoding="utf-8")


def assert_stored(name: str, text: str) -> None:
    if UPDATE:
        (FOLDER / f"{name}.txt").write_text(text, encoding="utf-8")
    assert text == stored(name)


MANY, FEW = ("numpy", "terse", "c"), ("tutorial-3-4-1", "modern")
"""Languages of which every text is kept, and the texts that are kept of the others."""
TEXTS = [
    (name, language)
    for name, golden in WHOLE.items()
    for language, printer in PRINTERS.items()
    if (language in MANY or name in FEW) and not printer.cannot_say(golden.program)
]
"""The whole programs."""


@pytest.mark.skipif(UPDATE, reason="the texts are being written anew")
def test_the_folder_holds_these_texts_and_no_others() -> None:
    names = {f"{name}.{language}.txt" for name, language in TEXTS}
    names |= {f"{name}.diff.txt" for name in KNOBS}
    assert {path.name for path in FOLDER.iterdir()} == names


@pytest.mark.parametrize(("name", "language"), TEXTS)
def test_a_program_is_printed_word_for_word_and_neat(name: str, language: str) -> None:
    text = WHOLE[name].text(language)
    assert_stored(f"{name}.{language}", text)
    if language not in ("latex", "mathml"):  # whose lines are broken where they are shown
        assert_neat(text)
    if language == "terse":
        assert "#" not in text
        assert "" not in text.splitlines()


@pytest.mark.parametrize("name", sorted({*WHOLE} - {"tutorial-3-4-1"}))  # see test_tutorial.py
def test_both_forms_run_alone_and_learn_the_same_and_the_printed_loss_falls(
    name: str, run_alone: Callable[[str], Any]
) -> None:
    golden = WHOLE[name]
    long, short = (run_alone(stored(f"{name}.{language}")) for language in SCRIPTS)
    assert long.printed.startswith("step 0: loss ")
    assert short.printed == ""
    # The loop counts the steps itself.
    for array in {*training_program(golden.network, golden.training).state} - {"t"}:
        assert np.isfinite(long.values[array]).all()
        assert long.values[array].dtype == short.values[array].dtype
        if golden.network.seed is not None:
            np.testing.assert_array_equal(long.values[array], short.values[array])
    losses = [float(x) for x in re.findall(r"^step \d+: loss ([^, \n]+)", long.printed, re.M)]
    if name == "one-step":
        assert len(losses) == 1
    else:
        assert 2 <= len(losses) <= 100
        # From a start and masks that are others in each run, training may end higher.
        assert losses[-1] < losses[0] or name == "no-seed"


@pytest.mark.parametrize("name", KNOBS)
def test_a_knob_changes_these_lines_of_the_plain_program(name: str) -> None:
    knob = KNOBS[name]
    assert_stored(f"{name}.diff", knob.difference())
    diff, change = stored(f"{name}.diff"), Change.read(stored(f"{name}.diff"))
    plain, turned = knob.texts()
    with Together() as together:
        with together("the command prints the same"):
            words = [knob.net, "--diff", *flags(knob.settings)]
            assert name not in COMMANDS or CliRunner().invoke(write, words).stdout == diff
        with together("it turns the plain program into the knob's"):
            assert change.applied(plain) == turned
        with together("none is shorter: as many lines as can be stay where they are"):
            stay = longest_common_subsequence(plain.splitlines(), turned.splitlines())
            assert len(plain.splitlines()) - len(change.removed) == stay
        with together("no line goes that comes back unchanged"):
            assert not {*change.removed.values()} & {*change.added.values()} - {""}


def flags(settings: dict[str, Any]) -> Iterator[str]:
    for name, value in settings.items():
        flag = name.replace("_", "-")
        if isinstance(value, bool):
            yield f"--{flag}" if value else f"--no-{flag}"
        else:
            yield from (f"--{flag}", str(value))


@dataclass
class Change:
    """What a unified diff says: line numbers with lines that go, and with lines that come."""

    removed: dict[int, str] = field(default_factory=dict)
    added: dict[int, str] = field(default_factory=dict)

    @classmethod
    def read(cls, diff: str) -> "Change":
        change, old, new = cls(), 0, 0
        for line in diff.splitlines()[2:]:
            if head := re.match(r"@@ -(\d+),\d+ \+(\d+),\d+ @@$", line):
                old, new = int(head[1]), int(head[2])
            elif line.startswith("-"):
                change.removed[old] = line[1:]
                old += 1
            elif line.startswith("+"):
                change.added[new] = line[1:]
                new += 1
            else:
                old, new = old + 1, new + 1
        return change

    def applied(self, text: str) -> str:
        """The text without what is removed, with what is added."""
        lines = dict(enumerate(text.splitlines(), 1))
        for number, line in self.removed.items():
            assert lines.pop(number) == line
        left, result = list(lines.values()), []
        while left or len(result) + 1 in self.added:
            added = self.added.get(len(result) + 1)
            result.append(left.pop(0) if added is None else added)
        return "\n".join([*result, ""])


def longest_common_subsequence(one: list[str], other: list[str]) -> int:
    """Its length, by the rows of the usual table."""
    row = [0] * (len(other) + 1)
    for line in one:
        above, row = row, [0]
        for k, another in enumerate(other, 1):
            row.append(above[k - 1] + 1 if line == another else max(above[k], row[-1]))
    return row[-1]


@dataclass(frozen=True)
class Statement:
    """One that holds no others, with the lines on which it stands."""

    node: ast.stmt

    @property
    def lines(self) -> range:
        return range(self.node.lineno, (self.node.end_lineno or 0) + 1)

    @property
    def code(self) -> str:
        return ast.unparse(self.node)

    @property
    def target(self) -> str:
        """What it binds, or how it begins."""
        return self.code.split()[0]


def statements(text: str, among: dict[int, str]) -> list[Statement]:
    """The statements on the given lines, without texts that stand for themselves."""
    nodes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.stmt)]
    found = [Statement(node) for node in nodes if not hasattr(node, "body")]
    docs = [s for s in found if isinstance(s.node, ast.Expr) and s.code[0] in "'\""]
    return [s for s in found if s not in docs and any(line in among for line in s.lines)]


def without(text: str, statement: Statement, instead: str | None = None) -> str:
    """The text without a statement, or with another in its place."""
    lines = text.splitlines()
    indent = " " * statement.node.col_offset
    first, last = statement.lines[0] - 1, statement.lines[-1]
    lines[first:last] = [] if instead is None else [indent + instead]
    return "\n".join([*lines, ""])


@dataclass(frozen=True)
class Quick:
    """A knob at work for a few steps.

    Attributes:
        program: what the knob makes of the plain program.
        plain, turned: the texts.
        change: the difference.
        run: gives what a text prints and ends with; None where it fails.
        ends: that of `turned`.
    """

    program: Program
    plain: str
    turned: str
    change: Change
    run: Callable[[str], Any]
    ends: Any

    def notices(self, text: str) -> bool:
        """Whether a text fails, learns something else or reports something else."""
        printed, values = self.run(text) or ("", {})
        return (printed, {name: values.get(name) for name in self.ends[1]}) != self.ends

    def is_wrong_without(self, code: str) -> bool:
        """Whether the program is wrong without the line that is printed so."""
        lines = [line for line in self.program.lines if printed_as(line) != code]
        try:
            check(self.program.replaced(lines))
        except ProgramError:
            return True
        return False


def printed_as(line: Line) -> str:
    return ast.unparse(ast.parse(PRINTERS["numpy"].statement(line)))


@pytest.fixture
def quick(name: str, run_alone: Callable[[str], Any]) -> Quick:
    def run(text: str) -> Any:
        try:
            ran = run_alone(text)
        except AssertionError:
            return None
        return ran.printed, {name: (str(v.dtype), v.tolist()) for name, v in ran.values.items()}

    knob = KNOBS[name]
    plain, turned = knob.texts(quick=True)
    golden = knob.golden(quick=True)
    weighted = knob.weights is not None
    program = training_program(golden.network, golden.training, weighted=weighted)
    change = Change.read("".join(difference(plain, turned, knob.net)))
    ends = run(turned)
    assert ends is not None
    return Quick(program, plain, turned, change, run, ends)


@pytest.mark.parametrize("name", KNOBS)
def test_every_statement_that_comes_is_needed_and_none_changes_for_nothing(
    name: str, quick: Quick
) -> None:
    with Together() as together:
        with together("every statement that comes is needed"):
            assert_needed(quick)
        with together("no statement is changed for nothing"):
            assert_changed_for_something(quick)


def assert_needed(quick: Quick) -> None:
    """Without any one, the program is wrong, or learns or reports something else."""
    added = statements(quick.turned, quick.change.added)
    assert added
    for statement in added:
        needed = quick.notices(without(quick.turned, statement)) or quick.is_wrong_without(
            statement.code
        )
        assert needed, statement.code


def assert_changed_for_something(quick: Quick) -> None:
    """With the plain program's instead of the new one, it learns or reports something else; but
    one may move, unchanged, into or out of what only reports."""
    old = {s.target: s for s in statements(quick.plain, quick.change.removed)}
    for statement in statements(quick.turned, quick.change.added):
        before = old.get(statement.target)
        if before is None:
            continue
        if before.code == statement.code:
            moved = before.node.col_offset != statement.node.col_offset
            # Batches have other rows: notes tell the shapes of products.
            assert moved or "@" in statement.code, statement.code
        else:
            assert quick.notices(without(quick.turned, statement, before.code)), statement.code


def test_a_needless_statement_is_found(run_alone: Callable[[str], Any]) -> None:
    """The checks above can fail."""
    turned = "a = 1\nb = 2\nc = a + 1\nprint(c)\n"
    change = Change.read("".join(difference("a = 1\nprint(a)\n", turned, "")))
    assert change.applied("a = 1\nprint(a)\n") == turned
    added = statements(turned, change.added)
    assert [s.code for s in added] == ["b = 2", "c = a + 1", "print(c)"]
    printed = [run_alone(without(turned, s)).printed for s in (added[0], added[2])]
    assert printed == ["2\n", ""]
    with pytest.raises(AssertionError, match="NameError"):
        run_alone(without(turned, added[1]))
