"""A recipe, and all that follows from it: data, network, training."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, NamedTuple, cast

import numpy as np

from syn0.data import BUILT_IN, Schema, Table, read_table
from syn0.models import (
    NETWORK_SETTINGS,
    TRAINING_SETTINGS,
    Examples,
    Network,
    make_training,
    plan_table,
    resolved_settings,
    table_options,
    tutorial_training,
)
from syn0.models.arrays import loss_targets
from syn0.printers import example_data
from syn0.spec import OPTIMIZERS, Adam, Training, parse_sizes
from syn0.spec.checks import choice, real, whole
from syn0.view.planes import PLANES, read_plane
from syn0.view.protocol import DataChoice, Edit, Recipe, Setting
from syn0.view.shelf import Lesson, Shelf

MOST_WEIGHTS = 5_000_000
MOST_VALUES = 50_000_000
"""Numbers in the largest array of a step."""

MOST_STEPS = 10_000_000
MOST_EDITS = 1_000
MOST_DROPPED = 1_000
RUNS = ("A", "B", "C", "D")
"""The names of a page's runs."""

MOST_LINK, MOST_RECIPE = 16_384, 2**18

USUAL: dict[str, tuple[dict[str, Setting], dict[str, Setting]]] = {
    "xor": ({"net": "3-4-1"}, {}),
    "correlated": ({"net": "3-1"}, {}),
    **dict.fromkeys(
        PLANES,
        (
            {"net": "2-8-1", "activation": "tanh", "bias": True, "output_activation": "sigmoid",
             "loss": "binary_cross_entropy"},
            {"reduction": "mean", "learning_rate": 0.5, "steps": 30_000},
        ),
    ),
    "blobs": (
        {"net": "2-8-3", "activation": "tanh", "bias": True, "loss": "cross_entropy"},
        {"reduction": "mean", "learning_rate": 0.5, "steps": 30_000},
    ),
}  # fmt: skip
"""The network and the training with which a set of data begins."""

FOR_TABLES: tuple[dict[str, Setting], dict[str, Setting]] = ({"hidden": "16"}, {})


# --------------------------------------------------------------------------------------- recipes


def usual_recipe(data: DataChoice, net: str | None = None) -> Recipe:
    """The recipe with which a set of data begins; with the sizes of a network its columns go in as
    they are."""
    network, training = USUAL.get(data["id"], FOR_TABLES)
    if net is not None:
        keep = data["id"] in USUAL and same_ends(net, str(network.get("net", "")))
        network, training = ({**network, "net": net}, training) if keep else ({"net": net}, {})
    return {
        "data": data,
        "network": dict(network),
        "training": dict(training),
        "edits": [],
        "step": 0,
        "line": -1,
    }


def same_ends(net: str, usual: str) -> bool:
    """Whether two networks take as many inputs and give as many outputs."""
    ends = [(text.split("-")[0], text.split("-")[-1]) for text in (net, usual)]
    return ends[0] == ends[1]


def checked(value: Any) -> Recipe:
    """A recipe that came from elsewhere; ValueError or TypeError where it is none."""
    if not isinstance(value, dict) or set(value) - set(Recipe.__annotations__):
        raise ValueError("the recipe has other entries than a recipe has")
    network, training = (settings_in(value.get(name, {}), name) for name in ("network", "training"))
    edits = value.get("edits", [])
    if not isinstance(edits, list) or len(edits) > MOST_EDITS:
        raise ValueError(f"edits must be a list of at most {MOST_EDITS:,}")
    return {
        "data": checked_data(value.get("data", {"id": "xor"})),
        "network": network,
        "training": training,
        "edits": [checked_edit(edit) for edit in edits],
        "step": whole("step", value.get("step", 0), least=0),
        "line": whole("line", value.get("line", -1), least=-2),
    }


