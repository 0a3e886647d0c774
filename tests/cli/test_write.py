"""`syn0 write` prints programs that run; options add their lines and nothing else."""

import ast
import contextlib
import io
import re

import numpy as np
import pytest

from syn0 import Network, Training, load


def run(text: str) -> tuple[dict, str]:
    """The names that a program binds, and what it prints."""
    names: dict = {}
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(text, "net.py", "exec"), names)  # noqa: S102  (this is what the text is for)
    return names, printed.getvalue()


def added_and_removed(diff: str) -> tuple[list[str], list[str]]:
    lines = diff.splitlines()[2:]
    return [x[1:] for x in lines if x[0] == "+"], [x[1:] for x in lines if x[0] == "-"]


def test_the_printed_program_is_the_tutorials(syn0):
    """Which prints the six errors: tests/printers/test_tutorial.py."""
    done = syn0("write", "3-4-1", "--data", "xor", "--steps", 60000, "--seed", 1)
    assert (done.code, done.err) == (0, "")
    tutorials = Network([3, 4, 1]).program("numpy", training=Training(steps=60_000))
    assert ast.dump(ast.parse(done.out)) == ast.dump(ast.parse(tutorials))


def test_the_two_layer_program_prints_its_four_outputs(syn0):
    done = syn0("write", "3-1", "--data", "correlated", "--steps", 10000)
    _, printed = run(done.out)
    outputs = ast.literal_eval(re.sub(r"(\d)\s*\]\s*\[", r"\1],[", printed.split(":\n")[-1]))
    assert np.ravel(outputs) == pytest.approx(
        [0.00966449, 0.00786506, 0.99358898, 0.99211957], abs=5e-9
    )


def test_the_terse_program_has_at_most_eleven_lines_after_the_import(syn0):
    done = syn0("write", "3-4-1", "--steps", 10_000, "--to", "terse")
    lines = done.out.splitlines()
    assert lines[0] == "import numpy as np"
    assert len(lines) <= 1 + 11
    names, printed = run(done.out)
    assert printed == ""
    np.testing.assert_allclose(names["l2"][:, 0], [0, 1, 1, 0], atol=0.02)


def test_nothing_but_numpy_is_imported_by_a_printed_program(syn0):
    text = syn0("write", "4-5-3", "--activation", "relu", "--loss", "cross_entropy").out
    imports = [node for node in ast.walk(ast.parse(text)) if "Import" in type(node).__name__]
    assert [ast.unparse(node) for node in imports] == ["import numpy as np"]


OPTIONS = {
    "bias": (["--bias"], "bias0 = np.zeros(4)"),
    "learning rate": (["--learning-rate", "0.1"], "alpha = 0.1"),
    "steps": (["--steps", "123"], "for step in range(123):"),
    "epochs": (["--epochs", "7"], "for step in range(7):"),
    "batch size": (["--batch-size", "2"], "place = step % batches * 2"),
    "seed": (["--seed", "42"], "random = np.random.RandomState(42)"),
    "activation": (["--activation", "tanh"], "l1 = np.tanh(l0 @ syn0)"),
    "activations": (["--activation", "tanh,sigmoid"], "l1 = np.tanh(l0 @ syn0)"),
    "output activation": (
        ["--output-activation", "identity", "--learning-rate", "0.1"],
        "l2 = l1 @ syn1",
    ),
    "loss": (["--loss", "binary_cross_entropy"], "np.log("),
    "optimizer": (["--optimizer", "adam"], "beta1 = 0.9"),
    "report every": (["--report-every", "5"], "if step % 5 == 0:"),
    "dtype": (["--dtype", "float32"], "astype(np.float32)"),
    "data": (["--data", "xor"], "part 2's table"),
    "language": (["--to", "terse"], "syn0, syn1 = 2 * random.random_sample"),
}


