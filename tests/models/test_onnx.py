"""Exports to ONNX give in ONNX Runtime what the network itself gives, from the raw columns on."""

import sys

import numpy as np
import pandas as pd
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
)
from syn0.data import read_table
from syn0.models import answers, plan_table, table_options
from syn0.program import ACTIVATIONS, Name
from syn0.program.expressions import apply, expm1, log1p

pytest.importorskip("onnx", reason="the package onnx is not installed")
runtime = pytest.importorskip("onnxruntime", reason="ONNX Runtime is not installed")

from syn0.models.export import onnx_of  # noqa: E402
from syn0.models.module import (  # noqa: E402
    Answers,
    assembled,
    labels_of,
    module_of,
    output_of,
)
from syn0.printers.base import UnsupportedError  # noqa: E402
from syn0.printers.onnx import Graph  # noqa: E402

NEAR = {"float32": 1e-5, "float64": 1e-12}
NUMPY_TYPES = {
    "tensor(float)": np.float32,
    "tensor(double)": np.float64,
    "tensor(int64)": np.int64,
    "tensor(string)": object,
}
both_dtypes = pytest.mark.parametrize("dtype", NEAR)


def network_model(network):
    return onnx_of(module_of(network))


def array_model(spec, weights, *, classes=None, multilabel=False):
    """Of a network whose input is one matrix, and whose outputs mean what an estimator says."""
    answers = Answers(spec, output_of(spec))
    if multilabel:
        answers.yeses()
    elif classes is None:
        answers.numbers()
    else:
        answers.classes(answers.output, labels_of(classes))
    return onnx_of(assembled("Predicts.", spec, weights, None, answers))


def session_of(model):
    return runtime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])


def types_of(model):
    """By name, the types of the inputs and of the outputs."""
    session = session_of(model)
    both = (*session.get_inputs(), *session.get_outputs())
    return {value.name: value.type[7:-1] for value in both}


def run(model, given):
    """What a model answers, by name, to arrays by name or to the columns of a frame."""
    session = session_of(model)
    arrays = {}
    for value in session.get_inputs():
        array = np.asarray(given[value.name])
        if value.type == "tensor(string)":
            array = np.array(["" if pd.isna(cell) else str(cell) for cell in array], object)
        array = array if array.ndim == 2 else array[:, np.newaxis]
        arrays[value.name] = array.astype(NUMPY_TYPES[value.type])
    answered = session.run(None, arrays)
    found = dict(zip((o.name for o in session.get_outputs()), answered, strict=True))
    for value in session.get_outputs():
        assert len(value.shape) == found[value.name].ndim
    return found


@pytest.fixture
def inputs():
    """(60, 5) numbers, some far away, where activations are flat."""
    return np.random.RandomState(3).normal(size=(60, 5)) * np.repeat([0.01, 1, 8], 20)[:, None]


# The program's expressions


@both_dtypes
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_gives_what_the_network_gives(activation, dtype, inputs):
    network = Network(
        [5, 4, 3], activation=activation, output_activation=activation, bias=True, dtype=dtype
    )
    # Of the numbers that e^e^x gives, few can be held.
    X = inputs.clip(-1, 1) if activation == "exp" else inputs
    found = run(network_model(network), {"X": X})["variable"]
    assert found == pytest.approx(network.predict(X), rel=10 * NEAR[dtype], abs=NEAR[dtype])


@both_dtypes
@pytest.mark.parametrize(
    "between",
    [
        [BatchNorm()],
        [LayerNorm()],
        [Skip()],
        [Dropout(0.4)],
        [BatchNorm(), Activation("gelu"), Skip(), Dropout(0.1)],
    ],
    ids=str,
)
def test_every_layer_gives_what_the_network_gives(between, dtype, rows):
    X, y = rows
    layers = [Noise(0.1), Dense(5, "tanh", bias=True), *between, Dense(2)]
    network = Network(5, layers, dtype=dtype)
    network.train(X, y, steps=20, learning_rate=0.05, progress=False)
    found = run(network_model(network), {"X": X})["variable"]
    assert found == pytest.approx(network.predict(X), abs=NEAR[dtype])


