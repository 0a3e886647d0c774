"""The knobs of the page: what `spec` says of each, with the phase that it changes and values worth
trying."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from syn0.derive.checks import SMOOTHED
from syn0.spec import OPTIMIZERS, SOLVERS, DenseSettings, Extras, NetworkSpec, Training
from syn0.spec import knobs as spec_knobs
from syn0.spec.knobs import PENALTIES
from syn0.spec.names import NAMES
from syn0.view.protocol import Knob, Setting

GROUPS: dict[str, tuple[str, ...]] = {
    "start": ("net", "hidden", "init", "seed", "dtype"),
    "batches": ("batch_size", "shuffle"),
    "forward": (
        "activation", "output_activation", "bias", "dropout", "input_dropout", "input_noise",
        "batch_norm", "layer_norm", "skip",
    ),
    "loss": ("loss", "label_smoothing", "reduction", "l1", "l2", "penalty_per_row"),
    "backward": ("clip_deltas", "trim_deltas"),
    "update": (
        "optimizer", "learning_rate", "momentum", "nesterov", "weight_decay", "beta1", "beta2",
        "decay", "epsilon", "epsilon_hat", "schedule", "warm_up", "clip_value", "clip_norm",
        "max_norm",
    ),
    "length": ("steps", "epochs", "report_every"),
}  # fmt: skip
"""Knobs of the page by the phase that each changes first; the others follow: see `group_of`."""

PHASES = {group: place for place, group in enumerate(GROUPS)}
"""The order of the phases."""

TRIES: dict[str, tuple[Setting, ...]] = {
    "net": ("3-4-1", "3-1", "3-8-8-1"),
    "hidden": ("16", "64", "64,64"),
    "init": ("uniform", "normal", "constant:0", "glorot_uniform", "he_normal"),
    "seed": (1, 2, 3),
    "batch_size": (None, 2, 32),
    "activation": ("sigmoid", "tanh", "relu", "gelu"),
    "dropout": (0.0, 0.2, 0.5),
    "input_dropout": (0.0, 0.1),
    "input_noise": (0.0, 0.1),
    "loss": ("squared_error", "absolute_error", "binary_cross_entropy", "hinge"),
    "label_smoothing": (0.0, 0.1),
    "l1": (0.0, 0.001),
    "l2": (0.0, 0.001, 0.01),
    "clip_deltas": (None, 0.1),
    "trim_deltas": (None, 0.001),
    "optimizer": ("sgd", "rmsprop", "adam", "adagrad"),
    "learning_rate": (0.001, 0.01, 0.1, 1.0, 10.0),
    "momentum": (0.0, 0.5, 0.9),
    "weight_decay": (0.0, 0.0001, 0.01),
    "beta1": (0.9, 0.5),
    "beta2": (0.999, 0.9),
    "decay": (0.9, 0.99),
    "schedule": ("constant", "cosine", "one_cycle", "exponential:0.999"),
    "warm_up": (0, 100),
    "clip_value": (None, 0.1),
    "clip_norm": (None, 1.0),
    "max_norm": (None, 3.0),
    "steps": (1_000, 10_000, 60_000),
    "epochs": (None, 10, 100),
    "report_every": (None, 1_000),
}

NO_LINES = "its steps have lengths of their own, which no line shows"
"""Why solvers are left out."""

SIZES = spec_knobs.Knob(
    "inputs, units of each hidden layer, outputs", name="net", kinds=("str",), default="3-4-1"
)
HIDDEN = spec_knobs.Knob("units of the hidden layers", name="hidden", kinds=("str",), default="16")


def described() -> Iterator[tuple[spec_knobs.Knob, str, tuple[str, ...]]]:
    """The knobs of the specification, which of the two they are of, and the optimizers that have
    them."""
    yield SIZES, "network", ()
    yield HIDDEN, "network", ()
    for kind, of in (
        (DenseSettings, "network"),
        (Extras, "network"),
        (NetworkSpec, "network"),
        (Training, "training"),
    ):
        for knob in kind.KNOBS.values():
            yield knob, of, ()
    for name in dict.fromkeys(name for kind in OPTIMIZERS.values() for name in kind.KNOBS):
        owners = tuple(owner for owner, kind in OPTIMIZERS.items() if name in kind.KNOBS)
        yield OPTIMIZERS[owners[0]].KNOBS[name], "training", owners


def knobs(
    values: Mapping[str, Setting], rows: int, *, has_hidden: bool, is_model: bool
) -> list[Knob]:
    """All knobs, at the values where they stand, group by group.

    values: by name; those that are missing stand at their defaults.
    rows: of the data, of which no batch has more.
    has_hidden: whether the network is told by its hidden layers alone, as for a table.
    is_model: whether it is a saved one, which keeps its layers.
    """
    found: dict[str, Knob] = {}
    for knob, of, owners in described():
        group = group_of(knob, of, owners)
        if group is None or knob.name == ("net" if has_hidden else "hidden"):
            continue
        default = default_of(knob, owners, values)
        least = 1 if knob.kinds[0] == "int" else None  # of a whole number without bounds
        found[knob.name] = {
            "name": knob.name,
            "words": knob.words,
            "group": group,  # type: ignore[typeddict-item]
            "of": of,  # type: ignore[typeddict-item]
            "kind": kind_of(knob),  # type: ignore[typeddict-item]
            "value": values.get(knob.name, default),
            "default": default,
            "optional": "None" in knob.kinds,
            "none": knob.none,
            "low": knob.bounds.get("least", knob.bounds.get("above", least)),
            "high": knob.bounds.get("most", knob.bounds.get("below")),
            "low_is_open": "above" in knob.bounds,
            "high_is_open": "below" in knob.bounds,
            "choices": choices_of(knob),
            "left_out": dict.fromkeys(SOLVERS, NO_LINES) if knob.table == "optimizer" else {},
            "tries": tries_of(knob.name, rows),
            "idle": "a saved model keeps its layers"
            if is_model and of == "network"
            else idle(knob.name, owners, values),
        }
    listed = [name for names in GROUPS.values() for name in names if name in found]
    order = sorted(dict.fromkeys([*listed, *found]), key=lambda name: PHASES[found[name]["group"]])
    return [found[name] for name in order]


def group_of(knob: spec_knobs.Knob, of: str, owners: tuple[str, ...]) -> str | None:
    """Where a knob stands; one that is not in `GROUPS`, and has a flag or is an optimizer's, where
    most of its kind do. None for one that is not on the page."""
    for group, names in GROUPS.items():
        if knob.name in names:
            return group
    if not knob.section and set(owners) <= set(SOLVERS):
        return None
    if of == "network":
        return "forward"
    return "loss" if knob.section == PENALTIES and knob.fits_solvers else "update"


def tries_of(name: str, rows: int) -> list[Setting]:
    """Values of a knob worth trying on so many rows."""
    tries = TRIES.get(name, ())
    if name == "batch_size":
        return [size for size in tries if size is None or int(size) <= rows]
    return list(tries)


def default_of(
    knob: spec_knobs.Knob, owners: tuple[str, ...], values: Mapping[str, Setting]
) -> Setting:
    """A knob's default: of the present optimizer, where it is of such."""
    if knob.name == "optimizer":
        return "sgd"
    kind = OPTIMIZERS.get(str(values.get("optimizer", "sgd")))
    if owners and kind is not None and knob.name in kind.KNOBS:
        knob = kind.KNOBS[knob.name]
    default: Setting = knob.default
    return default


