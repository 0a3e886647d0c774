"""Model files that were edited by someone who can compute their digest: each is loaded and, where
that gives a model, made to predict and to learn on every engine.

It may end in a model that answers, or in one sentence: at loading a ValueError, at predicting one
about the rows, or that numbers went bad. Cases run in a process of their own, so that a crash, a
hang and memory without bound are seen, with the number of the case.
"""

import json
import multiprocessing
import resource
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pandas as pd
from safetensors.numpy import save as to_bytes
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor, make_column_selector
from sklearn.decomposition import PCA
from sklearn.feature_selection import SelectKBest, VarianceThreshold
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MaxAbsScaler,
    MinMaxScaler,
    Normalizer,
    OneHotEncoder,
    OrdinalEncoder,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)

import syn0
from syn0 import (
    Activation,
    BatchNorm,
    Dense,
    Dropout,
    LayerNorm,
    MLPClassifier,
    MLPRegressor,
    Network,
    Noise,
    Skip,
    TabularClassifier,
    TabularRegressor,
)
from syn0.data import read_table
from syn0.derive import prediction_program
from syn0.engines import prediction
from syn0.engines.compiled import Compiled
from syn0.files import container as files
from syn0.models import Examples, plan_table, table_options
from tests.campaigns import Outcome

SHORT = 300

SECONDS, MEMORY = 60, 8 * 2**30
"""What a case may take; memory is counted by addresses, of which libraries reserve many."""

COMPILED = 60
"""Programs that a process compiles, at most one in a hundred cases: what else files describe runs
on NumPy."""

SMALL = {"max_iter": 1, "random_state": 0, "engine": "numpy"}
MLP = {"hidden_layer_sizes": (2,), **SMALL}

ROWS = np.random.RandomState(0).uniform(0.1, 2, size=(12, 3))
CLASSES = np.arange(12) % 3
FRAME = pd.DataFrame(
    {
        "age": [31.0, np.nan, 45, 27, 60, 33] * 4,
        "town": ["Ulm", "Bonn", None, "Ulm", "Ulm", "Ulm"] * 4,
        "fee": np.linspace(1, 9, 24),
        "rank": [3, 1, 2, 2, 1, 3] * 4,
    }
)
GRADES = np.array(["low", "high", "mid", "mid", "low", "high"] * 4)


@dataclass
class Model:
    """What is mutated: what a file holds of a model, and what it is asked to predict."""

    description: str
    arrays: dict[str, np.ndarray]
    rows: Any


def networks() -> Iterator[tuple[Network, Any]]:
    """Networks of arrays and of tables, in the midst of their training."""
    y = ROWS[:, :2]
    plain = Network([3, 2, 2], bias=True)
    plain.train(ROWS, y, steps=3, batch_size=5, optimizer="adam", engine="numpy")
    yield plain, ROWS
    layers = [Noise(0.1), Dense(3, "identity"), BatchNorm(), Activation("relu"), Dropout(0.5)]
    long = Network(3, [*layers, Dense(3), LayerNorm(), Skip(), Dense(2)], dtype="float32")
    how = {"steps": 3, "batch_size": 5, "schedule": "plateau:2,0.5", "optimizer": "adamw"}
    long.train(ROWS, y, engine="numpy", **how)
    yield long, ROWS
    quantiles = Network([3, 2, 2], output_activation="identity", loss="quantile:0.2,0.8")
    quantiles.train(ROWS, ROWS[:, 0], steps=3, engine="numpy", optimizer="rmsprop")
    yield quantiles, ROWS
    classes = Network([3, 3], output_activation="softmax", loss="cross_entropy")
    classes.train(pd.DataFrame(ROWS, columns=list("abc")), CLASSES, steps=3, engine="numpy")
    yield classes, ROWS
    yield Network([3, 1], seed=None), ROWS
    options = table_options(hidden=(2,), epochs=1)
    for target in ("town", "fee"):
        table = read_table(FRAME.dropna(subset=["town"]), target=target)
        yield plan_table(table, options).fit(progress=False).network, FRAME


