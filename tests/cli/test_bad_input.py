"""Bad input gets one clear sentence and exit code 2, and nothing is written or lost."""

import os
import re
from pathlib import Path

import pytest

from syn0 import Network, load
from tests.cli.forks import write_little

GOOD = "a,b,kind\n" + "".join(f"{k},{k % 7},{'xy'[k % 2]}\n" for k in range(40))

FILES = {
    "good.csv": GOOD,
    "empty.csv": "",
    "header.csv": "a,b,kind\n",
    "ragged.csv": GOOD + "1,2\n",
    "one_class.csv": "a,kind\n" + "".join(f"{k},x\n" for k in range(40)),
    "no_target.csv": "a,kind\n" + "".join(f"{k},\n" for k in range(40)),
    "texts.csv": "a,colour,kind\n" + "".join(f"{k},red,{'xy'[k % 2]}\n" for k in range(40)),
    "gaps.csv": GOOD.replace("\n9,2", "\n9,"),
    "below.csv": GOOD.replace("\n9,2", "\n9,-3"),
    "infinite.csv": GOOD.replace("\n9,", "\ninf,"),
    "huge.csv": GOOD.replace("\n9,", "\n1e999,"),
    "no_columns.csv": "kind\n" + "x\ny\n" * 20,
    "twice.csv": "a,a,kind\n" + "1,2,x\n2,3,y\n" * 20,
    "capital.csv": GOOD.replace("a,b,kind", "a,B,kind"),
    "latin1.csv": b"a,kind\n1,caf\xe9\n2,tea\n",
    "unclosed.csv": 'a,kind\n1,"x\n2,y\n',
    "table.xls": "no kind that is read",
    "fake.parquet": "not parquet",
}

TRAIN = ("train", "good.csv")

