"""Pictures of what a network does: each function draws one thing on axes of Matplotlib, new ones
or those that it is given, and returns them: `matplotlib.pyplot.show()`, or `savefig` of their
`figure`, does the rest. Nothing is shown here, and none of Matplotlib's settings is changed."""

from syn0.plots.arrays import images, network, weights
from syn0.plots.curves import activation, one_weight, slopes
from syn0.plots.decisions import regions
from syn0.plots.examples import contributions, hidden_units, statistics
from syn0.plots.predictions import confusion, reliability, residuals
from syn0.plots.runs import comparison, history

__all__ = [
    "activation",
    "comparison",
    "confusion",
    "contributions",
    "hidden_units",
    "history",
    "images",
    "network",
    "one_weight",
    "regions",
    "reliability",
    "residuals",
    "slopes",
    "statistics",
    "weights",
]