@pytest.mark.parametrize(("options", "line"), OPTIONS.values(), ids=OPTIONS)
def test_every_option_is_heeded_and_the_program_still_runs(syn0, options, line):
    steps = [] if {"--steps", "--epochs"} & set(options) else ["--steps", "20"]
    done = syn0("write", "3-4-1", *options, *steps)
    assert (done.code, done.err) == (0, "")
    assert line in done.out
    names, _ = run(done.out)
    assert np.isfinite(names["l2"]).all()
    plain = syn0("write", "3-4-1", *steps).out
    assert line not in plain


def test_all_options_together_make_a_program_that_runs(syn0):
    done = syn0(
        "write", "4-6-5-3", "--data", "iris", "--bias", "--activation", "relu,tanh,softmax",
        "--loss", "cross_entropy", "--optimizer", "adam", "--learning-rate", "0.01",
        "--batch-size", "32", "--epochs", "3", "--seed", "9", "--dtype", "float32",
    )  # fmt: skip
    names, _ = run(done.out)
    assert names["X"].shape == (150, 4)
    assert names["y"].shape == (150, 3)
    assert names["syn2"].dtype == np.float32
    assert np.isfinite(names["syn0"]).all()


def test_the_diff_of_bias_adds_only_lines_of_bias(syn0):
    done = syn0("write", "3-4-1", "--bias", "--diff")
    added, removed = added_and_removed(done.out)
    assert done.code == 0
    assert added
    assert all("bias" in line for line in added)
    assert len(removed) == 2  # the two forward lines gain a term
    for line in removed:
        assert re.match(r"    l\d = sigmoid\(l\d @ syn\d\)", line)
    assert done.out.splitlines()[:2] == ["--- 3-4-1, plain", "+++ 3-4-1, as described"]


def test_the_diff_of_a_learning_rate_adds_alpha(syn0):
    added, removed = added_and_removed(syn0("write", "3-4-1", "--learning-rate", 0.5, "--diff").out)
    assert all("alpha" in line for line in added)
    assert len(added) == 3
    assert len(removed) == 2


def test_the_diff_of_the_tutorials_own_network_is_empty(syn0):
    done = syn0("write", "3-4-1", "--steps", 60000, "--seed", 1, "--diff")
    assert (done.code, done.out) == (0, "")


def test_the_diff_with_data_carries_the_data_on_both_sides(syn0):
    added, removed = added_and_removed(
        syn0("write", "4-5-3", "--data", "iris", "--bias", "--diff").out
    )
    assert all("bias" in line for line in added)
    assert not any("np.array" in line for line in added + removed)


NOTHING_ADDED = {
    "no layer as wide": (
        ["3-4-1", "--skip"],
        "--skip adds nothing to 3-4-1: no hidden layer is as",
    ),
    "no hidden layer": (["3-1", "--dropout", 0.2], "3-1 has no hidden layer for --dropout"),
    "several": (
        ["3-1", "--batch-norm", "--layer-norm"],
        "for --batch-norm, --layer-norm to work on",
    ),
    "full batches": (
        ["3-4-1", "--no-shuffle"],
        "--no-shuffle adds nothing: each step takes all rows",
    ),
}


@pytest.mark.parametrize(("words", "said"), NOTHING_ADDED.values(), ids=NOTHING_ADDED)
def test_an_option_that_adds_nothing_is_said_with_the_reason(syn0, words, said):
    done = syn0("write", *words, "--diff")
    assert (done.code, done.out) == (0, "")
    assert said in done.err
    assert done.err.count("\n") == 1
    plain = syn0("write", *words[:1])
    assert (plain.err, plain.out) == ("", syn0("write", *words).out)


@pytest.mark.parametrize(
    "words",
    [["--seed", 1], ["--dropout", 0], ["--no-skip"], ["--momentum", 0], ["--init", "uniform"],
     ["--activation", "sigmoid"], ["--to", "terse", "--report-every", 5], []],
)  # fmt: skip
def test_an_empty_diff_says_that_no_line_changes(syn0, words):
    done = syn0("write", "3-4-1", *words, "--diff")
    assert (done.code, done.out) == (0, "")
    assert done.err.startswith("Note: no line changes: ")