def kind_of(knob: spec_knobs.Knob) -> str:
    """How a knob is turned."""
    if choices_of(knob):
        return "choice"
    return {"bool": "truth", "int": "whole", "float": "number"}.get(knob.kinds[0], "text")


def choices_of(knob: spec_knobs.Knob) -> list[str]:
    """The names that a knob may have; those that take a number stand without it."""
    if knob.table == "optimizer":
        return [name for name in OPTIMIZERS if name not in SOLVERS]
    table = "activation" if knob.name == "output_activation" else knob.table
    return list(knob.choices or (name.partition(":")[0] for name in NAMES.get(table, ())))


def idle(name: str, owners: tuple[str, ...], values: Mapping[str, Any]) -> str:
    """Why a knob does nothing now."""
    optimizer = values.get("optimizer") or "sgd"
    if owners and optimizer not in owners:
        return f"of {' and '.join(o for o in owners if o not in SOLVERS)}, not of {optimizer}"
    if name == "shuffle" and not values.get("batch_size"):
        return "each step takes all rows, without batch_size"
    if name == "nesterov" and not values.get("momentum"):
        return "needs momentum above 0"
    if name == "penalty_per_row" and not (values.get("l1") or values.get("l2")):
        return "needs l1 or l2 above 0"
    if name == "label_smoothing" and str(values.get("loss")).partition(":")[0] not in SMOOTHED:
        return "needs a loss of cross-entropy"
    if name == "report_every" and values.get("epochs"):
        return "training counted in epochs reports every epoch"
    return ""