def settings_in(value: Any, name: str) -> dict[str, Setting]:
    """Knobs by name; what they are set to is checked where it is used."""
    known = {"network": ("net", "hidden", *NETWORK_SETTINGS), "training": TRAINING_SETTINGS}[name]
    if not isinstance(value, dict):
        raise TypeError(f"{name} must be knobs by name")
    for knob, setting in value.items():
        choice("knob", knob, known)
        if setting is not None and not isinstance(setting, str | int | float | bool):
            raise TypeError(f"{knob} must be a number, a name or a truth value")
        if isinstance(setting, str) and len(setting) > 200:
            raise ValueError(f"{knob} is too long")
    return dict(value)


def checked_data(value: Any) -> DataChoice:
    """Which data a recipe is of."""
    if not isinstance(value, dict) or not isinstance(value.get("id"), str):
        raise ValueError("the recipe does not say which data it is of")
    data: dict[str, Any] = {"id": choice("data", value["id"], [*BUILT_IN, *PLANES, "file"])}
    for name in ("name", "hash", "target"):
        if name in value:
            if not isinstance(value[name], str) or len(value[name]) > 1_000:
                raise TypeError(f"{name} must be a text")
            data[name] = value[name]
    if "drop" in value:
        if not is_list_of_texts(value["drop"]):
            raise TypeError("drop must be a list of columns")
        data["drop"] = value["drop"]
    for name in ("rows", "seed"):
        if name in value:
            data[name] = whole(name, value[name], least=0)
    if "noise" in value:
        data["noise"] = real("noise", value["noise"], least=0, most=1)
    return cast(DataChoice, data)


def is_list_of_texts(value: Any) -> bool:
    """Whether it is one, of no more than a table may have columns."""
    return (
        isinstance(value, list)
        and len(value) <= MOST_DROPPED
        and all(isinstance(text, str) and len(text) <= 1_000 for text in value)
    )


def checked_edit(value: Any) -> Edit:
    """What a hand wrote."""
    if not isinstance(value, dict) or set(value) != set(Edit.__annotations__):
        raise ValueError("an edit says step, array, i, j and value")
    if not isinstance(value["array"], str):
        raise TypeError("array must be a name")
    return {
        "step": whole("step", value["step"], least=0),
        "array": value["array"],
        "i": whole("i", value["i"], least=0),
        "j": whole("j", value["j"], least=0),
        "value": real("value", value["value"]),
    }


class Linked(NamedTuple):
    """What a link restores.

    Attributes:
        runs: their recipes, by name.
        present: which of them is looked at.
        state: the hash of its state, as it was seen.
    """

    runs: dict[str, Recipe]
    present: str
    state: str


def link_of(linked: Linked) -> str:
    """What a link restores, in letters that an address may hold. Runs of a page differ in little,
    so that several are hardly longer than one."""
    content: dict[str, Any] = {"recipe": linked.runs[linked.present], "state": linked.state}
    if len(linked.runs) > 1:
        content["runs"] = [{"run": name, "recipe": one} for name, one in linked.runs.items()]
        content["present"] = linked.present
    text = json.dumps(content, separators=(",", ":"), allow_nan=False)
    return base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")


def from_link(link: str) -> Linked:
    """What a link restores; ValueError for any other text."""
    if len(link) > MOST_LINK:
        raise ValueError("the link is too long")
    try:
        packed = base64.urlsafe_b64decode(link + "=" * (-len(link) % 4))
        opener = zlib.decompressobj()
        text = opener.decompress(packed, MOST_RECIPE)
        if opener.unconsumed_tail or not opener.eof:
            raise ValueError
        value = json.loads(text, parse_constant=lambda _: None)
    except (ValueError, zlib.error, binascii.Error, RecursionError):
        raise ValueError("the link is damaged: copy it again, whole") from None
    if not isinstance(value, dict) or not isinstance(value.get("state"), str):
        raise ValueError("the link holds no recipe")
    if "runs" not in value:
        return Linked({RUNS[0]: checked(value.get("recipe"))}, RUNS[0], value["state"])
    runs = known_runs(value["runs"])
    return Linked(runs, choice("run", value.get("present"), runs), value["state"])


