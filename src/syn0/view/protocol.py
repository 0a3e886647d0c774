"""What the page and Python say to each other, in words, shapes and units.

Every message is a JSON header with, after it, the arrays that it speaks of. `packed` and `unpacked`
are the framing, the same in all hosts: four bytes that hold the header's length (little-endian),
the header, then the arrays, each at a multiple of eight bytes from the start, little-endian, row
by row. The header lists them in `wire`, and speaks of one by its place there, a `Ref`. JSON never
holds NaN or infinity: what may be either travels in an array.

`python -m syn0.view.protocol` prints the same types in TypeScript: web/src/protocol.ts.
"""

from __future__ import annotations

import functools
import hashlib
import json
import sys
from collections.abc import Iterator, Sequence
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Literal,
    NotRequired,
    TypedDict,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

import numpy as np
from numpy.typing import NDArray

# ------------------------------------------------------------------------------------- small parts

Ref = Annotated[int, "place of an array among those of the message"]
Phase = Literal["init", "forward", "loss", "backward", "update"]
Unit = Literal["line", "phase", "step", "epoch"]
Setting = Union[str, int, float, bool, None]  # noqa: UP007  (read at run time)


class Edit(TypedDict):
    """A number that a hand wrote into a weight, before a step."""

    step: Annotated[int, "steps taken before it"]
    array: Annotated[str, "name of the weight, such as syn0"]
    i: Annotated[int, "row"]
    j: Annotated[int, "column; 0 of a row of numbers"]
    value: Annotated[float, "the new number"]


class DataChoice(TypedDict):
    """Which data a run learns from."""

    id: Annotated[
        str,
        "a built-in name (xor, correlated, iris, …), a 2-D set (circles, moons, spirals, "
        "exclusive-or, blobs), or file: a table or a saved model that was dropped on the page",
    ]
    rows: NotRequired[Annotated[int, "of a 2-D set: its rows, 4 to 2,000"]]
    noise: NotRequired[Annotated[float, "of a 2-D set: 0 to 1"]]
    seed: NotRequired[Annotated[int, "of a 2-D set: of its random numbers"]]
    name: NotRequired[Annotated[str, "of a file: its name"]]
    hash: NotRequired[Annotated[str, "of a file: SHA-256 of its bytes, so that it is known again"]]
    target: NotRequired[Annotated[str, "of a table: the column to predict"]]
    drop: NotRequired[Annotated[list[str], "of a table: columns that are left out"]]


class Recipe(TypedDict):
    """All that a run follows from. Python derives every number from it."""

    data: DataChoice
    network: Annotated[
        dict[str, Setting],
        "net (sizes such as 3-4-1) and the knobs of the network that were turned, by name; without "
        "net the table's own pipeline applies, and hidden (64,64) may say its hidden layers",
    ]
    training: Annotated[dict[str, Setting], "the knobs of the training that were turned, by name"]
    edits: list[Edit]
    step: Annotated[int, "where the page stood: steps taken before"]
    line: Annotated[int, "and the line that had just run; -1 for none"]


class Token(TypedDict):
    """A piece of a printed line; all of them, joined, are the text to the letter."""

    text: str
    kind: Literal["name", "number", "operation", "bracket", "space"]
    name: NotRequired[Annotated[str, "the array or number that it refers to"]]
    part: NotRequired[Annotated[int, "the part of the expression that it belongs to"]]
    changed: NotRequired[Annotated[bool, "whether the last knob changed it"]]


class Markup(TypedDict):
    """An element: its name, and what it holds."""

    name: str
    holds: list[str | Markup]


class Operand(TypedDict):
    """What a part takes: one of the three."""

    name: NotRequired[str]
    part: NotRequired[Annotated[int, "another part of the same line"]]
    number: NotRequired[Annotated[str, "a number as it is printed"]]


class Part(TypedDict):
    """An operation in a line. A line's parts are listed outermost first: 0 is the whole."""

    operation: Annotated[str, "matmul, add, sigmoid, …: a row of program/operations.py"]
    text: Annotated[str, "as printed, on one line"]
    takes: list[Operand]
    shape: Annotated[list[int], "of a step with as many rows as the present one"]


class Line(TypedDict):
    """A line of the program."""

    target: Annotated[str, "the name that it binds"]
    phase: Phase
    layer: Annotated[int, "the layer that it belongs to; 0 is the input"]
    note: Annotated[str, "what it does, in plain words, with the shapes of its products"]
    math: Annotated[Markup, "the line as an equation, in MathML"]
    tokens: Annotated[list[Token], "the text, broken over several lines where it is long"]
    parts: Annotated[list[Part], "empty where the line only names something: l0 = X"]
    reads: Annotated[list[str], "the names that it reads"]
    shape: Annotated[list[int], "of its value, in a step of `rows`"]
    measured: Annotated[bool, "whether it only reports"]
    mark: Literal["same", "added", "changed"]


