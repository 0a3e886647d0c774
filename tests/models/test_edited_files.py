"""A file edited by someone who can compute the digest, too, still gets past no check."""

import numpy as np
import pytest

from syn0 import (
    Activation,
    BatchNorm,
    Dense,
    Dropout,
    LayerNorm,
    Network,
    Noise,
    Skip,
    load,
)
from tests.together import Together


def set_in(description, *path_and_value):
    *path, last, value = path_and_value
    for key in path:
        description = description[key]
    description[last] = value


def put(*path_and_value):
    """Sets an entry of the description."""
    return lambda description, arrays: set_in(description, *path_and_value)


def array(name, value):
    """Sets an array."""
    return lambda description, arrays: arrays.update({name: np.array(value)})


def change(name, function):
    """Changes an array."""
    return lambda description, arrays: arrays.update({name: function(arrays[name])})


def with_entry(name, index, value):
    """Changes one entry of an array."""

    def edit(description, arrays):
        arrays[name] = arrays[name].copy()
        arrays[name][index] = value

    return edit


EVIL = "__import__('os').system('true')"

EDITS = {
    # Words that the program's text is made of.
    "an activation that is code": put("network", "layers", 0, "activation", "os.system"),
    "an activation that is a statement": put("network", "layers", 0, "activation", EVIL),
    "an init that is code": put("network", "layers", 1, "init", EVIL),
    "a loss that is code": put("network", "loss", EVIL),
    "a loss that is a list": put("network", "loss", ["squared_error"]),
    "a dtype that is code": put("network", "dtype", EVIL),
    "a seed that is code": put("network", "seed", EVIL),
    "a negative seed": put("network", "seed", -1),
    "units that are code": put("network", "layers", 0, "units", EVIL),
    "units that are a fraction": put("network", "layers", 0, "units", 4.5),
    "a bias that is a text": put("network", "layers", 0, "bias", "yes"),
    "no layers": put("network", "layers", []),
    "layers that are a text": put("network", "layers", "Dense"),
    "a batch size that is code": put("training", "batch_size", EVIL),
    "steps that are code": put("training", "steps", EVIL),
    "an alpha that is code": put("training", "optimizer", "learning_rate", EVIL),
    "an alpha that is NaN": put("training", "optimizer", "learning_rate", float("nan")),
    "an alpha past all floats": put("training", "optimizer", "learning_rate", 10**400),
    "a beta of 1": put("training", "optimizer", "beta1", 1),
    # Kinds and fields.
    "an unknown kind": put("network", "kind", "os"),
    "a kind that is no text": put("network", "kind", ["NetworkSpec"]),
    "a network that is a training": lambda d, a: d.update(network=d["training"]),
    "a training that is a network": lambda d, a: d.update(training=d["network"]),
    "an optimizer that is a layer": lambda d, a: d["training"].update(
        optimizer=d["network"]["layers"][0]
    ),
    "a layer that is an optimizer": lambda d, a: d["network"]["layers"].__setitem__(
        0, d["training"]["optimizer"]
    ),
    "a field too many": put("network", "hook", "os"),
    "a field too few": lambda d, a: d["network"].pop("seed"),
    "an entry too many": put("hook", EVIL),
    "an entry too few": lambda d, a: d.pop("schema"),
    "another format": put("format", 2),
    "no format": lambda d, a: d.pop("format"),
    "an engine that is none": put("engine", EVIL),
    # Arrays.
    "an array of another type": change("syn0", lambda syn0: syn0.astype(np.float32)),
    "an array of whole numbers": change("bias0", lambda bias: bias.astype(np.int64)),
    "an array of another shape": change("syn0", lambda syn0: syn0[:-1]),
    "an array turned over": change("syn0", lambda syn0: np.ascontiguousarray(syn0.T)),
    "a weight that is NaN": with_entry("syn1", (0, 0), np.nan),
    "a moment that is infinite": with_entry("syn1_m", (0, 0), np.inf),
    "an array too many": array("syn9", [[1.0]]),
    "an array too few": lambda d, a: a.pop("bias1"),
    "a moment too few": lambda d, a: a.pop("syn0_v"),
    "no step count": lambda d, a: a.pop("t"),
    "a step count below 0": array("t", -1),
    "a step count that is a fraction": array("t", 2.5),
    "a step count that is a vector": array("t", [8]),
    # Where training stands.
    "a negative step": put("step", -1),
    "a step that is a text": put("step", "8"),
    "a step that is a fraction": put("step", 8.5),
    "a step that is a truth value": put("step", True),
    "a step without end": put("step", float("inf")),
    "a step past what is counted": put("step", 2**53),
    "columns that are a list": put("columns", ["a"]),
    "columns of neither X nor y": put("columns", {"Z": []}),
    "columns of numbers": put("columns", {"X": [1, 2, 3, 4, 5]}),
    "columns too few": put("columns", {"X": ["a"]}),
    "an epoch that is a text": put("epoch", "123"),
    "an epoch of two numbers": put("epoch", [23, 5]),
    "an epoch of four numbers": put("epoch", [23, 5, 3, 1]),
    "an epoch of texts": put("epoch", ["23", "5", "3"]),
    "an epoch of fractions": put("epoch", [23.5, 5.5, 3.5]),
    "an epoch below 0": put("epoch", [23, 5, -3]),
    "an epoch further than its end": put("epoch", [23, 5, 9]),
    "an epoch of no rows": put("epoch", [0, 5, 0]),
    "an epoch of empty batches": put("epoch", [23, 0, 0]),
    "an epoch that is an object": put("epoch", {"23": 5}),
    # The generator.
    "no generator": lambda d, a: a.pop("generator"),
    "a short generator": change("generator", lambda words: words[:-1]),
    "a generator of other numbers": change("generator", lambda words: words.astype(np.int64)),
    "a position past the end": put("generator_position", 625),
    "a position below 0": put("generator_position", -1),
    "a position that is a text": put("generator_position", "5"),
    "a position that is a fraction": put("generator_position", 5.5),
    "a position that is missing": put("generator_position", None),
}


