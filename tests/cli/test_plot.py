"""`syn0 plot`, and `syn0 train --plot`."""

import re
import shlex
from pathlib import Path

import numpy as np
import pytest

from syn0 import Dense, Network, load
from syn0.cli.plot import KINDS

pytest.importorskip("matplotlib", reason="Matplotlib is not installed")

from matplotlib import pyplot

MAGIC = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}

NEED_OTHER_DATA = {"images", "residuals"}
"""Kinds that the tutorial's network has nothing for."""


@pytest.fixture(autouse=True)
def coarse(monkeypatch):
    """Pictures of a fifth of the dots, which are no other pictures."""
    monkeypatch.setattr("syn0.plots.files.SHARPNESS", 70)


@pytest.fixture
def figures(monkeypatch):
    """The figures that commands have drawn, and do not write, which takes longer than all else."""
    from syn0.plots import files

    kept = []
    monkeypatch.setattr(files, "save_picture", lambda figure, path: kept.append(figure))
    return kept


@pytest.fixture
def model(syn0, tmp_path, kept_models):
    path = tmp_path / "m.safetensors"
    if "irises" not in kept_models:
        done = syn0("train", "iris", "--hidden", 6, "--epochs", 8, "--out", path.name)
        assert done.code == 0
        kept_models["irises"] = path.read_bytes()
    path.write_bytes(kept_models["irises"])
    return path.name


@pytest.mark.parametrize("ending", MAGIC)
def test_the_ending_says_in_which_form_a_picture_is_written(syn0, tmp_path, ending):
    for kind in ("activation", "weights"):  # the second in the place of the first
        done = syn0("plot", "3-4-1", kind, "--steps", 10, "-o", f"a.{ending}")
        assert (done.code, done.out, done.err) == (0, "", f"Drawn: a.{ending}\n")
        assert (tmp_path / f"a.{ending}").read_bytes().startswith(MAGIC[ending])


@pytest.mark.parametrize("kind", [k for k in KINDS if k not in NEED_OTHER_DATA])
def test_every_kind_is_drawn_of_the_tutorials_network(syn0, tmp_path, kind):
    done = syn0("plot", "3-4-1", kind, "--steps", 300, "-o", "a.png")
    assert done.code == 0
    assert done.err.endswith("Drawn: a.png\n")
    assert (tmp_path / "a.png").stat().st_size > 5000


@pytest.mark.parametrize("kind", [k for k in KINDS if k not in NEED_OTHER_DATA])
def test_every_kind_is_drawn_of_a_saved_model(syn0, figures, kind, model):
    done = syn0("plot", model, kind, "-o", "a.png")
    assert done.code == 0, done.err
    assert any(ax.has_data() for ax in figures[0].axes)


def test_numbers_and_images_have_kinds_of_their_own(syn0, tmp_path):
    syn0("train", "diabetes", "--epochs", 2, "--out", "d.safetensors")
    done = syn0("plot", "d.safetensors", "residuals", "-o", "a.svg")
    assert done.err.endswith("held-out rows\nDrawn: a.svg\n")
    syn0("train", "digits", "--hidden", 5, "--epochs", 1, "--out", "i.safetensors")
    assert syn0("plot", "i.safetensors", "images", "-o", "i.png").code == 0


def test_the_tutorials_six_errors_are_written(syn0, figures):
    assert syn0("plot", "3-4-1", "error", "-o", "a.png").code == 0
    ((ax,),) = (figure.axes for figure in figures)
    written = [text.get_text() for text in ax.texts]
    assert written == [
        "0.49641", "0.0085845", "0.0057895", "0.0046292", "0.0039588", "0.0035101",
    ]  # fmt: skip
    assert len(ax.lines[0].get_xdata()) == 300


def test_a_models_run_is_taken_again_from_its_start(syn0, figures, model):
    assert syn0("plot", model, "loss", "-o", "a.png").code == 0
    network = load(model)
    steps = figures[0].axes[0].lines[0].get_xdata()
    assert steps[-1] == network.steps_taken
    assert len(steps) == 8  # epochs


