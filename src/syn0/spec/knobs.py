"""Knobs: the fields of descriptions, each with its words, bounds and choices beside it.

What a field says of itself is said there alone. By it descriptions check what they are given, and
docstrings, flags and their help, names in TOML files, scikit-learn's constraints and the tables of
docs/knobs.md follow from it.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, replace
from inspect import cleandoc
from typing import Any, ClassVar, TypeVar, cast

from syn0.spec.checks import LIMITS, choice, real, truth, whole
from syn0.spec.doors import doors

T = TypeVar("T")
C = TypeVar("C", bound="type[Description]")

WIDTH = 96
"""Columns of a docstring's lines."""

NETWORK, TRAINING, PENALTIES, OUTPUT = "Network", "Training", "Penalties and limits", "Output"
"""The sections of help texts in which flags stand."""


@dataclass(frozen=True)
class Knob:
    """What a field of a description says of itself.

    Attributes:
        words: what it is, as a phrase: no capital, no full stop.
        none: what None means, where it may be None; "" where that needs no words.
        bounds: of a number, as `real` takes them; whole numbers are at least 1 without any.
        choices: the names that it may have; () for any.
        table: which table of a later room lists the names that it may have, such as "loss".
        section: where its flag stands in help texts; "" for a knob that has none.
        fits_solvers: False for what would change a solver's steps, or the gradient it goes by.
        name, kinds, default, is_needed: the field's own, its kinds as its annotation lists them,
            ("float", "None"), and whether it must be given. `described` fills them in.
    """

    words: str
    none: str = ""
    bounds: Mapping[str, float] = field(default_factory=dict)
    choices: tuple[str, ...] = ()
    table: str = ""
    section: str = ""
    fits_solvers: bool = True
    name: str = ""
    kinds: tuple[str, ...] = ()
    default: Any = None
    is_needed: bool = False

    def checked(self, value: Any) -> Any:
        """A value of the field, a number as its type; TypeError or ValueError for one that is not
        allowed. Of sequences, each layer checks its own value."""
        if value is None and "None" in self.kinds:
            return None
        if self.choices:
            return choice(self.name, value, self.choices)
        if any(kind.startswith("Sequence") for kind in self.kinds):
            return value
        match self.kinds[0]:
            case "bool":
                return truth(self.name, value)
            case "int":
                return whole(self.name, value, least=int(self.bounds.get("least", 1)))
            case "float":
                return real(self.name, value, **self.bounds)
            case "str" if not isinstance(value, str):
                raise TypeError(f"{self.name} must be a name, not {value!r}")
        return value

    def explained(self) -> str:
        """Its entry in a docstring."""
        words = self.words
        if self.allowed:
            words += f" ({self.allowed})"
        if self.choices:
            words += f": {' or '.join(map(spelled, self.choices))}"
        if not self.is_needed:
            words += f"; default {spelled(self.default)}" + (f", {self.none}" if self.none else "")
        return textwrap.fill(f"{self.name}: {words}.", WIDTH, subsequent_indent="    ")

    @property
    def allowed(self) -> str:
        """The bounds of a number in words: "at least 0", "in [0, 1)"; "" without."""
        bounds = self.bounds or ({"least": 1} if self.kinds[0] == "int" else {})
        words = [f"{LIMITS[name]} {spelled(limit)}" for name, limit in bounds.items()]
        if len(words) < 2:
            return "".join(words)
        (low, start), (high, end) = bounds.items()
        left, right = "[" if low == "least" else "(", "]" if high == "most" else ")"
        return f"in {left}{spelled(start)}, {spelled(end)}{right}"


def about(words: str, **more: Any) -> dict[str, Knob]:
    """The metadata of a field that must be given: `units: int = field(metadata=about(…))`. What
    `more` may say: the attributes of `Knob`, and its bounds by name, such as `least=0`."""
    bounds = {name: more.pop(name) for name in LIMITS if name in more}
    return {"knob": Knob(words, bounds=bounds, **more)}


def knob(default: T, words: str, **more: Any) -> T:
    """A field with a default: `momentum: float = knob(0.0, "share of …", least=0, most=1)`."""
    return field(default=default, metadata=about(words, **more))


class Description:
    """The base of descriptions: each field is checked, and made a number where it is one, by what
    its knob says."""

    KNOBS: ClassVar[Mapping[str, Knob]]
    """The knobs by name, in order."""

    def __post_init__(self) -> None:
        for name, knob in self.KNOBS.items():
            object.__setattr__(self, name, knob.checked(getattr(self, name)))


def described(kind: C) -> C:
    """The dataclass of a description, with its knobs, which its docstring explains; its methods
    are doors."""
    kind.KNOBS = {f.name: of_field(f) for f in fields(cast("Any", kind))}
    words = textwrap.indent("\n".join(k.explained() for k in kind.KNOBS.values()), "    ")
    kind.__doc__ = f"{cleandoc(kind.__doc__ or '')}\n\nArgs:\n{words}\n"
    return doors(kind)


def of_field(own: Field[Any]) -> Knob:
    """The knob of a field."""
    kinds = tuple(str(own.type).split(" | "))
    said: Knob = own.metadata["knob"]
    if own.default is MISSING:
        return replace(said, name=own.name, kinds=kinds, is_needed=True)
    return replace(said, name=own.name, kinds=kinds, default=own.default)


def spelled(value: Any) -> str:
    """A value as a person writes it: 1, 1e-5, "sum", True, SGD()."""
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, Description):
        return f"{type(value).__name__}()"
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"{value:g}".replace("e-0", "e-") if number else str(value)