@both_dtypes
@pytest.mark.parametrize(("function", "meaning"), [(expm1, np.expm1), (log1p, np.log1p)])
def test_functions_that_onnx_lacks_are_exact_near_0(function, meaning, dtype):
    graph = Graph(dtype)
    z = graph.input("z", dtype, 1)
    graph.output("out", graph.value(function(Name("z")), {"z": z}), dtype, 1)
    numbers = np.geomspace(1e-30, 0.9, 200)[:, None]
    numbers = np.vstack([-numbers, [[0]], numbers]).astype(dtype)
    found = run(graph.model("one function"), {"z": numbers})["out"]
    assert found == pytest.approx(meaning(numbers), rel=10 * float(np.finfo(dtype).eps), abs=0)


@both_dtypes
@pytest.mark.parametrize("activation", ["sigmoid", "softmax", "softplus", "exp"])
def test_small_values_keep_their_digits(activation, dtype):
    network = Network([2, 2], activation=activation, dtype=dtype)
    network.weights["syn0"][:] = np.eye(2)
    X = np.array([[-1, 1]]) * np.linspace(0, 40, 50)[:, np.newaxis]
    found = run(network_model(network), {"X": X})["variable"]
    expected = network.predict(X)
    assert expected.min() < 1e-15
    assert found == pytest.approx(expected, rel=100 * float(np.finfo(dtype).eps), abs=0)


def test_an_operation_that_onnx_lacks_is_named():
    graph = Graph("float32")
    with pytest.raises(UnsupportedError, match="'uniform_like' cannot be written as ONNX"):
        graph.value(apply("uniform_like", Name("l1"), 1, 2, 3), {"l1": "l1"})


def test_the_graph_carries_the_names_and_the_notes_of_the_program():
    model = network_model(Network([3, 4, 1], bias=True))
    names = [array.name for array in model.graph.initializer]
    assert names[:4] == ["syn0", "bias0", "syn1", "bias1"]
    notes = {node.name: node.doc_string for node in model.graph.node}
    assert notes["l1"] == "hidden layer 1, of weighted sums"
    assert notes["l2"] == "the prediction, of weighted sums"


def test_numbers_that_are_not_finite_stay_visible():
    network = Network([2, 3, 1], activation="relu", output_activation="identity")
    found = run(network_model(network), {"X": [[np.nan, 1], [1, 1]]})["variable"]
    assert np.isfinite(found).tolist() == [[False], [True]]


# Networks of plain arrays


@pytest.mark.parametrize(
    ("loss", "outputs", "expected"),
    [
        ("squared_error", 2, {"variable": "double"}),
        ("hinge", 1, {"variable": "double"}),
        ("binary_cross_entropy", 1, {"label": "int64", "probabilities": "double"}),
        ("binary_cross_entropy", 3, {"label": "int64", "probabilities": "double"}),
        ("cross_entropy", 3, {"label": "int64", "probabilities": "double"}),
    ],
)
def test_what_comes_out_of_a_network_of_plain_arrays_hangs_on_its_loss(loss, outputs, expected):
    model = network_model(Network([2, outputs], loss=loss))
    assert types_of(model) == {"X": "double", **expected}


def test_the_labels_of_plain_arrays_are_the_numbers_of_the_classes(inputs):
    network = Network([5, 3], loss="cross_entropy")
    found = run(network_model(network), {"X": inputs})
    assert found["label"].tolist() == network.predict(inputs).argmax(axis=1).tolist()
    assert found["probabilities"] == pytest.approx(network.predict(inputs))


# What the estimators need


@pytest.mark.parametrize("classes", [["no", "yes"], [-1, 7], [False, True], [0.5, 1.5]], ids=str)
def test_a_single_output_gives_two_columns_and_labels_of_the_given_kind(classes, inputs):
    network = Network([5, 1], loss="binary_cross_entropy", dtype="float32")
    found = run(array_model(network.spec, network.weights, classes=classes), {"X": inputs})
    outputs = network.predict(inputs)
    assert found["probabilities"] == pytest.approx(np.hstack([1 - outputs, outputs]), abs=1e-6)
    assert found["label"].tolist() == [classes[int(out > 0.5)] for out in outputs[:, 0]]


def test_several_outputs_give_a_column_each_and_the_label_of_the_largest(inputs):
    classes = np.array(["ant", "bee", "wasp"])
    network = Network([5, 3], loss="cross_entropy", dtype="float32")
    found = run(array_model(network.spec, network.weights, classes=classes), {"X": inputs})
    outputs = network.predict(inputs)
    assert found["probabilities"] == pytest.approx(outputs, abs=1e-6)
    assert found["label"].tolist() == classes[outputs.argmax(axis=1)].tolist()