def estimators() -> Iterator[tuple[Any, Any]]:
    """Estimators, and pipelines with each step that a file may hold."""
    yield MLPClassifier(**MLP).fit(ROWS, CLASSES), ROWS
    yield MLPClassifier(**MLP).fit(ROWS, np.array(["a", "b"])[CLASSES % 2]), ROWS
    yield MLPClassifier(**MLP).fit(ROWS, np.eye(3, dtype=int)[CLASSES]), ROWS
    yield MLPRegressor(scale_target=True, **MLP).fit(ROWS, ROWS[:, :2]), ROWS
    yield MLPRegressor(loss="quantile:0.2,0.8", **MLP).fit(ROWS, ROWS[:, 0]), ROWS
    yield TabularClassifier(hidden_layer_sizes=(2,), **SMALL).fit(FRAME, GRADES), FRAME
    yield TabularRegressor(hidden_layer_sizes=(2,), **SMALL).fit(FRAME, FRAME["fee"]), FRAME
    steps = [
        (StandardScaler(), MinMaxScaler(clip=True)),
        (RobustScaler(), MaxAbsScaler(), Normalizer()),
        (QuantileTransformer(n_quantiles=5), PowerTransformer(), "passthrough"),
        (PCA(2, whiten=True), FunctionTransformer(np.tanh)),
        (VarianceThreshold(0.01), SelectKBest(k=2)),
        (SimpleImputer(), make_pipeline(StandardScaler()), MLPClassifier(**MLP)),
    ]
    for some in steps:
        yield make_pipeline(*some, MLPClassifier(**MLP)).fit(ROWS, CLASSES), ROWS
    one_hot = OneHotEncoder(max_categories=2, handle_unknown="infrequent_if_exist", drop="first")
    ordinal = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    ordinal.set_params(encoded_missing_value=-2, min_frequency=2)
    gaps = SimpleImputer(add_indicator=True)
    columns = (
        ColumnTransformer([("one", one_hot, ["town"]), ("gaps", gaps, ["age"])]),
        ColumnTransformer(
            [("one", OneHotEncoder(drop=[1]), [3]), ("numbers", StandardScaler(), [2])],
        ),
        ColumnTransformer(
            [("texts", ordinal, ["town"]), ("rest", gaps, make_column_selector("age|fee"))],
            remainder="passthrough",
            sparse_threshold=0,
        ),
    )
    for transformer in columns:
        model = make_pipeline(transformer, MLPClassifier(**MLP)).fit(FRAME, GRADES)
        yield model, FRAME
    regressor = make_pipeline(StandardScaler(), MLPRegressor(**MLP))
    for given in ({"func": np.log, "inverse_func": np.exp}, {"transformer": StandardScaler()}):
        yield TransformedTargetRegressor(regressor, **given).fit(ROWS, ROWS[:, 0]), ROWS


@cache
def models() -> list[Model]:
    """The models, in the form of their files."""
    made = []
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for model, rows in (*networks(), *estimators()):
            syn0.save(model, Path(folder) / "m.safetensors")
            text, arrays = files.read(Path(folder) / "m.safetensors")
            made.append(Model(text, arrays, rows))
    return made


# Mutations.

VALUES: list[Any] = [
    None, True, False, "", "x", "first", "identity", "softmax", "numpy", "auto", "drop", "a\nb", 0,
    1, 2, 3, 5, -1, -2, 0.5, -0.0, 1e-300, 1e308, 10**12, 2**31, 2**63, 10**30, 10**400,
    float("nan"), float("inf"), [], {}, [[]], [0], [1, 0], [-1], ["age"], {"tuple": []},
    {"tuple": [1, 2]}, {"tuple": [2, 1]}, {"float": "nan"}, {"float": "-inf"}, {"dict": []},
    {"number": ["int64", 10**12]}, {"number": ["float64", -1.0]}, {"number": ["bool", True]},
    {"slice": [None, None, 0]}, {"slice": [0, 9, None]}, {"type": "object"}, {"type": "str"},
    {"type": "numpy.int8"}, {"dtype": "<U9"}, {"dtype": "float16"}, {"dtype": "|O"},
    {"function": "numpy.log"}, {"function": "sklearn.chi2"}, {"objects": [[1], [0]]},
    {"objects": [[2], [10**12, None]]}, {"objects": [[0], []]},
]  # fmt: skip