def check_refused(path):
    with pytest.raises(ValueError, match=r"edited\.safetensors") as caught:
        load(path)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 1000


def test_a_rewritten_file_that_was_not_changed_is_loaded(edited, trained, assert_same):
    assert_same(load(edited(trained)), trained)


def test_what_an_edited_file_says_is_checked(edited, trained):
    assert trained.checkpoint.epoch == (23, 5, 3)
    with Together() as together:
        for what, edit in EDITS.items():
            with together(what):
                check_refused(edited(trained, edit))


@pytest.fixture(scope="module")
def remembering() -> Network:
    """A network with all kinds of state: running statistics, moments, a rate and how it fell."""
    layers = [Noise(0.1), Dense(4, "identity"), BatchNorm(), Activation("relu"), Dropout(0.5)]
    network = Network(5, [*layers, Dense(4), LayerNorm(), Skip(), Dense(2)])
    random = np.random.RandomState(0)
    X, y = random.normal(size=(23, 5)), random.uniform(size=(23, 2))
    network.train(X, y, steps=8, batch_size=5, optimizer="adamw", schedule="plateau:2,0.5")
    return network


OF_STATE = {
    "waiting for fewer than no steps": array("waited", -1),
    "waiting for a fraction of a step": array("waited", 0.5),
    "waiting for NaN": array("waited", np.nan),
    "more steps than masks are hashed of": array("t", 2**32),
    "waiting for several": array("waited", [1, 2]),
    "no waiting": lambda d, a: a.pop("waited"),
    "a rate that is NaN": array("rate", np.nan),
    "a rate that goes uphill": array("rate", -0.1),
    "a rate of each unit": array("rate", [0.1, 0.1]),
    "a best loss that is infinite": array("best", -np.inf),
    "no best loss": lambda d, a: a.pop("best"),
    "a running mean that is NaN": with_entry("mean1", 0, np.nan),
    "a running variance below 0": with_entry("variance1", 0, -1e-9),
    "a running variance of other units": change("variance1", lambda v: v[:-1]),
    "no scale": lambda d, a: a.pop("scale1"),
    "a shift that is infinite": with_entry("shift2", 0, np.inf),
    "a mean square below 0": with_entry("syn0_v", (0, 0), -1.0),
    "moments of what is not learned": array("mean1_m", np.zeros(4)),
    "dropping all": put("network", "layers", 4, "rate", 1.0),
    "dropping code": put("network", "layers", 4, "rate", EVIL),
    "noise that is code": put("network", "layers", 0, "deviation", EVIL),
    "an update rate of 0": put("network", "layers", 2, "update_rate", 0),
    "an epsilon of 0": put("network", "layers", 2, "epsilon", 0.0),
    "an activation by itself that is code": put("network", "layers", 3, "activation", EVIL),
    "a skip to nowhere": put("network", "layers", 7, "over", 9),
    "a skip over code": put("network", "layers", 7, "over", EVIL),
    "an init with code for a number": put("network", "layers", 1, "init", f"constant:{EVIL}"),
    "a loss with code for a number": put("network", "loss", f"huber:{EVIL}"),
    "quantiles for other outputs": put("network", "loss", "quantile:0.1,0.5,0.9"),
    "a schedule that is code": put("training", "schedule", EVIL),
    "a schedule with code for a number": put("training", "schedule", f"plateau:{EVIL}"),
    "a schedule that never falls": put("training", "schedule", "plateau:0,0.5"),
    "another schedule than the state's": put("training", "schedule", "constant"),
    "another optimizer than the state's": lambda d, a: d["training"]["optimizer"].update(
        kind="RMSprop"
    ),
    "a penalty that is code": put("training", "l2", EVIL),
    "a limit below 0": put("training", "clip_norm", -1.0),
    "smoothing of numbers": put("training", "label_smoothing", 0.5),
    "a warm-up that is code": put("training", "warm_up", EVIL),
}