class Removed(TypedDict):
    """A line of the program before that this one lacks."""

    before: Annotated[int, "the line above which it stood; as many as there are: at the end"]
    tokens: list[Token]
    target: str


class Section(TypedDict):
    """A phase of a step: a run of lines under a heading."""

    phase: Phase
    heading: str
    first: Annotated[int, "its first line"]
    end: Annotated[int, "one after its last line"]


class Difference(TypedDict):
    """What the last knob did to the program."""

    knob: Annotated[str, "name of the knob; empty: nothing was turned"]
    added: int
    removed: int
    changed: int
    init_added: list[str]
    init_removed: list[str]
    words: Annotated[str, "3 added, 1 changed: to be shown and spoken"]


class Knob(TypedDict):
    """A knob, as the specification describes it."""

    name: str
    words: str
    group: Annotated[
        Literal["start", "forward", "loss", "backward", "update", "batches", "length"],
        "the phase of the program that it changes",
    ]
    of: Literal["network", "training"]
    kind: Literal["truth", "whole", "number", "choice", "text"]
    value: Annotated[Setting, "as it stands now"]
    default: Setting
    optional: Annotated[bool, "whether it may be null, for what `none` says"]
    none: str
    low: Annotated[float | None, "least value"]
    high: Annotated[float | None, "greatest value"]
    low_is_open: Annotated[bool, "whether the least value itself is not allowed"]
    high_is_open: bool
    choices: Annotated[list[str], "names that may be chosen; some take a number: huber:1.5"]
    left_out: Annotated[dict[str, str], "choices that the page cannot show, each with the reason"]
    tries: Annotated[list[Setting], "values worth trying"]
    idle: Annotated[str, "why it does nothing now; empty where it does"]


class DataInfo(TypedDict):
    """The data that the run learns from."""

    id: str
    title: str
    rows: int
    inputs: list[str]
    targets: list[str]
    classes: Annotated[list[str], "names of the classes; empty where numbers are predicted"]
    task: Literal["classes", "numbers"]
    image: Annotated[list[int], "height, width and channels of a row that is an image; else empty"]
    plane: Annotated[bool, "whether there are two inputs, so that regions can be drawn"]
    held_out: Annotated[int, "rows that training does not see"]
    columns: Annotated[list[str], "of a table: all its columns, to choose the target from"]
    target: str
    dropped: Annotated[list[str], "columns that are left out"]
    notes: list[str]


class DataSet(TypedDict):
    """A set of data that may be chosen."""

    id: str
    title: str
    plane: Annotated[bool, "whether it takes rows, noise and a seed"]


class RunInfo(TypedDict):
    """A run beside others: same data, same start."""

    run: str
    words: Annotated[str, "how it differs from the first: momentum 0.9"]
    recipe: Annotated[Recipe, "all that it follows from, and where it stands"]


class KnownRun(TypedDict):
    """A run that the page knows from before, to be there again."""

    run: str
    recipe: Annotated[Recipe, "its step and line are where it stood"]


class Standing(TypedDict):
    """Where a run stands."""

    run: str
    step: int
    line: int


class Shown(TypedDict):
    """An array as it is shown: whole up to 1,024 entries, else in blocks; or neither, where the
    message was full or there is nothing yet."""

    name: str
    shape: list[int]
    dtype: Annotated[str, "Python's, such as float64; plain numbers are int or float"]
    age: Annotated[
        Literal["now", "last", "none"],
        "whether it stands as computed in this step, as in the last one, or is not there yet",
    ]
    changed: Annotated[bool, "whether the line that has just run changed it"]
    limit: Annotated[float | None, "largest finite size, for the colours; null: no finite entry"]
    bad: Annotated[int, "entries that are NaN or infinite"]
    values: Annotated[Ref | None, "whole, of this shape"]
    blocks: Annotated[Ref | None, "(3, rows, columns) float32: mean, least and greatest of blocks"]
    block: Annotated[list[int], "rows and columns of a block; empty without"]


class Window(TypedDict):
    """A piece of an array, whole: at most 24 rows of 16 columns."""

    name: str
    row: Annotated[int, "its first row"]
    column: Annotated[int, "its first column"]
    values: Ref


class Opened(TypedDict):
    """The line that has just run, taken apart."""

    line: int
    operands: Annotated[list[Shown], "the arrays that it read, as they were before it ran"]
    parts: Annotated[list[Shown], "the value of each of its parts, in their order; named part 0, …"]