def known_runs(value: Any) -> dict[str, Recipe]:
    """The runs of a page, by name, in order."""
    if not isinstance(value, list) or not 0 < len(value) <= len(RUNS):
        raise ValueError(f"runs must be a list of 1 to {len(RUNS)}")
    found: dict[str, Recipe] = {}
    for one in value:
        if not isinstance(one, dict) or not isinstance(one.get("run"), str):
            raise TypeError("a run says its name and its recipe")
        name = choice("run", one["run"], RUNS)
        if name in found:
            raise ValueError(f"run {name} is there twice")
        found[name] = checked(one.get("recipe"))
    return found


# ----------------------------------------------------------------------------------- what follows


@dataclass(frozen=True)
class Made:
    """What a recipe gives.

    Attributes:
        network: at its start.
        training: how it is trained.
        examples: what it is trained on, as the program takes it.
        trained, held_out: the rows of the table; None for a model without its data.
        whole: the table with all its columns, to choose another target of.
        values: of the knobs, where they do not stand at their defaults.
        notes: what a user should know of it.
    """

    network: Network
    training: Training
    examples: Examples
    trained: Table | None
    held_out: Table | None
    whole: Table | None
    values: Mapping[str, Setting]
    is_model: bool = False
    notes: tuple[str, ...] = field(default=())

    @property
    def schema(self) -> Schema | None:
        """How the table's columns go in."""
        return self.network.schema


def make(recipe: Recipe, shelf: Shelf) -> Made:
    """Data, network and training of a recipe.

    Raises:
        ValueError, TypeError: a recipe that cannot be followed; one sentence says why.
    """
    data = recipe["data"]
    if data["id"] == "file":
        kept = shelf.find(data)
        if isinstance(kept.content, Network):
            return made_of_model(kept.content, recipe)
        if isinstance(kept.content, Lesson):
            return made_of_model(kept.content.network, recipe, kept.content.examples)
        whole_table = kept.content
    elif data["id"] in PLANES:
        whole_table = read_plane(
            data["id"], data.get("rows", 200), data.get("noise", 0.1), data.get("seed", 1)
        )
    else:
        whole_table = read_table(data["id"])
    target = data.get("target") or whole_table.target
    table = read_table(whole_table, target=target, drop=data.get("drop", ()))
    network = {k: v for k, v in recipe["network"].items() if v is not None}
    training = {k: v for k, v in recipe["training"].items() if v is not None}
    net, hidden = network.pop("net", None), network.pop("hidden", None)
    sizes = None if net is None else parse_sizes(str(net))
    units = None if sizes or hidden is None else units_in(str(hidden))
    check_weights(sizes or (len(table.columns), *(units or ()), 1))
    options = table_options(sizes=sizes, hidden=units, **network, **training)
    plan = plan_table(table, options)
    check_cost(plan.network, plan.training, len(plan.trained))
    settings = resolved_settings(plan)
    values = {k: settings[k] for k in settings if is_setting(settings[k])}
    values |= {**recipe["network"], **recipe["training"]}
    return Made(
        plan.network,
        without_end(plan.training),
        plan.examples,
        plan.trained,
        plan.held_out,
        whole_table,
        values,
        notes=tuple(whole_table.notes),
    )


