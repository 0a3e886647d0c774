"""What the tests of pictures share."""

import numpy as np
import pytest

from syn0 import Network
from syn0.data import read_table
from syn0.models import TableOptions, plan_table
from tests.explain.networks import EXCLUSIVE_OR, X


@pytest.fixture(autouse=True)
def no_window_is_opened_and_no_figure_is_left():
    import matplotlib as mpl
    from matplotlib import pyplot

    mpl.use("Agg")
    yield
    pyplot.close("all")


@pytest.fixture(scope="session")
def tutorial():
    """The tutorial's network after its training, and the history of that."""
    network = Network([3, 4, 1])
    history = network.train(X, EXCLUSIVE_OR, report_every=2500, engine="numpy")
    return network, history


@pytest.fixture(scope="session")
def replay(tutorial):
    return tutorial[0].replay(X, EXCLUSIVE_OR)


@pytest.fixture(scope="session")
def fitted():
    """Networks after a little training on tables, by the tables' names."""

    def fit(name):
        table = read_table(name)
        options = TableOptions(hidden=(6,), training={"epochs": 8}, seed=2)
        return plan_table(table, options).fit(progress=False)

    return {name: fit(name) for name in ("iris", "breast_cancer", "diabetes", "digits")}


def texts(ax):
    """All that is written on the axes, but for ticks."""
    own = [text.get_text() for text in ax.texts]
    return [ax.get_title(loc="left"), ax.get_xlabel(), ax.get_ylabel(), *own]


def ticks(axis):
    return [label.get_text() for label in axis.get_ticklabels()]


def points(ax, line=0):
    """The data of a line."""
    return np.column_stack(ax.lines[line].get_data())