class Figure(TypedDict):
    """A number with its name, or a text."""

    name: str
    text: Annotated[str, "as Python writes it"]


# ------------------------------------------------------------------------------ the page to Python


class Open(TypedDict):
    """Begin, from a recipe, a link, or the runs of a page whose connection broke; without any of
    them, exclusive-or in a 3-4-1 network."""

    type: Literal["open"]
    token: Annotated[str, "from the address; the first message of a socket"]
    protocol: Annotated[str, "the page's PROTOCOL"]
    recipe: NotRequired[Recipe]
    link: NotRequired[Annotated[str, "what `link` gave"]]
    runs: NotRequired[Annotated[list[KnownRun], "in order"]]
    present: NotRequired[Annotated[str, "of those, the one that is looked at"]]


class Go(TypedDict):
    """Stand after a line of a step."""

    type: Literal["go"]
    step: Annotated[int, "steps taken before it"]
    line: Annotated[int, "the line that has just run; -1 for none, -2 for the last of the step"]


class Move(TypedDict):
    """Go on or back by so many of a unit. Back from the first line of a step leads to the last
    of the step before."""

    type: Literal["move"]
    unit: Unit
    count: Annotated[int, "1 on, -1 back"]


class Find(TypedDict):
    """Go to a line's next run: the present step's where it is still to come, else the next one's"""

    type: Literal["find"]
    line: int


class Play(TypedDict):
    """Train on and on, to the end or to `until`."""

    type: Literal["play"]
    rate: Annotated[float | None, "steps a second; null for as many as it can"]
    until: NotRequired[Annotated[int, "a step to stop at"]]


class Pause(TypedDict):
    """Stop, and show where."""

    type: Literal["pause"]


class Watch(TypedDict):
    """What to send with frames."""

    type: Literal["watch"]
    arrays: Annotated[list[str], "names, the dearest first"]
    detail: Annotated[str | None, "the one of which larger blocks are sent (48x32, else 12x8)"]
    window: NotRequired[Annotated[tuple[str, int, int] | None, "array, first row, first column"]]
    hidden: NotRequired[Annotated[bool, "whether nobody looks: no frames then"]]


class AskText(TypedDict):
    """Full precision of a piece of an array, at most 1,024 entries."""

    type: Literal["text"]
    array: Annotated[str, "a name; or, of the line that has just run, part 0, …"]
    rows: Annotated[tuple[int, int], "first, and one after the last"]
    columns: tuple[int, int]


class AskSplit(TypedDict):
    """How the examples voted on one weight in this step."""

    type: Literal["split"]
    weight: str
    i: int
    j: int


class TurnKnob(TypedDict):
    """Set a knob; the run starts again from the same start."""

    type: Literal["knob"]
    name: str
    value: Annotated[Setting, "null for the default"]


class EditArray(TypedDict):
    """Write a number into a weight, now: at the start of the present step."""

    type: Literal["edit"]
    array: str
    i: int
    j: int
    value: Annotated[str, "a number as a person writes it, so that it keeps its digits"]


class Ack(TypedDict):
    """A frame was painted: the next may come."""

    type: Literal["ack"]
    sequence: int


class Fork(TypedDict):
    """A second run from the same start, to turn one knob of; it becomes the present one."""

    type: Literal["fork"]


class Select(TypedDict):
    """Make another run the present one, or leave it for good."""

    type: Literal["select"]
    run: str
    close: NotRequired[bool]


class ChooseData(TypedDict):
    """Learn from other data; a network that fits is chosen, unless `net` says one."""

    type: Literal["data"]
    data: DataChoice
    net: NotRequired[Annotated[str, "sizes such as 2-8-1"]]


class Upload(TypedDict):
    """A file dropped on the page: a table, packed or not, a saved model, or class folders of images
    in a .zip file. Its bytes are the only array, of uint8."""

    type: Literal["upload"]
    name: Annotated[str, "the file's name"]
    target: NotRequired[Annotated[str, "the column to predict; the last one without"]]


class AskReport(TypedDict):
    """One of the pictures beside the program."""

    type: Literal["report"]
    kind: Literal["table", "regions", "images", "confusion", "units", "statistics", "network"]
    first: NotRequired[Annotated[int, "of a table or images: the first row"]]
    layer: NotRequired[Annotated[int, "of units: which layer; the last hidden one without"]]
    windows: NotRequired[
        Annotated[list[int | None], "of a network: each layer's first unit; null: the strongest"]
    ]
    example: NotRequired[Annotated[int, "of a network: the row of the step"]]
    keep: NotRequired[Annotated[bool, "whether it is sent anew with every frame"]]