def made_of_model(network: Network, recipe: Recipe, examples: Examples | None = None) -> Made:
    """A saved network: on its rows, on data that are known by name, or on made-up ones."""
    if recipe["network"]:
        raise ValueError("a saved model keeps its layers: only its training can be changed")
    twin = Network.from_record(network.record())
    before, notes = network.training or tutorial_training({}, network.spec), []
    if before.solver is not None:
        before = replace(before, optimizer=Adam())
        notes.append("it was trained by L-BFGS, whose steps have no lines: here it goes on by Adam")
    training = turned(before, recipe["training"])
    values: dict[str, Setting] = {
        name: value
        for name in (*Training.KNOBS,)
        if is_setting(value := getattr(training, name)) and value is not None
    }
    names = {kind: name for name, kind in OPTIMIZERS.items()}
    values["optimizer"] = names[type(training.optimizer)]
    for name in type(training.optimizer).KNOBS:
        values[name] = getattr(training.optimizer, name)
    values["net"] = str(network.spec)
    training = without_end(training)
    if examples is None:
        made = on_its_data(twin, training, values)
    else:
        made = Made(twin, training, examples, None, None, None, values, is_model=True)
    check_cost(twin, training, len(made.examples.X))
    return replace(made, notes=(*notes, *made.notes))


def on_its_data(network: Network, training: Training, values: Mapping[str, Setting]) -> Made:
    """A saved network with its examples."""
    from syn0.models import examples_again

    origin, schema = network.origin, network.schema
    if origin is not None and schema is not None and origin.data in BUILT_IN:
        from syn0.models.tables import split_again

        table = read_table(origin.data, target=schema.target)
        if table.fingerprint == origin.fingerprint:
            examples = examples_again(network, training, table, table_options())
            trained, held_out = split_again(network, table)
            return Made(network, training, examples, trained, held_out, None, values, is_model=True)
    made_up = example_data(network.spec)
    dtype = network.spec.dtype
    y = loss_targets(np.asarray(made_up.y, dtype), network.spec)
    examples = Examples(np.asarray(made_up.X, dtype), y)
    note = "the data that the model was trained on are not here: it goes on with made-up rows"
    network.schema = network.origin = None
    return Made(network, training, examples, None, None, None, values, is_model=True, notes=(note,))


def turned(before: Training, settings: Mapping[str, Setting]) -> Training:
    """A training with some knobs turned."""
    given = {name: value for name, value in settings.items() if value is not None}
    fields = {name: getattr(before, name) for name in Training.KNOBS}
    if "steps" in given or "epochs" in given:
        fields |= {"steps": None, "epochs": None, "report_every": None}
    if "optimizer" in given:
        fields.pop("optimizer")
    return make_training({**fields, **given})


def without_end(training: Training) -> Training:
    """The training without early stopping: the page goes as far as it is told to."""
    return replace(training, patience=None)


def is_setting(value: Any) -> bool:
    """Whether a value is one that travels as a knob's."""
    return value is None or isinstance(value, str | int | float | bool)


def units_in(text: str) -> tuple[int, ...]:
    """Units of hidden layers: "64,64"."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not all(part.isascii() and part.isdigit() and 0 < int(part) < 10**6 for part in parts):
        raise ValueError(f"hidden {text!r} must be numbers of units, such as 64,64")
    return tuple(map(int, parts))


def check_weights(sizes: tuple[int, ...]) -> None:
    """ValueError for more weights than the page can move."""
    count = sum(above * below for below, above in pairwise(sizes))
    if count > MOST_WEIGHTS:
        raise ValueError(f"{count:,} weights are too many for the page: at most {MOST_WEIGHTS:,}")


def check_cost(network: Network, training: Training, rows: int) -> None:
    """ValueError for training that the page cannot show."""
    if training.solver is not None:
        raise ValueError(
            "L-BFGS takes steps of its own length, of which no line can be shown: choose another "
            "optimizer"
        )
    check_weights(network.spec.sizes)
    values = min(training.batch_size or rows, rows) * max(network.spec.sizes[1:])
    if values > MOST_VALUES:
        raise ValueError(f"a step of {rows:,} rows is too large for the page: set batch_size")
    if training.total_steps(rows) > MOST_STEPS:
        raise ValueError(f"the page goes at most {MOST_STEPS:,} steps")