def test_labels_of_which_several_may_be_there_are_rows_of_0_and_1(inputs):
    network = Network([5, 3], loss="binary_cross_entropy", dtype="float32")
    found = run(array_model(network.spec, network.weights, multilabel=True), {"X": inputs})
    outputs = network.predict(inputs)
    assert found["probabilities"] == pytest.approx(outputs, abs=1e-6)
    assert found["label"].dtype == np.int64
    assert found["label"].tolist() == (outputs > 0.5).astype(int).tolist()


def test_classes_that_do_not_fit_the_outputs_are_refused():
    spec = Network([5, 3], loss="cross_entropy").spec
    with pytest.raises(ValueError, match="the outputs of 5-3 tell 3 classes apart, not 2"):
        array_model(spec, {"syn0": np.zeros((5, 3))}, classes=[0, 1])


# Networks of tables


def penguins(rows=90):
    """Three kinds, told apart by two lengths, a place and a sex, with gaps in each."""
    generator, kind = np.random.RandomState(1), np.arange(rows) % 3
    sex = np.where(generator.rand(rows) < 0.5, "MALE", "FEMALE").astype(object)
    sex[::9] = None
    bill = 35 + 6.0 * kind + generator.normal(size=rows)
    bill[4::11] = np.nan
    return pd.DataFrame(
        {
            "island": np.array(["Biscoe", "Dream", "Torgersen"])[(kind + (sex == "MALE")) % 3],
            "bill": bill,
            "constant": 1,
            "flipper": 190 + 10.0 * (kind == 2) + generator.normal(size=rows),
            "sex": sex,
            "species": np.array(["Adelie", "Chinstrap", "Gentoo"])[kind],
        }
    )


def titanic(rows=80):
    """Who survived, by class (a whole number), age (with gaps), fare (with outliers), alone."""
    generator = np.random.RandomState(2)
    age = generator.uniform(1, 70, size=rows)
    age[::6] = np.nan
    pclass = generator.randint(1, 4, size=rows)
    alone = generator.rand(rows) < 0.6
    return pd.DataFrame(
        {
            "pclass": pclass,
            "age": age,
            "fare": np.exp(generator.normal(3, 2, size=rows)),
            "alone": alone,
            "survived": (generator.rand(rows) < 0.2 + 0.5 * (pclass == 1)).astype(int),
        }
    )


def mpg(rows=70):
    """Miles a gallon, by weight, power (with gaps) and origin."""
    generator = np.random.RandomState(3)
    weight = generator.uniform(1600, 5200, size=rows)
    power = weight / 30 + generator.normal(size=rows)
    power[2::9] = np.nan
    return pd.DataFrame(
        {
            "weight": weight,
            "power": power,
            "origin": np.array(["usa", "japan", "europe"])[generator.randint(3, size=rows)],
            "mpg": 50 - weight / 130 + generator.normal(size=rows),
        }
    )


def trained_on(frame, target, **options):
    """A network of a frame, trained for a moment as `syn0 train` trains."""
    chosen = {"hidden": (8,), "epochs": 4, "batch_size": 16, "learning_rate": 0.01, **options}
    table = read_table(frame, target=target)
    return plan_table(table, table_options(**chosen)).fit(progress=False).network


def with_news(frame, texts=()):
    """The rows, some with texts that were never met, numbers far away and more gaps."""
    news = frame.copy()
    for name in texts:
        news.loc[::7, name] = "never met"
        news.loc[1::7, name] = ""
    for name in news.select_dtypes(float):
        news.loc[3::13, name] = np.nan
        news.loc[5::13, name] = 1e9
    return news


@both_dtypes
@pytest.mark.parametrize(
    ("frame", "target", "texts"),
    [(penguins(), "species", ["island", "sex"]), (titanic(), "survived", ["alone"])],
    ids=["penguins", "titanic"],
)
def test_classes_and_probabilities_of_a_table_are_those_of_the_network(frame, target, texts, dtype):
    network = trained_on(frame, target, dtype=dtype)
    news = with_news(frame.astype(dict.fromkeys(texts, object)), texts).drop(columns=target)
    found = run(network_model(network), news)
    outputs = network.predict(news)
    expected = np.hstack([1 - outputs, outputs]) if outputs.shape[1] == 1 else outputs
    assert found["probabilities"] == pytest.approx(expected, abs=NEAR[dtype])
    assert found["label"].tolist() == answers(network, outputs).tolist()
    assert len(set(found["label"])) > 1