class AskLink(TypedDict):
    """The recipe in a few letters."""

    type: Literal["link"]


class Download(TypedDict):
    """A file to save."""

    type: Literal["download"]
    what: Literal["program", "model", "page"]
    language: NotRequired[Annotated[str, "of a program: one of `languages`"]]


class AskDrill(TypedDict):
    """An exercise: a network whose program is written from memory."""

    type: Literal["drill"]
    rung: NotRequired[Annotated[int, "of the ladder; -1: the present run's own network; without, "
                                "the first that is not solved"]]  # fmt: skip
    level: NotRequired[Annotated[int, "how much is missing, 1 to 5"]]


class CheckProgram(TypedDict):
    """Run a learner's program apart, and compare it with the exercise's."""

    type: Literal["check"]
    rung: int
    level: int
    program: Annotated[str, "at most 64 KB"]


class AskHint(TypedDict):
    """A hint for a line of an exercise."""

    type: Literal["hint"]
    rung: int
    level: int
    line: Annotated[str, "the name that it binds"]
    step: Annotated[int, "0 a question, 1 the shapes, 2 the note, 3 the line"]


class TourVisit(TypedDict):
    """Where a reader stands in the tour, and what was guessed."""

    chapter: Annotated[str, "its name"]
    question: Annotated[int, "the one that is asked, counted from 0"]
    guesses: Annotated[
        dict[str, list[tuple[int, str, bool | None]]],
        "by the chapters' names: a question, what was typed, whether it was right",
    ]


class OpenTour(TypedDict):
    """Open the tour, or go to a chapter. The page then shows the run that the chapter speaks of."""

    type: Literal["tour"]
    chapter: NotRequired[Annotated[int, "counted from 0; without, where the reader stands"]]
    visit: NotRequired[Annotated[TourVisit, "of `chapter`, before the connection broke"]]
    again: NotRequired[Annotated[bool, "whether its questions are asked once more"]]


class Guess(TypedDict):
    """Answer the question of the tour that is asked."""

    type: Literal["guess"]
    text: Annotated[str, "as it was typed; of options the number, counted from 1; ?: don't know"]


class TryOut(TypedDict):
    """Ask what follows from a value of the chapter's experiment."""

    type: Literal["try"]
    text: Annotated[str, "as it was typed"]


class ShowKnobs(TypedDict):
    """Turn the knobs that the chapter speaks of."""

    type: Literal["show"]


class LeaveTour(TypedDict):
    """Look at the reader's own runs again."""

    type: Literal["leave"]


# ------------------------------------------------------------------------------ Python to the page


class Head(TypedDict):
    """What every message from Python has."""

    run: Annotated[str, "the run it is of: A, B, …"]
    sequence: Annotated[int, "counts up"]


class Program(Head):
    """The program of exactly this network, whenever it changes."""

    type: Literal["program"]
    protocol: Annotated[str, "hash of these types: another one wants the page loaded anew"]
    title: str
    net: Annotated[str, "sizes: 3-4-1"]
    sizes: list[int]
    activations: Annotated[list[str], "of each layer after the inputs"]
    dtype: str
    rows: Annotated[int, "rows of a step"]
    first: Annotated[int, "steps that it had taken before: of a saved model"]
    steps: Annotated[int, "of the whole run"]
    batches: Annotated[int, "steps of an epoch"]
    sections: list[Section]
    lines: Annotated[list[Line], "of a step, in order"]
    init: Annotated[list[Line], "what runs once, before"]
    removed: list[Removed]
    difference: Difference
    knobs: list[Knob]
    weights: Annotated[list[str], "what it learns"]
    state: Annotated[list[str], "what a step changes and the next one finds: weights, velocities …"]
    output: Annotated[str, "the name that holds the prediction"]
    data: DataInfo
    sets: list[DataSet]
    languages: Annotated[list[str], "the program can be downloaded in"]
    runs: list[RunInfo]
    recipe: Recipe
    engine: str


class Frame(Head):
    """Where the run stands and what the watched arrays hold. To be acknowledged once painted."""

    type: Literal["frame"]
    step: Annotated[int, "steps taken before the present one"]
    line: Annotated[int, "the line of `lines` that has just run; -1 for none"]
    lines: Annotated[int, "how many a step has"]
    steps: Annotated[int, "of the whole run"]
    epoch: Annotated[float, "passes over the rows taken before the present step"]
    loss: Annotated[float | None, "of this step or, before its line has run, of the last one"]
    error: float | None
    state: Literal["idle", "playing", "waiting", "paused", "replaying", "diverged", "finished"]
    replayed: Annotated[int, "steps that were computed again to get here"]
    progress: Annotated[float | None, "while replaying: how much of the way is done, 0 to 1"]
    batch: Annotated[list[int], "the rows of this step, at most 1,024; empty for all"]
    arrays: Annotated[list[Shown], "in the order in which they are watched"]
    opened: Opened | None
    window: Window | None
    others: Annotated[list[Standing], "the other runs"]


