"""What pictures do to everything around them: nothing."""

import os
import subprocess
import sys

import numpy as np
import pytest

pytest.importorskip("matplotlib", reason="Matplotlib is not installed")

from matplotlib import pyplot, rcParams
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from syn0 import History, Network, Report, plots
from syn0.plots import files, style
from tests.explain.networks import EXCLUSIVE_OR, X

DRAWN = {
    "history": lambda r, n, ax: History([Report(0, 1, 1), Report(1, 0.01, 1)]).plot(ax=ax),
    "activation": lambda r, n, ax: plots.activation(ax=ax),
    "one_weight": lambda r, n, ax: plots.one_weight(ax=ax),
    "slopes": lambda r, n, ax: r.trace().slopes().plot(ax=ax),
    "contributions": lambda r, n, ax: r.trace().contributions("syn0", 0, 0).plot(ax=ax),
    "statistics": lambda r, n, ax: r.statistics().plot(ax=ax),
    "hidden_units": lambda r, n, ax: plots.hidden_units(r, ax=ax),
    "weights": lambda r, n, ax: plots.weights(n, ax=ax),
    "images": lambda r, n, ax: plots.images(n, shape=(1, 3), ax=ax),
    "network": lambda r, n, ax: plots.network(n, ax=ax),
    "regions": lambda r, n, ax: plots.regions(n, X, EXCLUSIVE_OR, ax=ax),
    "reliability": lambda r, n, ax: plots.reliability([0, 1], [0.2, 0.9], ax=ax),
    "residuals": lambda r, n, ax: plots.residuals([0, 1], [0.2, 0.9], ax=ax),
}


@pytest.mark.parametrize("name", DRAWN)
def test_given_axes_are_drawn_on_and_returned_and_nothing_else_changes(name, replay, tutorial):
    settings = dict(rcParams)
    own = Figure().add_subplot()
    ax = DRAWN[name](replay, tutorial[0], own)
    assert ax is own
    assert ax.has_data() or ax.collections
    ax.figure.canvas.draw()
    assert dict(rcParams) == settings
    assert pyplot.get_fignums() == []


@pytest.mark.parametrize("name", DRAWN)
def test_without_axes_a_figure_of_pyplots_is_made(name, replay, tutorial, monkeypatch):
    monkeypatch.setattr(pyplot, "show", lambda *a, **k: pytest.fail("nothing is to be shown"))
    settings = dict(rcParams)
    ax = DRAWN[name](replay, tutorial[0], None)
    assert pyplot.get_fignums() == [ax.figure.number]
    ax.figure.canvas.draw()
    assert dict(rcParams) == settings


def test_every_function_is_among_them():
    assert set(plots.__all__) - set(DRAWN) == {"comparison", "confusion"}


@pytest.mark.parametrize("ink", [style.INK, "white"])
def test_on_given_axes_words_have_the_colour_of_the_axes_own(ink, replay):
    ax = Figure().add_subplot()
    ax.xaxis.label.set_color(ink)
    plots.activation(ax=ax)
    assert {text.get_color() for text in ax.texts} == {ink}


LATE = """
import sys
from syn0 import Network, plots
assert "matplotlib" not in sys.modules
plots.activation().figure.savefig("a.png")
"""


def test_plots_import_matplotlib_when_they_draw_and_need_no_display(tmp_path):
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "MPLBACKEND")
    env = {k: v for k, v in os.environ.items() if k not in hidden}
    subprocess.run([sys.executable, "-c", LATE], cwd=tmp_path, env=env, check=True)
    assert (tmp_path / "a.png").stat().st_size > 5000


def test_without_matplotlib_a_sentence_says_what_to_install(monkeypatch, replay):
    monkeypatch.setattr(style, "find_spec", lambda name: None)
    for draw in (plots.activation, replay.statistics().plot, lambda: files.check_picture("x.png")):
        with pytest.raises(ModuleNotFoundError, match=r"pip install 'syn0\[plot\]'"):
            draw()


def test_methods_say_what_they_draw():
    for method in (History.plot, type(Network([2, 1]).trace([[1, 2]], [0]).slopes()).plot):
        assert method.__doc__.startswith("Draw ")
        assert "syn0.plots." in method.__doc__


@pytest.mark.parametrize("colour", [style.NEGATIVE, style.MIDDLE, style.POSITIVE, "#888888"])
def test_words_on_colours_can_be_read(colour):
    def luminance(one):
        linear = [c / 12.92 if c <= 0.04 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(one)]
        return np.dot(linear, [0.2126, 0.7152, 0.0722])

    two = sorted([luminance(style.on(colour)), luminance(colour)])
    assert (two[1] + 0.05) / (two[0] + 0.05) >= 4.4