@both_dtypes
@pytest.mark.parametrize("loss", ["squared_error", "quantile:0.1,0.5,0.9"])
def test_numbers_of_a_table_come_back_in_their_own_units(dtype, loss):
    frame = mpg()
    network = trained_on(frame, "mpg", dtype=dtype, loss=loss)
    news = with_news(frame, ["origin"]).drop(columns="mpg")
    found = run(network_model(network), news)["variable"]
    assert found == pytest.approx(network.predict(news), rel=NEAR[dtype])
    assert found.shape == (len(frame), 3 if "quantile" in loss else 1)


def test_the_inputs_are_the_columns_that_the_network_uses_each_of_its_type():
    model = network_model(trained_on(penguins(), "species"))
    assert types_of(model) == {
        "island": "string",
        "bill": "float",
        "flipper": "float",
        "sex": "string",
        "label": "string",
        "probabilities": "float",
    }
    assert [value.name for value in model.graph.input] == ["island", "bill", "flipper", "sex"]


def test_outputs_that_are_no_probabilities_are_called_scores():
    frame = titanic()
    network = trained_on(frame, "survived", loss="hinge")
    found = run(network_model(network), frame)
    outputs = network.predict(frame)
    assert found["scores"] == pytest.approx(outputs, abs=1e-5)
    assert found["label"].tolist() == answers(network, outputs).tolist()


@both_dtypes
def test_columns_that_go_in_as_they_are_are_not_prepared(dtype):
    frame = titanic()[["pclass", "fare", "survived"]]
    network = trained_on(frame, "survived", sizes=(2, 3, 1), hidden=None, bias=True, dtype=dtype)
    found = run(network_model(network), frame)
    outputs = network.predict(frame)
    assert found["probabilities"][:, 1:] == pytest.approx(outputs, abs=NEAR[dtype])
    gap = run(network_model(network), {"pclass": [1.0], "fare": [np.nan]})
    assert np.isnan(gap["probabilities"]).any(), "gaps are not filled"


def test_points_in_time_are_taken_as_float64():
    seconds = 1.7e9 + np.arange(60.0)
    frame = pd.DataFrame({"seconds": seconds, "y": np.sin(seconds)})
    network = trained_on(frame, "y")
    model = network_model(network)
    assert types_of(model) == {"seconds": "double", "variable": "float"}
    found = run(model, frame)["variable"]
    assert found == pytest.approx(network.predict(frame), rel=1e-5, abs=1e-5)


def test_columns_may_be_called_as_the_graph_calls_its_own():
    names = {"bill": "l1", "flipper": "label", "island": "syn0", "sex": "X"}
    frame = penguins().rename(columns=names)
    network = trained_on(frame, "species")
    model = network_model(network)
    assert [value.name for value in model.graph.input] == ["syn0", "l1", "label_2", "X"]
    found = run(model, {**frame, "label_2": frame["label"]})
    assert found["probabilities"] == pytest.approx(network.predict(frame), abs=1e-5)


def test_images_go_in_as_one_matrix_of_pixels():
    digits = read_table("digits").take(np.arange(200))
    network = plan_table(digits, table_options(hidden=(8,), epochs=2)).fit(progress=False).network
    pixels = np.column_stack([column.values for column in digits.inputs])
    found = run(network_model(network), {"X": pixels})
    outputs = network.predict(digits)
    assert found["probabilities"] == pytest.approx(outputs, abs=1e-5)
    assert found["label"].tolist() == answers(network, outputs).tolist()


# Files


def test_an_export_is_a_file_that_a_runtime_reads(tmp_path, of_table):
    of_table.export(tmp_path / "irises.onnx")
    session = runtime.InferenceSession(tmp_path / "irises.onnx", providers=["CPUExecutionProvider"])
    assert [value.name for value in session.get_outputs()] == ["label", "probabilities"]


def test_the_same_network_gives_the_same_bytes(tmp_path, of_table):
    for name in ("one", "other"):
        of_table.export(tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()


def test_a_failure_leaves_the_old_file(tmp_path, of_table, monkeypatch):
    path = tmp_path / "irises.onnx"
    path.write_text("old")

    def fail(*_):
        raise OSError(28, "no space left")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="no space left"):
        of_table.export(path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_unknown_format_is_refused(tmp_path, of_table):
    with pytest.raises(ValueError, match="unknown format 'onx'; did you mean 'onnx'"):
        of_table.export(tmp_path / "model", to="onx")


def test_without_the_package_the_extra_is_named(tmp_path, of_table, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'syn0\[onnx\]'"):
        of_table.export(tmp_path / "irises.onnx")
    assert list(tmp_path.iterdir()) == []
