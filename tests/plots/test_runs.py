"""Runs: what is drawn is what the history holds."""

import numpy as np
import pytest

pytest.importorskip("matplotlib", reason="Matplotlib is not installed")

from syn0 import History, Network, Report
from syn0.explain import compare
from syn0.plots import history
from syn0.spec import SGD, Training
from tests.explain.networks import EXCLUSIVE_OR, X
from tests.plots.conftest import points, texts

SIX = (0.496410031903, 0.00858452565325, 0.00578945986251, 0.00462917677677, 0.00395876528027,
       0.00351012256786)  # fmt: skip
"""The errors that the tutorial prints."""


def test_the_tutorials_run_has_its_six_errors_marked(tutorial):
    _, run = tutorial
    marks = range(0, 60_000, 10_000)
    ax = history(run, "error", marks=marks)
    np.testing.assert_array_equal(points(ax), np.column_stack([run.step, run.error]))
    dots = np.array([np.ravel(line.get_data()) for line in ax.lines[1:]])
    np.testing.assert_array_equal(dots[:, 0], marks)
    np.testing.assert_allclose(dots[:, 1], SIX, rtol=1e-9)
    assert [text.get_text() for text in ax.texts] == [f"{x:.5g}" for x in SIX]
    assert ax.get_yscale() == "log"
    assert ax.get_xlabel() == "step"
    assert "absolute error" in ax.get_ylabel()


def test_a_figure_that_hardly_falls_has_a_plain_scale():
    ax = history(History([Report(0, 3.0, 1.0), Report(1, 2.5, 0.9)]))
    assert ax.get_yscale() == "linear"
    assert points(ax).tolist() == [[0, 3.0], [1, 2.5]]


def test_validation_stands_beside_training_and_the_kept_step_is_marked():
    reports = [Report(k, 1 / k, 0.5, None, 2 / k, 0.6) for k in (1, 2, 3)]
    ax = history(History(reports, stopped="early", best_step=2))
    assert points(ax, 1).tolist() == [[1, 2], [2, 1], [3, 2 / 3]]
    assert {"training", "validation", "kept: step 2"} <= set(texts(ax))
    assert ax.lines[0].get_linestyle() == "-"
    assert ax.lines[1].get_linestyle() == "--"
    assert list(ax.lines[2].get_xdata()) == [2, 2]


def test_several_runs_are_named_at_their_ends_and_names_do_not_meet():
    runs = {f"run {k}": History([Report(0, 1.0, 1.0), Report(1, 0.5 + k / 1e4, 1.0)])
            for k in range(4)}  # fmt: skip
    ax = history(runs)
    assert [text.get_text() for text in ax.texts] == [*runs]
    assert len({line.get_color() for line in ax.lines}) == 4
    ax.figure.canvas.draw()
    boxes = sorted(text.get_window_extent().y0 for text in ax.texts)
    assert np.diff(boxes).min() > 5


def test_two_compared_runs_are_drawn_with_what_tells_them_apart():
    plain, momentum = (
        Network([3, 4, 1]).replay(X, EXCLUSIVE_OR, training=t)
        for t in (Training(steps=100), Training(steps=100, optimizer=SGD(momentum=0.5)))
    )
    compared = compare(plain, momentum)
    ax = compared.plot()
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), compared.a.loss)
    np.testing.assert_array_equal(ax.lines[1].get_ydata(), compared.b.loss)
    assert compared.summary in texts(ax)


def test_what_there_is_not_is_refused(tutorial):
    _, run = tutorial
    with pytest.raises(ValueError, match="choose from: loss, error"):
        run.plot("accuracy")
    with pytest.raises(ValueError, match="no report was made of step 7"):
        run.plot(marks=[7])
    with pytest.raises(ValueError, match="nothing was trained"):
        History().plot()
