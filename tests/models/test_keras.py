"""Trained models as Keras models compute what the network does, and can be trained further."""

import json
import subprocess
import sys
from importlib.util import find_spec

import numpy as np
import pytest

from syn0 import Dense, Network

from .exported import LAYERS, hostile_frame, hostile_network, table_of, tables
from .test_module import fitted, passengers

pytestmark = pytest.mark.skipif(
    not (find_spec("keras") and find_spec("jax")), reason="Keras or its backend is not installed"
)

ASK = """
import importlib, json, runpy, sys
sys.modules |= dict.fromkeys(["IPython", "matplotlib", "pandas", "sklearn"])
import jax
import numpy as np
from keras import ops

nets, compiled = {}, {}
for name, given, named in json.load(sys.stdin):
    if given is None:
        try:
            runpy.run_path(name, run_name="__main__")
        except AssertionError as error:
            print(json.dumps(str(error)))
        continue
    module = importlib.import_module(name)
    if name not in nets:
        nets[name] = module.Net()
        compiled[name] = jax.jit(nets[name])
    X = module.prepared(given) if named else np.array(given)
    outputs = ops.convert_to_numpy(compiled[name](X))
    labels = module.labels(outputs)[:, 0].tolist() if hasattr(module, "labels") else None
    trained = [weight.name for weight in nets[name].trainable_variables]
    print(json.dumps([outputs.tolist(), labels, trained]))
"""
"""Answers of models to rows, or what files say that try themselves: all in one process, as Keras
takes seconds to start, without the packages that it would import for its own tools. Models answer
as compiled functions, and files ask them operation by operation."""


@pytest.fixture(autouse=True)
def on_jax(tmp_path, monkeypatch):
    """What a process with Keras finds around it."""
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))


def asked(folder, pairs, files):
    """What models answer to rows each (outputs, labels, and the names of what can be trained), and
    then all that files print where they are run, or what they raise."""
    asked, names = [], {}
    for model, rows in pairs:
        if model not in names:
            names[model] = f"model{len(names)}"
            model.export(folder / f"{names[model]}.py", to="keras")
        named = not isinstance(rows, np.ndarray)
        given = {k: v.tolist() for k, v in table_of(rows).items()} if named else rows.tolist()
        asked.append((names[model], given, named))
    asked += [(str(path), None, None) for path in files]
    (folder / "ask.py").write_text(ASK, encoding="utf-8")
    done = subprocess.run([sys.executable, "ask.py"], cwd=folder, input=json.dumps(asked),
                          capture_output=True, text=True, check=False, timeout=300)  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    return [json.loads(line) for line in lines[: len(pairs)]], lines[len(pairs) :]


def networks_of_arrays(dtype):
    """Networks trained on plain arrays, each with rows to ask it about."""
    X = np.random.RandomState(0).normal(size=(9, 4)).astype(dtype)
    for layers in LAYERS.values():
        network = Network(4, [*layers, Dense(2, "identity")], dtype=dtype)
        network.train(X, X[:, :2], steps=5, learning_rate=0.01, progress=False)
        yield network, X


def files_that_try_themselves(folder):
    """A file as it is exported, and one with a wrong formula."""
    right, wrong = folder / "right.py", folder / "wrong.py"
    fitted(passengers(), "survived").network.export(right, to="keras")
    text = right.read_text(encoding="utf-8")
    assert "return 1 / (1 +" in text
    wrong.write_text(text.replace("return 1 / (1 +", "return 0.3 / (1 +"), encoding="utf-8")
    return right, wrong


def test_models_answer_as_the_networks_do_and_files_try_themselves(tmp_path):
    of_tables = [pair for target in ("survived", "class", "age") for pair in tables(target)]
    of_tables.append((hostile_network(), hostile_frame()))
    of_arrays = [*networks_of_arrays("float32"), *networks_of_arrays("float64")]
    normed = Network([3, 4, 1], batch_norm=True), np.zeros((2, 3))
    files = files_that_try_themselves(tmp_path)
    found, told = asked(tmp_path, [*of_tables, *of_arrays, normed], files)
    *found, (_, _, trained) = found
    for (network, rows), (outputs, labels, _) in zip([*of_tables, *of_arrays], found, strict=True):
        # On JAX, Keras computes tanh and means in float32, whatever the numbers are.
        limit = 1e-4 if network.spec.dtype == "float32" else 1e-6
        np.testing.assert_allclose(outputs, network.predict(rows), rtol=limit, atol=limit)
        if labels:
            assert labels == network.labels(rows).tolist()
    assert sorted(trained) == ["scale1", "shift1", "syn0", "syn1"]
    said, refused = told
    assert said == "8 rows are predicted as expected"
    assert "is not as expected" in refused or "Not equal to tolerance" in refused
