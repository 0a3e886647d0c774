"""The flags of the knobs: each follows from what its field in `spec` says of itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, TypeVar

import click

from syn0.cli.command import Option
from syn0.spec import OPTIMIZERS, DenseSettings, Extras, NetworkSpec, Training
from syn0.spec.knobs import Knob
from syn0.spec.names import NAMES
from syn0.spec.words import series

F = TypeVar("F", bound=Callable[..., Any])

METAVARS = {
    "activation": "NAME[,NAME…]", "init": "NAME[:F]", "loss": "NAME[:F]", "schedule": "NAME[:F,F]",
}  # fmt: skip
"""How names with numbers, or several names, are written, by the table that lists them."""

MORE = {
    "batch_size": ", of a table that is trained on 32 to 512",
    "report_every": "; where it is given, reports are printed",
}
"""What help texts say of a flag besides."""


def settings() -> Iterator[tuple[Knob, Sequence[str]]]:
    """All knobs of a network and its training, those of the optimizers behind their choice, with
    the names of the optimizers that have them."""
    for kind in (DenseSettings, Extras, NetworkSpec, Training):
        for knob in kind.KNOBS.values():
            yield knob, ()
            if knob.table == "optimizer":
                yield from settings_of_optimizers()


def settings_of_optimizers() -> Iterator[tuple[Knob, Sequence[str]]]:
    """The knobs of optimizers, each once."""
    owners: dict[str, list[str]] = {}
    for name, kind in OPTIMIZERS.items():
        for setting in kind.KNOBS:
            owners.setdefault(setting, []).append(name)
    for setting, names in owners.items():
        yield OPTIMIZERS[names[0]].KNOBS[setting], names


def flag_of(knob: Knob, owners: Sequence[str]) -> Callable[[F], F]:
    """The flag that sets a knob."""
    name, kind = knob.name.replace("_", "-"), knob.kinds[0]
    option = partial(click.option, cls=Option, section=knob.section, help=help_of(knob, owners))
    if kind == "bool":
        return option(f"--{name}/--no-{name}", default=None)
    if kind in ("int", "float"):
        number, mark = (int, "N") if kind == "int" else (float, "F")
        return option(f"--{name}", type=number, metavar=mark)
    return option(f"--{name}", metavar=METAVARS.get(knob.table, "NAME"))


def help_of(knob: Knob, owners: Sequence[str] = ()) -> str:
    """What a knob does, in a sentence."""
    words = f"of {owners[0]}: {knob.words}" if len(owners) == 1 else knob.words
    if names := names_of(knob):
        words += f": {series(names, 'or')}"
    if knob.none:
        words += f"; default {knob.none}"
    return f"{words[0].upper()}{words[1:]}{MORE.get(knob.name, '')}."


def names_of(knob: Knob) -> Sequence[str]:
    """The names that a knob may have, with marks for the numbers that may follow them."""
    return knob.choices or (
        tuple(OPTIMIZERS) if knob.table == "optimizer" else NAMES.get(knob.table, ())
    )


def flags() -> Iterator[tuple[str, Callable[[F], F]]]:
    """The names and flags of the knobs that have one."""
    return ((knob.name, flag_of(knob, owners)) for knob, owners in settings() if knob.section)


FLAGLESS = tuple(
    knob.name
    for knob, _ in settings()
    if not knob.section and knob.name not in ("inputs", "layers", "seed")
)
"""The knobs that files alone may set; `train` has flags of its own for some."""