class Curve(Head):
    """Loss and error over the steps of every run, thinned to 2,000 points by least and greatest."""

    type: Literal["curve"]
    runs: Annotated[list[CurveOf], "in order"]


class CurveOf(TypedDict):
    """One run's curve."""

    run: str
    step: Annotated[Ref, "(points,) float64"]
    loss: Annotated[Ref, "(points,) float64"]
    error: Annotated[Ref, "(points,) float64"]


class Text(Head):
    """Numbers as Python writes them."""

    type: Literal["text"]
    array: str
    rows: tuple[int, int]
    columns: tuple[int, int]
    texts: Annotated[list[list[str]], "row by row"]


class Vote(TypedDict):
    """What one example asks of a weight."""

    row: Annotated[int, "of the data"]
    input: Annotated[str, "the value that went in, as Python writes it"]
    delta: Annotated[str, "the delta of the unit it leads to"]
    text: Annotated[str, "their product"]


class Split(Head):
    """A weight's update, split over the examples: the parts sum to the update, bit for bit."""

    type: Literal["split"]
    weight: str
    i: int
    j: int
    step: int
    input_name: Annotated[str, "the array of the inputs: l0"]
    delta_name: Annotated[str, "the array of the deltas: l1_delta"]
    votes: Annotated[list[Vote], "in data order: all up to 12, else the largest 12"]
    products: Annotated[Ref, "(votes,) float64: input x delta of each"]
    others: Annotated[str, "the sum of the votes not listed; empty where all are"]
    sums: Annotated[
        Ref, "(5,) float64: others, rounding, their total (the pull's product), old, new weight"
    ]
    rounding: Annotated[str, "what the sum of the products and the line's own value differ by"]
    total: Annotated[str, "the product's entry: what the examples ask for together"]
    old: Annotated[str, "the weight before the step"]
    new: Annotated[str, "and after it"]
    stages: Annotated[list[Figure], "from the pull on: limits, memory (velocity, …), step"]


class TableReport(Head):
    """Rows of the data, with what the network says of them."""

    type: Literal["table"]
    first: int
    total: int
    columns: list[str]
    texts: Annotated[list[list[str]], "inputs, then targets, then predictions"]
    inputs: Annotated[int, "how many of the columns are inputs"]
    wrong: Annotated[list[bool], "of each row: whether the prediction misses"]


class Regions(Head):
    """What the network says over a plane of two inputs."""

    type: Literal["regions"]
    bounds: Annotated[tuple[float, float, float, float], "left, right, bottom, top"]
    values: Annotated[Ref, "(48, 48) float32, bottom row first; class numbers where there are some"]
    points: Annotated[Ref, "(rows, 2) float32, at most 1,000"]
    targets: Annotated[Ref, "(rows,) float32"]
    classes: Annotated[int, "how many; 0: numbers from 0 to 1"]


class Images(Head):
    """Rows as images, with what the network says of them; and a layer's weights as images."""

    type: Literal["images"]
    first: int
    total: int
    shape: list[int]
    pixels: Annotated[Ref, "(images, height, width, channels) float32"]
    said: list[str]
    right: list[str]
    weights: Annotated[Ref | None, "(units, height, width, channels) float32"]


class Confusion(Head):
    """How often each class was taken for which, of the rows that training does not see."""

    type: Literal["confusion"]
    words: Annotated[str, "which rows were judged"]
    classes: list[str]
    counts: Annotated[Ref, "(classes, classes) int32: true class a row"]
    accuracy: Annotated[float | None, "null where numbers are predicted"]
    figures: list[Figure]


class Units(Head):
    """Where each unit of a layer sits on its activation's curve."""

    type: Literal["units"]
    layer: int
    activation: str
    words: str
    curve: Annotated[Ref, "(3, 121) float64: z, value, slope"]
    z: Annotated[Ref, "(rows, units) float64, at most 64 rows of 32 units"]
    values: Annotated[Ref, "(rows, units)"]
    slopes: Annotated[Ref, "(rows, units)"]


class Statistics(Head):
    """How each input and hidden unit goes with the target, at the start and now."""

    type: Literal["statistics"]
    names: list[str]
    texts: Annotated[list[list[str]], "of each name: correlation at the start, and now"]