def test_an_update_is_that_of_the_weight_and_step_that_are_named(syn0, figures):
    words = ("plot", "3-4-1", "update", "--steps", 5, "--weight", "syn0[2,1]", "--step", 0)
    assert syn0(*words, "-o", "a.png").code == 0
    table = [[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]]
    split = Network([3, 4, 1]).trace(table, [0, 1, 1, 0]).contributions("syn0", 2, 1)
    bars = [bar.get_width() for bar in figures[0].axes[0].patches]
    np.testing.assert_allclose(bars[:4], split.parts, rtol=1e-12)


def test_layers_and_columns_are_named(syn0, figures, model):
    assert syn0("plot", model, "weights", "--layer", "syn1", "-o", "a.png").code == 0
    assert figures[0].axes[0].images[0].get_array().shape == (6, 3)
    columns = "petal length (cm), petal width (cm)"
    assert syn0("plot", model, "regions", "--columns", columns, "-o", "a.png").code == 0
    ax = figures[1].axes[0]
    assert f"{ax.get_xlabel()}, {ax.get_ylabel()}" == columns


def test_a_network_may_stand_in_a_file(syn0, csv, figures):
    csv('net = "3-4-1"\nmomentum = 0.9\nsteps = 50\n', "net.toml")
    assert syn0("plot", "net.toml", "loss", "-o", "a.png").code == 0
    assert max(figures[0].axes[0].lines[0].get_xdata()) == 49
    csv("inputs = 3\n[[layers]]\nkind = 'Dense'\nunits = 1\nactivation = 'tanh'\n", "one.toml")
    done = syn0("plot", "one.toml", "loss", "-o", "a.png")
    assert (done.code, done.err.count("one.toml lists layers")) == (2, 1)
    assert syn0("plot", "one.toml", "activation", "-o", "a.png").code == 0
    assert figures[1].axes[0].get_title(loc="left") == "tanh"


def test_estimators_are_drawn_as_far_as_they_know_columns(syn0, tmp_path, figures, pets_table):
    from syn0 import MLPClassifier, TabularClassifier, save

    rows, kinds = pets_table
    save(TabularClassifier(max_iter=3).fit(rows, kinds), tmp_path / "t.safetensors")
    data = ("--data", "pets.csv", "--target", "kind")
    assert syn0("plot", "t.safetensors", "confusion", *data, "-o", "a.png").code == 0
    numbers = np.arange(20.0).reshape(10, 2)
    plain = MLPClassifier(max_iter=30, tol=9.0).fit(numbers, [0, 1] * 5)
    save(plain, tmp_path / "p.safetensors")
    assert syn0("plot", "p.safetensors", "weights", "-o", "a.png").code == 0
    done = syn0("plot", "p.safetensors", "confusion", *data, "-o", "a.png")
    assert done.code == 0  # the columns go in as the arrays did
    done = syn0("plot", "p.safetensors", "confusion", "-o", "a.png")
    assert (done.code, done.err.count("trained on arrays")) == (2, 1)


@pytest.fixture
def pets_table(csv):
    pd = pytest.importorskip("pandas", reason="pandas is not installed")
    weights, kinds = np.arange(40.0), ["cat", "dog"] * 20
    frame = pd.DataFrame({"weight": weights, "age": weights[::-1] % 7, "kind": kinds})
    csv(frame.to_csv(index=False), "pets.csv")
    return frame[["weight", "age"]], frame["kind"]


def test_other_data_are_judged_whole(syn0, figures, model):
    done = syn0("plot", model, "confusion", "--data", "iris", "-o", "a.png")
    assert "Judged on: 30 held-out rows" in done.err
    done = syn0("plot", "4-3", "confusion", "--data", "iris", "--epochs", 2, "-o", "a.png")
    assert done.code == 0


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("3-4-1", "pie"), "'pie' is not one of 'loss', 'error'"),
        (("none.safetensors", "loss"), "there is no model file none.safetensors"),
        (("3-4-x", "loss"), "3-4-x"),
        (("5-4-1", "loss"), "needs rows to learn: name some with --data"),
        (("3-4-1", "loss", "--data", "none.csv"), "none.csv"),
        (("3-4-1", "loss", "--weight", "syn0[0,0]"), "--weight belongs to update"),
        (("3-4-1", "loss", "--layer", "l1"), "--layer belongs to weights"),
        (("3-4-1", "update", "--weight", "syn0"), "is not understood"),
        (("3-4-1", "update", "--weight", "syn0[9,9]"), "there is no syn0[9,9]"),
        (("3-4-1", "hidden", "--layer", "l7"), "unknown layer 'l7'"),
        (("3-4-1", "residuals"), "classes have no residuals"),
        (("3-4-1", "images"), "no square"),
        (("3-4-1", "regions", "--columns", "x1,x9"), "'x9' is no input"),
        (("3-4-1", "regions", "--columns", "x1"), "two columns, not 1"),
    ],
)
def test_what_cannot_be_drawn_gets_one_sentence(syn0, tmp_path, words, why):
    steps = () if "safetensors" in words[0] else ("--steps", 3)
    done = syn0("plot", *words, *steps, "-o", "a.png")
    assert done.code == 2
    last = done.err.splitlines()[-1]
    assert last.startswith("Error: ")
    assert why in last
    assert not (tmp_path / "a.png").exists()