def test_what_may_keep_a_program_from_learning_is_said_on_stderr(syn0):
    words = ("write", "3-4-4-1", "--activation", "relu", "--loss", "binary_cross_entropy",
             "--steps", 3_000)  # fmt: skip
    done = syn0(*words)
    assert "may teach nothing: if so, add" in done.err
    assert done.err.count("\n") == 1
    advised = re.search("add (.*)", done.err)[1].split()
    taught = syn0(*words, *advised)
    assert taught.err == ""
    names, _ = run(taught.out)
    np.testing.assert_allclose(names["l3"][:, 0], [0, 1, 1, 0], atol=0.05)
    assert "--init he_uniform" in syn0(*words, "--to", "c").err  # C draws no orthogonal start
    ran = syn0("train", "xor", "--net", "3-4-4-1", *words[2:])
    assert "may teach nothing: if so, add" in ran.err


def test_target_and_drop_choose_the_columns(syn0, csv):
    path = csv("y,a,b,c\n" + "".join(f"{k % 2},{k},{k * k},{-k}\n" for k in range(6)))
    done = syn0("write", "2-1", "--data", path, "--target", "y", "--drop", "b", "--steps", 1)
    names, _ = run(done.out)
    assert names["X"].tolist() == [[k, -k] for k in range(6)]
    assert names["y"][:, 0].tolist() == [0, 1, 0, 1, 0, 1]


NAMES = [
    "a\nprint('injected').csv",
    "a\nraise SystemExit(1) #.csv",
    "'''\nprint('injected')\n'''.csv",
    '"""; print("injected"); """.csv',
    "'; print('injected') #.csv",
    "\\\nprint('injected').csv",
    "\rprint('injected').csv",
    "\u2028print('injected').csv",
    "\x0cprint('injected').csv",
    "{rows}%s.csv",
    "d*/int evil = 42; /*.csv",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["numpy", "terse"])
def test_the_name_of_a_data_file_never_becomes_code(syn0, csv, tmp_path, name, language):
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    text = "x,y\n0,0\n1,1\n2,0\n3,1\n"
    done = syn0("write", "1-1", "--data", csv(text, name), "--steps", 3, "--to", language)
    assert done.code == 0, done.err
    names, printed = run(done.out)
    assert "injected" not in printed
    assert names["X"].tolist() == [[0], [1], [2], [3]]
    calls = [n for n in ast.walk(ast.parse(done.out)) if isinstance(n, ast.Name)]
    assert {"SystemExit"}.isdisjoint(n.id for n in calls)


@pytest.mark.parametrize("name", [*NAMES, "*\\\n/int evil = 42; /*.csv"])
def test_the_path_of_a_data_file_never_ends_a_comment_in_c(syn0, csv, tmp_path, name):
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    done = syn0("write", "1-1", "--data", csv("x,y\n0,0\n1,1\n", name), "--to", "c")
    assert done.code == 0, done.err
    code = re.sub(r"/\*.*?\*/", "", done.out, flags=re.DOTALL)
    assert "evil" not in code
    assert "injected" not in code
    plain = syn0("write", "1-1", "--data", csv("x,y\n0,0\n1,1\n"), "--to", "c").out
    assert code.split() == re.sub(r"/\*.*?\*/", "", plain, flags=re.DOTALL).split()


def test_names_of_columns_and_classes_never_become_code(syn0, csv):
    evil = "'''\nprint('injected')\n'''"
    path = csv(f'"{evil}","y{evil}"\n' + f'0,"{evil}"\n1,"b{evil}"\n' * 3)
    done = syn0("write", "1-1", "--data", path, "--steps", 3)
    assert done.code == 0, done.err
    assert "injected" not in run(done.out)[1]


def test_a_program_written_of_a_model_trains_as_the_model_was_trained(syn0, tmp_path):
    syn0("train", "xor", "--net", "3-4-1", "--bias", "--steps", 50, "--out", "m.safetensors")
    done = syn0("write", "m.safetensors", "--data", "xor")
    names, _ = run(done.out)
    for name, weights in load(tmp_path / "m.safetensors").weights.items():
        assert np.array_equal(names[name], weights)


