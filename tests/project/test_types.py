"""What a type checker is told: the names that exist, and of which kind a loaded model is."""

import inspect
import os
import re
import sys
import typing
from dataclasses import fields
from pathlib import Path

import pytest

import syn0
from syn0 import MLPRegressor, Network, load
from syn0.models.settings import TRAINING_SETTINGS, FurtherSettings
from syn0.spec import OPTIMIZERS, Training

SOURCE = Path(syn0.__file__).parents[1]

SCRIPT = """\
from syn0 import Netwrok
from syn0 import MLPClassifier, Network, TabularRegressor, load
net = Network([3, 4, 1], activaton="relu")
net = Network([3, 4, 1])
net.train([[0.0]], [0.0], momentun=0.9)
net.train([[0.0]], [0.0], momentum="much")
TabularRegressor(droput=0.1)
MLPClassifier(max_itr=10)
history = net.train([[0.0]], [0.0], momentum=0.9, schedule="cosine", l2=None, patience=3)
reveal_type(history)
reveal_type(load("model.safetensors"))
reveal_type(load("model.safetensors", Network))
load("model.safetensors").nonsense
load("model.safetensors", TabularRegressor).predict([[1.0]])
"""

SETTINGS = """\
[mypy]
strict = True
follow_imports = skip
[mypy-syn0.*]
follow_imports = silent
[mypy-numpy.*,scipy.*,pandas.*]
follow_imports_for_stubs = True
"""
"""What other packages say of their types takes mypy long, and is nothing to syn0's."""

SAID = {
    1: 'has no attribute "Netwrok"',
    3: '"activaton" for "Network"',
    5: '"momentun" for "train" of "Network"; did you mean "momentum"',
    6: '"momentum" to "train" of "Network" has incompatible type "str"',
    7: '"droput" for "TabularRegressor"',
    8: '"max_itr" for "MLPClassifier"',
    10: "syn0.training.history.History",
    11: "syn0.models.network.Network | syn0.estimators.mlp.MLPClassifier | ",
    12: 'Revealed type is "syn0.models.network.Network"',
    13: 'has no attribute "nonsense"',
}
"""By line what mypy says; of other lines it says nothing."""


def test_a_type_checker_knows_names_settings_and_what_load_gives(tmp_path, monkeypatch):
    api = pytest.importorskip("mypy.api", reason="mypy is not installed")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MYPYPATH", str(SOURCE))
    (tmp_path / "script.py").write_text(SCRIPT)
    (tmp_path / "mypy.ini").write_text(SETTINGS)
    how = [f"--cache-dir={os.devnull}", "--no-error-summary"]
    depth = sys.getrecursionlimit()
    said, trouble, _ = api.run([*how, "script.py"])
    sys.setrecursionlimit(depth)  # mypy raises it, and later tests see what is nested too deeply
    assert trouble == ""
    by_line = dict.fromkeys(SAID, "")
    for line in said.splitlines():
        number, text = re.fullmatch(r"script\.py:(\d+): (?:error|note): (.*)", line).groups()
        by_line[int(number)] = by_line.get(int(number), "?") + text
    assert by_line.keys() == SAID.keys(), said
    assert [n for n, text in by_line.items() if SAID[n] not in text] == [], said
    assert (SOURCE / "syn0" / "py.typed").exists()


def test_train_tells_a_type_checker_of_every_setting_that_there_is():
    named = inspect.signature(Network.train).parameters
    told = typing.get_type_hints(FurtherSettings)
    assert not named.keys() & told.keys()
    assert set(TRAINING_SETTINGS) <= named.keys() | told.keys()
    assert told.keys() <= set(TRAINING_SETTINGS)
    for kind in (Training, *OPTIMIZERS.values()):
        hints = typing.get_type_hints(kind)
        for name in told.keys() & {field.name for field in fields(kind)}:
            assert told[name] == hints[name] | None, name


def test_an_unknown_setting_is_still_refused_with_a_guess():
    with pytest.raises(TypeError, match=r"'momentun'; did you mean 'momentum'\?|momentum"):
        Network([3, 1]).train([[0, 0, 1]], [0], momentun=0.9)


def test_load_gives_the_kind_that_is_asked_for_or_says_what_there_is(tmp_path):
    path = tmp_path / "model.safetensors"
    Network([3, 4, 1]).save(path)
    assert type(load(path, Network)) is type(load(path)) is Network
    with pytest.raises(ValueError, match=r"model\.safetensors holds a Network, not a MLPRegressor"):
        load(path, MLPRegressor)