class SomeUnits(TypedDict):
    """Some units of a layer."""

    size: Annotated[int, "how many it has"]
    units: Annotated[list[int], "those that are told of, at most 10"]
    values: Annotated[Ref | None, "(units,) float64, of the example; null: not computed yet"]
    limit: Annotated[float, "largest size in the whole layer, for the colours"]
    age: Literal["now", "last", "none"]


class NetworkReport(Head):
    """Some units of each layer, and the weights between them."""

    type: Literal["network"]
    example: int
    layers: Annotated[list[SomeUnits], "the inputs first"]
    weights: Annotated[list[Ref], "(units below, units above) float64, of each two layers"]
    limits: Annotated[list[float], "largest size of all weights there"]


class Printed(Head):
    """What the program has printed: a line a report, and the tutorial's six errors."""

    type: Literal["printed"]
    lines: Annotated[list[str], "all of them"]


class Try(TypedDict):
    """A knob that may help."""

    name: str
    value: Setting
    words: str


class Trouble(Head):
    """A number went bad: the run stands after that line."""

    type: Literal["trouble"]
    step: int
    line: int
    words: Annotated[str, "what happened, in one sentence"]
    cause: str
    operands: Annotated[list[Shown], "what the line read"]
    before: Annotated[list[Shown], "the same arrays in the step before"]
    tries: Annotated[list[Try], "two knobs to try"]


class Error(Head):
    """Something that was asked cannot be done."""

    type: Literal["error"]
    words: Annotated[str, "one sentence"]
    about: Annotated[str, "the type of the message that asked"]


class Link(Head):
    """The runs in a few letters, for the fragment of an address."""

    type: Literal["link"]
    link: str
    hash: Annotated[str, "of the state: another machine may round differently"]
    words: str


class File(Head):
    """A file to save; its bytes are an array."""

    type: Literal["file"]
    name: str
    mime: str
    content: Annotated[Ref, "(bytes,) uint8"]


class LadderRung(TypedDict):
    """A network of the drill's ladder."""

    net: str
    words: Annotated[str, "what is new in it"]
    solved: Annotated[int, "the highest level at which it is solved; 0 for none"]


class Exercise(Head):
    """What is to be written from memory."""

    type: Literal["exercise"]
    rung: Annotated[int, "its place on the ladder; -1: the run's own network"]
    level: int
    title: Annotated[str, "the network in a few words"]
    start: Annotated[str, "the text with which one begins"]
    lines: Annotated[list[str], "the names of the arrays that are looked for, in order"]
    line: Annotated[str, "the one that hints are for"]
    levels: Annotated[list[str], "how much is missing at each, from the first"]
    ladder: list[LadderRung]
    hints: Annotated[list[str], "what the hints of a line are, each telling more"]


class RailMark(TypedDict):
    """What became of an array of the exercise."""

    name: str
    state: Literal["right", "lenient", "merged", "wrong", "missing", "open"]
    yours: Annotated[str, "the name that the learner gave it; empty for none"]


class Side(TypedDict):
    """A part of an array, around where two of them differ most."""

    shape: Annotated[list[int], "of the whole"]
    row: Annotated[int, "its first row"]
    column: Annotated[int, "its first column"]
    values: Annotated[Ref, "(rows, columns) float64"]


class Sides(TypedDict):
    """The first array that is wrong."""

    name: str
    expected: Side
    found: Side | None
    differs: Annotated[Ref | None, "(rows, columns) uint8, 1 where they differ; null: other shapes"]


class Verdict(Head):
    """What came of a check."""

    type: Literal["verdict"]
    outcome: Literal["right", "wrong", "stopped"]
    agreement: Annotated[Literal["exact", "approximate", ""], "of a right one"]
    words: Annotated[list[str], "what is to be said, in sentences; code is indented by four"]
    cause: Annotated[str, "the likely mistake's short name; empty where it is not known"]
    rail: list[RailMark]
    wrong: Sides | None
    at: Annotated[int, "the program's line that is to blame, from 1; 0 for none"]
    output: Annotated[str, "what the program printed"]
    line: Annotated[str, "the line of the exercise that hints are for; empty where all are right"]
    solution: Annotated[str, "the exercise's own program, once it is solved"]
    next: Annotated[tuple[int, int] | None, "rung and level of what comes next on the ladder"]


class Hint(Head):
    """A hint for a line."""

    type: Literal["hint"]
    line: str
    step: int
    words: str


class Drawing(TypedDict):
    """Something of the tour to look at."""

    title: str
    text: Annotated[str, "lines of plain text, as wide as they are"]