def test_a_models_program_takes_no_other_settings(syn0):
    syn0("train", "xor", "--net", "3-4-1", "--steps", 5, "--out", "m.safetensors")
    done = syn0("write", "m.safetensors", "--bias")
    assert done.code == 2
    assert "leave out --bias" in done.err


def test_a_model_with_its_data_prints_the_program_that_trained_it(syn0, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    options = ("--hidden", 4, "--epochs", 3, "--holdout", 0)
    assert syn0("train", "iris", *options, "--out", "m.safetensors").code == 0
    names, _ = run(syn0("write", "m.safetensors", "--data", "iris").out)
    for name, learned in load("m.safetensors").weights.items():
        np.testing.assert_allclose(names[name], learned, rtol=1e-4, atol=1e-6)


def test_a_model_that_weighed_its_classes_prints_its_program_with_the_weights(syn0, pets, tmp_path):
    weights = ("--class-weight", "cat=3,dog=0.5")
    words = ("--hidden", 4, "--epochs", 3, "--holdout", 0, "--dtype", "float64")
    assert syn0("train", pets, *words, *weights, "--out", "m.safetensors").code == 0
    names, _ = run(syn0("write", "m.safetensors", "--data", pets, *weights).out)
    assert sorted(set(names["sample_weight"][:, 0].tolist())) == [0.5, 1, 3]
    for name, learned in load(tmp_path / "m.safetensors").weights.items():
        np.testing.assert_allclose(names[name], learned, rtol=1e-9)
    plain, _ = run(syn0("write", "m.safetensors", "--data", pets).out)
    assert not np.allclose(plain["syn0"], names["syn0"], rtol=1e-3)


def test_weights_of_classes_stand_in_the_program_by_number_or_by_name(syn0):
    words = ("write", "4-3", "--data", "iris", "--loss", "cross_entropy", "--steps", 1)
    by_name, _ = run(syn0(*words, "--class-weight", "setosa=2,virginica=0").out)
    assert by_name["sample_weight"][:, 0].tolist() == [2] * 50 + [1] * 50 + [0] * 50
    words = ("write", "3-4-1", "--data", "xor", "--loss", "binary_cross_entropy", "--steps", 1)
    by_number, _ = run(syn0(*words, "--class-weight", "1=5").out)
    assert by_number["sample_weight"][:, 0].tolist() == [1, 5, 5, 1]


KNOBS = (
    "--activation", "gelu", "--bias", "--dropout", 0.2, "--input-noise", 0.1, "--batch-norm",
    "--skip", "--optimizer", "adamw", "--schedule", "one_cycle", "--warm-up", 3, "--l1", 0.01,
    "--clip-norm", 1, "--trim-deltas", 0.001, "--batch-size", 3, "--steps", 5,
)  # fmt: skip


@pytest.mark.parametrize("language", ["numpy", "terse"])
def test_programs_of_many_knobs_need_numpy_alone_and_run(syn0, language):
    done = syn0("write", "3-4-4-2", *KNOBS, "--to", language)
    assert done.code == 0, done.err
    imported = [n for n in ast.walk(ast.parse(done.out)) if isinstance(n, ast.Import)]
    assert [alias.name for n in imported for alias in n.names] == ["numpy"]
    names, _ = run(done.out)
    assert np.isfinite(names["syn2"]).all()


def test_the_same_program_is_trained_saved_and_written(syn0, tmp_path):
    words = ("--net", "4-6-6-3", *KNOBS, "--loss", "cross_entropy", "--holdout", 0)
    assert syn0("train", "iris", *words, "--out", "m.safetensors").code == 0
    names, _ = run(syn0("write", "m.safetensors", "--data", "iris").out)
    for name, learned in load(tmp_path / "m.safetensors").weights.items():
        assert np.array_equal(names[name], learned), name