CASES = {
    # Data.
    "a missing file": (("train", "nothing.csv"), "no file or built-in data named 'nothing.csv'"),
    "a near built-in name": (("train", "digit"), "did you mean 'digits'?"),
    "an empty file": (("train", "empty.csv"), "empty.csv is empty"),
    "a header only": (("train", "header.csv"), "header.csv has column names but no rows"),
    "a ragged row": (("train", "ragged.csv"), "line 42: 2 cells, but the first line has 3"),
    "an unknown target": ((*TRAIN, "--target", "kinds"), "did you mean 'kind'?"),
    "a target in capitals": ((*TRAIN, "--target", "KIND"), "did you mean 'kind'?"),
    "units without end": (("write", "3-1000000-1000000-1"), "of the network takes 16 TB"),
    "a language in capitals": (("write", "3-1", "--to", "CPP"), "did you mean 'cpp'?"),
    "an unknown column to drop": ((*TRAIN, "--drop", "c"), "no column 'c' in good.csv"),
    "the target dropped": ((*TRAIN, "--target", "kind", "--drop", "kind"), "both the target and"),
    "a target of one class": (("train", "one_class.csv"), "'kind' is the same in every row"),
    "no target at all": (("train", "no_target.csv"), "the target 'kind' is missing in every row"),
    "no columns but the target": (("train", "no_columns.csv"), "no columns besides the target"),
    "a column twice": (("train", "twice.csv"), "two columns are named 'a'"),
    "bytes that are no text": (("train", "latin1.csv"), "line 2: not UTF-8 text"),
    "a quote that is not closed": (("train", "unclosed.csv"), "line 2"),
    "a file of no known kind": (("train", "table.xls"), "is of no kind that is read"),
    "a false Parquet file": (("train", "fake.parquet"), "cannot be read as Parquet"),
    "an infinite value": (
        ("train", "infinite.csv"), "line 11: column 'a' holds an infinite number"),
    "a value too large": (("train", "huge.csv"), "line 11: column 'a' holds an infinite number"),
    "numbers of a text": ((*TRAIN, "--task", "regression"), "texts such as"),
    # Networks.
    "texts with --net": (("train", "texts.csv", "--net", "2-1"), "column 'colour' holds texts"),
    "a net of other inputs": ((*TRAIN, "--net", "3-4-1"), "takes 3 inputs, but good.csv has 2"),
    "a net of other outputs": ((*TRAIN, "--net", "2-4-3"), "gives 3 outputs, but the target"),
    "a double hyphen": ((*TRAIN, "--net", "3--1"), "joined by single hyphens, such as 3-4-1"),
    "a zero size": ((*TRAIN, "--net", "0-4"), "every layer needs at least one unit"),
    "a single size": ((*TRAIN, "--net", "3"), "such as 3-4-1 or 3-1"),
    "a double hyphen to write": (("write", "3--1"), "joined by single hyphens, such as 3-4-1"),
    "a zero size to write": (("write", "0-4"), "every layer needs at least one unit"),
    "a single size to write": (("write", "3"), "such as 3-4-1 or 3-1"),
    "hidden sizes that are none": ((*TRAIN, "--hidden", "8,x"), "joined by commas, such as 64"),
    "no hidden units": ((*TRAIN, "--hidden", "0"), "whole numbers of at least 1"),
    "a vast layer": ((*TRAIN, "--hidden", "9" * 13), ""),
    "a net and hidden sizes": ((*TRAIN, "--net", "2-1", "--hidden", "4"), "give one of them"),
    "an unknown activation": (
        (*TRAIN, "--activation", "rellu"), "choose from: sigmoid, tanh"),
    "an unknown activation to write": (
        ("write", "3-1", "--activation", "swish"), "choose from: sigmoid, tanh"),
    "too few activations": ((*TRAIN, "--hidden", "4,4", "--activation", "relu,tanh"), "3 layers"),
    "an unknown loss": (
        (*TRAIN, "--loss", "mse"), "choose from: squared_error, absolute_error, huber"),
    "a loss that does not fit": ((*TRAIN, "--loss", "cross_entropy"), "cross_entropy"),
    "an unknown optimizer": (
        (*TRAIN, "--optimizer", "lion"),
        "choose from: sgd, adagrad, rmsprop, adam, adamw, lbfgs"),
    "an unknown engine": ((*TRAIN, "--engine", "cuda"), "choose from: auto, numpy"),
    "an unknown language": (("write", "3-1", "--to", "cobol"), "choose from: numpy, terse"),
    "an unknown number type": (("write", "3-1", "--dtype", "float8"), "float64, float32"),
    "an unknown task": ((*TRAIN, "--task", "ranking"), "'classification', 'regression'"),
    # Training.
    "a negative learning rate": (
        (*TRAIN, "--learning-rate", "-0.1"), "learning_rate must be a finite number above 0"),
    "a learning rate that is NaN": ((*TRAIN, "--learning-rate", "nan"), "finite number above 0"),
    "a learning rate in words": ((*TRAIN, "--learning-rate", "fast"), "'fast' is not a valid"),
    "a batch larger than the rows": ((*TRAIN, "--batch-size", "33"), "more than the 32 rows"),
    "a batch of none": ((*TRAIN, "--batch-size", "0"), "batch_size must be at least 1"),
    "steps and epochs": ((*TRAIN, "--steps", "5", "--epochs", "5"), "either steps or epochs"),
    "no steps": ((*TRAIN, "--steps", "0"), "steps must be at least 1"),
    "a fraction of a step": ((*TRAIN, "--steps", "1.5"), "'1.5' is not a valid integer"),
    "a negative seed": ((*TRAIN, "--seed", "-1"), "eed must be"),
    "a negative holdout": ((*TRAIN, "--holdout", "-0.1"), "holdout must be a finite number"),
    "everything held out": ((*TRAIN, "--holdout", "1"), "at least 0 and below 1"),
    "a holdout that is NaN": ((*TRAIN, "--holdout", "nan"), "at least 0 and below 1"),
    # Weights.
    "a missing column of weights": ((*TRAIN, "--sample-weight", "c"), "no column 'c' in good.csv"),
    "weights that are texts": ((*TRAIN, "--sample-weight", "kind"), "'kind'"),
    "weights with gaps": (
        ("train", "gaps.csv", "--sample-weight", "b"), "'b' of gaps.csv lacks a weight in 1 of"),
    "weights below 0": (
        ("train", "below.csv", "--sample-weight", "b"), "'b' of below.csv holds -3: no weight is"),
    "the target as weights": (
        (*TRAIN, "--target", "a", "--sample-weight", "a"), "'a' is the target: it cannot weigh"),
    "an unknown class": (
        (*TRAIN, "--class-weight", "z=2"), "class_weight names 'z', but the classes are: x, y"),
    "a class without its weight": (
        (*TRAIN, "--class-weight", "x=2,y"), "write balanced, or weights by class"),
    "a weight in words": ((*TRAIN, "--class-weight", "x=much"), "such as yes=2,no=1"),
    "a negative weight": ((*TRAIN, "--class-weight", "x=-1"), "of 'x' must be a finite number at"),
    "a weight that is NaN": ((*TRAIN, "--class-weight", "x=nan"), "of 'x' must be a finite number"),
    "weights that are all 0": ((*TRAIN, "--class-weight", "x=0,y=0"), "no row counts"),
    "another word than balanced": (
        (*TRAIN, "--class-weight", "balance"), "class_weight must be 'balanced' or"),
    "classes of numbers": (
        (*TRAIN, "--target", "a", "--class-weight", "balanced"), "give sample_weight instead"),
    "weights without data to write": (
        ("write", "3-1", "--class-weight", "balanced"), "name some with --data"),
    # Losses and targets.
    "quantiles of classes": (
        (*TRAIN, "--loss", "quantile:0.1,0.9"), "is for numbers, but the target 'kind' of good"),
    "negative counts": (
        ("train", "below.csv", "--target", "b", "--loss", "poisson"), "but y holds -3"),
    "numbers as sides": ((*TRAIN, "--target", "a", "--loss", "hinge"), "that are 0 and 1, or -1"),
    "numbers as classes": (
        (*TRAIN, "--target", "a", "--loss", "binary_cross_entropy"), "needs targets from 0 to 1"),
    "a search in mini-batches": (
        (*TRAIN, "--optimizer", "lbfgs", "--dropout", "0", "--batch-size", "5"),
        "leave out batch_size, or"),
    "a search with batch norm": (
        (*TRAIN, "--optimizer", "lbfgs", "--dropout", "0", "--batch-norm"), "leave the layer out"),
    "an unknown schedule": ((*TRAIN, "--schedule", "cosin"), "did you mean 'cosine'?"),
    "a momentum of another optimizer": (
        (*TRAIN, "--optimizer", "adam", "--momentum", "0.9"), "momentum is no setting of Adam"),
    # Models.
    "a missing model": (("predict", "nothing.safetensors", "good.csv"), "no model file"),
    "a model cut short": (("predict", "cut.safetensors", "good.csv"), "cut.safetensors"),
    "an empty model": (("evaluate", "empty.safetensors", "good.csv"), "empty.safetensors"),
    "a foreign model": (("predict", "foreign.safetensors", "good.csv"), "not a model of syn0's"),
    "a text as a model": (("evaluate", "good.csv", "good.csv"), "not a whole safetensors file"),
    "an edited model": (("predict", "edited.safetensors", "good.csv"), "edited or damaged"),
    "an edited model to resume": (
        (*TRAIN, "--resume", "edited.safetensors", "--epochs", "1"), "edited or damaged"),
    "an edited model to write": (("write", "edited.safetensors"), "edited or damaged"),
    "a folder as a model": (("predict", ".", "good.csv"), "is a folder, not a model file"),
    "data without a column of the model": (
        ("predict", "model.safetensors", "one_class.csv"), "lacks columns that the model takes: 'b'"
    ),
    "data with a column of the model in capitals": (
        ("predict", "model.safetensors", "capital.csv"), "capital.csv has 'B', but lacks columns"),
    "data without the target": (
        ("evaluate", "model.safetensors", "no_kind.csv"), "no column 'kind' in no_kind.csv"),
    # Where the model goes.
    "--out in no folder": ((*TRAIN, "--out", "nowhere/m.safetensors"), "nowhere/m.safetensors"),
    "--out below a file": ((*TRAIN, "--out", "good.csv/m.safetensors"), "good.csv/m.safetensors"),
    "--out at a folder": ((*TRAIN, "--out", "folder"), "is a folder: name a file"),
    # What belongs to something that is not there.
    "a target of no data": (("write", "3-4-1", "--target", "y"), "--target: no data are named"),
    "a model's rows without a column": (
        ("write", "model.safetensors", "--drop", "a"), "--drop: no data are named"),
    "predictions without a column": (
        ("write", "model.safetensors", "--predict", "--drop", "a"), "--drop: no data are named"),
    "a header of no data": (("explain", "3-4-1", "--no-header"), "name some with --data"),
    "a model explained without a column": (
        ("explain", "model.safetensors", "--drop", "a"), "--drop: no data are named"),
    "missing values of no data": (
        ("plot", "3-4-1", "loss", "-o", "a.png", "--missing", "x"), "--missing: no data are named"),
    "a model's picture without a column": (
        ("plot", "model.safetensors", "weights", "-o", "a.png", "--drop", "a"), "--drop: no data"),
    "a tour of a target of no data": (("tour", "--target", "y"), "--target: no data are named"),
    "predictions of sizes": (("write", "3-4-1", "--predict"), "a saved model, and 3-4-1 is none"),
    "a difference of predictions": (
        ("write", "model.safetensors", "--predict", "--diff"), "leave it out with --predict"),
    "weights of a training program": (
        ("write", "3-4-1", "--weights", "w.npz"), "--weights says where --predict puts"),
    "engines for a network that is none": (("engines", "3"), "such as 3-4-1 or 3-1"),
    # Commands.
    "no data": (("train",), "Missing argument 'DATA'"),
    "no kind of picture": (
        ("plot", "3-4-1", "-o", "a.png"), "argument 'KIND'. Choose from: loss, error, weights"),
    "an unknown option": ((*TRAIN, "--hiden", "4"), "--hidden"),
    "an unknown command": (("trian", "good.csv"), "train"),
    "an argument too many": ((*TRAIN, "more.csv"), "more.csv"),
}  # fmt: skip