def mutate(random_: Random, description: Any, arrays: dict[str, np.ndarray]) -> None:
    """Change a description or its arrays somewhere."""
    if arrays and random_.random() < 0.5:
        mutate_array(random_, arrays)
        return
    places = list(places_in(description))
    node, key = random_.choice(places)
    change = random_.randrange(8)
    if change == 0:
        del node[key]
    elif change == 1 and isinstance(node, list):
        node.insert(key, node[key])
    elif change == 1:
        node[f"{key}_"] = node[key]
    elif change == 2:
        other, place = random_.choice(places)
        node[key], other[place] = other[place], node[key]
    elif change == 3:
        source = random_.choice(models()).description
        node[key] = random_.choice([n[k] for n, k in places_in(json.loads(source))])
    elif change == 4 and isinstance(node[key], int | float):
        node[key] = random_.choice([-1, 0, 2, 10**6, 1e300]) * node[key] + random_.choice([0, 1])
    elif change == 5 and random_.random() < 0.1:
        for _ in range(random_.choice([3, 30, 300])):
            node[key] = random_.choice([[node[key]], {"tuple": [node[key]]}])
    else:
        node[key] = random_.choice(VALUES)


def places_in(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every place of a description: what holds it, and its key or number there."""
    keys = list(node) if isinstance(node, dict) else range(len(node))
    for key in keys:
        yield node, key
        if isinstance(node[key], dict | list):
            yield from places_in(node[key])


def mutate_array(random_: Random, arrays: dict[str, np.ndarray]) -> None:
    """Change an array: its type, its shape, its numbers, its name."""
    name = random_.choice(sorted(arrays))
    array = arrays[name]
    change = random_.randrange(8)
    if change == 0:
        del arrays[name]
    elif change == 1:
        arrays[f"{name}_"] = array
    elif change == 2:
        other = random_.choice(sorted(arrays))
        arrays[name], arrays[other] = arrays[other], array
    elif change == 3:
        kinds = ("float32", "float64", "float16", "int64", "int8", "uint32", "bool")
        with np.errstate(all="ignore"):
            arrays[name] = array.astype(random_.choice(kinds))
    elif change == 4:
        shapes = (array[:-1], array[:0], array[None], array.T) if array.ndim else (array[None],)
        arrays[name] = np.ascontiguousarray(random_.choice(shapes))
    elif change == 5:
        arrays[name] = np.concatenate([array, array]) if array.ndim else np.array([array] * 2)
    else:
        arrays[name] = array = np.array(array)
        values = (np.nan, np.inf, -np.inf, -1, 0, 1, 5, 1e300, -1e300, 1e-320, 10**12, 2**40)
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = np.array(random_.choice(values)).astype(array.dtype)
        if array.size and change == 6:
            array.reshape(-1)[random_.randrange(array.size)] = value
        else:
            array[...] = value


def case(seed: int, number: int) -> tuple[str, dict[str, np.ndarray], Any]:
    """A mutated model: its description, with the digest that belongs to it, its arrays and rows."""
    random_ = Random(f"{seed} {number}")  # noqa: S311
    model = models()[number % len(models())]
    description, arrays = json.loads(model.description), dict(model.arrays)
    del description["digest"]
    try:
        for _ in range(random_.choice([1, 1, 1, 2, 3])):
            if description:
                mutate(random_, description, arrays)
        description["digest"] = files.digest(description, arrays)
        return json.dumps(description), arrays, model.rows
    except (RecursionError, ValueError):  # deeper than JSON is written, or longer
        return model.description, arrays, model.rows


def loaded(text: str, arrays: dict[str, np.ndarray], *, as_file: bool) -> Any:
    """What `syn0.load` makes of it: of a file or, as that takes longer, of its parts."""
    if as_file:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "m.safetensors"
            path.write_bytes(to_bytes(arrays, {"syn0": text}))
            return syn0.load(path)
    read, files.read = files.read, lambda path: (text, arrays)
    try:
        return syn0.load("m.safetensors")
    finally:
        files.read = read


def attempt(seed: int, number: int) -> str:
    """How a case ends; whatever else is raised is a fault."""
    text, arrays, rows = case(seed, number)
    try:
        model = loaded(text, arrays, as_file=number % 50 == 0)
    except ValueError as error:
        return one_sentence("refused when loaded", error)
    ends = []
    for use in (predict, learn) if isinstance(model, Network) else (predict,):
        try:
            use(model, rows)
            ends.append("answers")
        except (ValueError, TypeError, FloatingPointError) as error:
            ends.append(one_sentence(f"loaded, refused to {use.__name__}", error))
    return max(ends)


def one_sentence(end: str, error: Exception) -> str:
    """The end, if the error says it in a line."""
    message = str(error)
    if end == "refused when loaded":
        assert "\n" not in message, message
        assert len(message) < 400, message
    assert message, error
    return end


def predict(model: Any, rows: Any) -> None:
    """Predict as users do, and on the native engine."""
    answers = model.predict(rows)
    assert len(answers) == len(rows), answers
    if not isinstance(model, Network):
        return
    if model.schema is not None:
        model.labels(rows)
    elif (compiled := compiled_for(model.spec)) is not None:
        X = np.ascontiguousarray(rows, model.spec.dtype)
        compiled(model.checkpoint.values, X)


def learn(network: Network, rows: Any) -> None:
    """Take a step with each engine from where training stands."""
    columns = network.spec.inputs
    targets = 1 if network.spec.loss.startswith("quantile") else network.spec.outputs
    examples = Examples(
        np.full((4, columns), 0.5, network.spec.dtype),
        np.full((4, targets), 1.0, network.spec.dtype),
    )
    training = network.training
    if training is None or training.batch_size is not None:
        training = syn0.Training(steps=1)
    training = replace(training, steps=1, epochs=None, patience=None)
    engines = ("numpy", "native") if compiled_for((network.spec, training)) else ("numpy",)
    for engine in engines:
        network.run(training, examples, engine=engine, progress=False)


KNOWN: dict[Any, Any] = {}
most_compiled = COMPILED


def compiled_for(key: Any) -> Any:
    """What predicts with a description's compiled program, or whether a training is compiled; None
    where that were too many."""
    if key not in KNOWN and len(KNOWN) < most_compiled:
        KNOWN[key] = True
        if not isinstance(key, tuple):
            network = Network.from_spec(key)
            program = prediction_program(key)
            KNOWN[key] = Compiled(program, network._constants, prediction.BATCH)
    return KNOWN.get(key)


# Processes.


def work(seed: int, first: int, end: int, at: Any, told: Any) -> None:
    """Try cases, saying which one is tried, and tell their ends and faults now and then."""
    global most_compiled
    most_compiled = min(COMPILED, end // 100)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    warnings.simplefilter("ignore")
    models()
    counts: Counter[str] = Counter()
    faults: list[str] = []
    for number in range(first, end):
        at.value = number
        try:
            counts[attempt(seed, number)] += 1
        except BaseException as error:
            counts["faults"] += 1
            faults.append(f"seed {seed}, case {number}: {type(error).__name__}: {str(error)[:300]}")
        if number % 500 == 0 or number + 1 == end:
            told.put((counts.copy(), faults.copy()))
            counts.clear()
            faults.clear()
    at.value = end


def run(seed: int, count: int) -> Outcome:
    """Try `count` mutated files, in a process that is started anew where it died."""
    outcome, context, first = Outcome(), multiprocessing.get_context("spawn"), 0
    while first < count:
        at, told = context.Value("q", -1), context.SimpleQueue()
        child = context.Process(target=work, args=(seed, first, count, at, told), daemon=True)
        child.start()
        watch(child, at, told, outcome)
        if at.value < 0:
            raise RuntimeError("the process could not begin")
        if at.value >= count:
            break
        outcome.counts["faults"] += 1
        outcome.faults.append(f"seed {seed}, case {at.value}: the process ended: {child.exitcode}")
        first = at.value + 1
    return outcome


def watch(child: Any, at: Any, told: Any, outcome: Outcome) -> None:
    """Gather what a process tells until it is done, died, or stood at one case for too long."""
    before, since = at.value, time.monotonic()
    while True:
        child.join(0.05)
        is_alive = child.is_alive()  # asked first: the last that it tells is heard, too
        while not told.empty():
            counts, faults = told.get()
            outcome.counts.update(counts)
            outcome.faults += faults
        if not is_alive:
            break
        if at.value != before:
            before, since = at.value, time.monotonic()
        elif time.monotonic() - since > SECONDS:
            child.kill()
            child.join()
            break
