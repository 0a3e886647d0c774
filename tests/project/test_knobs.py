"""A knob's record in `spec`, and what is written elsewhere of it: one of them cannot change alone.

`UPDATE_GOLDEN=1 pytest tests/project/test_knobs.py` writes the tables of docs/knobs.md anew, and
src/syn0/spec/names.py.
"""

import inspect
import os
import re
import typing
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import click
import pytest

from syn0 import MLPClassifier, MLPRegressor, Network, TabularClassifier, TabularRegressor
from syn0.cli import cli
from syn0.cli.flags import help_of, names_of, settings
from syn0.data import BUILT_IN
from syn0.derive import INITIALIZERS, LOSSES, SCHEDULES
from syn0.estimators.documents import parameters
from syn0.models.export import FORMATS
from syn0.models.options import TableOptions
from syn0.printers import MODULES, PRINTERS
from syn0.program import ACTIVATIONS
from syn0.spec import (
    LAYER_KINDS,
    OPTIMIZERS,
    DenseSettings,
    Extras,
    NetworkSpec,
    Training,
    layers,
    names,
    optimizers,
)
from syn0.spec.defaults import SEED, VALIDATION
from syn0.spec.knobs import Knob, spelled

PAGE = Path(__file__).parents[2] / "docs" / "knobs.md"
MARK = "<!-- written by tests/project/test_knobs.py from syn0/spec -->\n"
DESCRIPTIONS = [
    DenseSettings, Extras, NetworkSpec, Training, *LAYER_KINDS.values(), *OPTIMIZERS.values(),
]  # fmt: skip
ESTIMATORS = [MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor]


TABLES: dict[str, Mapping[str, Any]] = {
    "activation": ACTIVATIONS, "init": INITIALIZERS, "loss": LOSSES, "schedule": SCHEDULES,
    "language": PRINTERS, "format": dict.fromkeys(FORMATS), "data": BUILT_IN,
    "prediction": {name: printer for name, printer in MODULES.items() if printer.shows},
}  # fmt: skip
NAMES_FILE = Path(names.__file__)
NAMES_TEXT = '''\
"""The names that a knob or another option may have, from the tables of later rooms, for help texts,
which import none of them: N is a whole number, F any. `UPDATE_GOLDEN=1 pytest
tests/project/test_knobs.py` writes it.
"""

NAMES: dict[str, tuple[str, ...]] = {
%s}
'''


def names_of_table(table: Mapping[str, Any]) -> list[str]:
    """The names that a table offers, with marks for their numbers."""
    rows = table.items()
    return [name + getattr(row, "marks", "") for name, row in rows if getattr(row, "listed", True)]


def test_the_names_that_help_lists_are_those_of_the_tables():
    found = {name: names_of_table(table) for name, table in TABLES.items()}
    if os.environ.get("UPDATE_GOLDEN"):
        entries = [
            f'    "{table}": (\n' + "".join(f'        "{name}",\n' for name in known) + "    ),\n"
            for table, known in found.items()
        ]
        NAMES_FILE.write_text(NAMES_TEXT % "".join(entries), encoding="utf-8")
        names.NAMES.update({table: tuple(known) for table, known in found.items()})
    assert {table: list(known) for table, known in names.NAMES.items()} == found


def default_of(knob: Knob, owners: typing.Sequence[str]) -> str:
    """A default as the page says it; of optimizers that differ, each one's."""
    if not owners:
        return knob.none or spelled(knob.default).strip('"')
    by_value: dict[str, list[str]] = {}
    for name in owners:
        own = OPTIMIZERS[name].KNOBS[knob.name]
        by_value.setdefault(own.none or spelled(own.default), []).append(name)
    if len(by_value) == 1:
        return next(iter(by_value))
    return ", ".join(f"{value} ({', '.join(names)})" for value, names in by_value.items())


def row_of(knob: Knob, owners: typing.Sequence[str]) -> str:
    """A knob's row."""
    words = f"{knob.words} ({knob.allowed})" if knob.allowed else knob.words
    if len(owners) == 1:
        words = f"of `{owners[0]}`: {words}"
    if names := names_of(knob):
        words += f": {', '.join(f'`{name}`' for name in names)}"
    return f"| `{knob.name}` | {default_of(knob, owners)} | {words} |\n".replace("`SGD()`", "`sgd`")


def table_of_knobs() -> str:
    """The table of all knobs."""
    rows = [row_of(*item) for item in settings() if item[0].name not in ("inputs", "layers")]
    return "| knob | default | what it is |\n|---|---|---|\n" + "".join(rows)


def words_of(kind: type, end: str = "\n\nArgs:") -> str:
    """What a class says of itself, in a line."""
    return " ".join(kind.__doc__.split(end)[0].split())


def table_of_optimizers() -> str:
    """The table of the optimizers, with the settings that each has beside its rate."""
    rows = []
    for name, kind in OPTIMIZERS.items():
        own = [knob for knob in kind.KNOBS.values() if knob.name != "learning_rate"]
        said = ", ".join(f"`{knob.name}` {knob.none or spelled(knob.default)}" for knob in own)
        rows.append(f"| `{name}` | {said} | {words_of(kind)} |\n")
    return "| `optimizer` | settings | what it is |\n|---|---|---|\n" + "".join(rows)