@pytest.mark.parametrize(
    ("out", "why"),
    [
        ("a.txt", "end it with .png, .svg or .pdf"),
        ("no/a.png", "there is no folder no"),
        ("other.png", "holds something else"),
    ],
)
def test_places_where_no_picture_may_go_are_refused_before_any_work(syn0, tmp_path, out, why):
    (tmp_path / "other.png").write_bytes(b"\x89PNG of somebody's")
    for words in (("plot", "3-4-1", "loss", "-o"), ("train", "xor", "--net", "3-4-1", "--plot")):
        done = syn0(*words, out)
        assert (done.code, done.out) == (2, "")
        assert why in done.err
    assert (tmp_path / "other.png").read_bytes() == b"\x89PNG of somebody's"
    assert syn0("plot", "3-4-1", "activation", "-o", "other.png", "--force").code == 0


def test_a_picture_never_replaces_what_is_read(syn0, tmp_path, model):
    (tmp_path / "m.png").symlink_to(model)
    before = (tmp_path / model).read_bytes()
    done = syn0("plot", model, "weights", "-o", "m.png", "--force")
    assert done.code == 2
    assert "is the model itself" in done.err
    assert (tmp_path / model).read_bytes() == before


def test_help_lists_the_kinds_with_what_they_show(syn0):
    text = syn0("plot", "-h").out
    listed = text.split("KIND:")[1].split("Options:")[0]
    assert re.findall(r"^  (\w+) ", listed, flags=re.MULTILINE) == [*KINDS]


def test_without_matplotlib_it_says_what_to_install(syn0, monkeypatch):
    from syn0.plots import style

    monkeypatch.setattr(style, "find_spec", lambda name: None)
    for words in (("plot", "3-4-1", "loss", "-o"), ("train", "xor", "--net", "3-4-1", "--plot")):
        done = syn0(*words, "a.png")
        assert done.code == 2
        assert done.err == f"Error: {style.MISSING}\n"


def test_training_draws_loss_and_error_with_validation(syn0, figures):
    done = syn0(
        "train", "iris", "--hidden", 6, "--epochs", 20, "--patience", 3, "--plot", "run.svg"
    )
    assert done.code == 0
    assert "Drawn: run.svg" in done.err
    loss, error = figures[0].axes
    assert (loss.get_ylabel(), error.get_xlabel()) == ("loss", "step")
    for ax in (loss, error):
        assert {"training", "validation"} <= {text.get_text() for text in ax.texts}


def test_the_picture_and_the_model_are_two_files(syn0):
    done = syn0("train", "xor", "--net", "3-4-1", "--out", "a.png", "--plot", "./a.png")
    assert done.code == 2
    assert "cannot be both the model and the picture" in done.err


def test_names_that_programs_obey_are_shown(syn0, tmp_path, csv):
    """Formulas of Matplotlib's, markup, letters that turn or that the font lacks."""
    names = ["$x^{$", "a\u202eb", "<script>&", "\u732b", "l" * 300]
    classes = ["$\\frac{", "<b>", "\u72ac"]
    rows = [",".join([*(f"{(k * n) % 7}" for n in range(1, 6)), classes[k % 3]]) for k in range(30)]
    table = csv("\n".join([",".join([*names, "y"]), *rows, ""]), "t.csv")
    assert syn0("train", table, "--hidden", 3, "--epochs", 2, "--out", "h.safetensors").code == 0
    for kind in ("weights", "network", "hidden", "correlations", "regions", "confusion"):
        done = syn0("plot", "h.safetensors", kind, "-o", "a.svg")
        assert (done.code, done.err.splitlines()[-1]) == (0, "Drawn: a.svg")
        assert "<script" not in (tmp_path / "a.svg").read_text(encoding="utf-8")