@pytest.fixture(scope="module")
def models(tmp_path_factory) -> dict[str, bytes]:
    """A model of good.csv, and files that are none."""
    from safetensors.numpy import save

    from syn0.data import read_table
    from syn0.models import plan_table, table_options

    folder = tmp_path_factory.mktemp("models")
    (folder / "good.csv").write_text(GOOD)
    plan = plan_table(read_table(str(folder / "good.csv")), table_options(hidden=(4,), epochs=1))
    plan.fit(progress=False).network.save(folder / "model.safetensors")
    content = (folder / "model.safetensors").read_bytes()
    assert b"relu" in content
    return {
        "model.safetensors": content,
        "cut.safetensors": content[: len(content) // 2],
        "empty.safetensors": b"",
        "foreign.safetensors": save(Network([2, 1]).weights),
        "edited.safetensors": content.replace(b"relu", b"tanh"),
    }


@pytest.fixture
def here(tmp_path, models) -> Path:
    """A folder with all the files above."""
    for name, content in {**FILES, **models, "no_kind.csv": "a,b\n1,2\n"}.items():
        data = content.encode() if isinstance(content, str) else content
        (tmp_path / name).write_bytes(data)
    (tmp_path / "folder").mkdir()
    return tmp_path


def contents(folder: Path) -> dict[Path, bytes | None]:
    return {p: p.read_bytes() if p.is_file() else None for p in folder.rglob("*")}


@pytest.mark.parametrize(("words", "sentence"), CASES.values(), ids=CASES)
def test_bad_input_gets_one_sentence_and_code_2_and_changes_nothing(here, syn0, words, sentence):
    if words[0] == "train" and "--out" not in words:
        words = (*words, "--out", "model.safetensors")  # which must stay what it is
    before = contents(here)
    done = syn0(*words)
    assert done.code == 2
    assert done.out == ""
    lines = done.err.splitlines()
    assert len(lines) == 1, done.err
    assert re.match(r"Error: \S.{10,}", lines[0])
    assert sentence in lines[0]
    assert "Traceback" not in done.err
    assert contents(here) == before


ALONE = {
    "learning_rate": ("--learning-rate", "-1"),
    "holdout": ("--holdout", "1"),
    "seed must": ("--seed", "-1"),
    "patience": ("--patience", "0"),
    "unknown monitor": ("--monitor", "accuracy"),
    "unknown loss": ("--loss", "mse"),
    "unknown activation": ("--hidden", "4,4", "--activation", "relu,rellu"),
    "unknown init": ("--init", "he"),
    "unknown schedule": ("--schedule", "cosin"),
    "unknown optimizer": ("--optimizer", "lion"),
    "unknown device": ("--device", "gpuu"),
    "unknown matmul_precision": ("--matmul-precision", "float8"),
    "dropout": ("--dropout", "1"),
    "--seeds 'a,b'": ("--seeds", "a,b"),
    "seeds must be at least 1": ("--seeds", "0"),
    "seeds must differ": ("--seeds", "3,3"),
    "learning_rates must": ("--learning-rates", "0.1,0"),
}


@pytest.mark.parametrize(("sentence", "words"), ALONE.items(), ids=ALONE)
def test_what_no_table_can_make_right_is_told_before_one_is_read(syn0, words, sentence):
    done = syn0("train", "nowhere.csv", *words)
    assert (done.code, done.out) == (2, "")
    assert sentence in done.err
    assert "nowhere.csv" not in done.err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_noticed_before_training(here, syn0):
    (here / "folder").chmod(0o500)
    done = syn0(*TRAIN, "--out", "folder/m.safetensors")
    assert done.code == 2
    assert len(done.err.splitlines()) == 1
    assert "folder/m.safetensors" in done.err


def test_a_disk_that_fills_while_saving_is_one_sentence_and_the_old_model_stays(here, fork, finish):
    before = contents(here)
    words = ("train", "good.csv", "--hidden", "400", "--epochs", "1", "--engine", "numpy")
    done = finish(fork(*words, "--out", "model.safetensors", first=write_little))
    assert done.code == 2
    errors = [line for line in done.err.splitlines() if line.startswith("Error: ")]
    assert len(errors) == 1
    assert "model.safetensors" in errors[0]
    assert "File too large" in errors[0]
    assert "Traceback" not in done.err
    assert "Saved" not in done.err
    assert contents(here) == before
    assert load(here / "model.safetensors").spec.sizes == (2, 4, 1)


def test_a_pipe_or_device_as_out_is_refused_or_written_but_not_replaced(here, syn0):
    os.mkfifo(here / "pipe")  # stands for /dev/null, which root could destroy
    done = syn0(*TRAIN, "--hidden", "4", "--epochs", "1", "--out", "pipe")
    assert (here / "pipe").is_fifo()
    assert done.code == 2
    assert len(done.err.splitlines()) == 1