def table_of_layers() -> str:
    """The table of the layers, with the defaults of what they take."""
    rows = []
    for name, kind in LAYER_KINDS.items():
        taken = ", ".join(
            knob.name if knob.is_needed else f"{knob.name}={spelled(knob.default)}"
            for knob in kind.KNOBS.values()
        )
        words = words_of(kind, end="\n\n")
        rows.append(f"| `{name}({taken})` | {words} |\n")
    return "| layer | what it does |\n|---|---|\n" + "".join(rows)


def test_the_pages_tables_are_those_of_the_records():
    parts = PAGE.read_text(encoding="utf-8").split(MARK)
    tables = [table_of_knobs(), table_of_optimizers(), table_of_layers()]
    if os.environ.get("UPDATE_GOLDEN"):
        parts[1::2] = tables
        PAGE.write_text(MARK.join(parts), encoding="utf-8")
    assert parts[1::2] == tables


def test_every_number_that_the_page_says_beside_a_knob_is_its_default():
    known = {knob.name: default_of(knob, owners) for knob, owners in settings()}
    for name, default in re.findall(r"^\| `(\w+)` \| ([^|]*?) \|", PAGE.read_text("utf-8"), re.M):
        number = re.match(r"-?[\d.e-]+", default)
        if name in known and number:
            assert known[name].startswith(number[0]), name


@pytest.mark.parametrize("kind", DESCRIPTIONS)
def test_every_field_of_a_description_is_a_knob_whose_default_it_allows(kind):
    assert list(kind.KNOBS) == [field.name for field in fields(kind)]
    for knob in kind.KNOBS.values():
        assert knob.words
        assert knob.words[-1] != ".", knob.name
        assert not knob.choices or knob.default in knob.choices
        if not knob.is_needed:
            assert knob.checked(knob.default) == knob.default, knob.name
        assert knob.explained() in kind.__doc__.replace("\n    ", "\n")


@pytest.mark.skipif("UPDATE_GOLDEN" in os.environ, reason="help was written before the names were")
def test_flags_of_one_name_say_the_same_in_every_command():
    words: dict[str, set[str]] = {}
    for command in cli.commands.values():
        for option in command.params:
            if isinstance(option, click.Option) and option.name != "seed":
                words.setdefault(option.name, set()).add(option.help)
    flags = {knob.name: help_of(knob, owners) for knob, owners in settings() if knob.section}
    assert {name: {text} for name, text in flags.items()} == {n: words[n] for n in flags}


def test_optimizers_that_share_a_setting_mean_and_allow_the_same_by_it():
    for knob, owners in settings():
        for name in owners:
            other = OPTIMIZERS[name].KNOBS[knob.name]
            same = ("words", "bounds", "choices", "section", "kinds")
            assert [getattr(other, what) for what in same] == [getattr(knob, what) for what in same]


def test_a_network_takes_the_settings_that_are_described_with_their_defaults_and_kinds():
    taken = inspect.signature(Network).parameters
    hints = typing.get_type_hints(Network.__init__)
    for kind in (DenseSettings, Extras, NetworkSpec):
        for name, knob in kind.KNOBS.items():
            if knob.is_needed:
                continue
            assert name in taken
            default = taken[name].default
            assert default == (knob.default if kind is NetworkSpec else None), name
            told = typing.get_type_hints(kind)[name]
            assert hints[name] == (told if kind is NetworkSpec else told | None), name


def test_the_default_fraction_and_seed_of_tables_are_those_that_are_said_once():
    options = TableOptions()
    assert (options.seed, options.validation) == (SEED, VALIDATION)
    assert NetworkSpec.KNOBS["seed"].default == SEED


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_a_parameter_of_an_estimator_has_one_record(estimator):
    said = parameters(estimator)
    signature = inspect.signature(estimator)
    assert said.keys() == signature.parameters.keys()
    assert {*estimator._parameter_constraints} == {*said}
    for name, (field, parameter) in said.items():
        assert signature.parameters[name].default == field.default
        assert f"{name} : " in estimator.__doc__
        if parameter.knob_of is not None:
            knob = parameter.knob_of.KNOBS[name]
            assert field.default == knob.default
            assert str(field.type) == " | ".join(knob.kinds), name
    estimator()._validate_params()


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_scikit_learn_refuses_what_the_knob_refuses(estimator):
    for name, (_, parameter) in parameters(estimator).items():
        if parameter.knob_of is None:
            continue
        knob = parameter.knob_of.KNOBS[name]
        for value in (-1, 0, 0.5, 1, 2, True, None, "x"):
            if knob.kinds[0] != "bool" and isinstance(value, bool):
                continue  # which scikit-learn counts as a number
            accepted = []
            for accept in (knob.checked, lambda v, n=name: estimator(**{n: v})._validate_params()):
                try:
                    accept(value)
                except (TypeError, ValueError):
                    accepted.append(False)
                else:
                    accepted.append(True)
            assert accepted[0] == accepted[1], (name, value)


def test_what_the_rooms_of_layers_and_optimizers_offer_is_public():
    import syn0
    from syn0 import spec

    for name in (*layers.__all__, *optimizers.__all__):
        assert name in spec.__all__
    for kind in (*LAYER_KINDS, *(kind.__name__ for kind in OPTIMIZERS.values())):
        assert kind in syn0.__all__