DOCUMENT = (Path(__file__).parents[2] / "docs" / "plots.md").read_text(encoding="utf-8")


def test_what_the_page_shows_runs(syn0, tmp_path):
    (shell,) = re.findall(r"```sh\n(.*?)```", DOCUMENT, flags=re.DOTALL)
    for line in shell.splitlines():
        _, *words = shlex.split(line, comments=True)
        assert syn0(*words).code == 0, line
    (python,) = re.findall(r"```python\n(.*?)```", DOCUMENT, flags=re.DOTALL)
    exec(python, {})  # noqa: S102
    pyplot.close("all")
    pictures = {"error.png", "update.svg", "run.png", "confusion.pdf", "regions.png"}
    assert pictures <= {path.name for path in tmp_path.iterdir()}


def test_the_page_names_every_kind():
    rows = re.findall(r"^\| (`.*?`) \|", DOCUMENT, flags=re.MULTILINE)
    assert re.findall(r"`(\w+)`", " ".join(rows)) == [*KINDS]


def test_a_network_of_plain_arrays_is_judged_on_named_rows(syn0, tmp_path, figures):
    X, y = np.random.RandomState(0).random_sample((40, 2)), np.arange(40) % 2
    net = Network([2, 3, 1])
    net.train(X, y, steps=20, progress=False)
    net.save(tmp_path / "arrays.safetensors")
    rows = "\n".join(f"{a},{b},{c}" for (a, b), c in zip(X, y, strict=True))
    (tmp_path / "rows.csv").write_text(f"left,right,answer\n{rows}\n", encoding="utf-8")
    for kind in ("confusion", "regions", "reliability", "loss"):
        done = syn0("plot", "arrays.safetensors", kind, "--data", "rows.csv", "-o", "a.png")
        assert (done.code, done.err.splitlines()[-1]) == (0, "Drawn: a.png"), kind
    assert (
        "40 rows of rows.csv (its file does not say"
        in syn0("plot", "arrays.safetensors", "confusion", "--data", "rows.csv", "-o", "a.png").err
    )
    assert figures[1].axes[0].get_xlabel() == "left"
    right = ((net.predict(X)[:, 0] > 0.5) == y).mean()
    assert figures[0].axes[0].get_title(loc="left").startswith(f"{right:.1%}")


def test_numbers_of_a_network_of_plain_arrays_have_residuals(syn0, tmp_path, figures):
    X = np.random.RandomState(0).random_sample((40, 2))
    net = Network(2, [Dense(3, "tanh"), Dense(1, "identity")])
    net.train(X, X.sum(axis=1) * 7.3, steps=20, learning_rate=0.001, progress=False)
    net.save(tmp_path / "numbers.safetensors")
    rows = "\n".join(f"{a},{b},{7.3 * (a + b)}" for a, b in X)
    (tmp_path / "rows.csv").write_text(f"left,right,answer\n{rows}\n", encoding="utf-8")
    done = syn0("plot", "numbers.safetensors", "residuals", "--data", "rows.csv", "-o", "a.png")
    assert done.code == 0
    assert figures[0].axes[0].get_xlabel() == "predicted answer"


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("loss", "holds no history, and its steps cannot be taken again"),
        ("confusion", "was trained on arrays, which it does not hold: name rows with --data"),
    ],
)
def test_without_rows_one_sentence_says_what_to_do(syn0, tmp_path, kind, words):
    net = Network([2, 3, 1])
    net.train([[0, 1], [1, 0]], [0, 1], steps=2, progress=False)
    net.save(tmp_path / "arrays.safetensors")
    done = syn0("plot", "arrays.safetensors", kind, "-o", "a.png")
    assert done.code == 2
    assert words in done.err
    assert "--data" in done.err
    assert done.err.count("\n") == 1
    other = syn0("plot", "arrays.safetensors", kind, "--data", "iris", "-o", "a.png")
    assert other.code == 2
    assert "takes 2 inputs" in other.err