class Wanted(TypedDict):
    """What may be answered."""

    kind: Literal["choice", "name", "number", "shape", "arrows"]
    wanted: Annotated[str, "in a few words"]
    options: NotRequired[list[str]]
    names: NotRequired[Annotated[list[str], "of arrows: what each is for"]]
    whole: NotRequired[bool]
    least: NotRequired[float | None]
    most: NotRequired[float | None]
    dimensions: NotRequired[int]


class TourQuestion(Wanted):
    """Something to predict."""

    words: str
    figures: list[Drawing]


class TourReply(TypedDict):
    """What is said to a guess."""

    right: Annotated[bool | None, "null for don't know"]
    guess: Annotated[str, "as it was understood"]
    words: str
    figures: list[Drawing]


class TourExperiment(Wanted):
    """A number to change."""

    words: str
    label: str
    tries: Annotated[list[str], "values worth trying"]


class TourAction(TypedDict):
    """Something that a chapter does on the page."""

    do: Literal["go", "open", "split", "knob", "play", "drill"]
    name: Annotated[str, "of the line, the array or the knob"]
    value: Annotated[Setting | list[int], "place in the array, or what the knob is set to"]


class TourLine(TypedDict):
    """A line of the chapter's program."""

    target: str
    text: str


class TourLesson(TypedDict):
    """A chapter in the list of all."""

    title: str
    done: Annotated[bool, "whether what was asked in it was answered right"]


class TourChapter(Head):
    """A chapter of the tour. In its texts, code stands between backticks."""

    type: Literal["chapter"]
    number: Annotated[int, "counted from 0"]
    chapters: list[TourLesson]
    visit: Annotated[TourVisit, "to go on from, where the connection breaks"]
    name: str
    title: str
    points: list[int]
    net: str
    data: str
    left_out: Annotated[str, "why it is not told; empty where it is"]
    note: Annotated[str, "why the page does not show its network; empty where it does"]
    paragraphs: list[str]
    program: Annotated[list[TourLine], "of a step"]
    lines: Annotated[list[str], "the targets of those that it speaks of"]
    figures: list[Drawing]
    lights: Annotated[list[str], "parts of the page that it speaks of"]
    actions: list[TourAction]
    questions: list[TourQuestion]
    replies: Annotated[list[TourReply], "to the first questions: those that are answered"]
    closing: Annotated[list[str], "empty until all are"]
    experiment: Annotated[TourExperiment | None, "null until then, or where there is none"]


class TourOutcome(Head):
    """What follows from a value that was tried."""

    type: Literal["outcome"]
    text: Annotated[str, "the value, as it was typed"]
    words: str
    figures: list[Drawing]


ToPython = Union[  # noqa: UP007  (read at run time)
    Open, Go, Move, Find, Play, Pause, Watch, AskText, AskSplit, TurnKnob, EditArray, Ack, Fork,
    Select, ChooseData, Upload, AskReport, AskLink, Download,
    OpenTour, Guess, TryOut, ShowKnobs, LeaveTour, AskDrill, CheckProgram, AskHint,
]  # fmt: skip
ToPage = Union[  # noqa: UP007
    Program, Frame, Curve, Text, Split, TableReport, Regions, Images, Confusion, Units, Statistics,
    NetworkReport, Printed, Trouble, Error, Link, File, TourChapter, TourOutcome,
    Exercise, Verdict, Hint,
]  # fmt: skip

# ----------------------------------------------------------------------------------------- framing

ALIGNMENT = 8
WIRE = ("float64", "float32", "int32", "uint8")
"""The kinds of arrays that travel, each with a typed array in JavaScript."""

Message = tuple[dict[str, Any], list[NDArray[Any]]]
"""A header and the arrays that it speaks of."""


def packed(header: Any, arrays: Sequence[NDArray[Any]] = ()) -> bytes:
    """A message as bytes; ValueError where JSON would have to hold NaN, or for an array of a kind
    that does not travel."""
    described, pieces, offset = [], [], 0
    for array in arrays:
        kind = array.dtype.name
        if kind not in WIRE:
            raise ValueError(f"arrays of {kind} do not travel")
        piece = np.ascontiguousarray(array, array.dtype.newbyteorder("<")).tobytes()
        described.append({"dtype": kind, "shape": array.shape, "offset": offset})
        piece += bytes(-len(piece) % ALIGNMENT)
        pieces.append(piece)
        offset += len(piece)
    head = json.dumps({**header, "wire": described}, allow_nan=False, separators=(",", ":"))
    text = head.encode()
    text += b" " * (-(4 + len(text)) % ALIGNMENT)
    return b"".join([len(text).to_bytes(4, "little"), text, *pieces])


