"""`syn0 export`: a saved model becomes a file that other programs run."""

import contextlib
import io
import sys
from pathlib import Path

import pytest

from syn0.printers import MODULES

pytest.importorskip("onnx", reason="the package onnx is not installed")


def test_a_model_is_exported_beside_itself(syn0, model):
    done = syn0("export", model, "--to", "onnx")
    assert (done.code, done.out) == (0, "")
    assert done.err == f"Saved {model.with_suffix('.onnx')}\n"
    assert model.with_suffix(".onnx").stat().st_size > 1000


def test_out_names_the_file(syn0, model, tmp_path):
    assert syn0("export", model, "--out", "kinds.onnx").code == 0
    assert (tmp_path / "kinds.onnx").exists()
    assert not model.with_suffix(".onnx").exists()


def test_a_runtime_answers_as_the_model_does(syn0, model, pets, tmp_path):
    runtime = pytest.importorskip("onnxruntime", reason="ONNX Runtime is not installed")
    pd = pytest.importorskip("pandas", reason="pandas is not installed")
    syn0("export", model, "--out", "pets.onnx")
    session = runtime.InferenceSession("pets.onnx", providers=["CPUExecutionProvider"])
    frame = pd.read_csv(pets)
    given = {
        "weight": frame[["weight"]].to_numpy("float32"),
        "height": frame[["height"]].to_numpy("float32"),
        "house": frame[["house"]].to_numpy(object),
    }
    (label,) = session.run(["label"], given)
    printed = syn0("predict", model, pets).out.splitlines()[1:]
    assert label.tolist() == [line.partition(",")[0] for line in printed]


def test_a_language_gives_a_program_that_predicts(syn0, model, pets, tmp_path):
    done = syn0("export", model, "--to", "numpy")
    assert (done.code, done.err) == (0, f"Saved {model.with_suffix('.py')}\n")
    assert syn0("export", model, "--to", "numpy").code == 0  # a file of its own is replaced
    names = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(model.with_suffix(".py").read_text(), names)  # noqa: S102
    table = {"weight": [4.0, None], "height": [30, 25], "house": ["x", None]}
    assert names["predict"](names["prepared"](table)).shape[0] == 2


@pytest.mark.parametrize("to", MODULES)
def test_a_file_of_its_own_is_replaced_and_no_other(syn0, model, to):
    assert [syn0("export", model, "--to", to, "--out", "out").code for _ in range(2)] == [0, 0]
    Path("out").write_text("mine", encoding="utf-8")
    assert syn0("export", model, "--to", to, "--out", "out").code == 2
    assert Path("out").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--to", "onx"], "unknown format 'onx'; did you mean 'onnx'?"),
        (["--out", "pets.safetensors"], "is the model itself: name another file with --out"),
        (["--out", "nowhere/pets.onnx"], "the model cannot be written"),
    ],
)
def test_misuse_gets_one_sentence_and_changes_nothing(syn0, model, words, says):
    before = model.read_bytes()
    done = syn0("export", model, *words)
    assert done.code == 2
    assert says in done.err
    assert done.err.count("\n") == 1
    assert model.read_bytes() == before
    assert not model.with_suffix(".onnx").exists()


def test_a_model_that_is_not_there_is_named(syn0):
    done = syn0("export", "none.safetensors")
    assert (done.code, "none.safetensors" in done.err) == (2, True)


def test_without_the_package_the_extra_is_named(syn0, model, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    done = syn0("export", model)
    assert done.code == 2
    assert done.err.endswith("is needed: pip install 'syn0[onnx]'\n")
