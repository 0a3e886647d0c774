"""What errors, warnings and reprs quote of users and files can be shown, and is short."""

import json
import warnings

import numpy as np
import pytest
from safetensors.numpy import save as to_bytes

import syn0
from syn0.cli.config import read_config, toml_text
from syn0.data import Column, Table, read_table
from syn0.data.cells import text_column
from syn0.files.container import digest
from syn0.models import plan_table, table_options
from syn0.spec.doors import Whole, door

EVIL = "a\x1b[31m\x9b\x00\u202e\u2028\r\nb"
LONG = "x" * 1_000_000
HALF = "caf\udce9"
"""What Python makes of a file name in Latin-1."""


def trained(column: str = "a", target: str = "c", classes: tuple[str, ...] = ("yes", "no")):
    """A network from a small table whose columns and classes are called so."""
    columns = [Column(column, np.arange(12) / 3), text_column("b", ["u", "v", "w"] * 4)]
    columns += [text_column(target, [classes[i % 2] for i in range(12)])]
    table = Table(
        name=column, columns={c.name: c for c in columns}, target=target, fingerprint="",
    )  # fmt: skip
    plan = plan_table(table, table_options(hidden=(2,), epochs=1))
    return plan.fit(engine="numpy", progress=False).network, table


def refuses(ask, error=ValueError) -> str:
    """What is said where something is refused: one line that can be shown."""
    with pytest.raises(error) as caught:
        ask()
    text = str(caught.value)
    assert text.isprintable()
    assert len(text) < 300
    return text


@pytest.mark.parametrize("name", [EVIL, LONG, HALF])
def test_errors_on_tables(name):
    network, table = trained()
    assert "no column" in refuses(lambda: read_table(table, target=name))
    others = Table(name=name, columns={name: table.columns["a"]}, target=None, fingerprint="")
    refuses(lambda: network.predict(others))
    network, table = trained(name, f"{name}y")
    refuses(lambda: network.predict([{"other": 1}]))
    refuses(lambda: network.predict([{name: {}, "b": "u"}]))


@pytest.mark.parametrize("name", [EVIL, LONG, HALF])
@pytest.mark.parametrize("place", ["array", "entry", "kind", "versions", "engine", "column"])
def test_errors_on_model_files(name, place, tmp_path):
    description, arrays = trained()[0].record().parts()
    description = json.loads(json.dumps(description))
    description["versions"] = {}
    if place == "array":
        whole = name.encode("utf-8", "replace").decode()
        arrays = {whole if key == "syn0" else key: array for key, array in arrays.items()}
    elif place == "kind":
        description["network"]["kind"] = name
    elif place == "column":
        description["schema"]["columns"][0] = {name: name}
    else:
        description["entry" if place == "entry" else place] = name
        description |= {name: 1} if place in ("entry", "versions") else {}
    whole_of_it = {"format": 1, **description}
    whole_of_it["digest"] = digest(whole_of_it, arrays)
    path = tmp_path / "m.safetensors"
    path.write_bytes(to_bytes(arrays, {"syn0": json.dumps(whole_of_it)}))
    assert "m.safetensors" in refuses(lambda: syn0.load(path))


@pytest.mark.parametrize("name", [EVIL, LONG, HALF])
def test_errors_on_settings(name):
    net = syn0.Network([3, 1])
    X, y = np.eye(3), np.ones(3)
    for ask in (
        lambda: syn0.Network([3, 1], activation=name),
        lambda: syn0.Network(name),
        lambda: net.train(X, y, steps=1, engine=name),
        lambda: net.train(X, y, steps=1, optimizer=name),
        lambda: net.program(name),
        lambda: net.weights.__setitem__("syn0", name),
        lambda: syn0.MLPClassifier(activation=name).fit(X, [0, 1, 0]),
    ):
        refuses(ask, (ValueError, TypeError))
    for ask in (lambda: syn0.Dense(name), lambda: syn0.Dropout(name), lambda: syn0.Training(name)):
        refuses(ask, TypeError)


@pytest.mark.parametrize("name", [EVIL, LONG, HALF])
def test_warnings(name):
    pandas = pytest.importorskip("pandas")
    name = name.encode("utf-8", "replace").decode()
    frame = pandas.DataFrame({"a": range(6), name: 1})
    with pytest.warns(UserWarning, match="left out of X") as told:
        syn0.TabularClassifier(hidden_layer_sizes=(2,), max_iter=1).fit(frame, [0, 1] * 3)
    text = str(told[0].message)
    assert text.isprintable()
    assert len(text) < 300
    assert told[0].filename == __file__


@pytest.mark.parametrize("name", [EVIL, LONG, HALF])
def test_reprs(name):
    text = repr(trained(name)[0])
    assert text.replace("\n", "").isprintable()
    assert len(text) < 2000


def test_bytes_that_are_not_utf_8_get_a_sentence_where_a_format_cannot_hold_them(tmp_path):
    pytest.importorskip("onnx")
    network, _ = trained(HALF)
    assert "UTF-8" in refuses(lambda: network.export(tmp_path / "m.onnx"))
    with pytest.raises(ValueError, match=r"TOML cannot hold bytes .*: data = \"caf\\udce9$"):
        toml_text({"data": HALF})
    path = tmp_path / "latin.toml"
    path.write_bytes("data = 'café'".encode("latin-1"))
    with pytest.raises(ValueError, match="not a TOML file: its text is not UTF-8"):
        read_config(str(path), ["data"])


def test_bytes_that_are_not_utf_8_are_learned_and_found_again(tmp_path):
    network, _ = trained(HALF, f"{HALF}y", (HALF, "other"))
    network.save(tmp_path / "m.safetensors")
    again = syn0.load(tmp_path / "m.safetensors", syn0.Network)
    assert again.schema == network.schema
    assert HALF in again.schema.classes
    rows = [[0.0, "u"], [1.0, "v"]] * 3
    model = syn0.TabularClassifier(hidden_layer_sizes=(2,), max_iter=1, engine="numpy")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(np.array(rows, object), np.array([HALF, "other"] * 3, object))
    assert set(model.classes_) == {HALF, "other"}


def test_errors_keep_their_type_what_they_hold_and_the_lines_of_other_packages():
    @door
    def fails(error):
        raise error

    assert refuses(lambda: fails(OSError(2, "not there", "a\nb")), OSError)
    with pytest.raises(ValueError, match=r"^x{500}$"):
        fails(ValueError(Whole("x" * 500)))
    with pytest.raises(KeyError):
        fails(KeyError("a"))
    with pytest.raises(TypeError, match=r"^a\\x1b.*\\r\nb$"):  # raised by a line that is not syn0's
        fails(TypeError(EVIL))