def unpacked(content: bytes) -> Message:
    """The header and the arrays of a message; ValueError for anything else."""
    length = int.from_bytes(content[:4], "little")
    start = 4 + length
    if len(content) < 4 or start > len(content):
        raise ValueError("the message is cut off")
    try:
        header = json.loads(content[4:start], parse_constant=refuse)
    except (ValueError, RecursionError):
        raise ValueError("the message's header is no JSON") from None
    if not isinstance(header, dict) or not isinstance(header.get("wire"), list):
        raise ValueError("the message's header is no list of names and values")
    return header, [array_in(content, start, entry) for entry in header.pop("wire")]


def refuse(word: str) -> Any:
    """NaN and infinity are no JSON."""
    raise ValueError(f"{word} is no number")


def array_in(content: bytes, start: int, entry: Any) -> NDArray[Any]:
    """An array of a message, as its entry in the header describes it."""
    match entry:
        case {"dtype": str(dtype), "shape": list(shape), "offset": int(offset)} if (
            dtype in WIRE and all(type(n) is int and 0 <= n < 2**31 for n in shape)
        ):
            count = int(np.prod(shape, dtype=object)) if shape else 1
            end = start + offset + count * np.dtype(dtype).itemsize
            if offset >= 0 and end <= len(content):
                kind = np.dtype(dtype).newbyteorder("<")
                array = np.frombuffer(content, kind, count, start + offset)
                return array.astype(dtype).reshape(shape)
    raise ValueError("the message's arrays are not as its header says")


# -------------------------------------------------------------------------------------- TypeScript


def typescript() -> str:
    """These types in TypeScript, with PROTOCOL, their hash."""
    body = "\n\n".join([*map(interface, described_types()), *unions()])
    return (
        "// Made by `python -m syn0.view.protocol`: what the page and Python say to each other.\n"
        "// Framing: 4 bytes header length (little-endian), JSON header, arrays at multiples of 8\n"
        "// bytes from the start of the message, little-endian; offsets count from the header's "
        "end.\n\n"
        f'export const PROTOCOL = "{protocol_hash()}";\n\n'
        "/** Place of an array among those of the message. */\n"
        "export type Ref = number;\n\n"
        f"{body}\n"
    )


@functools.cache
def protocol_hash() -> str:
    """Twelve letters that change with any of the types."""
    text = "\n".join([*map(interface, described_types()), *unions()])
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def described_types() -> Iterator[Any]:
    """All types of this file, in their order."""
    yield from (
        kind
        for kind in globals().values()
        if is_typeddict(kind) and kind.__module__ == __name__ and kind is not Head
    )


def interface(kind: Any) -> str:
    """One type."""
    words = " ".join((kind.__doc__ or "").split())
    lines = [f"/** {words} */", f"export interface {kind.__name__} {{"]
    if "type" in kind.__required_keys__:
        lines.append("  wire?: WireArray[];")
    for name, hint in get_type_hints(kind, include_extras=True).items():
        mark = ""
        if get_origin(hint) is NotRequired:
            hint, mark = get_args(hint)[0], "?"
        *_, words = getattr(hint, "__metadata__", ("",))
        if words and hint != Ref:
            lines.append(f"  /** {words}. */")
        lines.append(f"  {name}{mark}: {type_name(hint)};")
    return "\n".join([*lines, "}"])


def unions() -> Iterator[str]:
    """What either side may say."""
    yield (
        "/** Of an array: where it lies, counted from the end of the header. */\n"
        "export interface WireArray {\n"
        f"  dtype: {' | '.join(json.dumps(name) for name in WIRE)};\n"
        "  shape: number[];\n  offset: number;\n}"
    )
    for name, union in (("ToPython", ToPython), ("ToPage", ToPage)):
        members = "\n".join(f"  | {kind.__name__}" for kind in get_args(union))
        yield f"export type {name} =\n{members};"


NAMES = {str: "string", int: "number", float: "number", bool: "boolean", NoneType: "null"}


def type_name(hint: Any) -> str:
    """A type in TypeScript's words."""
    if get_args(Ref)[1] in getattr(hint, "__metadata__", ()):
        return "Ref"
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return type_name(args[0])
    if origin in (Union, UnionType):
        return " | ".join(dict.fromkeys(map(type_name, args)))
    if origin is Literal:
        return " | ".join(map(json.dumps, args))
    if origin is list:
        inner = type_name(args[0])
        return f"({inner})[]" if "|" in inner else f"{inner}[]"
    if origin is tuple:
        return f"[{', '.join(map(type_name, args))}]"
    if origin is dict:
        return f"Record<{type_name(args[0])}, {type_name(args[1])}>"
    return NAMES.get(hint) or str(hint.__name__)


if __name__ == "__main__":
    sys.stdout.write(typescript())