def test_what_an_edited_file_says_of_layers_and_schedules_is_checked(edited, remembering):
    assert {"waited", "rate", "best", "t", "mean1", "syn0_v"} <= set(remembering.checkpoint.values)
    load(edited(remembering))
    with Together() as together:
        for what, edit in OF_STATE.items():
            with together(what):
                check_refused(edited(remembering, edit))


TEXTS = {
    "no JSON": lambda text: "{",
    "a list": lambda text: "[]",
    "nothing": lambda text: "",
    "null": lambda text: "null",
    "a text": lambda text: '"syn0"',
    "JSON of endless depth": lambda text: "[" * 200_000 + "]" * 200_000,
    "an epoch of endless depth": lambda text: text.replace(
        '"epoch": [23, 5, 3]', '"epoch": ' + "[" * 200_000 + "]" * 200_000
    ),
    "a number of endless length": lambda text: text.replace('"step": 8', '"step": ' + "8" * 5000),
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_description_of_any_other_text_is_refused(edited, trained, text):
    path = edited(trained, text=text)
    check_refused(path)


@pytest.mark.parametrize("units", [10**5, 10**12, 10**30])
def test_claims_of_vast_layers_are_refused_without_making_them(edited, trained, units):
    import tracemalloc

    def grow(description, arrays):
        description["network"]["inputs"] = units
        description["network"]["layers"][0]["units"] = 100

    path = edited(trained, grow)
    tracemalloc.start()
    try:
        check_refused(path)
        assert tracemalloc.get_traced_memory()[1] < 50e6
    finally:
        tracemalloc.stop()


def texts(**given):
    """A column of texts, as a schema describes it."""
    plain = {"kind": "text", "name": "town", "categories": [], "marks_missing": False}
    return plain | {"others": [], "rare_texts": 0, "rare_rows": 0} | given


OF_TABLES = {
    "a schema of fewer inputs": lambda d, a: d["schema"]["columns"].pop(),
    "a schema of fewer classes": lambda d, a: d["schema"]["target"]["classes"].pop(),
    "a schema of another task": lambda d, a: d["schema"].update(
        target={"task": "regression", "name": "species", "mean": 0.0, "scale": 1.0}
    ),
    "a schema with a scale of 0": put("schema", "columns", 0, "scale", 0.0),
    "a schema of texts without any": put("schema", "columns", 0, texts()),
    "a schema of rare texts that are categories": put(
        "schema", "columns", 0, texts(categories=["a"], others=["a"])
    ),
    "a schema of rare texts in fewer rows": put(
        "schema", "columns", 0, texts(categories=["a"], rare_texts=2, rare_rows=1)
    ),
    "a schema of a negative number of rows": put(
        "schema", "columns", 0, texts(categories=["a"], rare_rows=-1)
    ),
    "a schema that is a text": put("schema", EVIL),
    "an origin with a field too many": put("origin", "hook", EVIL),
    "an origin whose data are a number": put("origin", "data", 5),
    "an origin whose fingerprint is missing": put("origin", "fingerprint", None),
    "an origin whose holdout is a text": put("origin", "holdout", "some"),
    "an origin whose holdout is above 1": put("origin", "holdout", 1.5),
    "an origin whose seed is negative": put("origin", "seed", -1),
    "an origin whose seed is code": put("origin", "seed", EVIL),
    "an origin that is a list": put("origin", []),
}


def test_what_an_edited_file_says_about_its_table_is_checked(edited, of_table):
    with Together() as together:
        for what, edit in OF_TABLES.items():
            with together(what):
                check_refused(edited(of_table, edit))


@pytest.mark.parametrize(
    "text", ["'''\nimport os\n'''", '"""', "\n# hello\nboom()", "{x}", "\\", "\x00", "'"]
)
def test_texts_of_a_files_schema_reach_no_program(edited, of_table, text):
    def rename(description, arrays):
        description["schema"]["columns"][0]["name"] = f"QQ{text}"
        description["schema"]["target"]["name"] = f"QQ target {text}"
        description["schema"]["target"]["classes"][0] = f"QQ class {text}"
        description["origin"]["data"] = f"QQ origin {text}"
        description["versions"] = {"syn0": f"QQ {text}", "numpy": "QQ"}

    network = load(edited(of_table, rename))
    assert network.schema.columns[0].name == f"QQ{text}"
    for language in ("numpy", "terse"):
        program = network.program(language)
        assert "QQ" not in program
        assert program == of_table.program(language)
        compile(program, "net.py", "exec")
